import assert from "node:assert/strict";
import {
  type ReplayFault,
  type ReplayServer,
  startReplayServer,
} from "../../../collectors/replay.ts";
import { silentLogger } from "../../../lib/log.ts";
import { createManualClock, type ManualClock } from "../../support/clock.ts";
import {
  type BarRow,
  formatBarFile,
  openReader,
  type StreamReader,
  streamUrl,
  withFolder,
} from "../../support/recorded.ts";

const minute = 60_000;
const start = Date.UTC(2024, 5, 1);
const rows = Array.from({ length: 120 }, (_, i): BarRow => [start + i * minute, 5, 6, 4, 5, 2 + i]);

interface Room {
  server: ReplayServer;
  clock: ManualClock;
  reader: StreamReader;
  /** Moves the market on by one minute and waits until the reader has heard `count` more texts. */
  play(count: number): Promise<void>;
}

/** Plays a market of one coin, with a reader of its trades who has heard one minute. */
async function withRoom(use: (room: Room) => Promise<void>) {
  await withFolder({ "candles/binance/AAAUSDT-1m.csv": formatBarFile(rows) }, async (folder) => {
    const clock = createManualClock(0);
    const server = await startReplayServer({
      folder,
      speed: 1,
      startMinutes: 10,
      clock,
      log: silentLogger,
    });
    const reader = await openReader(streamUrl(server.address.stream, ["aaausdt@trade"]));
    reader.send('{"method":"LIST_SUBSCRIPTIONS","id":1}');
    await reader.until(() => reader.texts.length > 0);
    const play = async (count: number) => {
      const wanted = reader.texts.length + count;
      await clock.advance(minute);
      await reader.until(() => reader.texts.length >= wanted);
    };
    await play(4);
    try {
      await use({ server, clock, reader, play });
    } finally {
      await reader.close();
      await server.close();
    }
  });
}

const heardIds = (reader: StreamReader) => reader.frames().map(({ data }) => data.t - 40);

Deno.test("refusals of REST: 429 and 418 say when to come back, 451 and 5xx do not", async () => {
  await withRoom(async ({ server }) => {
    for (
      const [status, after] of [[429, "7"], [418, "120"], [451, null], [500, null], [
        503,
        null,
      ]] as const
    ) {
      server.setFault(
        status === 429
          ? { kind: "status", status, retryAfterSeconds: 7 }
          : { kind: "status", status },
      );
      const answer = await fetch(`${server.address.rest}/api/v3/time`);
      const body = await answer.json();
      assert.deepEqual([answer.status, answer.headers.get("retry-after")], [status, after]);
      assert.equal(typeof body.code, "number");
    }
    server.setFault({ kind: "status", status: 429, source: "coingecko" });
    assert.equal(await (await fetch(`${server.address.rest}/api/v3/ping`)).text(), "{}");
    const other = await fetch(`${server.address.coingecko}/global`);
    assert.equal(other.status, 429);
    await other.body?.cancel();
  });
});

Deno.test("a ban refuses the stream too", async () => {
  await withRoom(async ({ server }) => {
    server.setFault({ kind: "status", status: 451 });
    const refused = await openReader(streamUrl(server.address.stream, ["aaausdt@trade"]));
    assert.equal(refused.closed(), true);
  });
});

Deno.test("silence keeps the socket open, and trades go on after it", async () => {
  await withRoom(async ({ server, reader, clock, play }) => {
    server.setFault({ kind: "silence", seconds: 120 });
    await clock.advance(2 * minute);
    await play(4);
    assert.deepEqual(heardIds(reader), [1, 2, 3, 4, 13, 14, 15, 16]);
    assert.equal(reader.closed(), false);
  });
});

Deno.test("torn frames are cut in the middle", async () => {
  await withRoom(async ({ server, reader, play }) => {
    server.setFault({ kind: "torn", every: 2 });
    await play(4);
    assert.deepEqual(heardIds(reader), [1, 2, 3, 4, 5, 7]);
    assert.throws(() => JSON.parse(reader.texts.at(-1)!), SyntaxError);
  });
});

Deno.test("trades come twice, or in swapped pairs, and none is lost", async () => {
  await withRoom(async ({ server, reader, play }) => {
    server.setFault({ kind: "duplicate" });
    await play(8);
    server.setFault({ kind: "reorder" });
    await play(4);
    server.setFault(null);
    await play(4);
    assert.deepEqual(
      heardIds(reader).slice(4),
      [5, 5, 6, 6, 7, 7, 8, 8, 10, 9, 12, 11, 13, 14, 15, 16],
    );
  });
});

Deno.test("a hole cuts and refuses the stream while REST keeps the bars", async () => {
  await withRoom(async ({ server, reader, clock }) => {
    server.setFault({ kind: "hole", minutes: 5 });
    await reader.until(() => false);
    assert.equal(reader.closed(), true);
    await clock.advance(3 * minute);
    const url = streamUrl(server.address.stream, ["aaausdt@trade"]);
    assert.equal((await openReader(url)).closed(), true);
    const answer = await fetch(`${server.address.rest}/api/v3/klines?symbol=AAAUSDT&interval=1m`);
    assert.equal((await answer.json()).length, 14, "market time went on");
    await clock.advance(2 * minute);
    const back = await openReader(url);
    assert.equal(back.closed(), false);
    back.send('{"method":"LIST_SUBSCRIPTIONS","id":1}');
    await back.until(() => back.texts.length > 0);
    await clock.advance(minute);
    await back.until(() => back.frames().length >= 4);
    assert.equal(back.frames()[0]!.data.t, (10 + 6) * 4 + 1);
    await back.close();
  });
});

Deno.test("a dropped connection is closed once, and the next one works", async () => {
  await withRoom(async ({ server, reader }) => {
    server.setFault({ kind: "drop" });
    await reader.until(() => false);
    const next = await openReader(streamUrl(server.address.stream, ["aaausdt@trade"]));
    assert.equal(next.closed(), false);
    await next.close();
  });
});

Deno.test("faults are switched by request, and nonsense is told what is wrong with it", async () => {
  await withRoom(async ({ server }) => {
    const url = server.address.rest.replace("/binance", "/_fault");
    const post = (body: string, headers: Record<string, string> = {}) =>
      fetch(url, { method: "POST", body, headers });
    const set = await post('{"kind":"torn"}');
    assert.deepEqual(await set.json(), { fault: { kind: "torn", every: 5 } });
    for (
      const body of ["", "{", "{}", '{"kind":"fire"}', '{"kind":"hole","minutes":-1}', "[]", "7"]
    ) {
      const answer = await post(body);
      assert.equal(answer.status, 400, body);
      assert.ok((await answer.text()).length > 5);
    }
    assert.deepEqual(await (await fetch(url)).json(), { fault: { kind: "torn", every: 5 } });
    const page = await post("null", { origin: "http://evil.example" });
    assert.equal(page.status, 403);
    await page.body?.cancel();
    assert.deepEqual(await (await post("null")).json(), { fault: null });
    assert.throws(() => server.setFault({ kind: "status", status: 200 } as ReplayFault));
  });
});
