/** The pages that bring things together, as the server writes them. */
import assert from "node:assert/strict";
import type { PageData, SignalFilter } from "../../lib/ui/state.ts";
import { overviewPaths, serveExplore } from "../support/explore_app.tsx";
import { fullPages, PAGE_MS, volumeSignal } from "../support/pages.ts";
import { emptyPages, failingPages, hostilePages } from "../support/pages_odd.ts";

const DAY_MS = 86_400_000;

function open(data: PageData) {
  const handle = serveExplore(data);
  return async (path: string) => {
    const answer = await handle(new Request(`http://here${path}`));
    return { status: answer.status, html: await answer.text() };
  };
}

Deno.test("UI-12 UI-13 overviews are complete without scripts, each drawing with its words", async () => {
  const get = open(fullPages);
  const contents: Record<string, RegExp[]> = {
    "/": [
      /data-refresh="movers"[\s\S]*Fallen[\s\S]*BTCUSDT[\s\S]*−1\.50%[\s\S]*binance · [\s\S]*5 s ago/,
      /aria-label="\+0\.40 on a scale from −1 to \+1: Positive"/,
      /role="img" aria-label="Signals by source, 2 in all: binance 2"/,
    ],
    "/intelligence": [
      /aria-label="Signals by kind, 2 in all: Price move 1, Unusual volume 1"/,
      /aria-label="Signals by confidence\. 80% – 100%: 2, 60% – 80%: 0/,
      /aria-label="Signals of unusual volume: 1, from[\s\S]*at most 3\.3 times the usual/,
      /Price move<\/a>[\s\S]*40<[\s\S]*50%[\s\S]*35% – 65%[\s\S]*29%/,
      /BTC<\/a>[\s\S]*4 ▼<span class="visually-hidden">Negative/,
      /aria-current="page">7 days/,
    ],
    "/explore/signals": [
      /<output class="number">0%<\/output>/,
      /href="\/explore\/signals\?entity=ETHUSDT&amp;from=2024-01-01&amp;to=2024-01-01#v1"/,
    ],
    "/continuity": [/No series is stored|No bars|No series/],
    "/guides": [/href="\/guides\/api"[^>]*>The API[\s\S]*Asking for everything/],
    "/guides/api": [
      /<a href="\/guides\/settings#all">settings<\/a>/,
      /<a href="https:\/\/example\.com\/" rel="noopener noreferrer external">/,
      /aria-label="On this page"[\s\S]*href="#first"[\s\S]*href="#second"/,
      /<td\s+class="number">1<\/td>/,
      /<pre[^>]*><code>deno task start/,
    ],
  };
  for (const path of overviewPaths) {
    const { status, html } = await get(path);
    assert.equal(status, 200, path);
    for (const content of contents[path]!) assert.match(html, content, path);
    assert.doesNotMatch(html, / style="/, path);
    assert.equal(html.match(/<h1/g)?.length, 1, path);
  }
});

Deno.test("an overview of nothing says so, and shows no drawing of it", async () => {
  const get = open(emptyPages);
  const words: Record<string, RegExp> = {
    "/": /No change over 24 hours is known[\s\S]*No headline was judged[\s\S]*No signal to count/,
    "/intelligence": /No signal to count yet[\s\S]*none judged yet[\s\S]*No headline was judged/,
    "/explore/signals": /No signal yet\. Detectors look at each hour/,
    "/guides": /No guide came with this build/,
  };
  for (const [path, expected] of Object.entries(words)) {
    const { status, html } = await get(path);
    assert.equal(status, 200, path);
    assert.match(html, expected, path);
    assert.doesNotMatch(html, /NaN|undefined|Infinity|class="figure/, path);
  }
});

Deno.test("what cannot be read leaves the rest of the overview, and a way to try again", async () => {
  const get = open(failingPages);
  for (const path of [...overviewPaths, "/intelligence?days=30", "/continuity?q=btc"]) {
    const { status, html } = await get(path);
    assert.equal(status, 200, path);
    const [, href] = html.match(/role="alert"[\s\S]*?href="([^"]+)"/)!;
    assert.equal(href!.replaceAll("&amp;", "&"), path, path);
    assert.doesNotMatch(html, /secret cause/, path);
  }
  const { html } = await open({ ...fullPages, getNews: failingPages.getNews })("/intelligence");
  assert.match(html, /Signals by kind, 2 in all[\s\S]*role="alert"/);
});

Deno.test("hostile signals, sources and guides become neither markup, links nor nonsense", async () => {
  const get = open(hostilePages);
  for (const path of overviewPaths) {
    const { status, html } = await get(path);
    assert.equal(status, 200, path);
    const markup = /<script>alert|<img src=x|<iframe|href="(javascript|data):|src="\/\/|onerror="/;
    assert.doesNotMatch(html, markup, path);
    assert.doesNotMatch(html, /="[^"]*(NaN|Infinity|undefined)[^"]*"/, path);
    const text = html.replace(/="[^"]*"/g, "");
    assert.doesNotMatch(text, />[^<]*(NaN|Infinity|undefined|\[object)[^<]*</, path);
  }
});

Deno.test("UI-15 pages of signals are turned by links that keep the filters", async () => {
  const asked: SignalFilter[] = [];
  const [view] = await fullPages.listSignals({} as SignalFilter);
  const get = open({
    ...fullPages,
    listSignals: (filter) => {
      asked.push(filter);
      const length = Math.max(0, Math.min(filter.limit, 60 - (filter.offset ?? 0)));
      const views = Array.from({ length }, (_, i) => ({
        ...view!,
        record: { ...volumeSignal, id: `s${(filter.offset ?? 0) + i}` },
      }));
      return Promise.resolve(views);
    },
  });
  const first = (await get("/explore/signals?type=volume_anomaly&confidence=40")).html;
  assert.match(first, /Signals 1 to 24/);
  const older = first.match(/href="([^"]+)"[^>]*>Older/)![1]!.replaceAll("&amp;", "&");
  assert.equal(older, "/explore/signals?type=volume_anomaly&confidence=40&page=2");
  assert.doesNotMatch(first, />Newer</);
  const last = (await get("/explore/signals?type=volume_anomaly&confidence=40&page=3")).html;
  assert.match(last, /Signals 49 to 60/);
  assert.doesNotMatch(last, />Older</);
  assert.match(last, /page=2"[^>]*>Newer/);
  assert.deepEqual(asked.map(({ offset }) => offset), [0, 48]);
  for (const page of ["0", "-1", "x", "1e9", "999999"]) {
    await get(`/explore/signals?page=${page}`);
    assert.equal(asked.at(-1)?.offset, 0, page);
  }
});

Deno.test("the span of the intelligence page is one of four, whatever the address says", async () => {
  const spans: (number | null)[] = [];
  const get = open({
    ...fullPages,
    listSignalRecords: (filter) => {
      spans.push(filter.from === null ? null : (PAGE_MS - filter.from) / DAY_MS);
      return Promise.resolve([]);
    },
  });
  for (const query of ["", "?days=1", "?days=90", "?days=5", "?days=constructor"]) {
    assert.equal((await get(`/intelligence${query}`)).status, 200);
  }
  assert.deepEqual(spans, [7, 1, 90, 7, 7]);
});

Deno.test("a guide that is not there is not found, nor one outside the folder", async () => {
  const get = open(fullPages);
  for (const path of ["/guides/nope", "/guides/..%2F..%2Fdeno", "/guides/%E0%A4%A"]) {
    assert.equal((await get(path)).status, 404, path);
  }
});

Deno.test("UI-02 series are filtered and sorted by the address, and each keeps the other", async () => {
  const [row] = (await fullPages.getMarket("BTCUSDT"))!.continuity;
  const series = [
    row!,
    { ...row!, symbol: "ETHUSDT", missing: 0, repaired: 0 },
    { ...row!, symbol: "ETHUSDT", timeframe: "1h" as const, missing: 9 },
  ];
  const get = open({
    ...fullPages,
    getContinuity: () => Promise.resolve({ series, gaps: [], openGaps: 2 }),
  });
  const list = async (query: string) => {
    const { html } = await get(`/continuity${query}`);
    const rows = html.matchAll(/<th scope="row"><a[^>]*>([^<]+)<\/a>/g);
    return { html, rows: [...rows].map(([, name]) => name) };
  };
  assert.deepEqual((await list("")).rows, ["ETHUSDT 1h", "BTCUSDT 1m", "ETHUSDT 1m"]);
  assert.deepEqual((await list("?sort=series&order=desc")).rows, [
    "ETHUSDT 1h",
    "ETHUSDT 1m",
    "BTCUSDT 1m",
  ]);
  assert.deepEqual((await list("?q=eth&state=repaired")).rows, ["ETHUSDT 1h"]);
  const { html, rows } = await list("?q=zzz&sort=missing&order=asc");
  assert.deepEqual(rows, []);
  assert.match(html, /No series matches these filters/);
  assert.match(html, /type="hidden" name="sort" value="missing"/);
});
