/** The nine acceptance cards of a streaming source, played on sockets in the test's hand. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { CollectorHealth } from "../../collectors/health.ts";
import { fetchJson, RateLimitedError, SourceAnswerError } from "../../collectors/http.ts";
import type { StreamSource } from "../../collectors/source.ts";
import { runStream } from "../../collectors/stream.ts";
import { silentLogger } from "../../lib/log.ts";
import type { Cards } from "./cards.ts";
import { createManualClock } from "./clock.ts";
import {
  aKlineRow,
  anHttp,
  aTradeFrame,
  createIntake,
  createSocketFactory,
  readFixture,
  turn,
} from "./exchange.ts";
import { alpacaControl, alpacaRows, anAlpacaBar, anAlpacaTrade } from "./stocks.ts";

/** Friday, 20 November 2026, an hour and a half after New York's bell. */
const startMs = Date.UTC(2026, 10, 20, 16);
const minuteMs = 60_000;

/** What the sources differ in. */
interface Language {
  symbol: string;
  /** Sent by the source before data. */
  welcome: readonly string[];
  trade(id: number, eventMs: number): string;
  /** A trade without what every trade needs. */
  drifted: string;
  /** A frame that tells nothing. */
  empty: string;
  /** A body that lists what it trades. */
  listing: unknown;
  time(nowMs: number): unknown;
  /** Bars of these minutes, and none. */
  bars(fromMs: number, count: number): unknown;
  /** What refuses the key on the socket, where there is a key. */
  refusal: string | null;
}

const languages: Readonly<Record<string, Language>> = {
  binance: {
    symbol: "BTCUSDT",
    welcome: [],
    trade: (id, eventMs) => aTradeFrame({ id, eventMs }),
    drifted: aTradeFrame().replace('"p":', '"price":'),
    empty: '{"result":null,"id":1}',
    listing: readFixture("binance/exchangeInfo-2symbols.json").body,
    time: (serverTime) => ({ serverTime }),
    bars: (fromMs, count) =>
      Array.from({ length: count }, (_, i) => aKlineRow(fromMs + i * minuteMs)),
    refusal: null,
  },
  alpaca: {
    symbol: "AAPL",
    welcome: [alpacaControl.connected, alpacaControl.authenticated, alpacaControl.subscription],
    trade: (i, eventMs) => anAlpacaTrade({ i, t: new Date(eventMs).toISOString() }),
    drifted: anAlpacaBar({ o: undefined }),
    empty: "[]",
    listing: [{ symbol: "AAPL", class: "us_equity", status: "active", tradable: true, name: "A" }],
    time: (nowMs) => ({ timestamp: new Date(nowMs).toISOString(), is_open: true }),
    bars: (fromMs, count) => ({
      bars: count === 0 ? {} : { AAPL: alpacaRows(fromMs, count, minuteMs) },
      next_page_token: null,
    }),
    refusal: alpacaControl.error(402, "auth failed"),
  },
};

/** A stream on a clock and sockets in the test's hand. */
async function play(source: StreamSource, language: Language) {
  const clock = createManualClock(startMs);
  const intake = createIntake();
  const factory = createSocketFactory();
  const stop = new AbortController();
  const healths: CollectorHealth[] = [];
  const http = anHttp(clock, (url) => {
    if (/time|clock/.test(new URL(url).pathname)) return Response.json(language.time(clock.now()));
    return Response.json(language.bars(startMs - 2 * minuteMs, 2));
  });
  const done = runStream(source, {
    intake,
    addresses: ["ws://one"],
    symbols: () => [language.symbol],
    onSymbolsChange: () => () => {},
    http,
    clock,
    log: silentLogger,
    onHealth: (health) => healths.push(health),
    signal: stop.signal,
    open: factory.open,
    ...(source.apiKey && { credentials: { key: "key", secret: "hush" } }),
  });
  await turn();
  return {
    clock,
    intake,
    factory,
    http,
    health: () => healths.at(-1)!,
    async push(...frames: string[]) {
      for (const frame of frames) factory.sockets.at(-1)!.push(frame);
      await turn();
    },
    async pass(ms: number) {
      await clock.advance(ms);
      await turn();
    },
    async stop() {
      stop.abort();
      await done;
    },
  };
}

/** Pushes a frame that must not become a trade, and a good one behind it. */
async function playOdd(
  source: StreamSource,
  language: Language,
  { frame, errors }: { frame: string; errors: number },
): Promise<void> {
  const run = await play(source, language);
  await run.push(...language.welcome, frame);
  equal(run.intake.trades.length + run.intake.bars.length, 0);
  await run.push(language.trade(1, startMs));
  equal(run.intake.trades.length, 1, "goes on with the next frame");
  await run.pass(5_000);
  equal(run.health().parseErrors, errors);
  equal(run.health().state, "live");
  await run.stop();
}

/** Returns the cards of a streaming source. */
export function createStreamCards(source: StreamSource): Cards {
  const language = languages[source.key]!;
  const { symbol, trade, welcome } = language;
  return {
    list() {
      const listed = source.listSymbols.parse(language.listing);
      ok(listed.length > 0 && listed.every(({ exchange }) => exchange === source.exchange));
      return Promise.resolve();
    },
    async "subscribe or poll"() {
      const run = await play(source, language);
      await run.push(...welcome, trade(1, startMs));
      const { url, sent } = run.factory.sockets[0]!;
      match(`${url} ${sent.join(" ")}`, new RegExp(symbol, "i"));
      deepEqual(run.intake.trades.map((one) => one.symbol), [symbol]);
      equal(run.health().state, "live");
      await run.stop();
    },
    async reconnect() {
      const run = await play(source, language);
      await run.push(...welcome, trade(1, startMs));
      run.factory.sockets[0]!.end();
      await turn();
      await run.pass(0);
      equal(run.health().state, "reconnecting");
      await run.pass(1_000);
      equal(run.factory.sockets.length, 2);
      await run.push(...welcome, trade(2, startMs + 2_000));
      equal(run.health().state, "live");
      equal(run.health().reconnects, 1);
      await run.stop();
    },
    async gap() {
      const run = await play(source, language);
      await run.push(...welcome, trade(1, startMs));
      run.factory.sockets[0]!.end();
      await turn();
      deepEqual(run.intake.lost.map(({ symbols, atMs }) => [symbols, atMs]), [[[symbol], startMs]]);
      const from = startMs - 2 * minuteMs;
      run.intake.holes = [{ symbol, timeframe: "1m", from, to: startMs }];
      await run.pass(1_000);
      await run.push(...welcome, trade(2, startMs + 2_000));
      await turn(20);
      deepEqual(
        run.intake.history.map(({ reason, bars }) => [reason, bars.map(({ time }) => time)]),
        [["repair", [from, from + minuteMs]]],
      );
      await run.stop();
    },
    async limit() {
      const clock = createManualClock(startMs);
      const headers = { "retry-after": "30" };
      const http = anHttp(clock, () => new Response("{}", { status: 429, headers }));
      await rejects(fetchJson(source.time.request(), http), RateLimitedError);
      equal((await http.queue.quota.read()).blockedUntilMs, startMs + 30_000);
      equal(http.breaker.counts.failures, 0);
    },
    async "bad key"() {
      const http = anHttp(createManualClock(), () => new Response("{}", { status: 401 }));
      await rejects(fetchJson(source.time.request(), http), SourceAnswerError);
      const run = await play(source, language);
      if (language.refusal === null) equal(source.apiKey, undefined, "it asks for no key");
      else {
        await run.push(language.welcome[0]!, language.refusal);
        await run.pass(5_000);
        equal(run.health().state, "blocked");
        match(run.health().detail, /auth failed|402/);
        ok(!run.health().detail.includes("hush"));
      }
      equal(run.intake.trades.length, 0);
      await run.stop();
    },
    "schema drift": () => playOdd(source, language, { frame: language.drifted, errors: 1 }),
    async "empty answer"() {
      await playOdd(source, language, { frame: language.empty, errors: 0 });
      const request = source.bars.request(symbol, "1m", startMs, startMs + minuteMs);
      deepEqual(source.bars.parse(language.bars(startMs, 0), request), []);
    },
    "malformed answer": () =>
      playOdd(source, language, { frame: "<html>Just a moment</html>", errors: 1 }),
  };
}
