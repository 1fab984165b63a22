/** What is made anew under an id counts on: no late edit of the one before changes it unseen. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { buildTrade } from "../support/portfolio.ts";
import { priceAlert, withPersonalApi } from "../support/personal_api.ts";
import { type TestOwn, uuid, withOwnApi } from "../support/possessions.ts";

const book = `/api/v1/portfolios/${uuid(1)}`;
const list = { symbols: ["BTCUSDT"], isPublic: false };
const trade = buildTrade(Date.UTC(2024, 0, 1));

type Ask = (
  method: string,
  path: string,
  call?: { body?: unknown; headers?: Record<string, string> },
) => Promise<{ status: number; json: Record<string, unknown> }>;

/** Makes a record, changes and deletes it, and makes it again; an edit of the first one comes late. */
async function walk(ask: Ask, path: string, first: unknown, second: unknown): Promise<void> {
  const known: number[] = [];
  for (const body of [first, second]) {
    known.push((await ask("PUT", path, { body })).json.revision as number);
  }
  deepEqual(known, [1, 2]);
  equal((await ask("DELETE", path)).status, 200);
  const again = await ask("PUT", path, { body: second });
  equal(again.status, 201);
  ok(!known.includes(again.json.revision as number), `again ${again.json.revision}`);
  for (const revision of known) {
    const late = await ask("PUT", path, { body: first, headers: { "if-match": `"${revision}"` } });
    equal(late.status, 412);
    deepEqual(late.json.current, again.json, "its writer is shown what is there now");
    const removal = await ask("DELETE", path, { headers: { "if-match": `"${revision}"` } });
    equal(removal.status, 412);
  }
  const now = { "if-match": `"${again.json.revision}"` };
  equal((await ask("PUT", path, { body: first, headers: now })).status, 200);
}

const kinds: [name: string, path: string, first: unknown, second: unknown][] = [
  [
    "a watchlist",
    `/api/v1/watchlists/${uuid(3)}`,
    { ...list, name: "one" },
    { ...list, name: "two" },
  ],
  ["a portfolio", `/api/v1/portfolios/${uuid(3)}`, { name: "one" }, { name: "two" }],
  ["an activity", `${book}/activities/${uuid(3)}`, trade, { ...trade, note: "two" }],
];
for (const [name, path, first, second] of kinds) {
  Deno.test(`PWA-04 ${name} that is deleted and made again counts on`, () =>
    withOwnApi(async ({ ask }) => {
      await ask("PUT", book, { body: { name: "x" } });
      await walk(ask, path, first, second);
    }));
}

Deno.test("PWA-04 an alert that is deleted and made again counts on", () =>
  withPersonalApi(async ({ ask, join }) => {
    const { token } = await join("ada");
    const asAda: Ask = (method, path, call) => ask(method, path, { ...call, token });
    await walk(asAda, `/alerts/${uuid(3)}`, priceAlert, { ...priceAlert, threshold: 1 });
  }));

Deno.test("PWA-04 what an import brought, was undone and brought again counts on", () =>
  withOwnApi(async ({ ask }: TestOwn) => {
    await ask("PUT", book, { body: { name: "x" } });
    const run = () =>
      ask("POST", `${book}/imports?import_id=${uuid(5)}`, {
        body: [{ ...trade, timestamp: "2024-01-01T00:00:00Z" }],
      });
    const read = async () =>
      ((await ask("GET", `${book}/activities`)).json.activities as { id: string }[])[0]!;
    await run();
    const { id } = await read();
    const path = `${book}/activities/${id}`;
    equal((await ask("PUT", path, { body: { ...trade, note: "two" } })).json.revision, 2);
    equal((await ask("DELETE", `${book}/imports/${uuid(5)}`)).status, 200);
    await run();
    equal((await ask("GET", path)).json.revision, 3);
    const late = { body: { ...trade, note: "late" }, headers: { "if-match": '"1"' } };
    equal((await ask("PUT", path, late)).status, 412);
  }));

Deno.test("PWA-04 an activity of a portfolio that was deleted and made again counts on", () =>
  withOwnApi(async ({ ask }) => {
    const path = `${book}/activities/${uuid(3)}`;
    const make = async () => {
      await ask("PUT", book, { body: { name: "x" } });
      return (await ask("PUT", path, { body: trade })).json.revision;
    };
    equal(await make(), 1);
    await ask("DELETE", book);
    equal(await make(), 2);
  }));

Deno.test("PWA-04 what somebody deleted moves nobody else's revisions", () =>
  withOwnApi(async ({ ask, bob }) => {
    const path = (n: number) => `/api/v1/watchlists/${uuid(n)}`;
    for (let i = 0; i < 4; i++) await ask("PUT", path(1), { body: { ...list, name: `${i}` } });
    await ask("DELETE", path(1));
    const his = await ask("PUT", path(2), { body: { ...list, name: "his" }, token: bob });
    equal(his.json.revision, 1);
  }));
