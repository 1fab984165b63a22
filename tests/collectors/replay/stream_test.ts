import assert from "node:assert/strict";
import { findStart, startReplayServer } from "../../../collectors/replay.ts";
import { systemClock } from "../../../lib/clock.ts";
import { silentLogger } from "../../../lib/log.ts";
import { createManualClock } from "../../support/clock.ts";
import {
  type BarRow,
  formatMultiFile,
  openReader,
  recordedFolder,
  streamUrl,
  withFolder,
} from "../../support/recorded.ts";

const minute = 60_000;
const start = Date.UTC(2024, 0, 2, 10);
const log = silentLogger;

/** Minutes of two coins: AAA every minute, BBB with a quiet minute and a hole of three. */
function makeMarket(minutes: number): Record<string, BarRow[]> {
  const row = (
    i: number,
  ): BarRow => [start + i * minute, 10 + i, 12 + i, 9 + i, 11 + i, 1.1 + i / 10];
  const all = Array.from({ length: minutes }, (_, i) => row(i));
  const quiet = all.map((bar, i): BarRow => i === 2 ? [bar[0], 12, 12, 12, 12, 0] : bar);
  return { AAAUSDT: all, BBBUSDT: quiet.filter((_, i) => i < 4 || i > 6) };
}

const files = (minutes: number) => ({
  "candles/binance/_multi-odd-1m.csv.gz": formatMultiFile(makeMarket(minutes)),
});

Deno.test("at speed 1 a minute of the market takes a minute of the clock", async () => {
  await withFolder(files(20), async (folder) => {
    const clock = createManualClock(5_000_000);
    const server = await startReplayServer({ folder, speed: 1, startMinutes: 5, clock, log });
    await clock.advance(600_000);
    assert.equal(server.marketNow(), start + 5 * minute, "nobody subscribed yet");
    const reader = await openReader(
      streamUrl(server.address.stream, ["aaausdt@trade", "aaausdt@kline_1m"]),
    );
    reader.send('{"method":"LIST_SUBSCRIPTIONS","id":3}');
    await reader.until(() => reader.texts.length > 0);
    assert.deepEqual(JSON.parse(reader.texts[0]!), {
      result: ["aaausdt@trade", "aaausdt@kline_1m"],
      id: 3,
    });
    await clock.advance(30_000);
    assert.equal(server.marketNow(), start + 5 * minute + 30_000);
    await clock.advance(30_000);
    await reader.until(() => reader.frames().length >= 9);
    const kinds = reader.frames().map(({ data }) => data.e === "kline" ? `k${data.k.x}` : "t");
    assert.deepEqual(kinds, ["t", "kfalse", "t", "kfalse", "t", "kfalse", "t", "kfalse", "ktrue"]);
    await reader.close();
    await clock.advance(3 * minute);
    assert.equal(server.marketNow(), start + 9 * minute, "time goes on with nobody connected");
    const again = await openReader(streamUrl(server.address.stream, ["aaausdt@trade"]));
    again.send('{"method":"LIST_SUBSCRIPTIONS","id":1}');
    await again.until(() => again.texts.length > 0);
    await clock.advance(minute);
    await again.until(() => again.frames().length >= 4);
    assert.ok(again.frames()[0]!.data.E > start + 9 * minute, "the stream goes on from now");
    await again.close();
    await server.close();
  });
});

Deno.test("speed 0 hands every trade to a slow reader, in order, and ends standing still", async () => {
  await withFolder(files(300), async (folder) => {
    const server = await startReplayServer({
      folder,
      speed: 0,
      startMinutes: 0,
      clock: systemClock,
      log,
    });
    const names = ["aaausdt@trade", "bbbusdt@trade", "aaausdt@kline_1m", "bbbusdt@kline_1m"];
    const stream = new WebSocketStream(streamUrl(server.address.stream, names));
    const { readable } = await stream.opened;
    const lastId: Record<string, number> = {};
    const sums = new Map<string, number>();
    let read = 0;
    const reader = readable.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      // Reads a little, then lets the sender run ahead.
      if (++read % 200 === 0) await systemClock.wait(2);
      const { data } = JSON.parse(String(value));
      if (data.e === "trade") {
        assert.equal(data.t, (lastId[data.s] ?? 0) + 1);
        lastId[data.s] = data.t;
        const key = `${data.s} ${Math.floor(data.T / minute) * minute}`;
        sums.set(key, (sums.get(key) ?? 0) + Number(data.q));
      } else if (data.k.x) {
        assert.equal(sums.get(`${data.s} ${data.k.t}`) ?? 0, Number(data.k.v));
        if (data.s === "BBBUSDT" && data.k.T + 1 === server.info.to) break;
      }
    }
    assert.deepEqual(lastId, { AAAUSDT: 1200, BBBUSDT: 4 * (300 - 3 - 1) });
    while (!server.ended()) await systemClock.wait(5);
    assert.equal(server.marketNow(), server.info.to);
    const answer = await fetch(`${server.address.rest}/api/v3/time`);
    assert.deepEqual(await answer.json(), { serverTime: start + 300 * minute });
    reader.releaseLock();
    stream.close();
    await stream.closed.catch(() => {});
    await server.close();
  });
});

Deno.test("klines of 5m, 15m and 1h on the stream equal REST and the sum of their minutes", async () => {
  await withFolder(files(130), async (folder) => {
    const server = await startReplayServer({
      folder,
      speed: 0,
      startMinutes: 0,
      clock: systemClock,
      log,
    });
    const names = ["1m", "5m", "15m", "1h"].map((interval) => `bbbusdt@kline_${interval}`);
    const reader = await openReader(streamUrl(server.address.stream, names));
    await reader.until(() =>
      reader.frames().some(({ data: { k } }) => k.x && k.i === "5m" && k.T === server.info.to - 1)
    );
    while (!server.ended()) await systemClock.wait(5);
    const bars = makeMarket(130).BBBUSDT!;
    for (const [interval, minutes] of [["1m", 1], ["5m", 5], ["15m", 15], ["1h", 60]] as const) {
      const finals = reader.frames().filter(({ data }) => data.k.i === interval && data.k.x);
      const answer = await fetch(
        `${server.address.rest}/api/v3/klines?symbol=BBBUSDT&interval=${interval}`,
      );
      const rows: (string | number)[][] = await answer.json();
      assert.deepEqual(
        finals.map(({ data: { k } }) => [k.t, k.o, k.h, k.l, k.c, k.v, k.T]),
        rows.map((row) => row.slice(0, 7)),
      );
      assert.ok(rows.length >= 2);
      for (const row of rows) {
        const own = bars.filter(([time]) =>
          time >= Number(row[0]) && time < Number(row[0]) + minutes * minute
        );
        assert.equal(Number(row[5]), own.reduce((sum, bar) => sum + bar[5], 0));
        assert.equal(Number(row[2]), Math.max(...own.map((bar) => bar[2])));
        assert.equal(Number(row[4]), own.at(-1)![4]);
      }
    }
    await reader.close();
    await server.close();
  });
});

Deno.test("a bar of volume zero is a kline without a trade, and a hole is silence", async () => {
  await withFolder(files(10), async (folder) => {
    const server = await startReplayServer({
      folder,
      speed: 0,
      startMinutes: 0,
      clock: systemClock,
      log,
    });
    const reader = await openReader(
      streamUrl(server.address.stream, ["bbbusdt@trade", "bbbusdt@kline_1m"]),
    );
    await reader.until(() =>
      reader.frames().some(({ data: { k } }) => k?.x && k.T === server.info.to - 1)
    );
    const tradeMinutes = new Set(
      reader.frames().filter(({ data }) => data.e === "trade")
        .map(({ data }) => Math.floor((data.E - start) / minute)),
    );
    const finals = reader.frames().filter(({ data }) => data.k?.x);
    assert.deepEqual([...tradeMinutes], [0, 1, 3, 7, 8, 9]);
    assert.deepEqual(finals.map(({ data }) => (data.k.t - start) / minute), [0, 1, 2, 3, 7, 8, 9]);
    await reader.close();
    await server.close();
  });
});

Deno.test("play resumes at a market minute with the ids that it would have had", async () => {
  await withFolder(files(20), async (folder) => {
    const options = { folder, speed: 0, clock: systemClock, log };
    const server = await startReplayServer({ ...options, resumeAt: start + 12 * minute + 5 });
    assert.equal(server.info.startedAt, start + 12 * minute);
    const reader = await openReader(streamUrl(server.address.stream, ["aaausdt@trade"]));
    await reader.until(() => reader.frames().length >= 4);
    assert.equal(reader.frames()[0]!.data.t, 12 * 4 + 1);
    await reader.close();
    await server.close();
  });
});

Deno.test("subscriptions change on an open socket, and nonsense gets the exchange's error", async () => {
  await withFolder(files(20), async (folder) => {
    const clock = createManualClock(0);
    const server = await startReplayServer({ folder, speed: 1, startMinutes: 1, clock, log });
    const reader = await openReader(`${server.address.stream}/ws`);
    const ask = async (text: string) => {
      const count = reader.texts.length;
      reader.send(text);
      await reader.until(() => reader.texts.length > count);
      return JSON.parse(reader.texts[count]!);
    };
    for (
      const text of [
        "{",
        "null",
        "[]",
        '{"method":"PING","id":2}',
        '{"method":"SUBSCRIBE","params":7,"id":2}',
      ]
    ) {
      assert.equal((await ask(text)).error.code, 2, text);
    }
    assert.deepEqual(await ask('{"method":"SUBSCRIBE","params":["aaausdt@trade","x@y"],"id":5}'), {
      result: null,
      id: 5,
    });
    await clock.advance(16_000);
    await reader.until(() => reader.texts.length > 6);
    assert.equal(JSON.parse(reader.texts.at(-1)!).e, "trade", "raw streams are not wrapped");
    assert.deepEqual(await ask('{"method":"UNSUBSCRIBE","params":["aaausdt@trade"],"id":6}'), {
      result: null,
      id: 6,
    });
    assert.deepEqual(await ask('{"method":"LIST_SUBSCRIPTIONS","id":7}'), {
      result: ["x@y"],
      id: 7,
    });
    await reader.close();
    const lost = await fetch(server.address.stream.replace("ws", "http") + "/nowhere");
    assert.equal(lost.status, 404);
    const plain = await fetch(server.address.stream.replace("ws", "http") + "/stream");
    assert.equal(plain.status, 426);
    await Promise.all([lost.text(), plain.text()]);
    await server.close();
  });
});

Deno.test("the shipped market plays: 73 symbols, ten hours of history", async () => {
  const clock = createManualClock(0);
  const server = await startReplayServer({ folder: recordedFolder, speed: 1, clock, log });
  assert.equal(server.info.symbols.length, 73);
  assert.equal(server.info.name, "_multi-2022-11-08-1m");
  assert.equal(server.info.provenance, "reconstructed from recorded 1m bars");
  assert.match(server.info.hash, /^[0-9a-f]{12}$/);
  assert.equal(server.info.startedAt - server.info.from, 600 * minute);
  await server.close();
});

Deno.test("symbols split over two connections share one market time at speed 0", async () => {
  await withFolder(files(60), async (folder) => {
    const server = await startReplayServer({
      folder,
      speed: 0,
      startMinutes: 0,
      clock: systemClock,
      log,
    });
    const readers = [
      await openReader(streamUrl(server.address.stream, ["aaausdt@trade"])),
      await openReader(streamUrl(server.address.stream, ["bbbusdt@trade"])),
    ];
    await readers[0]!.until(() => readers[0]!.frames().length >= 240);
    await readers[1]!.until(() => readers[1]!.frames().length >= 4 * 56);
    assert.deepEqual(readers.map((reader) => reader.frames()[0]!.data.t), [1, 1]);
    for (const reader of readers) await reader.close();
    await server.close();
  });
});

Deno.test("a silence of the whole market longer than an hour is jumped over", async () => {
  const far: BarRow[] = [0, 1, 5000].map((i) => [start + i * minute, 5, 6, 4, 5, 1]);
  const one = { "candles/binance/_multi-far-1m.csv": formatMultiFile({ FARUSDT: far }) };
  await withFolder(one, async (folder) => {
    const clock = createManualClock(0);
    const server = await startReplayServer({ folder, speed: 1, startMinutes: 0, clock, log });
    const reader = await openReader(streamUrl(server.address.stream, ["farusdt@trade"]));
    reader.send('{"method":"LIST_SUBSCRIPTIONS","id":1}');
    await reader.until(() => reader.texts.length > 0);
    // The longer bars that ended in the silence still come at their time.
    await clock.advance(16 * 60 * minute);
    await reader.until(() => reader.frames().length >= 12);
    assert.equal(server.ended(), true);
    assert.equal(server.marketNow(), server.info.to);
    await reader.close();
    await server.close();
  });
});

Deno.test("play never begins outside the stretch", () => {
  const stretch = {
    from: start,
    to: start + 60 * minute,
    stepMs: minute,
    frames: null,
    trades: null,
  };
  const cases: [number, number | undefined, number][] = [
    [0, undefined, 0],
    [10, undefined, 10],
    [60, undefined, 0],
    [600, undefined, 0],
    [600, start + 30 * minute + 59_999, 30],
    [0, 0, 0],
    [0, start + 61 * minute, 60],
  ];
  for (const [startMinutes, resumeAt, minutes] of cases) {
    assert.equal((findStart(stretch, { startMinutes, resumeAt }) - start) / minute, minutes);
  }
});
