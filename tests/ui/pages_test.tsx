import assert from "node:assert/strict";
import { App } from "fresh";
import Wrapper from "../../routes/_app.tsx";

import { handler as middleware } from "../../routes/_middleware.ts";
import * as notes from "../../routes/chart-notes.ts";
import ContinuityPage, * as continuity from "../../routes/continuity.tsx";
import ChartPage, * as chart from "../../routes/enhanced-dashboard.tsx";
import SignalsPage, * as signals from "../../routes/explore/signals.tsx";
import Dashboard, * as dashboard from "../../routes/index.tsx";
import OfflinePage from "../../routes/offline.tsx";
import type { PageData, State } from "../../lib/ui/state.ts";
import { fullPages, PAGE_MS } from "../support/pages.ts";
import { failingPages } from "../support/pages_odd.ts";

const timeMs = PAGE_MS;
const full = fullPages;
const failing = failingPages;

function open(data: PageData) {
  const mode = { mode: "replay" as const, recordedFrom: 0, recordedTo: timeMs, ended: true };
  const app = new App<State>()
    .use((ctx) => {
      Object.assign(ctx.state, { requestId: "r1", mode, data });
      return ctx.next();
    })
    .use(middleware)
    .appWrapper(Wrapper)
    .route("/", { component: Dashboard, handler: dashboard.handler } as never)
    .route("/enhanced-dashboard", { component: ChartPage, handler: chart.handler } as never)
    .route("/chart-notes", { handler: notes.handler } as never)
    .route("/explore/signals", { component: SignalsPage, handler: signals.handler } as never)
    .route("/continuity", { component: ContinuityPage, handler: continuity.handler } as never)
    .route("/offline", { component: OfflinePage } as never);
  const handle = app.handler();
  return async (path: string) => {
    const answer = await handle(new Request(`http://here${path}`));
    return { answer, html: await answer.text() };
  };
}

Deno.test("every page says without scripts what it is about, that it is recorded, and when", async () => {
  const get = open(full);
  const cases = [
    ["/", /63,250\.10[\s\S]*binance[\s\S]*5 s ago/],
    ["/enhanced-dashboard?symbol=BTCUSDT", /101\.25/],
    ["/explore/signals", /50% right of 40 judged[\s\S]*by chance 29%[\s\S]*ab12/],
    ["/continuity", /No gap was seen/],
    ["/offline", /You are offline/],
  ] as const;
  for (const [path, content] of cases) {
    const { answer, html } = await get(path);
    assert.equal(answer.status, 200, path);
    assert.match(html, content, path);
    assert.match(html, /Recorded data[\s\S]*1 Jan 1970[\s\S]*2 Jan 2024/, path);
    assert.match(html, /action="\/play-again"/, path);
    assert.ok(answer.headers.get("content-security-policy"), path);
    assert.doesNotMatch(html, / style="/, path);
  }
});

Deno.test("figures that cannot be read leave a page with a way to try again", async () => {
  const get = open(failing);
  for (const path of ["/", "/enhanced-dashboard?symbol=X", "/explore/signals", "/continuity"]) {
    const { answer, html } = await get(path);
    assert.equal(answer.status, 200, path);
    assert.match(html, /Try again/, path);
    assert.doesNotMatch(html, /secret cause/, path);
  }
});

Deno.test("an unknown symbol is not found", async () => {
  const { answer } = await open(full)("/enhanced-dashboard?symbol=NOPE");
  assert.equal(answer.status, 404);
});

Deno.test("UI-08 an open chart learns what is marked on another series", async () => {
  const get = open(full);
  const { answer, html } = await get("/chart-notes?symbol=BTCUSDT&timeframe=1m");
  assert.equal(answer.status, 200);
  const { source, gaps, markers } = JSON.parse(html);
  assert.deepEqual([source, gaps.length, markers[0].id], ["binance", 1, "m1"]);
  for (const query of ["", "?symbol=NOPE&timeframe=1m", "?symbol=BTCUSDT&timeframe=2m"]) {
    assert.equal((await get(`/chart-notes${query}`)).answer.status, 404, query);
  }
});

/** The order of symbols in the table, and the columns that are said to be sorted. */
function readTable(html: string) {
  return {
    symbols: [...html.matchAll(/<th scope="row"><a[^>]*>([^<]+)/g)].map((match) => match[1]),
    sorted: [...html.matchAll(/aria-sort="(\w+)"><a href="([^"]+)"/g)].map((
      match,
    ) => [match[1], match[2]?.replaceAll("&amp;", "&")]),
  };
}

Deno.test("UI-02 the market table is sorted by the address, with links to every other order", async () => {
  const [first] = await full.listPrices();
  const listPrices = () =>
    Promise.resolve([first!, { ...first!, symbol: "AAA", id: "aaa", price: 1, volume_24h: 5 }]);
  const get = open({ ...full, listPrices });
  const cases = [
    ["/", ["BTCUSDT", "AAA"], ["descending", "?sort=volume_24h&order=asc"]],
    ["/?sort=symbol", ["AAA", "BTCUSDT"], ["ascending", "?sort=symbol&order=desc"]],
    ["/?sort=price&order=asc", ["AAA", "BTCUSDT"], ["ascending", "?sort=price&order=desc"]],
    ["/?sort=%3Cscript%3E&order=1", ["BTCUSDT", "AAA"], [
      "descending",
      "?sort=volume_24h&order=asc",
    ]],
  ] as const;
  for (const [path, symbols, sorted] of cases) {
    const table = readTable((await get(path)).html);
    assert.deepEqual(table, { symbols, sorted: [sorted] }, path);
  }
});

Deno.test("before the first symbol is known the chart page says that there is nothing yet", async () => {
  const listSymbols = () => Promise.resolve([]);
  const { answer, html } = await open({ ...full, listSymbols })("/enhanced-dashboard");
  assert.equal(answer.status, 200);
  assert.match(html, /role="status">No bars are stored/);
  assert.match(html, /No symbols yet/);
});
