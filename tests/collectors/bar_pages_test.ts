/** Bars of a stretch: several answers, finer bars, and a source that never ends. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import fc from "fast-check";
import { fetchBarPages, foldBars } from "../../collectors/bar_pages.ts";
import { fetchBars } from "../../collectors/holes.ts";
import { alpaca } from "../../collectors/sources/alpaca.ts";
import { createManualClock } from "../support/clock.ts";
import { aKlineRow, anHttp, aSource } from "../support/exchange.ts";
import { alpacaRows, aPlainBar } from "../support/stocks.ts";

const at = (text: string) => Date.parse(`${text}Z`);
const minuteMs = 60_000;

/** An Alpaca that answers its rows two at a time; notes the tokens it was asked with. */
function startPages(rows: ReturnType<typeof alpacaRows>) {
  const tokens: (string | null)[] = [];
  const http = anHttp(createManualClock(at("2026-11-20T22:00")), (url) => {
    const token = new URL(url).searchParams.get("page_token");
    tokens.push(token);
    const start = Number(token ?? 0);
    const next = start + 2 < rows.length ? String(start + 2) : null;
    return Response.json({
      bars: { AAPL: rows.slice(start, start + 2) },
      next_page_token: next,
    });
  });
  return { http, tokens };
}

Deno.test("answers that go on are followed to the last", async () => {
  const { http, tokens } = startPages(alpacaRows(at("2026-11-20T15:00"), 5, minuteMs));
  const stretch = { from: at("2026-11-20T15:00"), to: at("2026-11-20T16:00") };
  const bars = await fetchBarPages(alpaca, { symbol: "AAPL", timeframe: "1m", ...stretch }, http);
  deepEqual(tokens, [null, "2", "4"]);
  deepEqual(bars.map(({ open }) => open), [10, 11, 12, 13, 14]);
});

Deno.test("an hour is folded from half hours of the session, across answers", async () => {
  // 14:00 UTC is nine o'clock in New York: its first half hour lies before the bell.
  const { http } = startPages(alpacaRows(at("2026-11-20T14:00"), 5, 30 * minuteMs));
  const stretch = { from: at("2026-11-20T14:00"), to: at("2026-11-20T17:00") };
  const bars = await fetchBars(alpaca, { symbol: "AAPL", timeframe: "1h", ...stretch }, {
    http,
    serverMs: at("2026-11-20T22:00"),
  });
  deepEqual(
    bars.map(({ time, open, high, low, close, volume }) => [
      new Date(time).toISOString().slice(11, 16),
      ...[open, high, low, close, volume],
    ]),
    [["14:00", 11, 13, 10, 12, 100], ["15:00", 12, 15, 11, 14, 200], [
      "16:00",
      14,
      16,
      13,
      15,
      100,
    ]],
  );
});

Deno.test("a source that always names another answer is given up with words", async () => {
  const http = anHttp(
    createManualClock(0),
    () => Response.json({ bars: {}, next_page_token: "again" }),
  );
  const stretch = { symbol: "AAPL", timeframe: "1m" as const, from: 0, to: minuteMs };
  await rejects(fetchBarPages(alpaca, stretch, http), /at most 200 answers are followed/);
});

Deno.test("a bar told twice counts once, those outside the stretch or the grid not at all", async () => {
  const rows = [-1, 0, 0, 1, 2].map((i) => aKlineRow(i * minuteMs)).concat([aKlineRow(30_000)]);
  const http = anHttp(createManualClock(0), () => Response.json(rows.slice(1)));
  const stretch = { symbol: "BTCUSDT", timeframe: "1m" as const, from: 0, to: 2 * minuteMs };
  const bars = await fetchBarPages(aSource(), stretch, http);
  deepEqual(bars.map(({ time }) => time), [0, minuteMs]);
});

Deno.test("folding keeps first open, last close, extremes and the sum, in one step or two", () => {
  const closes = fc.array(fc.tuple(fc.nat(600), fc.integer({ min: 1, max: 1_000 })), {
    maxLength: 80,
  });
  fc.assert(fc.property(closes, (pairs) => {
    const times = [...new Map(pairs)].sort(([a], [b]) => a - b);
    const bars = times.map(([minute, close]) => aPlainBar(minute * minuteMs, close));
    const before = structuredClone(bars);
    const folded = foldBars(bars, "1h");
    deepEqual(bars, before);
    deepEqual(foldBars(foldBars(bars, "15m"), "1h"), folded);
    equal(folded.reduce((sum, { volume }) => sum + volume, 0), bars.length);
    for (const { time, open, close, high, low } of folded) {
      const own = bars.filter((bar) => bar.time >= time && bar.time < time + 60 * minuteMs);
      deepEqual([open, close], [own[0]!.open, own.at(-1)!.close]);
      deepEqual([high, low], [
        Math.max(...own.map((bar) => bar.high)),
        Math.min(...own.map((bar) => bar.low)),
      ]);
    }
  }));
});
