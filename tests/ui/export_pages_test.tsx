/** The page of exports and links, and what a link shows. */
import assert from "node:assert/strict";
import {
  aHolding,
  type Answers,
  aShare,
  aShared,
  type Asked,
  aWorth,
  BOOK_ID,
  fullAnswers,
  LIST_ID,
  Refusal,
  serveOwn,
  TOKEN,
} from "../support/own_pages.tsx";
import { serveExplore } from "../support/explore_app.tsx";
import { fullPages, PAGE_MS } from "../support/pages.ts";
import { emptyPages } from "../support/pages_odd.ts";

const DAY_MS = 86_400_000;

function open(options: Parameters<typeof serveOwn>[0] = {}) {
  const handle = serveOwn(options);
  return async (path: string, form?: Record<string, string>) => {
    const init = form ? { method: "POST", body: new URLSearchParams(form) } : {};
    const answer = await handle(new Request(`http://here${path}`, init));
    return { status: answer.status, headers: answer.headers, html: await answer.text() };
  };
}

Deno.test("UI-20 a file of one's choice is a form that leads to the API, its stretch in numbers", async () => {
  const get = open({ person: null });
  const cases: [query: string, location: string][] = [
    [
      "table=bars&symbol=BTC%2FUSDT&timeframe=5m&format=parquet&range=day",
      `/api/v1/export/BTC%2FUSDT?format=parquet&timeframe=5m&start=${PAGE_MS - DAY_MS}`,
    ],
    ["table=signals&format=json&range=all", "/api/v1/export/signals?format=json"],
    [
      "table=outcomes&from=2024-01-01&to=2024-01-02",
      `/api/v1/export/outcomes?format=csv&start=${Date.UTC(2024, 0, 1)}&end=${
        Date.UTC(2024, 0, 3)
      }`,
    ],
    ["table=dashboard&format=ndjson&range=day", "/api/v1/export/dashboard?format=ndjson"],
    [
      `table=portfolio:${BOOK_ID}:holdings&format=csv&range=all`,
      `/api/v1/export/portfolios/${BOOK_ID}?format=csv&table=holdings`,
    ],
  ];
  for (const [query, location] of cases) {
    const { status, headers } = await get(`/exports?${query}`);
    assert.deepEqual([status, headers.get("location")], [303, location], query);
  }
});

Deno.test("a choice that gives no file is told, and kept in the form", async () => {
  const get = open({ person: null });
  const noSymbol = await get("/exports?table=bars&format=json&timeframe=4h");
  assert.match(noSymbol.html, /role="alert"[^>]*>Bars and reports are of one symbol/);
  assert.match(noSymbol.html, /<option[^>]* selected[^>]*>4h|<option selected[^>]*>4h/);
  for (const range of ["from=2024-02-01&to=2024-01-01", "from=yesterday", "to=2024-13-45"]) {
    const { status, html } = await get(`/exports?table=signals&${range}`);
    assert.equal(status, 200);
    assert.match(html, /The first day has to be before the last one/, range);
  }
  for (const table of ["users", "portfolio:../me:holdings", "", "__proto__"]) {
    const { status, html } = await get(`/exports?table=${encodeURIComponent(table)}&format=csv`);
    assert.equal(status, 200, table);
    assert.doesNotMatch(html, /role="alert"/, table);
  }
});

Deno.test("a visitor exports the market; what is a person's is offered to persons", async () => {
  const visitor = (await open({ person: null })("/exports")).html;
  assert.match(visitor, /href="\/api\/v1\/export\/snapshot"/);
  assert.doesNotMatch(visitor, /My alerts|export\/me|Revoke/);
  assert.match(visitor, /href="\/signin\?next=%2Fexports"/);
  const own = (await open()("/exports")).html;
  assert.match(own, /My alerts[\s\S]*?Long term: holdings[\s\S]*?export\/me/);
});

Deno.test("EXP-06 links are listed with what they show and their end, and can be revoked", async () => {
  const shares = [
    aShare(),
    aShare({
      id: "cd".repeat(32),
      kind: "dashboard",
      target: "symbol=X",
      title: "",
      isOpen: false,
    }),
    aShare({ id: "ef".repeat(32), kind: "portfolio", target: "gone", expiresMs: null }),
  ];
  const answers = { ...fullAnswers, "GET /api/v1/shares": { shares } };
  const { html } = await open({ answers })("/exports");
  assert.match(html, /For friends[\s\S]*?Watchlist[\s\S]*?Majors[\s\S]*?3 Jan 2024/);
  assert.match(html, /without a name[\s\S]*?symbol=X[\s\S]*?ended/);
  assert.match(html, /never/);
  assert.match(html, /aria-label="Revoke For friends"/);
  const asked: Asked[] = [];
  const revoke = { ...fullAnswers, [`DELETE /api/v1/shares/${aShare().id}`]: { done: true } };
  const done = await open({ answers: revoke, asked })("/exports", { revoke: aShare().id });
  assert.match(done.html, /The link is revoked/);
  assert.ok(
    asked.some(({ method, path }) =>
      method === "DELETE" && path === `/api/v1/shares/${aShare().id}`
    ),
  );
});

Deno.test("EXP-06 a new link is shown once with its whole address; a page's button fills the form", async () => {
  const asked: Asked[] = [];
  const answers: Answers = {
    ...fullAnswers,
    "POST /api/v1/shares": { ...aShare(), token: TOKEN, path: "" },
  };
  const get = open({ answers, asked });
  const form = await get(`/exports?share=portfolio:${BOOK_ID}&title=Mine`);
  assert.match(form.html, new RegExp(`<option[^>]*value="portfolio:${BOOK_ID}"[^>]*selected`));
  assert.match(form.html, /name="title"[^>]*value="Mine"/);
  const made = await get("/exports", { share: `watchlist:${LIST_ID}`, title: "T", days: "7" });
  assert.match(made.html, new RegExp(`value="http://here/shared/${TOKEN}"`));
  assert.equal(made.headers.get("cache-control"), "no-store");
  assert.deepEqual(asked.find(({ method }) => method === "POST")?.body, {
    kind: "watchlist",
    target: LIST_ID,
    title: "T",
    expiresDays: 7,
  });
});

Deno.test("a link that cannot be made says why; nonsense asks the API for nothing", async () => {
  const refused = { ...fullAnswers, "POST /api/v1/shares": new Refusal(400, "At most 200 links") };
  const told = await open({ answers: refused })("/exports", { share: "dashboard:", days: "30" });
  assert.match(told.html, /role="alert"[\s\S]*?At most 200 links/);
  for (const share of ["", "user:1", "watchlist:../me", `portfolio:${"x".repeat(36)}`]) {
    const asked: Asked[] = [];
    const { html } = await open({ asked })("/exports", { share });
    assert.match(html, /It could not be done/, share);
    assert.deepEqual(asked.filter(({ method }) => method !== "GET"), [], share);
  }
  const visitor = await open({ person: null })("/exports", { share: "dashboard:" });
  assert.deepEqual([visitor.status, visitor.headers.get("location")], [
    303,
    "/signin?next=%2Fexports",
  ]);
});

Deno.test("EXP-06 a link shows a watchlist, a portfolio or the dashboard to anybody, read only", async () => {
  const { allocation, missing, ...worth } = aWorth({ missing: ["binance|X"] });
  const { lots: _lots, lotCount: _count, ...holding } = aHolding();
  const portfolio = {
    name: "Long term",
    currency: worth.currency,
    value: worth.value,
    cost: worth.cost,
    realised_pnl: worth.realised_pnl,
    unrealised_pnl: worth.unrealised_pnl,
    holdings: [holding],
    allocation,
    missing,
  };
  const cases: [ReturnType<typeof aShared>, RegExp[]][] = [
    [aShared(), [/Watchlist, shared by a link/, /63,250\.10[\s\S]*?5 s ago/, /3 Jan 2024/]],
    [
      aShared({ kind: "portfolio", watchlist: null, portfolio, title: "" }),
      [/<h1>Long term/, /22,000\.50[\s\S]*?\+1,000\.00/, /BTCUSDT 95%/, /known of: binance X/],
    ],
    [
      aShared({
        kind: "dashboard",
        watchlist: null,
        view: { sort: "price", "<b>": "1" },
        expiresMs: null,
      }),
      [/BTCUSDT<\/a>[\s\S]*?63,250\.10/, /href="\/\?sort=price&amp;%3Cb%3E=1"/],
    ],
  ];
  for (const [shared, contents] of cases) {
    const answers = { [`GET /api/v1/shared/${TOKEN}`]: shared };
    const { status, headers, html } = await open({ answers, person: null })(`/shared/${TOKEN}`);
    assert.equal(status, 200);
    for (const content of contents) assert.match(html, content);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.match(html, /name="referrer" content="no-referrer"/);
    assert.match(html, /name="robots" content="noindex"/);
    assert.doesNotMatch(html.slice(html.indexOf("<main")), /Delete|Edit|Book it/);
  }
  const broken = { ...fullPages, listPrices: () => Promise.reject(new Error("secret cause")) };
  const dashboard = { [`GET /api/v1/shared/${TOKEN}`]: aShared({ kind: "dashboard" }) };
  const failed = await open({ answers: dashboard, data: broken })(`/shared/${TOKEN}`);
  assert.equal(failed.status, 200);
  assert.doesNotMatch(failed.html, /secret cause/);
});

Deno.test("UI-20 every data page offers its files, by forms and links that need no scripts", async () => {
  const handle = serveExplore(fullPages);
  const pages: [path: string, contents: string[]][] = [
    ["/?sort=price", ["/api/v1/reports/dashboard", "share=dashboard%3Asort%3Dprice"]],
    ["/intelligence", ["/api/v1/reports/dashboard"]],
    ["/explore/markets", ["/api/v1/reports/dashboard"]],
    ["/explore/signals", ["Outcomes of signals"]],
    ["/explore/market/BTCUSDT", ["/api/v1/reports/symbols/BTCUSDT", 'value="BTCUSDT"']],
  ];
  for (const [path, contents] of pages) {
    const html = await (await handle(new Request(`http://here${path}`))).text();
    assert.match(html, /<form method="get" action="\/exports"/, path);
    for (const content of contents) assert.ok(html.includes(content), `${path} ${content}`);
  }
});

Deno.test("NEW-13 a first page that is opened before the first price says so, and waits for it", async () => {
  const html = await (await serveExplore(emptyPages)(new Request("http://here/"))).text();
  assert.match(html, /role="status">No prices yet/);
});
