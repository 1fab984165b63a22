/** A first start on the bundled recording: what its signals say of the figures they are made of. */
import assert from "node:assert/strict";
import { recordedFolder } from "../support/recorded.ts";
import { playRecording } from "../support/world.ts";

const minuteMs = 60_000;
/** Ten hours in, as a start without settings has it: the night in which FTT fell. */
const startMinutes = 600;
const startedMs = Date.parse("2022-11-09T08:31Z");

Deno.test("NEW-10 at a first start no move that hours have shown is called a fault of one bar", async () => {
  const played = await playRecording({
    folder: recordedFolder,
    startMinutes,
    speed: 60,
    stopAt: startedMs + minuteMs,
  });
  try {
    assert.equal(played.info.startedAt, startedMs);
    const { items } = await played.store.signals.list({ limit: 100 });
    const moves = items.filter(({ type }) => type === "price_alert");
    assert.deepEqual(moves.map(({ entity }) => entity).toSorted(), [
      ...["BTCUSDT", "ETHUSDT", "FTTUSDT", "SOLUSDT"],
    ]);
    assert.ok(items.length >= 8, String(items.length));
    const doubted = items.filter(({ data }) => data.cause === "unconfirmed");
    assert.deepEqual(doubted.map(({ type, entity }) => `${type} ${entity}`), []);
    for (const { data, entity } of items) assert.equal(data.samples, 2, entity);
  } finally {
    await played.close();
  }
});
