/** Pages of markets, decentralised exchanges, news and operation, as the server writes them. */
import assert from "node:assert/strict";
import type { ModeView, PageData } from "../../lib/ui/state.ts";
import {
  explorePaths as paths,
  PAIR_PATH as pair1,
  serveExplore,
} from "../support/explore_app.tsx";
import { fullPages, news as someNews, PAGE_MS, someFigures } from "../support/pages.ts";
import { emptyPages, failingPages, hostilePages } from "../support/pages_odd.ts";

const DAY_MS = 86_400_000;

function open(data: PageData, mode?: ModeView) {
  const handle = serveExplore(data, mode);
  return async (path: string) => {
    const answer = await handle(new Request(`http://here${path}`));
    return { status: answer.status, headers: answer.headers, html: await answer.text() };
  };
}

Deno.test("NEW-02 every page is complete without scripts, each figure with its source and age", async () => {
  const get = open(fullPages);
  const contents: Record<string, RegExp[]> = {
    "/explore/markets": [
      /63,250\.10[\s\S]*binance · [\s\S]*5 s ago/,
      /alpaca[\s\S]*Closed, opens 3 Jan 2024/,
      /42,000[\s\S]*800B[\s\S]*coingecko · [\s\S]*1 min ago/,
    ],
    "/explore/market/BTCUSDT": [
      /binance · [\s\S]*5 s ago[\s\S]*coingecko · [\s\S]*1 min ago[\s\S]*coinmarketcap · /,
      /bullish[\s\S]*62%[\s\S]*55\.5%[\s\S]*41,000[\s\S]*turned there 3 times[\s\S]*none found/,
      /99\.000%[\s\S]*freshness 2[\s\S]*99\.000%/,
      /href="\/enhanced-dashboard\?symbol=BTCUSDT"/,
      /ETHUSDT<\/a>[\s\S]*\+0\.91[\s\S]*700 common hours[\s\S]*headlines with <strong>kraken/,
      /Bitcoin rises[\s\S]*coindesk\.com · cryptopanic[\s\S]*judged by rules\/1/,
    ],
    "/explore/dex": [
      /WETH\/USDC[\s\S]*coinmarketcap_dex · [\s\S]*2 min ago/,
      /role="img" aria-label="Volume of 24 hours by network/,
      /aria-label="2 signals by time and type/,
      /liquidity change 24h −34\.57%, direction down, threshold 20/,
    ],
    [pair1]: [
      /Ethereum[\s\S]*2 min ago/,
      /Liquidity score[\s\S]*0\.74[\s\S]*too little history/,
      /<strong>Alert:<\/strong> Liquidity fell by 34\.6 %/,
      /aria-label="Hourly candles from 1 Jan 2024, 22:00 UTC[\s\S]*lowest 0\.5000, highest 3\.0000/,
      /Made of the prices that we collected/,
    ],
    "/explore/news": [
      /Positive[\s\S]*\+0\.60 · judged by rules\/1/,
      /aria-label="\+0\.40 on a scale from −1 to \+1: Positive"/,
      /From 12 judged headlines/,
      /BTC<\/a>[\s\S]*4 ▼<span class="visually-hidden">Negative/,
    ],
    "/explore/tvl": [
      /aria-sort="descending"[\s\S]*Ethereum[\s\S]*50B[\s\S]*Lendit[\s\S]*2\.5B[\s\S]*−12\.50%/,
      /Lending[\s\S]*defillama · [\s\S]*1 h ago/,
    ],
    "/sources": [
      /CoinGecko[\s\S]*Live[\s\S]*7 s ago/,
      /9,000 of 10,000 spent[\s\S]*90%[\s\S]*<progress[\s\S]*runs out on 28 Jan 2024/,
      /markets[\s\S]*prices of assets[\s\S]*every 5 min[\s\S]*50%[\s\S]*9 s ago/,
      /Market closed/,
      /Disabled: no key is set/,
    ],
    "/jobs": [
      /95%[\s\S]*Collect → Compute → Evaluate → Notify/,
      /Done[\s\S]*by schedule[\s\S]*1 min ago[\s\S]*defillama[\s\S]*failed[\s\S]*no answer/,
      /Evaluate[\s\S]*It broke/,
    ],
    "/cache": [
      /96%[\s\S]*91%[\s\S]*75%[\s\S]*3 MB[\s\S]*of at most 256 MB/,
      /Figures of assets[\s\S]*1,200[\s\S]*34[\s\S]*56[\s\S]*20, 15[\s\S]*78[\s\S]*5 min/,
      /Charts[\s\S]*until it changes[\s\S]*never shown again/,
    ],
    "/quality": [/95\.000%/, /ETHUSDT[\s\S]*90\.000%[\s\S]*freshness 3[\s\S]*not judged yet/],
    "/quality/BTCUSDT": [
      /98\.000%[\s\S]*3 s ago/,
      /lowest 90\.000%, now 98\.000%/,
      /freshness[\s\S]*98[\s\S]*2/,
    ],
  };
  for (const path of paths) {
    const { status, headers, html } = await get(path);
    assert.equal(status, 200, path);
    for (const content of contents[path]!) assert.match(html, content, path);
    assert.ok(headers.get("content-security-policy"), path);
    assert.doesNotMatch(html, / style="/, path);
    assert.equal(html.match(/<h1/g)?.length, 1, path);
  }
});

Deno.test("nothing stored is said in words, and never looks like a figure of zero", async () => {
  const get = open(emptyPages);
  const words: Record<string, RegExp> = {
    "/explore/markets": /No symbol is followed yet[\s\S]*No source has told figures of assets/,
    "/explore/market/BTCUSDT":
      /No source has told figures[\s\S]*too short[\s\S]*Nothing was judged[\s\S]*Too few common hours[\s\S]*Nothing is known to be/,
    "/explore/dex": /No pair is stored\. The recording that is played holds none/,
    [pair1]: /No price history[\s\S]*No signal on pairs yet[\s\S]*Nothing within the last 24/,
    "/explore/news": /No headline is stored\. The recording that is played holds none/,
    "/explore/tvl": /No locked value is stored\. None came so far/,
    "/sources": /No source has reported yet/,
    "/jobs": /–[\s\S]*No cycle has run yet[\s\S]*Nothing was given up/,
    "/cache": /–[\s\S]*nothing yet[\s\S]*Nothing was asked for yet/,
    "/quality": /No symbol is followed yet/,
    "/quality/BTCUSDT": /not judged yet[\s\S]*No past is stored yet[\s\S]*No check has run/,
  };
  for (const path of paths) {
    const { status, html } = await get(path);
    assert.equal(status, 200, path);
    assert.match(html, words[path]!, path);
    assert.doesNotMatch(html, /NaN|undefined|Infinity/, path);
  }
});

Deno.test("figures that cannot be read leave a way to try again, and no cause", async () => {
  const get = open(failingPages);
  for (const path of [...paths, "/explore/dex?network=base", "/explore/news?entity=BTC"]) {
    const { status, html } = await get(path);
    assert.equal(status, 200, path);
    assert.match(html, /role="alert"[\s\S]*Try again/, path);
    const [, href] = html.match(/role="alert"[\s\S]*?href="([^"]+)"/)!;
    assert.equal(decodeURI(href!), decodeURI(path), path);
    assert.doesNotMatch(html, /secret cause/, path);
  }
});

Deno.test("hostile names, texts and numbers become neither markup, links nor nonsense", async () => {
  const get = open(hostilePages);
  for (const path of paths) {
    const { status, html } = await get(path);
    assert.equal(status, 200, path);
    assert.doesNotMatch(html, /<script>alert|<img src=x|href="javascript:|onerror="/, path);
    assert.doesNotMatch(html, /="[^"]*(NaN|Infinity|undefined)[^"]*"/, path);
    const text = html.replace(/="[^"]*"/g, "");
    assert.doesNotMatch(text, />[^<]*(NaN|Infinity|undefined|\[object)[^<]*</, path);
  }
});

Deno.test("what nobody knows is not found", async () => {
  const get = open(fullPages);
  const unknown = [
    "/explore/market/NOPE",
    "/explore/dex/x%3Ay",
    "/quality/NOPE",
    "/quality/%E0%A4%A",
  ];
  for (const path of unknown) {
    assert.equal((await get(path)).status, 404, path);
  }
});

Deno.test("names are given to the readers as people write them, encoded or not", async () => {
  const asked: string[] = [];
  const note = (name: string) => {
    asked.push(name);
    return Promise.resolve(null);
  };
  const get = open({ ...fullPages, getMarket: note, getDexPair: note, getQuality: note });
  await get("/explore/market/crypto%3ABTC%2FUSDT%40binance");
  await get("/explore/market/asset:bitcoin");
  await get("/explore/dex/ethereum:0xaa");
  await get("/quality/THYAO.IS");
  assert.deepEqual(asked, [
    "crypto:BTC/USDT@binance",
    "asset:bitcoin",
    "ethereum:0xaa",
    "THYAO.IS",
  ]);
});

Deno.test("an answer recorded outside the played dates shows its date instead of an age", async () => {
  const mode: ModeView = {
    mode: "replay",
    recordedFrom: PAGE_MS - DAY_MS,
    recordedTo: PAGE_MS + DAY_MS,
  };
  const assets = [
    someFigures({ timestamp: PAGE_MS + 500 * DAY_MS }),
    someFigures({ id: "asset:old@coingecko", timestamp: PAGE_MS - 2 * DAY_MS }),
    someFigures({ id: "asset:played@coingecko", timestamp: PAGE_MS - 60_000 }),
  ];
  const listMarkets = () => Promise.resolve({ symbols: [], assets });
  const { html } = await open({ ...fullPages, listMarkets }, mode)("/explore/markets");
  assert.match(html, /coingecko · recorded on 16 May 2025/);
  assert.match(html, /coingecko · recorded on 31 Dec 2023/);
  assert.match(html, /coingecko · <time[^>]*>1 min ago/);
  assert.match(html, /Recorded data/);
});

/** Symbols of all tables, in order. */
function listRows(html: string): (string | undefined)[] {
  return [...html.matchAll(/<th scope="row"><a[^>]*>([^<]+)/g)].map(([, name]) => name);
}

Deno.test("UI-02 markets are filtered and sorted by the address, and each keeps the other", async () => {
  const get = open(fullPages);
  const cases: [string, string[]][] = [
    ["", ["BTCUSDT", "ETHUSDT", "AAPL", "BTC"]],
    ["?sort=symbol&order=desc", ["ETHUSDT", "BTCUSDT", "AAPL", "BTC"]],
    ["?q=eth", ["ETHUSDT"]],
    ["?q=%20ApPlE%20", ["AAPL"]],
    ["?exchange=alpaca", ["AAPL"]],
    ["?exchange=nowhere", []],
    ["?sort=%3Cscript%3E&order=1", ["BTCUSDT", "ETHUSDT", "AAPL", "BTC"]],
  ];
  for (const [query, rows] of cases) {
    assert.deepEqual(listRows((await get(`/explore/markets${query}`)).html), rows, query);
  }
  const { html } = await get("/explore/markets?q=usdt&exchange=binance&sort=price&order=asc");
  assert.match(html, /href="\?q=usdt&amp;exchange=binance&amp;sort=price&amp;order=desc"/);
  assert.match(html, /type="hidden" name="sort" value="price"/);
  assert.match(html, /<input[^>]*name="q" value="usdt"/);
  assert.match(html, /<option[^>]* selected[^>]*>binance/);
  assert.match((await get("/explore/markets?q=zzz")).html, /Nothing matches these filters/);
});

Deno.test("UI-15 filters of pairs and headlines reach the reader, and nonsense does not", async () => {
  const asked: unknown[] = [];
  const get = open({
    ...fullPages,
    getDex: (filter) => {
      asked.push(filter);
      return fullPages.getDex(filter);
    },
    getNews: (filter) => {
      asked.push(filter);
      return Promise.resolve({ ...someNews, headlines: [], total: 0 });
    },
  });
  const pairs = await get(
    "/explore/dex?network=base&exchange=aerodrome&type=new_pair&sort=price&order=asc",
  );
  await get("/explore/dex?type=toString&network=%20&sort=constructor&order=up");
  const { html } = await get("/explore/news?entity=BTC&source=cryptopanic&sentiment=negative");
  await get(`/explore/news?sentiment=%00&entity=${"x".repeat(500)}`);
  assert.deepEqual(asked, [
    { network: "base", exchange: "aerodrome", type: "new_pair", sort: "price", order: "asc" },
    { network: "", exchange: "", type: "", sort: "volume_24h", order: "desc" },
    { entity: "BTC", source: "cryptopanic", mood: "negative" },
    { entity: "x".repeat(64), source: "", mood: "" },
  ]);
  assert.match(
    pairs.html,
    /<option[^>]*value="new_pair"[^>]* selected|<option[^>]* selected[^>]*value="new_pair"/,
  );
  assert.match(
    pairs.html,
    /aria-sort="ascending"><a href="\?network=base&amp;exchange=aerodrome&amp;type=new_pair&amp;sort=price&amp;order=desc"/,
  );
  assert.match(html, /No headline matches these filters/);
});

Deno.test("a source says in plain words why it does not answer", async () => {
  const [first] = await fullPages.listSources();
  const cases: [Partial<NonNullable<typeof first>>, RegExp][] = [
    [{ state: "blocked" }, /Refused for our region or key/],
    [{ state: "reconnecting", feeds: [] }, /Does not answer, trying again/],
    [{ state: "reconnecting" }, /Some feeds answer, others do not/],
    [{ state: "disabled", enabled: false }, /Disabled: no key is set, or an operator/],
    [{ nextMs: PAGE_MS + 60_000 }, /Next try[\s\S]*2 Jan 2024, 00:01 UTC/],
    [{ lastMessageMs: null }, /Last answer[\s\S]*never/],
    [{ detail: "rate limited until 00:05" }, /rate limited until 00:05/],
  ];
  for (const [part, words] of cases) {
    const listSources = () => Promise.resolve([{ ...first!, ...part }]);
    assert.match((await open({ ...fullPages, listSources })("/sources")).html, words);
  }
  const budget = { ...first!.budget, creditsPerMonth: null };
  const listSources = () => Promise.resolve([{ ...first!, budget }]);
  assert.match((await open({ ...fullPages, listSources })("/sources")).html, /counts no credits/);
});

Deno.test("the menu marks the page and what lies below it, and the footer leads everywhere", async () => {
  const get = open(fullPages);
  const marks = async (path: string) =>
    [...(await get(path)).html.matchAll(/<a href="([^"]+)" aria-current="(\w+)"/g)]
      .map(([, href, mark]) => [href, mark]);
  assert.deepEqual(await marks("/explore/markets"), [["/explore/markets", "page"]]);
  assert.deepEqual(await marks("/explore/market/BTCUSDT"), [["/explore/markets", "true"]]);
  assert.deepEqual(await marks(pair1), [["/explore/dex", "true"]]);
  assert.deepEqual(await marks("/quality/BTCUSDT"), [["/quality", "true"]]);
  const { html } = await get("/jobs");
  const footer = html.slice(html.indexOf("<footer"));
  for (const href of ["/", "/explore/news", "/sources", "/docs", "/openapi.json"]) {
    assert.ok(footer.includes(`href="${href}"`), href);
  }
});

Deno.test("of a start the time of all sources is told, not the moment that each had left", async () => {
  const known = await fullPages.getJobs();
  const took = async (trigger: "cron" | "start") => {
    const runs = known.runs.map((run) => ({ ...run, trigger, duration_ms: 4_200 }));
    const getJobs = () => Promise.resolve({ ...known, runs });
    const { html } = await open({ ...fullPages, getJobs })("/jobs");
    const cycles = html.slice(html.indexOf('id="cycles"'), html.indexOf('id="parked"'));
    const rows = [...cycles.matchAll(/<td class="number">([^<]*)<\/td><\/tr>/g)];
    return { whole: / in ([^<]*)/.exec(cycles)?.[1], rows: rows.map(([, text]) => text) };
  };
  assert.deepEqual(await took("cron"), { whole: "4 s", rows: ["300 ms", "9 ms"] });
  assert.deepEqual(await took("start"), { whole: "4 s", rows: ["–", "–"] });
});
