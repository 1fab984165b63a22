/** Pages of portfolios, as the server writes them. */
import assert from "node:assert/strict";
import {
  aHistory,
  aHolding,
  anActivity,
  anImport,
  type Answers,
  aPortfolio,
  type Asked,
  aWorth,
  BOOK_ID,
  fullAnswers,
  openPaths,
  ownPaths,
  Refusal,
  serveOwn,
} from "../support/own_pages.tsx";

const book = `/portfolio/${BOOK_ID}`;
const api = `/api/v1/portfolios/${BOOK_ID}`;

function open(options: Parameters<typeof serveOwn>[0] = {}) {
  const handle = serveOwn(options);
  return async (path: string, init?: RequestInit) => {
    const answer = await handle(new Request(`http://here${path}`, init));
    return { status: answer.status, headers: answer.headers, html: await answer.text() };
  };
}

Deno.test("UI-18 a rate is told for a year; below one year, what was earned in it", async () => {
  const some = (value: number) => ({ value, reason: null });
  for (
    const [days, wanted] of [
      [6, /Money-weighted, of 6 days[\s\S]{0,80}−12\.00%/],
      [1, /Money-weighted, of 1 day</],
      [365, /Money-weighted, a year[\s\S]{0,80}−99\.96%/],
    ] as const
  ) {
    const returns = {
      timeWeighted: some(-0.12),
      moneyWeighted: some(-0.9996),
      moneyWeightedSoFar: some(-0.12),
      days,
    };
    const answers = { ...fullAnswers, [`GET ${api}/history`]: aHistory({ returns }) };
    assert.match((await open({ answers })(book)).html, wanted);
  }
});

Deno.test("UI-18 a portfolio is complete without scripts: worth, holdings, course, book, imports", async () => {
  const { status, headers, html } = await open()(book);
  assert.equal(status, 200);
  assert.equal(headers.get("cache-control"), "no-store");
  const contents = [
    /<h1>Long term<\/h1>/,
    /Value<\/dt>[\s\S]*?22,000\.50[\s\S]*?USDT/,
    /Gain in all[\s\S]*?\+1,112\.50/,
    /Unrealised[\s\S]*?\+1,000\.00[\s\S]*?Realised[\s\S]*?\+100\.00/,
    /Income[\s\S]*?12\.50[\s\S]*?Fees[\s\S]*?20\.00/,
    /Time-weighted return[\s\S]*?\+10\.00%/,
    /Money-weighted, a year[\s\S]*?–[\s\S]*?Some time must lie between the flows/,
    /BTCUSDT<\/a>[\s\S]*?0\.5[\s\S]*?42,000\.00[\s\S]*?binance · <time[^>]*>5 s ago/,
    /aria-label="Value by part: BTCUSDT 95%, USDT 5%"/,
    /aria-label="Value from 30 Dec 2023[^"]*lowest 19,000\.00, highest 22,000\.50/,
    /1 day could not be valued/,
    /Cash[\s\S]*?1,000\.5/,
    /24 Dec 2023[\s\S]*?Buy[\s\S]*?BTCUSDT[\s\S]*?40,000\.00 USDT[\s\S]*?20 USDT/,
    /href="\?cursor=older"[^>]*>Older entries/,
    /trades\.csv[\s\S]*?12/,
    /href="\/api\/v1\/reports\/portfolios\//,
  ];
  for (const content of contents) assert.match(html, content);
  assert.doesNotMatch(html, / style="/);
});

Deno.test("the list of portfolios tells each worth, and an open one stays open", async () => {
  const { html } = await open()("/portfolio");
  assert.match(html, /Long term<\/a>[\s\S]*?22,000\.50[\s\S]*?\+1,112\.50[\s\S]*?1 min ago/);
  const answers = { ...fullAnswers, [`GET ${api}/value`]: new Refusal(503) };
  assert.match((await open({ answers })("/portfolio")).html, /Long term<\/a>[\s\S]*?–/);
});

Deno.test("a visitor is led to the sign-in and back, and nothing is asked on their behalf", async () => {
  for (const path of ["/portfolio", book, "/watchlists"]) {
    const asked: Asked[] = [];
    const { status, html } = await open({ person: null, asked })(path);
    assert.equal(status, 200, path);
    assert.ok(html.includes(`href="/signin?next=${encodeURIComponent(path)}"`), path);
    assert.deepEqual(asked, [], path);
  }
});

Deno.test("nothing booked is said in words, and never looks like a figure of zero", async () => {
  const nothing = aWorth({
    holdings: [],
    cash: [],
    value: null,
    valueKnown: "0",
    cost: null,
    realised_pnl: null,
    unrealised_pnl: null,
    income: null,
    fees: null,
    gain: null,
    allocation: [],
    allocationBy: { exchange: [], currency: [] },
  });
  const none = { value: null, reason: "Nothing was held" };
  const answers: Answers = {
    ...fullAnswers,
    "GET /api/v1/portfolios": { portfolios: [], count: 0, most: 9, next_cursor: null },
    [`GET ${api}`]: { ...aPortfolio(), ...nothing },
    [`GET ${api}/value`]: nothing,
    [`GET ${api}/history`]: aHistory({
      points: [],
      missingDays: 0,
      returns: { timeWeighted: none, moneyWeighted: none, moneyWeightedSoFar: none, days: null },
    }),
    [`GET ${api}/activities`]: { activities: [], count: 0, next_cursor: null },
    [`GET ${api}/imports`]: { imports: [], count: 0 },
  };
  const get = open({ answers });
  assert.match((await get("/portfolio")).html, /No portfolio yet/);
  const { html } = await get(book);
  const words = [
    /Value<\/dt>[\s\S]*?–/,
    /Nothing is held/,
    /Nothing is valued yet/,
    /Too few days/,
    /Nothing is booked yet/,
    /No file was imported yet/,
    /Nothing was held/,
  ];
  for (const word of words) assert.match(html, word);
  assert.doesNotMatch(html, />[^<]*(NaN|undefined|Infinity)[^<]*</);
});

Deno.test("what has no price or could not be booked is named, and the sums stay open", async () => {
  const doubtful = aWorth({
    value: null,
    valueKnown: "1000.5",
    holdings: [aHolding({ price: null, value: null, valueOwn: null, priceMs: null, ageMs: null })],
    missing: ["binance|BTCUSDT", "EUR"],
    problems: {
      count: 2,
      first: [{ activityId: "a", kind: "oversold", message: "Sold 2, held 1" }],
    },
  });
  const answers = { ...fullAnswers, [`GET ${api}/value`]: doubtful };
  const { html } = await open({ answers })(book);
  assert.match(html, /No price or rate is known of: binance BTCUSDT, EUR/);
  assert.match(html, /without what has no price: 1,000\.50/);
  assert.match(html, /2 entries could not be booked wholly[\s\S]*?Sold 2, held 1/);
  assert.match(html, /not known/);
});

Deno.test("reads that fail leave a way to try again, and no cause", async () => {
  const refused = new Refusal(500, "secret cause");
  const answers = Object.fromEntries(Object.keys(fullAnswers).map((key) => [key, refused]));
  const get = open({ answers });
  for (const path of [...ownPaths, ...openPaths.filter((each) => each !== "/help")]) {
    const { status, html } = await get(path);
    assert.equal(status, 200, path);
    assert.match(html, /role="alert"[\s\S]*?Try again/, path);
    assert.doesNotMatch(html, /secret cause/, path);
  }
});

Deno.test("what is not there or somebody else's is not found", async () => {
  for (const status of [404, 400]) {
    const answers = Object.fromEntries(
      Object.keys(fullAnswers).map((key) => [key, new Refusal(status)]),
    );
    const get = open({ answers });
    const paths = [book, ownPaths[1]!, openPaths[0]!, openPaths[1]!, "/portfolio/%E0%A4%A"];
    for (const path of paths) assert.equal((await get(path)).status, 404, `${path} ${status}`);
  }
});

Deno.test("ids of an address reach the API encoded and nothing else", async () => {
  const asked: Asked[] = [];
  await open({ asked })("/portfolio/..%2Fshares%3Fx=1");
  await open({ asked })("/watch/..%2F..%2Fauth%2Fme");
  for (const { path } of asked) assert.match(path, /^\/api\/v1\/(portfolios|watch)\/[^/?]+$/);
});

Deno.test("hostile names, notes and numbers become neither markup nor nonsense", async () => {
  const evil = `"><script>alert(1)</script><img src=x onerror="alert(1)">`;
  const holding = aHolding({
    symbol: evil,
    exchange: evil,
    quantity: "9".repeat(44),
    price: "1e400",
    value: "NaN",
    currency: evil,
    priceSource: evil,
    priceMs: Infinity,
  });
  const worth = aWorth({
    holdings: [holding],
    value: `${"9".repeat(40)}.5`,
    cash: [{ exchange: evil, currency: evil, balance: "Infinity", value: null }],
    allocation: [{ name: evil, value: "x", share: 1 }],
    missing: [evil],
    problems: { count: 1, first: [{ activityId: "a", kind: "rate", message: evil }] },
  });
  const activity = anActivity({ symbol: evil, note: evil, exchange: evil, timestamp: NaN });
  const answers: Answers = {
    ...fullAnswers,
    "GET /api/v1/portfolios": {
      portfolios: [aPortfolio({ name: evil })],
      count: 1,
      most: 9,
      next_cursor: null,
    },
    [`GET ${api}`]: { ...aPortfolio({ name: evil }), ...worth },
    [`GET ${api}/value`]: worth,
    [`GET ${api}/activities`]: { activities: [activity], count: 1, next_cursor: evil },
    [`GET ${api}/imports`]: { imports: [anImport({ name: evil, timestamp: NaN })], count: 1 },
  };
  for (const path of ["/portfolio", book]) {
    const { status, html } = await open({ answers })(path);
    assert.equal(status, 200, path);
    assert.doesNotMatch(html, /<script>alert|<img src=x|href="javascript:/, path);
    const text = html.replace(/<script[\s\S]*?<\/script>/g, "").replace(/="[^"]*"/g, "");
    assert.doesNotMatch(text, />[^<]*(NaN|Infinity|undefined|\[object)[^<]*</, path);
  }
});

Deno.test("a page of older entries leads back to the newest", async () => {
  const asked: Asked[] = [];
  const { html } = await open({ asked })(`${book}?cursor=abc`);
  assert.ok(asked.some(({ path }) => path === `${api}/activities?limit=50&cursor=abc`));
  assert.match(html, new RegExp(`href="${book}"[^>]*>Newest entries`));
});
