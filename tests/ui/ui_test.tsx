import assert from "node:assert/strict";
import fc from "fast-check";
import { renderToString } from "preact-render-to-string";
import { contentSecurityPolicy, securityHeaders } from "../../lib/ui/headers.ts";
import { addSignals, feedMax, parseFeedItems } from "../../lib/ui/feed.ts";
import { formatSignalFilter, parseDay, parseSignalFilter } from "../../lib/ui/filters.ts";
import { readChoice, writeChoice } from "../../lib/ui/page_state.ts";
import { readSafely } from "../../lib/ui/read.ts";
import { isAppleTouch } from "../../lib/ui/install.ts";
import { readHasEnded } from "../../lib/ui/recording.ts";
import { ReplayBanner } from "../../lib/ui/ReplayBanner.tsx";

const item = (id: string, timestamp: number) => ({
  id,
  type: "price_alert" as const,
  entity: "A",
  source: "s",
  confidence_score: 0.5,
  timestamp,
});

Deno.test("no policy of ours allows inline scripts or another origin", () => {
  const headers = securityHeaders(new Headers());
  assert.equal(headers.get("content-security-policy"), contentSecurityPolicy);
  assert.doesNotMatch(contentSecurityPolicy, /unsafe|https?:/);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
});

Deno.test("filters survive the way through the address", () => {
  const query =
    "type=price_alert&type=tvl_anomaly&entity=BTCUSDT&from=2024-03-01&to=2024-03-02&confidence=60";
  const filter = parseSignalFilter(new URLSearchParams(query), 100);
  assert.equal(filter.to! - filter.from!, 2 * 86_400_000);
  assert.equal(filter.minConfidence, 0.6);
  assert.equal(formatSignalFilter(filter), query);
});

Deno.test("hostile filters filter nothing and never throw", () => {
  for (const day of ["2024-02-31", "x", "", "99999-01-01", "2024-13-01", null]) {
    assert.equal(parseDay(day), null);
  }
  fc.assert(fc.property(fc.string(), fc.string(), fc.string(), (type, from, confidence) => {
    const filter = parseSignalFilter(new URLSearchParams({ type, from, confidence }), 5);
    return filter.minConfidence >= 0 && filter.minConfidence <= 1;
  }));
});

Deno.test("new signals come in on top, each once, and the list stays short", () => {
  const shown = addSignals([item("a", 1), item("b", 2)], [item("c", 3), item("a", 1)]);
  assert.deepEqual(shown.map((each) => each.id), ["c", "b", "a"]);
  const many = Array.from({ length: 50 }, (_, i) => item(String(i), i));
  assert.equal(addSignals([], many).length, feedMax);
  assert.deepEqual(parseFeedItems([null, 5, {}, item("a", NaN)]), []);
  assert.equal(parseFeedItems(item("a", 1)).length, 1);
});

Deno.test("a choice is kept, and a damaged or refusing storage does no harm", () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  writeChoice(storage, { symbol: "A", timeframe: "5m", indicators: ["rsi"] });
  assert.deepEqual(readChoice(storage), { symbol: "A", timeframe: "5m", indicators: ["rsi"] });
  for (const bad of ["{", "null", "[]", '{"symbol":5,"timeframe":"2m"}']) {
    const choice = readChoice({ ...storage, getItem: () => bad });
    assert.equal(choice.symbol, null);
    assert.equal(choice.timeframe, null);
  }
  const refusing = {
    getItem: () => {
      throw new Error("no");
    },
    setItem: () => {
      throw new Error("full");
    },
  };
  assert.equal(writeChoice(refusing, readChoice(refusing)), false);
});

Deno.test("a failed read is an error state, not a failed page", async () => {
  const told: unknown[] = [];
  const failed = await readSafely(() => Promise.reject(new Error("x")), (e) => told.push(e));
  assert.equal(failed.isOk, false);
  assert.equal(told.length, 1);
  assert.deepEqual(await readSafely(() => Promise.resolve(5)), { isOk: true, value: 5 });
});

Deno.test("recorded data is named with its dates, and can be played again at the end", () => {
  const mode = { mode: "replay" as const, recordedFrom: 0, recordedTo: 86_400_000 };
  const text = renderToString(<ReplayBanner mode={mode} />);
  assert.match(text, /Recorded data/);
  assert.match(text, /1 Jan 1970.*2 Jan 1970/);
  assert.doesNotMatch(text, /play-again/);
  assert.match(renderToString(<ReplayBanner mode={{ ...mode, ended: true }} />), /play-again/);
  assert.equal(renderToString(<ReplayBanner mode={{ mode: "live" }} />), "");
});

Deno.test("a recording has ended only when the server says so", async () => {
  const cases = [[true, { ended: true }], [false, { ended: false }], [false, null], [false, "x"]];
  for (const [expected, value] of cases) {
    const answer = { ok: true, json: () => Promise.resolve(value) };
    assert.equal(await readHasEnded(() => Promise.resolve(answer)), expected);
    assert.equal(await readHasEnded(() => Promise.resolve({ ...answer, ok: false })), false);
  }
  assert.equal(await readHasEnded(() => Promise.reject(new TypeError("no network"))), false);
});

Deno.test("devices whose app is installed by hand are known, tablets that say Macintosh too", () => {
  const cases = [
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_0)", 5, true],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X)", 5, true],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X)", 0, false],
    ["Mozilla/5.0 (Linux; Android 14)", 5, false],
    ["", 0, false],
  ] as const;
  for (const [agent, points, expected] of cases) {
    assert.equal(isAppleTouch(agent, points), expected, agent);
  }
});
