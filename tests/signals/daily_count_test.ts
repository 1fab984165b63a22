/** How many signals a recorded day gives at default thresholds, honestly counted (COL-15). */
import { deepEqual, ok } from "node:assert/strict";
import type { SignalRecord } from "../../lib/contracts/records.ts";
import type { BarColumns } from "../../lib/market/mod.ts";
import { buildSignal, decideEmission, detectors } from "../../lib/signals/mod.ts";
import { recordedFolder } from "../support/recorded.ts";
import { DAY_MS, HOUR_MS, print, readCandles } from "../support/signals.ts";

const RECORDED_DAY_MS = Date.UTC(2022, 10, 8);

/** Runs the detectors as the live path does, hour by hour, and returns the time of each record. */
function run(entity: string, bars: BarColumns, fromMs: number, toMs: number): SignalRecord[] {
  const told: SignalRecord[] = [];
  const newest = new Map<string, SignalRecord>();
  for (let i = 0; i < bars.length; i++) {
    const timestamp = bars.time[i]! + HOUR_MS;
    if (timestamp < fromMs || timestamp >= toMs) continue;
    for (const detector of detectors) {
      const start = Math.max(0, i + 1 - detector.barsNeeded);
      const given = cut(bars, start, i + 1);
      const find = detector.detect(given, {});
      if (!find) continue;
      const previous = newest.get(find.type) ?? null;
      const emission = decideEmission(previous, find, timestamp, detector.windowMs);
      if (emission === "none") continue;
      const signal = buildSignal({
        find,
        detector,
        thresholds: {},
        bars: given,
        entity,
        source: "binance",
        timestamp,
        now: 0,
        ...(emission === "update" && previous && { updates: previous }),
      });
      newest.set(find.type, signal);
      told.push(signal);
    }
  }
  return told;
}

function cut(bars: BarColumns, from: number, to: number): BarColumns {
  return {
    length: to - from,
    time: bars.time.subarray(from, to),
    open: bars.open.subarray(from, to),
    high: bars.high.subarray(from, to),
    low: bars.low.subarray(from, to),
    close: bars.close.subarray(from, to),
    volume: bars.volume.subarray(from, to),
    quality: bars.quality.subarray(from, to),
  };
}

Deno.test("a recorded day gives a countable number of signals, and a usual day far fewer", async () => {
  const multi = await readCandles(`${recordedFolder}/candles/binance/_multi-2022-11-08-1m.csv.gz`);
  let [events, records, symbols] = [0, 0, 0];
  let [usualEvents, usualRecords, symbolDays] = [0, 0, 0];
  const [usualFrom, usualTo] = [Date.UTC(2023, 0, 1), Date.UTC(2023, 1, 1)];
  for (const symbol of multi.keys()) {
    const path = `${recordedFolder}/candles/binance/${symbol}-1h.csv.gz`;
    const exists = await Deno.stat(path).then(() => true, () => false);
    if (!exists) continue;
    const bars = (await readCandles(path)).get("")!;
    // A day is warmed up first, so that events that began before it are known.
    const day = run(symbol, bars, RECORDED_DAY_MS - DAY_MS, RECORDED_DAY_MS + DAY_MS)
      .filter(({ timestamp }) => timestamp >= RECORDED_DAY_MS);
    symbols++;
    records += day.length;
    events += day.filter(({ updates }) => !updates).length;
    const usual = run(symbol, bars, usualFrom, usualTo);
    usualRecords += usual.length;
    usualEvents += usual.filter(({ updates }) => !updates).length;
    symbolDays += (usualTo - usualFrom) / DAY_MS;
  }
  const perDay = (count: number) => (count / symbolDays).toFixed(3);
  print(
    `2022-11-08, ${symbols} of ${multi.size} symbols have history: ` +
      `${events} events, ${records} records with updates`,
  );
  print(
    `January 2023, a symbol and day: ${perDay(usualEvents)} events, ` +
      `${perDay(usualRecords)} records; 100 symbols: ${
        Math.round(usualRecords / symbolDays * 100)
      } records`,
  );
  // Deterministic: another count means that detectors changed, which must be meant.
  deepEqual([symbols, events, records], [4, 8, 74]);
  // Those with a history stand for the symbols of that market, on the day and on usual ones.
  ok(records / symbols * multi.size >= 500, "a day of the recorded market");
  ok(usualRecords / symbolDays * 100 >= 100, "a usual day of 100 symbols");
});
