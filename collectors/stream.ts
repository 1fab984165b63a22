/**
 * Streaming, once for all sources: connections, their market time, their holes and their health.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { MarketIntake } from "../lib/pipeline/types.ts";
import { Connection, type ConnectionHandlers } from "./connection.ts";
import { type CollectorHealth, createHealth } from "./health.ts";
import { fetchServerTime, fillHoles } from "./holes.ts";
import type { HttpOptions } from "./http.ts";
import { type OpenSocket, openWebSocket } from "./socket.ts";
import type { SourceParseError, StreamEvent, StreamSource } from "./source.ts";

/** What a stream needs. */
export interface StreamOptions {
  intake: MarketIntake;
  /** Base addresses of the stream, tried in turn. */
  addresses: readonly string[];
  /** What is to be followed now. */
  symbols(): readonly string[];
  /** Calls back when `symbols` gives something else; returns how to stop that. */
  onSymbolsChange(listener: () => void): () => void;
  /** For mending holes, and for asking the exchange's time. */
  http: HttpOptions;
  clock: Clock;
  log: Logger;
  onHealth(health: CollectorHealth): void;
  signal: AbortSignal;
  /** A recorded exchange stands still at its end; default live. */
  mode?: "live" | "replay";
  /** Called when the first message of a connection came; `isAgain` after a loss. */
  onLive?: (symbols: readonly string[], isAgain: boolean) => void;
  open?: OpenSocket;
}

/** How often health is told and holes are looked for, beside on every change. */
const housekeepingMs = 5_000;
/** A clock of the exchange that has not moved for so long stands still. */
const standstillMs = 1_000;

/** Follows the source until the signal is aborted. Never rejects for what the world does. */
export async function runStream(source: StreamSource, options: StreamOptions): Promise<void> {
  const stream = new Stream(source, options);
  await stream.run();
}

class Stream {
  readonly #source: StreamSource;
  readonly #options: StreamOptions;
  readonly #connections = new Map<Connection, Promise<void>>();
  readonly #health: CollectorHealth;
  #isMending = false;
  /** Reconnects of connections that are no longer needed. */
  #pastReconnects = 0;
  #mending: Promise<void> = Promise.resolve();

  constructor(source: StreamSource, options: StreamOptions) {
    this.#source = source;
    this.#options = options;
    this.#health = createHealth(source.key);
  }

  async run(): Promise<void> {
    const { clock, signal, onSymbolsChange } = this.#options;
    this.#followSymbols();
    const unlisten = onSymbolsChange(() => {
      if (!signal.aborted) this.#followSymbols();
    });
    while (!signal.aborted) {
      this.#report();
      await clock.wait(housekeepingMs, signal);
      if (!signal.aborted) this.#mend();
    }
    unlisten();
    for (const connection of this.#connections.keys()) connection.stop();
    await Promise.all([...this.#connections.values(), this.#mending]);
    this.#health.detail = "stopped";
    this.#options.onHealth({ ...this.#health, state: "stopped" });
  }

  /** Brings the connections in line with the symbols that are to be followed. */
  #followSymbols(): void {
    const wanted = new Set(this.#options.symbols());
    for (const connection of this.#connections.keys()) {
      const removed = [...connection.symbols].filter((symbol) => !wanted.has(symbol));
      for (const symbol of connection.symbols) wanted.delete(symbol);
      if (removed.length === 0) continue;
      if (removed.length < connection.symbols.size) connection.remove(removed);
      else this.#end(connection);
    }
    let added = [...wanted];
    const roomMax = this.#source.symbolsPerConnection;
    for (const connection of this.#connections.keys()) {
      const some = added.slice(0, Math.max(0, roomMax - connection.symbols.size));
      if (some.length > 0) connection.add(some);
      added = added.slice(some.length);
    }
    for (let i = 0; i < added.length; i += roomMax) this.#begin(added.slice(i, i + roomMax));
  }

  #begin(symbols: readonly string[]): void {
    const { addresses, clock, log, open = openWebSocket } = this.#options;
    const connection = new Connection(symbols, {
      source: this.#source,
      addresses,
      clock,
      log,
      open,
      handlers: this.#createHandlers(),
    });
    this.#connections.set(connection, connection.run());
  }

  #end(connection: Connection): void {
    this.#pastReconnects += connection.reconnects;
    this.#connections.delete(connection);
    connection.stop();
  }

  #createHandlers(): ConnectionHandlers {
    const { intake, onLive } = this.#options;
    return {
      onEvents: (connection, events, isPrimary) => this.#takeIn(connection, events, isPrimary),
      settled: () => intake.settled(),
      onLive: (connection, isAgain) => {
        onLive?.([...connection.symbols], isAgain);
        this.#report();
        if (isAgain) this.#mend();
      },
      onLost: (connection, reason) => {
        if (connection.eventMs > 0) {
          intake.markLost([...connection.symbols], connection.eventMs, reason);
        }
        this.#report();
      },
      onParseError: (error) => this.#countParseError(error),
      isStandingStill: (sinceMs) => this.#isStandingStill(sinceMs),
    };
  }

  /** Hands events on in their order: trades first, then what ends their bars. */
  #takeIn(connection: Connection, events: readonly StreamEvent[], isPrimary: boolean): void {
    const { intake, clock } = this.#options;
    let eventMs = 0;
    for (const event of events) {
      if (event.kind !== "trade") continue;
      intake.addTrade(event.trade);
      eventMs = Math.max(eventMs, event.trade.eventMs);
    }
    for (const event of events) {
      if (event.kind !== "bar") continue;
      intake.addExchangeBar(event.symbol, event.timeframe, event.bar, this.#source.key);
      eventMs = Math.max(eventMs, event.eventMs);
    }
    this.#health.lastMessageMs = clock.now();
    if (!isPrimary || eventMs <= connection.eventMs) return;
    connection.eventMs = eventMs;
    intake.advance(this.#getMarketTime());
  }

  /** What every live connection has reached: a slower one may still have trades before it. */
  #getMarketTime(): number {
    let least = Infinity;
    for (const { isLive, eventMs } of this.#connections.keys()) {
      if (isLive && eventMs > 0 && eventMs < least) least = eventMs;
    }
    return least;
  }

  #countParseError(error: SourceParseError): void {
    const count = ++this.#health.parseErrors;
    // A source gone mad would fill the log: the first one, then every hundredth.
    if (count % 100 === 1) {
      this.#options.log.warn("a message was not understood", {
        source: this.#source.key,
        count,
        error: error.message,
      });
    }
  }

  /** A recording at its end stands still, and so does a halted exchange: its own time says so. */
  async #isStandingStill(sinceMs: number): Promise<boolean> {
    if (sinceMs === 0) return false;
    const { http, clock, signal, mode } = this.#options;
    try {
      const serverMs = await fetchServerTime(this.#source, http);
      if (serverMs - sinceMs < this.#source.silenceMs) return true;
      if (mode !== "replay") return false;
      // Our symbols may have ended before the others did: then only its clock tells that it stands.
      await clock.wait(standstillMs, signal);
      return await fetchServerTime(this.#source, http) === serverMs;
    } catch (error) {
      this.#options.log.debug("the exchange's time is not known", { error: String(error) });
      return false;
    }
  }

  /** Mends holes in the background, one pass at a time. */
  #mend(): void {
    const { intake, http, log, signal } = this.#options;
    const isAnyLive = [...this.#connections.keys()].some(({ isLive }) => isLive);
    if (this.#isMending || !isAnyLive || intake.listHoles().length === 0) return;
    this.#isMending = true;
    this.#mending = fillHoles(this.#source, { intake, http: { ...http, signal }, log, signal })
      .then(() => {}, (error) => {
        log.warn("holes were not mended", { source: this.#source.key, error: String(error) });
      })
      .finally(() => {
        this.#isMending = false;
      });
  }

  #report(): void {
    const { clock, onHealth } = this.#options;
    const all = [...this.#connections.keys()];
    const worst = all.find(({ isLive }) => !isLive);
    const states = all.map(({ breaker }) => breaker.getState(clock.now()));
    const health = this.#health;
    health.reconnects = all.reduce((sum, { reconnects }) => sum + reconnects, this.#pastReconnects);
    health.breaker = states.find((state) => state === "OPEN") ??
      states.find((state) => state === "HALF_OPEN") ?? "CLOSED";
    if (worst === undefined) {
      health.state = all.length > 0 ? "live" : "connecting";
      health.detail = all.length > 0 ? "receives" : "no symbols to follow";
    } else {
      const hasFailed = worst.reconnects > 0 || worst.retryAtMs !== undefined;
      health.state = hasFailed ? "reconnecting" : "connecting";
      health.detail = worst.detail;
    }
    const { retryAtMs: _old, ...rest } = health;
    onHealth(worst?.retryAtMs === undefined ? rest : { ...rest, retryAtMs: worst.retryAtMs });
  }
}
