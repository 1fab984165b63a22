/** Shares in the recorded world, asked by the sources' own parsers. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fetchBars } from "../../../collectors/holes.ts";
import { alpaca } from "../../../collectors/sources/alpaca.ts";
import { yahoo } from "../../../collectors/sources/yahoo.ts";
import { startReplayServer } from "../../../collectors/replay.ts";
import { createAlpacaClient } from "../../../collectors/replay/alpaca_stream.ts";
import { openAnswers } from "../../../collectors/replay/fixtures.ts";
import { openRecording } from "../../../collectors/replay/recording.ts";
import { openStocks, type StocksRoom } from "../../../collectors/replay/stocks.ts";
import { silentLogger } from "../../../lib/log.ts";
import { createManualClock } from "../../support/clock.ts";
import { anHttp, turn } from "../../support/exchange.ts";
import { type BarRow, formatBarFile, formatMultiFile, withFolder } from "../../support/recorded.ts";
import { aContext } from "../../support/stocks.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const at = (text: string) => Date.parse(`${text}Z`);
/** Monday, 11 February 2019: half an hour after the bell in New York. */
const startMs = at("2019-02-11T15:00");

const rows = (fromMs: number, count: number, stepMs: number, price = 100): BarRow[] =>
  Array.from({ length: count }, (_, i) => [
    fromMs + i * stepMs,
    price + i,
    price + i + 2,
    price + i - 1,
    price + i + 1,
    40,
  ]);

const notFound = {
  _fixture: { recorded_at: "2025-02-20T11:47:41Z" },
  request: { method: "GET", url: "https://query1.finance.yahoo.com/v8/finance/chart/NOPE.IS" },
  response: {
    status: 404,
    headers: {},
    body: { chart: { result: null, error: { code: "Not Found", description: "No data" } } },
  },
};

/** A crypto market that plays beside shares with minutes, days and a split. */
const files = {
  "candles/binance/_multi-2019-02-11-1m.csv": formatMultiFile({
    BTCUSDT: rows(startMs, 30, minuteMs, 3_600),
  }),
  "candles/us/AAPL-1m.csv": formatBarFile(rows(at("2019-02-11T14:25"), 65, minuteMs)),
  "candles/us/SPY-1d.csv": formatBarFile(rows(at("2019-01-28T00:00"), 16, dayMs, 200)),
  "candles/bist/THYAO.IS-1d.csv": formatBarFile(rows(at("2019-02-04T00:00"), 10, dayMs, 20)),
  "api/yahoo/chart-404.json": JSON.stringify(notFound),
};

/** The recorded world with its market time at the start of the play. */
async function withWorld(use: (root: string, folder: string) => Promise<void>): Promise<void> {
  await withFolder(files, async (folder) => {
    const clock = createManualClock(0);
    const options = { folder, speed: 1, startMinutes: 0, clock, log: silentLogger };
    const server = await startReplayServer(options);
    try {
      equal(server.marketNow(), startMs);
      await use(server.address.rest.replace("/binance", ""), folder);
    } finally {
      await server.close();
    }
  });
}

const askAlpaca = (root: string) =>
  anHttp(createManualClock(0), (url) => fetch(url), { addresses: [`${root}/alpaca`] });

Deno.test("Alpaca's clock tells market time, and that New York trades", async () => {
  await withWorld(async (root) => {
    const body = await (await fetch(`${root}/alpaca/v2/clock`)).json();
    equal(alpaca.time.parse(body), startMs);
    equal(body.is_open, true);
  });
});

Deno.test("Alpaca lists the shares with recorded bars", async () => {
  await withWorld(async (root) => {
    const body = await (await fetch(`${root}/alpaca/v2/assets`)).json();
    deepEqual(alpaca.listSymbols.parse(body).map(({ symbol }) => symbol), ["SPY", "AAPL"]);
  });
});

Deno.test("its minutes lie in the session and never after market time, in any page size", async () => {
  await withWorld(async (root) => {
    const stretch = {
      symbol: "AAPL",
      timeframe: "1m" as const,
      from: startMs - dayMs,
      to: startMs + dayMs,
    };
    const bars = await fetchBars(alpaca, stretch, {
      http: askAlpaca(root),
      serverMs: startMs + dayMs,
    });
    deepEqual(
      [bars.length, bars[0]!.time, bars.at(-1)!.time],
      [30, at("2019-02-11T14:30"), startMs - minuteMs],
    );
    let path = alpaca.bars.request("AAPL", "1m", startMs - dayMs, startMs).path.replace(
      "10000",
      "7",
    );
    const paged: number[] = [];
    for (let pages = 1;; pages++) {
      const body = await (await fetch(`${root}/alpaca${path}`)).json();
      const request = { ...alpaca.bars.request("AAPL", "1m", 0, 1), path };
      paged.push(...alpaca.bars.parse(body, request).map(({ time }) => time));
      const next = alpaca.bars.next!(body, request);
      if (next === null) {
        equal(pages, 5);
        break;
      }
      path = next.path;
    }
    deepEqual(paged, bars.map(({ time }) => time));
  });
});

Deno.test("its days carry midnight in New York and come back as dates", async () => {
  await withWorld(async (root) => {
    const stretch = {
      symbol: "SPY",
      timeframe: "1d" as const,
      from: startMs - 60 * dayMs,
      to: startMs,
    };
    const bars = await fetchBars(alpaca, stretch, { http: askAlpaca(root), serverMs: startMs });
    equal(bars.at(-1)!.time, at("2019-02-10T00:00"));
    const { path } = alpaca.bars.request("SPY", "1d", startMs - 3 * dayMs, startMs);
    const body = await (await fetch(`${root}/alpaca${path}`)).json();
    match(body.bars.SPY[0].t, /T05:00:00Z$/);
  });
});

Deno.test("a share without recorded bars, or a wrong timeframe, gets Alpaca's own answer", async () => {
  await withWorld(async (root) => {
    const { path } = alpaca.bars.request("TSLA", "1m", 0, startMs);
    const body = await (await fetch(`${root}/alpaca${path}`)).json();
    deepEqual(body, { bars: {}, next_page_token: null });
    const wrong = await fetch(`${root}/alpaca/v2/stocks/bars?symbols=AAPL&timeframe=7Min`);
    deepEqual([wrong.status, await wrong.json()], [400, { message: "invalid timeframe: 7Min" }]);
  });
});

Deno.test("Yahoo's days end before market time; minutes, which nobody recorded, are empty", async () => {
  await withWorld(async (root) => {
    for (const feed of yahoo.feeds) {
      const [request] = feed.requests(aContext({ nowMs: startMs }));
      const answer = await fetch(`${root}/yahoo${request!.path}`);
      const records = feed.parse(await answer.json(), { receivedMs: startMs, request: request! });
      const bars = records.bars?.[0]?.bars ?? [];
      if (feed.name === "minutes") deepEqual(bars, []);
      else deepEqual(bars.at(-1), { ...bars.at(-1)!, time: at("2019-02-10T00:00"), close: 27 });
    }
  });
});

Deno.test("an unknown share gets the recorded refusal, with the time of its recording", async () => {
  await withWorld(async (root) => {
    const answer = await fetch(`${root}/yahoo/v8/finance/chart/NOPE.IS`);
    equal(answer.status, 404);
    equal(answer.headers.get("x-recorded-at"), "2025-02-20T11:47:41Z");
    equal((await answer.json()).chart.error.code, "Not Found");
  });
});

Deno.test("a status fault of one source strikes it, and not the other", async () => {
  await withWorld(async (root) => {
    const fault = { kind: "status", status: 429, source: "yahoo" };
    const set = await fetch(`${root}/_fault`, { method: "POST", body: JSON.stringify(fault) });
    await set.body?.cancel();
    const paths = ["yahoo/v8/finance/chart/THYAO.IS?interval=1d", "alpaca/v2/clock"];
    const statuses: number[] = [];
    for (const path of paths) {
      const answer = await fetch(`${root}/${path}`);
      statuses.push(answer.status);
      await answer.body?.cancel();
    }
    deepEqual(statuses, [429, 200]);
  });
});

Deno.test("recorded splits bring old prices into today's shares, volumes the other way", async () => {
  const factors =
    "date,price_factor,split_factor,reference_price\n20190205,0.9,0.25,100\n20501231,1,1,0\n";
  const withSplit = { ...files, "candles/us/factors/SPY.csv.gz": factors };
  await withFolder(withSplit, async (folder) => {
    const options = {
      folder,
      speed: 1,
      startMinutes: 0,
      clock: createManualClock(0),
      log: silentLogger,
    };
    const server = await startReplayServer(options);
    try {
      const root = server.address.rest.replace("/binance", "");
      const stretch = {
        symbol: "SPY",
        timeframe: "1d" as const,
        from: at("2019-02-04T00:00"),
        to: startMs,
      };
      const bars = await fetchBars(alpaca, stretch, { http: askAlpaca(root), serverMs: startMs });
      deepEqual(bars.slice(0, 3).map(({ close, volume }) => [close, volume]), [
        [208 / 4, 160],
        [209 / 4, 160],
        [210, 40],
      ]);
    } finally {
      await server.close();
    }
  });
});

/** A client of the stream on a socket in the test's hand, and a market time to move. */
async function withClient(
  use: (client: {
    sent: () => Record<string, unknown>[];
    say(message: unknown): void;
    move(toMs: number): Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  await withFolder(files, async (folder) => {
    const clock = createManualClock(0);
    let nowMs = startMs;
    const recording = await openRecording({ folder });
    const answers = openAnswers(folder);
    const room: StocksRoom = await openStocks({
      folder,
      recording,
      answers,
      marketNow: () => nowMs,
      clock,
    });
    const frames: string[] = [];
    const socket = {
      readyState: 1,
      bufferedAmount: 0,
      send: (text: string) => void frames.push(text),
      close() {},
    };
    const client = createAlpacaClient(socket, room);
    const stop = new AbortController();
    const done = client.run(stop.signal);
    await use({
      sent: () => frames.splice(0).flatMap((text) => JSON.parse(text)),
      say: (message) =>
        client.take(typeof message === "string" ? message : JSON.stringify(message)),
      async move(toMs) {
        nowMs = toMs;
        await clock.advance(250);
        await turn(30);
      },
    });
    stop.abort();
    await done;
  });
}

Deno.test("the recorded stream wants a key first, and says what it follows", async () => {
  await withClient(async ({ sent, say }) => {
    say("{");
    say({ action: "subscribe", bars: ["AAPL"] });
    say({ action: "auth", key: "" });
    say(JSON.parse(alpaca.authFrame!("PK", "s")));
    say(JSON.parse(alpaca.authFrame!("PK", "s")));
    say(JSON.parse(alpaca.subscribeFrame(["AAPL"], 1)));
    say({ action: "subscribe", trades: Array.from({ length: 30 }, (_, i) => `S${i}`) });
    deepEqual(sent().map(({ T, code, msg, trades }) => code ?? msg ?? [T, trades]), [
      400,
      401,
      402,
      "authenticated",
      403,
      ["subscription", ["AAPL"]],
      405,
    ]);
    await Promise.resolve();
  });
});

Deno.test("trades and bars come as market time passes them, in order, read by our parser", async () => {
  await withClient(async ({ sent, say, move }) => {
    say(JSON.parse(alpaca.authFrame!("PK", "s")));
    say(JSON.parse(alpaca.subscribeFrame(["AAPL", "NONE"], 1)));
    sent();
    await move(startMs + 30_000);
    const early = sent();
    deepEqual(early.map(({ T, p }) => [T, p]), [["t", 135], ["t", 134]]);
    await move(startMs + minuteMs);
    const late = alpaca.parse(JSON.stringify(sent()), 1);
    deepEqual(late.map((event) => event.kind), ["trade", "trade", "bar"]);
    await move(startMs + minuteMs);
    deepEqual(sent(), []);
    const [bar] = late.slice(-1);
    ok(bar?.kind === "bar");
    deepEqual([bar.bar.time, bar.bar.close, bar.bar.volume], [startMs, 136, 40]);
  });
});
