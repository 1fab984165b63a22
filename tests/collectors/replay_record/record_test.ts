import assert from "node:assert/strict";
import { recordFolder } from "../../../collectors/record.ts";
import { formatBars, formatFixture } from "../../../collectors/record/files.ts";
import { startReplayServer } from "../../../collectors/replay.ts";
import { systemClock } from "../../../lib/clock.ts";
import { silentLogger } from "../../../lib/log.ts";
import { openReader, recordedFolder, streamUrl, withFolder } from "../../support/recorded.ts";

const log = silentLogger;

Deno.test("what was recorded from the recorded world plays again, trade by trade", async () => {
  await withFolder({}, async (folder) => {
    const clock = systemClock;
    const first = await startReplayServer({ folder: recordedFolder, speed: 0, clock, log });
    const summary = await recordFolder({
      addresses: first.address,
      folder,
      minutes: 30,
      symbols: ["BTCUSDT", "ETHUSDT", "FTTUSDT"],
      clock,
      fetch,
      log,
    });
    await first.close();
    assert.ok(summary.bars >= 3 * 29, `${summary.bars} bars`);
    assert.ok(summary.answers >= 5);

    const again = await startReplayServer({ folder, speed: 0, clock, log });
    assert.deepEqual(again.info.symbols, ["BTCUSDT", "ETHUSDT", "FTTUSDT"]);
    assert.equal(again.info.timeframe, "1m");
    const markets = await fetch(`${again.address.coingecko}/coins/markets?vs_currency=usd`);
    assert.ok((await markets.json()).length > 0);
    await again.close();

    const capture = summary.files.find((path) => path.endsWith(".jsonl.gz"))!;
    const played = await startReplayServer({ folder, set: capture, speed: 0, clock, log });
    const reader = await openReader(streamUrl(played.address.stream, ["btcusdt@trade"]));
    await reader.until(() => reader.frames().length >= 116);
    const ids = reader.frames().map(({ data }) => data.t);
    assert.ok(ids.every((id, i) => i === 0 || id === ids[i - 1]! + 1));
    await reader.close();
    await played.close();
  });
});

Deno.test("secrets are never written into a fixture", () => {
  const text = formatFixture({
    source: "x",
    name: "y",
    url: "https://x.example/a?auth_token=hush&b=1&api_key=hush",
    status: 200,
    headers: { "set-cookie": "hush", "x-api-key": "hush", "content-type": "text/html" },
    body: "<p>",
    recordedAt: "2026-01-01T00:00:00Z",
  });
  assert.equal(text.includes("hush"), false);
  const file = JSON.parse(text);
  assert.equal(file.response.body_text, "<p>");
  assert.equal(file.request.url, "https://x.example/a?auth_token=REDACTED&b=1&api_key=REDACTED");
});

Deno.test("bars are written in order of time, then symbol, and cannot break a row", () => {
  const row = (
    time: number,
  ) => [time, "1", "1", "1", "1", "2", time + 59_999, "3", 4, "5", "6", "0"];
  const text = formatBars([
    { symbol: "B", row: row(60_000) },
    { symbol: "A,x\n", row: row(60_000) },
    { symbol: "C", row: row(0) },
  ]);
  assert.deepEqual(text.split("\n").slice(1), [
    "C,0,1,1,1,1,2,3,4,5,6",
    "Ax,60000,1,1,1,1,2,3,4,5,6",
    "B,60000,1,1,1,1,2,3,4,5,6",
    "",
  ]);
});

Deno.test("an exchange that names no symbol cannot be recorded", async () => {
  const nothing = () => Promise.resolve(new Response("[]"));
  await assert.rejects(
    recordFolder({
      addresses: { rest: "http://x.example", stream: "ws://x.example" },
      folder: "/nowhere",
      minutes: 1,
      clock: systemClock,
      fetch: nothing,
      log,
    }),
    /no symbol/,
  );
});
