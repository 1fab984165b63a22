import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { SourceParseError } from "../../collectors/source.ts";
import { binance } from "../../collectors/sources/binance.ts";
import { aKlineRow, aTradeFrame, readFixture, readFrames } from "../support/exchange.ts";

const receivedMs = 42;

Deno.test("a recorded trade frame is read, with the taker's side and both clocks", () => {
  const { text } = readFixture("binance/ws-trade-ETHUSDT.json");
  deepEqual(binance.parse(text, receivedMs), [{
    kind: "trade",
    trade: {
      symbol: "ETHUSDT",
      price: 4149.74,
      size: 0.4387,
      side: "sell",
      tradeId: 705291099,
      eventMs: 1639351062243,
      receivedMs,
      source: "binance",
    },
  }]);
});

Deno.test("a bare frame and one in the envelope say the same", () => {
  const frame = aTradeFrame();
  const bare = JSON.stringify(JSON.parse(frame).data);
  deepEqual(binance.parse(bare, 1), binance.parse(frame, 1));
});

Deno.test("an aggregated trade is accepted, unknown fields and all", () => {
  const { text } = readFixture("binance/ws-aggTrade-ETHUSDT-us.json");
  const [event] = binance.parse(text, receivedMs);
  ok(event?.kind === "trade");
  equal(event.trade.side, "buy");
  equal(event.trade.price, 1632.46);
});

for (const name of ["ws-spot-2021-08-14", "ws-spot-2021-10-11"]) {
  Deno.test(`every frame of ${name} is an event of ours or a typed error`, async () => {
    let events = 0;
    for (const frame of await readFrames(`binance/${name}.jsonl.gz`)) {
      if (/"e":"(aggTrade|kline)"/.test(frame)) events += binance.parse(frame, 1).length;
      else throws(() => binance.parse(frame, 1), SourceParseError);
    }
    equal(events, name === "ws-spot-2021-08-14" ? 45 : 4);
  });
}

Deno.test("a recorded kline frame becomes a bar that is not final yet", async () => {
  const frames = await readFrames("binance/ws-spot-2021-10-11.jsonl.gz");
  const [event] = binance.parse(frames.find((frame) => frame.includes('"e":"kline"'))!, 1);
  ok(event?.kind === "bar");
  equal(event.symbol, "NKNUSDT");
  equal(event.timeframe, "1m");
  equal(event.eventMs, 1633998523963);
  deepEqual(event.bar, {
    time: 1633998480000,
    open: 0.3527,
    high: 0.3528,
    low: 0.3522,
    close: 0.3528,
    volume: 25877,
    closed: false,
    quality: "observed",
  });
});

for (const frame of ['{"result":null,"id":1}', '{"result":null,"id":"a"}']) {
  Deno.test(`the control answer ${frame} says nothing`, () => {
    deepEqual(binance.parse(frame, 1), []);
  });
}

const badFrames = [
  ["nothing", ""],
  ["no JSON", "hello"],
  ["a torn frame", aTradeFrame().slice(0, 60)],
  ["an error", '{"error":{"code":2,"msg":"Invalid request"},"id":1}'],
  ["a bare error", '{"code":-1121,"msg":"Invalid symbol."}'],
  ["null", "null"],
  ["a number", "1"],
  ["a list", "[]"],
  ["a negative price", aTradeFrame({ price: "-1" })],
  ["a price in words", aTradeFrame({ price: "NaN" })],
  ["an empty price", aTradeFrame({ price: "" })],
  ["an exponent", aTradeFrame({ price: "1e3" })],
  ["an empty symbol", aTradeFrame({ symbol: "" })],
  ["a trade id that is no number", aTradeFrame().replace('"t":1', '"t":"1"')],
  ["a leading zero", aTradeFrame().replace('"t":1', '"t":01')],
  ["something behind it", `${aTradeFrame()} x`],
  ["a timeframe we do not know", '{"e":"kline","E":1,"s":"A","k":{"i":"3m"}}'],
] as const;
for (const [name, frame] of badFrames) {
  Deno.test(`a frame with ${name} is a SourceParseError`, () => {
    throws(() => binance.parse(frame, 1), SourceParseError);
  });
}

Deno.test("a symbol in another script is read as well", () => {
  const [event] = binance.parse(aTradeFrame({ symbol: "币安人生USDT" }), 1);
  ok(event?.kind === "trade" && event.trade.symbol === "币安人生USDT");
});

Deno.test("recorded klines become bars, oldest first", () => {
  const bars = binance.bars.parse(readFixture("binance/klines-BTCUSDT-1m.json").body);
  equal(bars[0]?.time, 1634943780000);
  equal(bars[0]?.close, 60719.27);
  ok(bars.every((bar, i) => i === 0 || bar.time > bars[i - 1]!.time));
  deepEqual(binance.bars.parse([]), []);
});

const badBodies = [null, {}, "x", [1], [[]], [["a"]], [aKlineRow(0, "x")], [aKlineRow(-1)]];
for (const body of badBodies) {
  Deno.test(`a klines answer ${JSON.stringify(body).slice(0, 30)} is a SourceParseError`, () => {
    throws(() => binance.bars.parse(body), SourceParseError);
  });
}

for (
  const name of ["error-400-1121-invalid-symbol", "error-429-1003-weight", "error-418-1003-ban"]
) {
  Deno.test(`the recorded ${name} is refused by every reader, with its words`, () => {
    const { body } = readFixture(`binance/${name}.json`);
    for (const parse of [binance.bars.parse, binance.listSymbols.parse, binance.time.parse]) {
      throws(() => parse(body), (error) => {
        return error instanceof SourceParseError && /-1\d{3}/.test(error.message);
      });
    }
  });
}

Deno.test("only spot symbols that trade are listed, with their canonical ids", () => {
  const { body } = readFixture("binance/exchangeInfo-2symbols.json");
  const info = body as { symbols: Record<string, unknown>[] };
  const symbols = binance.listSymbols.parse(info);
  deepEqual(symbols.map(({ id }) => id), [
    "crypto:BTC/USDT@binance",
    "crypto:ETH/USDT@binance",
  ]);
  const halted = { symbols: info.symbols.map((symbol) => ({ ...symbol, status: "BREAK" })) };
  deepEqual(binance.listSymbols.parse(halted), []);
});

Deno.test("the server's time is read", () => {
  equal(binance.time.parse(readFixture("binance/time.json").body), 1633835466289);
});

Deno.test("addresses and control frames name trade and kline streams", () => {
  equal(
    binance.streamPath(["BTCUSDT"]),
    "/stream?streams=btcusdt@trade/btcusdt@kline_1m/btcusdt@kline_5m/btcusdt@kline_15m/btcusdt@kline_1h",
  );
  const frame = JSON.parse(binance.unsubscribeFrame(["BTCUSDT"], 7));
  equal(frame.method, "UNSUBSCRIBE");
  equal(frame.params.length, 5);
  equal(frame.id, 7);
  equal(
    binance.bars.request("BTCUSDT", "1m", 0, 60_000).path,
    "/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=0&endTime=59999&limit=1000",
  );
});
