import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { SourceParseError } from "../../collectors/source.ts";
import { binance, parseFrameSlowly } from "../../collectors/sources/binance.ts";
import { coingecko } from "../../collectors/sources/coingecko.ts";
import { aTradeFrame, readFixture, readFrames } from "../support/exchange.ts";

/** The result, or the class of the error. */
function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    ok(error instanceof SourceParseError, `must be a SourceParseError, was ${error}`);
    return "refused";
  }
}

function compare(frame: string): void {
  deepEqual(attempt(() => binance.parse(frame, 1)), attempt(() => parseFrameSlowly(frame, 1)));
}

const digits = fc.stringMatching(/^\d{1,18}$/);
const decimal = fc.oneof(
  fc.tuple(digits, digits).map(([whole, part]) => `${whole}.${part}`),
  digits,
  fc.string({ maxLength: 6 }),
);

Deno.test("the hand-written reader and JSON.parse with the schema agree on generated trades", () => {
  const frames = fc.record({
    symbol: fc.oneof(fc.stringMatching(/^[A-Z0-9]{1,12}$/), fc.string({ maxLength: 5 })),
    id: fc.oneof(fc.nat(), fc.maxSafeInteger(), fc.double()),
    price: decimal,
    eventMs: fc.oneof(fc.nat(), fc.maxSafeInteger()),
  }).map(aTradeFrame);
  fc.assert(fc.property(frames, compare), { numRuns: 2_000 });
});

Deno.test("they agree on recorded frames with bytes changed, cut, doubled and put in", async () => {
  const recorded = [
    readFixture("binance/ws-trade-ETHUSDT.json").text,
    readFixture("binance/ws-aggTrade-ETHUSDT-us.json").text,
    aTradeFrame(),
    ...(await readFrames("binance/ws-spot-2021-08-14.jsonl.gz")).slice(0, 40),
  ];
  const mutation = fc.record({
    at: fc.nat(400),
    kind: fc.constantFrom("set", "drop", "insert", "cut", "double"),
    character: fc.oneof(
      fc.constantFrom(...'{}[]",:.0123456789etf-+\\ \0'),
      fc.string({ maxLength: 2 }),
    ),
  });
  const mutated = fc.tuple(
    fc.constantFrom(...recorded),
    fc.array(mutation, { minLength: 1, maxLength: 3 }),
  ).map(([frame, changes]) =>
    changes.reduce((text, { at: position, kind, character }) => {
      const at = position % (text.length + 1);
      const [head, tail] = [text.slice(0, at), text.slice(at)];
      if (kind === "set") return head + character + tail.slice(1);
      if (kind === "drop") return head + tail.slice(1);
      if (kind === "insert") return head + character + tail;
      return kind === "cut" ? head : head + tail + tail;
    }, frame)
  );
  fc.assert(fc.property(mutated, compare), { numRuns: 5_000 });
});

Deno.test("no text and no JSON value makes a parser throw anything but its own error", () => {
  fc.assert(fc.property(fc.string(), compare));
  fc.assert(fc.property(fc.json(), compare));
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const body: unknown = value;
    attempt(() => binance.bars.parse(body));
    attempt(() => binance.listSymbols.parse(body));
    attempt(() => binance.time.parse(body));
    for (const feed of coingecko.feeds) {
      attempt(() => feed.parse(body, { receivedMs: 1, request: { path: "/", weight: 1 } }));
    }
  }));
});
