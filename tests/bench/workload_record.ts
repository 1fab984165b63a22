/**
 * Records how people and programs use the product: `deno run -A tests/bench/workload_record.ts`.
 *
 * Three browsers walk through the pages as readers do (what is looked at most and how long is drawn
 * with fixed seeds), and programs ask the API at their own paces, all against a product that plays
 * the recording. Every GET but those for static files is written down with its time.
 */
import { launchChromium } from "../support/chromium.ts";
import { describeReplay, startProduct } from "../support/product.ts";
import { withFolder } from "../support/store.ts";
import { type Visit, writeVisits } from "./workload.ts";

const minutes = 6;
const readers = 3;

/** Pages by how often people look at them. */
const pages: [path: string, weight: number][] = [
  ["/", 8],
  ["/enhanced-dashboard?symbol=BTCUSDT", 8],
  ["/enhanced-dashboard?symbol=ETHUSDT", 4],
  ["/enhanced-dashboard?symbol=SOLUSDT", 1],
  ["/explore/signals", 5],
  ["/explore/signals?type=price_alert", 1],
  ["/explore/markets", 5],
  ["/explore/market/BTCUSDT", 3],
  ["/explore/market/ETHUSDT", 2],
  ["/explore/market/FTTUSDT", 2],
  ["/explore/dex", 4],
  ["/explore/dex?sort=liquidity", 1],
  ["/explore/news", 3],
  ["/sources", 2],
  ["/jobs", 1],
  ["/quality", 1],
  ["/continuity", 1],
];

/** What the tail of programs asks for, the first most. */
const assets = [
  "bitcoin",
  "ethereum",
  "BTCUSDT",
  "ETHUSDT",
  "FTTUSDT",
  "SOLUSDT",
  "tether",
  "BNBUSDT",
  "solana",
  "usd-coin",
  "ADAUSDT",
  "XRPUSDT",
  "dogecoin",
  "LINKUSDT",
];

/** Programs: all paths in a row, and again after a pause of this mean. */
const programs: { everyMs: number; paths: string[] }[] = [
  { everyMs: 5_000, paths: assets.slice(0, 5).map((name) => `/market-data/${name}`) },
  {
    everyMs: 10_000,
    paths: ["/dashboard/api/stats", "/dashboard/api/market", "/dashboard/api/health"],
  },
  {
    everyMs: 15_000,
    paths: [
      "/dex/pairs",
      "/dex/pairs?sort=volume_24h&limit=20",
      "/dex/listings?limit=20",
      "/dex/volume-leaders",
    ],
  },
  {
    everyMs: 20_000,
    paths: ["/market-analysis", "/market-analysis?symbols=BTCUSDT,ETHUSDT"],
  },
  {
    everyMs: 15_000,
    paths: [
      "/api/v1/charts/BTCUSDT?timeframe=1m&limit=500",
      "/api/v1/charts/ETHUSDT?timeframe=1h&limit=500",
    ],
  },
  { everyMs: 10_000, paths: ["/signals?limit=50", "/dex/signals"] },
  { everyMs: 15_000, paths: ["/api/v1/sources", "/api/v1/health"] },
];
/** The tail asks for one asset at a time. */
const tailEveryMs = 2_500;

/** Shares from 0 to 1, the same at each recording. */
function createDice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** Draws by weight. */
function draw<T>(all: readonly (readonly [T, number])[], share: number): T {
  let left = share * all.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of all) if ((left -= weight) < 0) return value;
  return all[0]![0];
}

/** A pause of independent arrivals, at most five times the mean. */
const drawPause = (meanMs: number, share: number) => Math.min(5, -Math.log(1 - share)) * meanMs;

const isStatic = ({ pathname, search }: URL) =>
  /^\/(_fresh|icons|guides|sw\.js|manifest|styles|theme|icon)/.test(pathname) ||
  search.includes("__frsh_c");
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function record(): Promise<Visit[]> {
  const visits: Visit[] = [];
  await withFolder(async (folder) => {
    const product = await startProduct(describeReplay(folder));
    const { origin } = new URL(product.url);
    const browser = await launchChromium();
    const startMs = performance.now();
    const note = (text: string) => {
      const url = new URL(text);
      if (url.origin !== origin || isStatic(url)) return;
      visits.push([Math.round(performance.now() - startMs), url.pathname + url.search]);
    };
    const isOver = () => performance.now() - startMs > minutes * 60_000;
    const read = async (seed: number) => {
      const page = await (await browser.newContext({ serviceWorkers: "block" })).newPage();
      page.on("request", (request) => request.method() === "GET" && note(request.url()));
      const dice = createDice(seed);
      while (!isOver()) {
        await page.goto(origin + draw(pages, dice()));
        await wait(2_000 + drawPause(5_000, dice()));
      }
    };
    const ask = async (path: string) => {
      note(origin + path);
      await (await fetch(origin + path)).arrayBuffer();
    };
    const run = async ({ everyMs, paths }: typeof programs[number], seed: number) => {
      const dice = createDice(seed);
      while (!isOver()) {
        for (const path of paths) await ask(path);
        await wait(drawPause(everyMs, dice()));
      }
    };
    const runTail = async () => {
      const dice = createDice(99);
      const weighed = assets.map((name, i) => [name, 1 / (i + 1)] as const);
      while (!isOver()) {
        await ask(`/market-data/${draw(weighed, dice())}`);
        await wait(drawPause(tailEveryMs, dice()));
      }
    };
    try {
      await Promise.all([
        ...Array.from({ length: readers }, (_, i) => read(i * 7_919 + 1)),
        ...programs.map((program, i) => run(program, i * 104_729 + 5)),
        runTail(),
      ]);
    } finally {
      await browser.close();
      await product.stop();
    }
  });
  return visits.sort((a, b) => a[0] - b[0]);
}

if (import.meta.main) {
  const visits = await record();
  await writeVisits(visits, [
    "Requests of people and programs: [milliseconds since the start, path].",
    `Recorded on ${
      new Date().toISOString().slice(0, 10)
    } by \`deno run -A tests/bench/workload_record.ts\`:`,
    `for ${minutes} minutes ${readers} Chromium browsers walked through ${pages.length} pages as readers do, and`,
    `${
      programs.length + 1
    } programs asked the API at their own paces, with fixed seeds, against a product that`,
    "played its recording. Static files are left out.",
  ]);
  console.log(`${visits.length} requests of ${minutes} min`);
}
