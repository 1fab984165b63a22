/** Whatever the bytes, the parsers of the stock sources throw nothing but their own error. */
import { ok } from "node:assert/strict";
import fc from "fast-check";
import { type Feed, SourceParseError } from "../../collectors/source.ts";
import { alpaca } from "../../collectors/sources/alpaca.ts";
import { yahoo } from "../../collectors/sources/yahoo.ts";
import {
  aChart,
  aChartRequest,
  anAlpacaBar,
  anAlpacaTrade,
  minuteRows,
} from "../support/stocks.ts";
import { readFixture } from "../support/exchange.ts";

const noon = Date.parse("2026-11-20T09:00Z");

/** Reads, and looks at what was read: finite prices in order, or a refusal in our words. */
function attempt(work: () => unknown): void {
  try {
    const read = JSON.stringify(work());
    ok(!/"(open|high|low|close|price)":(null|-|0[,}])/.test(read ?? ""), read);
  } catch (error) {
    ok(error instanceof SourceParseError, `must be a SourceParseError, was ${error}`);
    ok(error.message.startsWith("Cannot "), error.message);
    ok(error.message.length < 700, "an error quotes little of the answer");
  }
}

const barsRequest = alpaca.bars.request("AAPL", "1m", 0, 1);
const readers: ((body: unknown) => unknown)[] = [
  (body) => alpaca.bars.parse(body, barsRequest),
  (body) => alpaca.bars.parse(body),
  (body) => alpaca.bars.next!(body, barsRequest)?.path,
  (body) => alpaca.listSymbols.parse(body),
  (body) => alpaca.time.parse(body),
  ...yahoo.feeds.flatMap((feed: Feed) =>
    (["1m", "1d"] as const).map((timeframe) => (body: unknown) =>
      feed.parse(body, { receivedMs: noon + 86_400_000, request: aChartRequest(timeframe) })
    )
  ),
];

Deno.test("no text as a frame, and no JSON value as an answer, makes them throw anything else", () => {
  fc.assert(fc.property(fc.string(), (text) => attempt(() => alpaca.parse(text, 1))));
  fc.assert(fc.property(fc.json(), (text) => attempt(() => alpaca.parse(text, 1))));
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const body: unknown = value;
    for (const read of readers) attempt(() => read(body));
  }));
});

const mutation = fc.record({
  at: fc.nat(5_000),
  kind: fc.constantFrom("set", "drop", "insert", "cut", "double"),
  character: fc.oneof(
    fc.constantFrom(...'{}[]",:.0123456789etf-+\\ \0'),
    fc.string({ maxLength: 2 }),
  ),
});

/** Returns recorded texts with some of their characters changed. */
function mutate(recorded: readonly string[]): fc.Arbitrary<string> {
  return fc.tuple(
    fc.constantFrom(...recorded),
    fc.array(mutation, { minLength: 1, maxLength: 3 }),
  ).map(([text, changes]) =>
    changes.reduce((changed, { at: position, kind, character }) => {
      const at = position % (changed.length + 1);
      const [head, tail] = [changed.slice(0, at), changed.slice(at)];
      if (kind === "set") return head + character + tail.slice(1);
      if (kind === "drop") return head + tail.slice(1);
      if (kind === "insert") return head + character + tail;
      return kind === "cut" ? head : head + tail + tail;
    }, text)
  );
}

Deno.test("frames with bytes changed, cut, doubled and put in are read or refused", () => {
  const frames = Deno.readTextFileSync(
    new URL("../fixtures/alpaca/ws-stock-stream-frames.jsonl", import.meta.url),
  ).trim().split("\n").slice(1).map((line) => JSON.stringify(JSON.parse(line).message));
  const recorded = [...frames, anAlpacaTrade(), anAlpacaBar()];
  fc.assert(
    fc.property(mutate(recorded), (frame) => attempt(() => alpaca.parse(frame, 1))),
    { numRuns: 3_000 },
  );
});

Deno.test("answers with bytes changed, cut, doubled and put in are read or refused", () => {
  const recorded = [
    readFixture("alpaca/stocks-bars-AAPL-1day.json").text,
    readFixture("alpaca/stocks-bars-multi.json").text,
    readFixture("yahoo/chart-404-not-found.json").text,
    JSON.stringify(aChart(minuteRows(noon, [300, 301, 302]))),
    JSON.stringify(aChart([[noon, null, null, null, null, null]])),
  ];
  fc.assert(
    fc.property(mutate(recorded), (text) => {
      let body: unknown;
      try {
        body = JSON.parse(text);
      } catch {
        return;
      }
      for (const read of readers) attempt(() => read(body));
    }),
    { numRuns: 3_000 },
  );
});
