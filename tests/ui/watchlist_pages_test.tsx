/** Pages of watchlists and of help, as the server writes them. */
import assert from "node:assert/strict";
import {
  aList,
  type Answers,
  type Asked,
  fullAnswers,
  LIST_ID,
  openPaths,
  ownPaths,
  serveOwn,
} from "../support/own_pages.tsx";
import { aMarket, fullPages, PAGE_MS } from "../support/pages.ts";

function open(options: Parameters<typeof serveOwn>[0] = {}) {
  const handle = serveOwn(options);
  return async (path: string) => {
    const answer = await handle(new Request(`http://here${path}`));
    return { status: answer.status, headers: answer.headers, html: await answer.text() };
  };
}

Deno.test("every page has one heading, its policy and no styles of its own", async () => {
  for (const path of [...ownPaths, ...openPaths]) {
    const { status, headers, html } = await open()(path);
    assert.equal(status, 200, path);
    assert.equal(html.match(/<h1/g)?.length, 1, path);
    assert.ok(headers.get("content-security-policy"), path);
    assert.doesNotMatch(html, / style="/, path);
    assert.doesNotMatch(html.replace(/<script[\s\S]*?<\/script>/g, ""), />[^<]*undefined/, path);
  }
});

Deno.test("PRT-04 watchlists are listed with their symbols and who may see them", async () => {
  const { html, headers } = await open()("/watchlists");
  assert.match(html, /Majors<\/a>[\s\S]*?2 symbols[\s\S]*?BTCUSDT, ETHUSDT/);
  assert.match(html, new RegExp(`href="/watch/${LIST_ID}">Public`));
  assert.equal(headers.get("cache-control"), "no-store");
  const many = aList({
    isPublic: false,
    symbols: Array.from({ length: 9 }, (_, i) => `S${i}`),
  });
  const answers = { ...fullAnswers, "GET /api/v1/watchlists": { watchlists: [many] } };
  const page = await open({ answers })("/watchlists");
  assert.match(page.html, /9 symbols[\s\S]*?S0, S1, S2, S3, S4, S5, …[\s\S]*?Private/);
  const none = { ...fullAnswers, "GET /api/v1/watchlists": { watchlists: [] } };
  assert.match((await open({ answers: none })("/watchlists")).html, /No watchlist yet/);
});

Deno.test("UI-18 a watchlist keeps its order, with each price, its source and its age", async () => {
  const listPrices = () =>
    Promise.resolve([
      { ...aMarket(), id: "b" },
      { ...aMarket({ symbol: "OTHER" }), id: "o" },
    ]);
  const answers = {
    ...fullAnswers,
    [`GET /api/v1/watchlists/${LIST_ID}`]: aList({ symbols: ["GONE", "BTCUSDT"] }),
  };
  const { html } = await open({ answers, data: { ...fullPages, listPrices } })(ownPaths[1]!);
  assert.match(html, /GONE<\/a>[\s\S]*?not followed[\s\S]*?BTCUSDT<\/a>[\s\S]*?63,250\.10/);
  assert.match(html, /binance · <time[^>]*>5 s ago/);
  assert.match(html, /aria-label="Move BTCUSDT up"/);
  assert.match(html, /<option[^>]*value="OTHER"/);
  assert.match(html, new RegExp(`href="/watch/${LIST_ID}"`));
  assert.match(html, /href="\/exports\?share=watchlist%3A/);
  const nobody = { ...answers, [`GET /api/v1/watchlists/${LIST_ID}`]: aList({ symbols: [] }) };
  assert.match((await open({ answers: nobody })(ownPaths[1]!)).html, /Nothing is watched here/);
});

Deno.test("NEW-08 a public list is read without an account: prices, signals, push on demand", async () => {
  const { html } = await open({ person: null })(openPaths[0]!);
  assert.match(html, /BTCUSDT<\/a>[\s\S]*?63,250\.10[\s\S]*?binance · <time[^>]*>5 s ago/);
  assert.match(html, /data-price="BTCUSDT" data-at="\d+"/);
  assert.match(html, /Price move[\s\S]*?BTCUSDT/);
  assert.match(html, /Tell me of signals/);
  assert.match(html, /List changed[\s\S]*?1 min ago/);
  const own = await open()(openPaths[0]!);
  assert.doesNotMatch(own.html, /Tell me of signals/);
  assert.match(own.html, /href="\/alerts"[^>]*>Make an alert of your own/);
});

Deno.test("a public list shows signals on its own symbols only, and goes on without any", async () => {
  const [one] = await fullPages.listSignals({} as never);
  const listSignals = () =>
    Promise.resolve([{ ...one!, record: { ...one!.record, entity: "SOMETHING" } }]);
  const { html } = await open({ data: { ...fullPages, listSignals } })(openPaths[0]!);
  assert.match(html, /No signal on these symbols yet/);
  const broken = { ...fullPages, listSignals: () => Promise.reject(new Error("secret cause")) };
  const failed = await open({ data: broken })(openPaths[0]!);
  assert.match(failed.html, /63,250\.10[\s\S]*?Try again/);
  assert.doesNotMatch(failed.html, /secret cause/);
});

Deno.test("hostile names of lists and symbols become neither markup nor links", async () => {
  const evil = `"><script>alert(1)</script><img src=x onerror="alert(1)">`;
  const list = aList({ name: evil, symbols: [evil, "javascript:alert(1)"] });
  const watched = {
    symbol: evil,
    price: NaN,
    price_change_24h: Infinity,
    source: evil,
    eventMs: NaN,
    ageMs: null,
  };
  const answers: Answers = {
    ...fullAnswers,
    "GET /api/v1/watchlists": { watchlists: [list] },
    [`GET /api/v1/watchlists/${LIST_ID}`]: list,
    [`GET /api/v1/watch/${LIST_ID}`]: { name: evil, symbols: [watched], updated_at: PAGE_MS },
  };
  for (const path of ["/watchlists", ownPaths[1]!, openPaths[0]!]) {
    const { status, html } = await open({ answers })(path);
    assert.equal(status, 200, path);
    assert.doesNotMatch(html, /<script>alert|<img src=x|href="javascript:/, path);
    const text = html.replace(/<script[\s\S]*?<\/script>/g, "").replace(/="[^"]*"/g, "");
    assert.doesNotMatch(text, />[^<]*(NaN|Infinity|undefined|\[object)[^<]*</, path);
  }
});

Deno.test("UI-24 the help page tells keys, touch and what works without scripts, to anybody", async () => {
  const asked: Asked[] = [];
  const { html } = await open({ person: null, asked })("/help");
  for (const key of ["/", "Ctrl", "?", "Esc", "a"]) {
    assert.match(html, new RegExp(`<kbd[^>]*>${key.replace("?", "\\?")}</kbd>`));
  }
  assert.match(html, /By touch[\s\S]*?Without scripts[\s\S]*?Colours and motion/);
  assert.deepEqual(asked, []);
});
