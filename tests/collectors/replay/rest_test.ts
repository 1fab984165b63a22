import assert from "node:assert/strict";
import { ReplayError, startReplayServer } from "../../../collectors/replay.ts";
import { parseBars, parseBarsFileName, toSeries } from "../../../collectors/replay/bars_file.ts";
import { openRecording } from "../../../collectors/replay/recording.ts";
import { systemClock } from "../../../lib/clock.ts";
import { silentLogger } from "../../../lib/log.ts";
import { createManualClock } from "../../support/clock.ts";
import {
  type BarRow,
  formatBarFile,
  formatMultiFile,
  openReader,
  recordedFolder,
  streamUrl,
  withFolder,
} from "../../support/recorded.ts";

const log = silentLogger;
const minute = 60_000;

async function get(url: string): Promise<{ status: number; headers: Headers; body: unknown }> {
  const answer = await fetch(url);
  return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) };
}

/** Starts the shipped recording where play begins; nothing moves. */
async function withShipped(
  use: (rest: string, marketNow: () => number, root: string) => Promise<void>,
) {
  const clock = createManualClock(0);
  const server = await startReplayServer({ folder: recordedFolder, speed: 1, clock, log });
  try {
    await use(server.address.rest, server.marketNow, server.address.rest.replace("/binance", ""));
  } finally {
    await server.close();
  }
}

Deno.test("no timeframe ever shows a bar that ends after market time", async () => {
  await withShipped(async (rest, marketNow) => {
    for (const interval of ["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d"]) {
      for (
        const range of ["", `&startTime=${marketNow() - 3 * 86_400_000}`, "&endTime=9999999999999"]
      ) {
        const { status, body } = await get(
          `${rest}/api/v3/klines?symbol=BTCUSDT&interval=${interval}&limit=1000${range}`,
        );
        assert.equal(status, 200);
        const rows = body as number[][];
        if (!range) assert.ok(rows.length > 0, interval);
        for (const row of rows) assert.ok(row[6]! < marketNow(), `${interval} ${row[0]}`);
      }
    }
    assert.deepEqual((await get(`${rest}/api/v3/time`)).body, { serverTime: marketNow() });
  });
});

Deno.test("history goes back before the stretch, in pages without overlap", async () => {
  await withShipped(async (rest) => {
    const url = `${rest}/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=1000`;
    const first = (await get(`${url}&startTime=1640995200000`)).body as number[][];
    const second = (await get(`${url}&startTime=${first.at(-1)![0]! + 1}`)).body as number[][];
    assert.equal(first.length, 1000);
    assert.equal(first[0]![0], 1640995200000);
    assert.equal(second[0]![0], first.at(-1)![0]! + 3_600_000);
    const last = (await get(url)).body as number[][];
    assert.equal(last.length, 1000);
    const minutes = (await get(url.replace("1h", "1m"))).body as number[][];
    assert.equal(minutes.length, 600, "ten hours of minutes at the start");
  });
});

Deno.test("wrong requests get the exchange's own refusals", async () => {
  await withShipped(async (rest) => {
    const klines = `${rest}/api/v3/klines`;
    const cases: [string, number, number][] = [
      [`${klines}?symbol=NOPEUSDT&interval=1m`, 400, -1121],
      [`${klines}?symbol=btcusdt&interval=1m`, 400, -1121],
      [`${klines}?interval=1m`, 400, -1102],
      [`${klines}?symbol=BTCUSDT`, 400, -1102],
      [`${klines}?symbol=BTCUSDT&interval=7m`, 400, -1120],
      [`${klines}?symbol=BTCUSDT&interval=constructor`, 400, -1120],
      [`${klines}?symbol=BTCUSDT&interval=1m&limit=-3`, 400, -1100],
      [`${klines}?symbol=BTCUSDT&interval=1m&startTime=abc`, 400, -1100],
      [`${rest}/api/v3/ticker/24hr?symbol=NOPE`, 400, -1121],
      [`${rest}/api/v3/exchangeInfo?symbols=BTC`, 400, -1100],
      [`${rest}/api/v3/aggTrades`, 400, -1102],
    ];
    for (const [url, status, code] of cases) {
      const answer = await get(url);
      assert.deepEqual(
        [answer.status, (answer.body as { code: number }).code],
        [status, code],
        url,
      );
    }
    const posted = await fetch(klines, { method: "POST", body: "x" });
    assert.equal(posted.status, 405);
    await posted.body?.cancel();
  });
});

Deno.test("symbols are described by recorded exchangeInfo, else by their spelling", async () => {
  await withShipped(async (rest) => {
    const { body } = await get(`${rest}/api/v3/exchangeInfo`);
    const { symbols } = body as { symbols: Record<string, unknown>[] };
    assert.equal(symbols.length, 73);
    const find = (name: string) => symbols.find(({ symbol }) => symbol === name)!;
    assert.equal(find("BTCUSDT").baseAsset, "BTC");
    assert.ok((find("BTCUSDT").filters as unknown[]).length > 3);
    assert.deepEqual([find("LUNCUSDT").baseAsset, find("LUNCUSDT").quoteAsset], ["LUNC", "USDT"]);
    const one = await get(`${rest}/api/v3/exchangeInfo?symbol=ETHUSDT`);
    assert.equal((one.body as { symbols: unknown[] }).symbols.length, 1);
  });
});

Deno.test("the 24 h ticker sums the minutes so far", async () => {
  await withShipped(async (rest, marketNow) => {
    const tickers = (await get(`${rest}/api/v3/ticker/24hr`)).body as Record<string, string>[];
    assert.equal(tickers.length, 73);
    const ticker = (await get(`${rest}/api/v3/ticker/24hr?symbol=BTCUSDT`)).body as Record<
      string,
      string
    >;
    const rows = (await get(`${rest}/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1000`))
      .body as string[][];
    assert.equal(Number(ticker.volume), rows.reduce((sum, row) => sum + Number(row[5]), 0));
    assert.equal(ticker.lastPrice, rows.at(-1)![4]);
    assert.equal(Number(ticker.closeTime), marketNow());
    const price = await get(`${rest}/api/v3/ticker/price?symbol=BTCUSDT`);
    assert.deepEqual(price.body, { symbol: "BTCUSDT", price: rows.at(-1)![4] });
  });
});

Deno.test("other sources answer what was recorded, cut to what was asked, with its date", async () => {
  await withShipped(async (_rest, _now, root) => {
    const base = `${root}/coingecko`;
    const markets = await get(`${base}/api/v3/coins/markets?vs_currency=usd&ids=bitcoin,nope`);
    assert.deepEqual((markets.body as { id: string }[]).map(({ id }) => id), ["bitcoin"]);
    assert.match(markets.headers.get("x-recorded-at")!, /^20\d\d/);
    const short = await get(
      `${base}/coins/markets?vs_currency=usd&per_page=5&order=market_cap_desc`,
    );
    assert.equal((short.body as unknown[]).length, 5, "the prefix may be part of the base address");
    const many = await get(
      `${base}/coins/markets?ids=bitcoin,ethereum,x&vs_currency=usd&per_page=250`,
    );
    const found = (many.body as { id: string }[]).map(({ id }) => id);
    assert.deepEqual(found, ["bitcoin", "ethereum"], "the recording that knows most of them");
    const second = await get(`${base}/coins/markets?vs_currency=usd&page=2`);
    assert.deepEqual(second.body, [], "the second page is not the first again");
    const empty = await get(`${base}/coins/nothing/at/all`);
    assert.deepEqual([empty.status, empty.body, empty.headers.get("x-recorded-at")], [
      200,
      {},
      "none",
    ]);
    const missing = await get(`${root}/defillama/protocol/does-not-exist`);
    assert.ok(missing.status >= 400, "a recorded refusal keeps its status");
    assert.deepEqual((await get(`${root}/unknown-source/coins/markets`)).body, []);
    const outside = await fetch(`${root}/..%2f..%2fetc/passwd`);
    assert.equal((await outside.text()).includes("root:"), false);
  });
});

Deno.test("a folder of other coins, dates and holes, without answers, works the same", async () => {
  const start = Date.UTC(2031, 4, 1, 3, 7);
  const rows: BarRow[] = [0, 1, 2, 9, 500, 501].map((
    i,
  ) => [start + i * minute, 5, 6, 4, 5.5, i ? 3 : 0]);
  const text = formatBarFile(rows) + "oops\n1,2\n,,,,,\n" + `${start},5,6,4,5.5,77\n`;
  await withFolder({ "candles/elsewhere/ZZZ-QQQ-1m-203105.csv": text }, async (folder) => {
    const server = await startReplayServer({ folder, speed: 0, clock: systemClock, log });
    assert.deepEqual(server.info.symbols, ["ZZZ-QQQ"]);
    assert.deepEqual([server.info.from, server.info.startedAt], [start, start]);
    const reader = await openReader(
      streamUrl(server.address.stream, ["zzz-qqq@trade", "zzz-qqq@kline_1m", "zzz-qqq@kline_5m"]),
    );
    await reader.until(() =>
      reader.frames().some(({ data: { k } }) => k?.x && k.T === server.info.to - 1)
    );
    const finals = reader.frames().filter(({ data }) => data.k?.x && data.k.i === "1m");
    assert.deepEqual(finals.map(({ data }) => data.k.t), rows.map(([time]) => time));
    assert.equal(reader.frames().filter(({ data }) => data.e === "trade").length, 5 * 4);
    const fives = reader.frames().filter(({ data }) => data.k?.x && data.k.i === "5m");
    assert.deepEqual(fives.map(({ data }) => (data.k.t - start) / minute), [8]);
    const info = await get(`${server.address.rest}/api/v3/exchangeInfo`);
    assert.equal((info.body as { symbols: unknown[] }).symbols.length, 1);
    assert.deepEqual((await get(`${server.address.coingecko}/simple/price?ids=bitcoin`)).body, {});
    await reader.close();
    await server.close();
  });
});

Deno.test("a 1h file plays four trades an hour, with finer timeframes absent", async () => {
  const server = await startReplayServer({
    folder: recordedFolder,
    set: "FTTUSDT-1h",
    speed: 0,
    clock: systemClock,
    log,
  });
  assert.equal(server.info.timeframe, "1h");
  const reader = await openReader(
    streamUrl(server.address.stream, ["fttusdt@trade", "fttusdt@kline_1h", "fttusdt@kline_1m"]),
  );
  await reader.until(() => reader.frames().filter(({ data }) => data.k?.x).length >= 100);
  const final = reader.frames().find(({ data }) => data.k?.x)!.data.k;
  const trades = reader.frames().filter(({ data }) =>
    data.e === "trade" && data.E >= final.t && data.E <= final.T
  );
  assert.equal(trades.length, 4);
  assert.equal(trades.reduce((sum, { data }) => sum + Number(data.q), 0), Number(final.v));
  assert.ok(reader.frames().every(({ stream }) => !stream.endsWith("kline_1m")));
  const fine = await get(`${server.address.rest}/api/v3/klines?symbol=FTTUSDT&interval=1m`);
  assert.deepEqual(fine.body, []);
  await reader.close();
  await server.close();
});

Deno.test("recorded trades and captures play as they were recorded", async () => {
  const cases = [
    ["BTCUSDT-trades-20210108", ["btcusdt@trade", "btcusdt@kline_1m"], 2001, "recorded trades"],
    ["ws-spot-2021-08-14", ["ftmusdt@aggTrade", "sxpbtc@aggTrade"], 1, "recorded stream frames"],
  ] as const;
  for (const [set, streams, count, provenance] of cases) {
    const server = await startReplayServer({
      folder: recordedFolder,
      set,
      speed: 0,
      clock: systemClock,
      log,
    });
    assert.equal(server.info.provenance, provenance);
    const reader = await openReader(streamUrl(server.address.stream, streams));
    const trades = () => reader.frames().filter(({ data }) => /rade$/.test(data.e)).length;
    await reader.until(() => trades() >= count);
    while (!server.ended()) await systemClock.wait(5);
    if (set.startsWith("BTC")) {
      const { body } = await get(`${server.address.rest}/api/v3/aggTrades?symbol=BTCUSDT&limit=5`);
      assert.equal((body as unknown[]).length, 5);
    }
    await reader.close();
    await server.close();
  }
});

Deno.test("a folder that cannot be played says so in one line", async () => {
  await withFolder({ "candles/binance/X-1d.csv": formatBarFile([]) }, async (folder) => {
    for (const set of [undefined, "nothing", "X-1d"]) {
      await assert.rejects(openRecording({ folder, set }), (error) => {
        assert.ok(error instanceof ReplayError && !error.message.includes("\n"));
        return true;
      });
    }
    await assert.rejects(openRecording({ folder: `${folder}/gone` }), ReplayError);
  });
  await withFolder({ "candles/binance/X-1m.csv.gz": formatMultiFile({}) }, async (folder) => {
    await assert.rejects(openRecording({ folder }), ReplayError);
    await Deno.writeTextFile(`${folder}/candles/binance/X-1m.csv.gz`, "not packed");
    await assert.rejects(openRecording({ folder }), ReplayError);
  });
});

Deno.test("the hash follows the names and the contents of the played files", async () => {
  const file = formatBarFile([[60_000, 1, 1, 1, 1, 1]]);
  const hashes: string[] = [];
  for (const [name, text] of [["A", file], ["A", file], ["B", file], ["A", file + "\n"]] as const) {
    await withFolder({ [`candles/binance/${name}-1m.csv`]: text }, async (folder) => {
      hashes.push((await openRecording({ folder })).hash);
    });
  }
  assert.equal(hashes[0], hashes[1]);
  assert.equal(new Set(hashes).size, 3);
});

Deno.test("bars files are read whatever is in them", () => {
  const text = "open_time,open,high,low,close,quote_volume\n120000,2,2,2,2,8\n60000,1,1,1,1,3\n" +
    "60000,9,9,9,9,9\nx,1,1,1,1,1\n180000,NaN,1,1,1,1\n180000,-1,1,1,1,1\n240001,1,1,1,1,1\n";
  const series = toSeries(parseBars(text, "S").get("S")!, minute);
  assert.deepEqual([...series.columns.time], [60_000, 120_000]);
  assert.deepEqual([...series.columns.volume], [3, 4]);
  assert.equal(parseBars("", "S").size, 0);
  assert.deepEqual(parseBarsFileName("BTC-USD-1m-201610.csv.gz"), {
    symbol: "BTC-USD",
    timeframe: "1m",
    stepMs: minute,
  });
  for (const name of ["BTCUSDT.csv", "x-7m.csv", "_multi.csv", "a-1m.json"]) {
    assert.equal(parseBarsFileName(name), null);
  }
});
