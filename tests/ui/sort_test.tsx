import assert from "node:assert/strict";
import fc from "fast-check";
import { renderToString } from "preact-render-to-string";
import { parseSort, sortRows, turnSort } from "../../lib/ui/sort.ts";
import { SortHeading } from "../../lib/ui/SortHeading.tsx";
import { serveExplore } from "../support/explore_app.tsx";
import { fullPages } from "../support/pages.ts";

const columns = {
  all: ["name", "size"] as const,
  ascending: ["name"] as const,
  first: "size" as const,
};
const parse = (query: string) => parseSort(new URLSearchParams(query), columns);

Deno.test("UI-02 an order is read from the address, and nonsense is the first order", () => {
  assert.deepEqual(parse(""), { sort: "size", order: "desc" });
  assert.deepEqual(parse("sort=name"), { sort: "name", order: "asc" });
  assert.deepEqual(parse("sort=name&order=desc"), { sort: "name", order: "desc" });
  fc.assert(fc.property(fc.string(), fc.string(), (sort, order) => {
    const found = parseSort(new URLSearchParams({ sort, order }), columns);
    return columns.all.includes(found.sort) && ["asc", "desc"].includes(found.order);
  }));
});

Deno.test("a heading turns its own order round, and another begins with its first one", () => {
  assert.deepEqual(turnSort(parse(""), "size", columns), { sort: "size", order: "asc" });
  assert.deepEqual(turnSort(parse(""), "name", columns), { sort: "name", order: "asc" });
  assert.deepEqual(turnSort(parse("sort=name"), "size", columns), { sort: "size", order: "desc" });
});

Deno.test("rows without the figure come last either way, equals stand by name", () => {
  const rows = [["d", null], ["c", 2], ["b", 2], ["a", NaN], ["e", 1]] as const;
  const sort = (order: "asc" | "desc") =>
    sortRows(rows, order, ([, size]) => size, ([name]) => name).map(([name]) => name).join("");
  assert.equal(sort("asc"), "ebcad");
  assert.equal(sort("desc"), "bcead");
});

Deno.test("sorting keeps every row, and the order of what came first does not matter", () => {
  const some = fc.array(fc.record({ name: fc.string(), size: fc.option(fc.double()) }));
  fc.assert(fc.property(some, fc.constantFrom("asc", "desc"), (rows, order) => {
    const sort = (list: typeof rows) => sortRows(list, order, (row) => row.size, (row) => row.name);
    const sorted = sort(rows);
    assert.equal(sorted.length, rows.length);
    assert.deepEqual(sort(rows.toReversed()).map((row) => row.name), sorted.map((row) => row.name));
  }));
});

Deno.test("a heading says its order to those who do not see the mark", () => {
  const render = (now: "asc" | "desc" | null) =>
    renderToString(<SortHeading label="Size" href="?sort=size" now={now} class="number" />);
  assert.match(render("asc"), /aria-sort="ascending"[\s\S]*Size[\s\S]*aria-hidden="true">▲/);
  assert.match(render("desc"), /aria-sort="descending"[\s\S]*▼/);
  assert.doesNotMatch(render(null), /aria-sort|▲|▼/);
});

Deno.test("UI-02 qualities are sorted and filtered by the address", async () => {
  const handle = serveExplore(fullPages);
  const list = async (query: string) => {
    const html = await (await handle(new Request(`http://here/quality${query}`))).text();
    return { html, rows: [...html.matchAll(/<th scope="row"><a[^>]*>([^<]+)/g)].map((m) => m[1]) };
  };
  assert.deepEqual((await list("")).rows, ["ETHUSDT", "BTCUSDT", "SOLUSDT"]);
  assert.deepEqual((await list("?sort=score&order=desc")).rows, ["BTCUSDT", "ETHUSDT", "SOLUSDT"]);
  assert.deepEqual((await list("?sort=symbol")).rows, ["BTCUSDT", "ETHUSDT", "SOLUSDT"]);
  assert.deepEqual((await list("?sort=failed")).rows, ["ETHUSDT", "BTCUSDT", "SOLUSDT"]);
  const { html, rows } = await list("?q=eth&sort=age&order=asc");
  assert.deepEqual(rows, ["ETHUSDT"]);
  assert.match(html, /href="\?q=eth&amp;sort=age&amp;order=desc"/);
  assert.match(html, /type="hidden" name="sort" value="age"/);
});

Deno.test("a score of no trades is not shown as one", async () => {
  const checks = { freshness: { passed: 0, failed: 0 } };
  const full = await fullPages.getQuality("BTCUSDT");
  const handle = serveExplore({
    ...fullPages,
    getQuality: () => Promise.resolve({ ...full!, score: 1, checks }),
  });
  const html = await (await handle(new Request("http://here/quality/BTCUSDT"))).text();
  assert.match(html, /Score:[\s\S]{0,80}No trade was checked since the start/);
});
