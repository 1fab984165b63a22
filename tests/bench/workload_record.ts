/**
 * Records how people and programs use the product: `deno run -A tests/bench/workload_record.ts`.
 *
 * Two browsers walk through the pages with the pauses of a reader (drawn with a fixed seed), and
 * three programs ask the API at their own paces, all against a product that plays the recording.
 * Every request but those for static files is written down with its time.
 */
import { launchChromium } from "../support/chromium.ts";
import { describeReplay, startProduct } from "../support/product.ts";
import { withFolder } from "../support/store.ts";

const seconds = 90;
const pages = [
  "/",
  "/enhanced-dashboard?symbol=BTCUSDT",
  "/enhanced-dashboard?symbol=ETHUSDT",
  "/explore/signals",
  "/explore/markets",
  "/explore/market/BTCUSDT",
  "/explore/dex",
  "/explore/news",
  "/sources",
  "/jobs",
  "/quality",
  "/continuity",
];
const programs = [
  {
    everyMs: 1_000,
    paths: ["/market-data/bitcoin", "/market-data/ethereum", "/market-data/BTCUSDT"],
  },
  {
    everyMs: 2_000,
    paths: ["/market-analysis?symbols=BTCUSDT,ETHUSDT", "/dex/pairs", "/dex/volume-leaders"],
  },
  {
    everyMs: 3_000,
    paths: [
      "/api/v1/charts/BTCUSDT?timeframe=1m&limit=500",
      "/api/v1/charts/ETHUSDT?timeframe=1h&limit=500",
      "/dashboard/api/stats",
      "/api/v1/sources",
    ],
  },
];

/** One request: when it was made, ms since the start, and for what. */
export interface Visit {
  atMs: number;
  path: string;
}

/** A reader's pauses, the same at each recording. */
function createPauses(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return 1_500 + state / 2_147_483_648 * 4_000;
  };
}

const isStatic = (path: string) =>
  /^\/(_fresh|icons|guides|sw\.js|manifest|styles|theme)/.test(path);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function record(): Promise<Visit[]> {
  const visits: Visit[] = [];
  await withFolder(async (folder) => {
    const product = await startProduct({
      ...describeReplay(folder),
      CRYPTOINTEL_RATE_LIMIT: "1000000000",
    });
    const browser = await launchChromium();
    const startMs = performance.now();
    const note = (url: string) => {
      const { origin, pathname, search } = new URL(url);
      if (origin !== new URL(product.url).origin || isStatic(pathname)) return;
      visits.push({ atMs: Math.round(performance.now() - startMs), path: pathname + search });
    };
    const isOver = () => performance.now() - startMs > seconds * 1_000;
    const read = async (seed: number) => {
      const page = await (await browser.newContext({ serviceWorkers: "block" })).newPage();
      page.on("request", (request) => request.method() === "GET" && note(request.url()));
      const pause = createPauses(seed);
      for (let i = seed; !isOver(); i++) {
        await page.goto(product.url.replace(/\/$/, "") + pages[(i * 5) % pages.length]);
        await wait(pause());
      }
    };
    const ask = async ({ everyMs, paths }: typeof programs[number]) => {
      for (let i = 0; !isOver(); i++) {
        const url = product.url.replace(/\/$/, "") + paths[i % paths.length];
        note(url);
        await (await fetch(url)).arrayBuffer();
        await wait(everyMs);
      }
    };
    try {
      await Promise.all([read(1), read(8), ...programs.map(ask)]);
    } finally {
      await browser.close();
      await product.stop();
    }
  });
  return visits.sort((a, b) => a.atMs - b.atMs);
}

if (import.meta.main) {
  const visits = await record();
  const path = new URL("../fixtures/workload/visits.json", import.meta.url);
  await Deno.mkdir(new URL("./", path), { recursive: true });
  const rows = visits.map(({ atMs, path }) => `  [${atMs}, ${JSON.stringify(path)}]`);
  await Deno.writeTextFile(path, `[\n${rows.join(",\n")}\n]\n`);
  console.log(`${visits.length} requests of ${seconds} s`);
}
