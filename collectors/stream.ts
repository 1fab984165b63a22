/**
 * Streaming, once for all sources: connections, their market time, their holes and their health.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { MarketIntake } from "../lib/pipeline/types.ts";
import { Connection } from "./connection.ts";
import type { ConnectionHandlers } from "./connection_options.ts";
import { type CollectorHealth, createHealth } from "./health.ts";
import { fetchServerTime, fillHoles } from "./holes.ts";
import type { HttpOptions } from "./http.ts";
import type { SourceCredentials } from "./keys.ts";
import { findSessionOpen, isTradingTime, readHours } from "./sessions.ts";
import { type OpenSocket, openWebSocket } from "./socket.ts";
import type { SourceParseError, StreamEvent, StreamSource } from "./source.ts";
import type { CollectionTuning } from "./tuning.ts";

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
  /** The recording's market time, epoch ms; with it, its end is told. */
  marketNow?: () => number;
  /** Called when the first message of a connection came; `isAgain` after a loss. */
  onLive?: (symbols: readonly string[], isAgain: boolean) => void;
  open?: OpenSocket;
  /** What signs in, where the source asks for it. */
  credentials?: SourceCredentials;
  /** How patient it is now. */
  getTuning?: () => CollectionTuning;
}

/** How often health is told and holes are looked for, beside on every change. */
const housekeepingMs = 5_000;
const closedTickMs = 60_000;
/** A clock of the exchange that has not moved for so long stands still. */
const standstillMs = 1_000;
/** So many looks in a row, without a word between them, say that a recording has ended. */
const endLooks = 3;

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
  /** True while a recording stands at its end: silence is right then, also after a reconnect. */
  #isAtEnd = false;
  /** Why nothing is collected, when its market opens again; null while it is open. */
  #closed: { reason: string; opensAtMs: number | null } | null = null;
  /** Symbols for which the source has no room. */
  #unfollowed = 0;
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
    this.#followHours();
    this.#followSymbols();
    const unlisten = onSymbolsChange(() => {
      if (!signal.aborted) this.#followSymbols();
    });
    const watching = this.#watchEnd();
    while (!signal.aborted) {
      this.#report();
      await clock.wait(this.#getPause(), signal);
      this.#followHours();
      if (!signal.aborted) this.#mend();
    }
    unlisten();
    for (const connection of this.#connections.keys()) connection.stop();
    await Promise.all([...this.#connections.values(), this.#mending, watching]);
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
    const free = (this.#source.connectionsMax ?? Infinity) - this.#connections.size;
    const room = Math.max(0, free) * roomMax;
    this.#unfollowed = Math.max(0, added.length - room);
    added = added.slice(0, room);
    for (let i = 0; i < added.length; i += roomMax) this.#begin(added.slice(i, i + roomMax));
  }

  /** Pauses when the market closes, and goes on when it opens. */
  #followHours(): void {
    const { clock, log, mode } = this.#options;
    const { calendar, key } = this.#source;
    // A recorded market has its own time, and says nothing while it is closed.
    if (!calendar || mode === "replay") return;
    const { isOpen, opensAtMs } = readHours(calendar, clock.now());
    if (isOpen !== (this.#closed !== null)) return;
    const facts = { source: key, market: calendar.name, reason: "market_closed" };
    if (isOpen) {
      this.#closed = null;
      log.info("a market opens, its stream goes on", facts);
      for (const connection of this.#connections.keys()) connection.resume();
    } else {
      this.#closed = { reason: "market_closed", opensAtMs };
      // Nothing more of the session comes, so its last bars are complete.
      if ([...this.#connections.keys()].some(({ isLive }) => isLive)) {
        this.#options.intake.advance(clock.now());
      }
      const opensAt = opensAtMs === null ? "unknown" : new Date(opensAtMs).toISOString();
      log.info("a market is closed, its stream pauses", { ...facts, opensAt });
      for (const connection of this.#connections.keys()) connection.pause("market_closed");
    }
    this.#report();
  }

  #begin(symbols: readonly string[]): void {
    const { addresses, clock, log, open = openWebSocket, credentials, getTuning } = this.#options;
    const connection = new Connection(symbols, {
      source: this.#source,
      addresses,
      clock,
      log,
      open,
      handlers: this.#createHandlers(),
      ...(credentials && { credentials }),
      ...(getTuning && { getTuning }),
    });
    if (this.#closed) connection.pause(this.#closed.reason);
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
        this.#noteSession(connection);
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

  /** Tells from when on a session is seen: whole if we are there before it, else with a hole. */
  #noteSession({ symbols, eventMs }: Connection): void {
    const { intake, clock, mode } = this.#options;
    const { calendar } = this.#source;
    if (!calendar || mode === "replay") return;
    const nowMs = clock.now();
    if (!isTradingTime(calendar, nowMs)) return intake.beginWatch([...symbols], nowMs);
    const openMs = findSessionOpen(calendar, nowMs);
    if (openMs === null || eventMs === 0 || eventMs >= openMs) return;
    intake.markLost([...symbols], openMs, "connected after the open");
  }

  /** Hands events on in their order: trades first, then what ends their bars. */
  #takeIn(connection: Connection, events: readonly StreamEvent[], isPrimary: boolean): void {
    const { intake, clock } = this.#options;
    const { calendar } = this.#source;
    let eventMs = 0;
    for (const event of events) {
      if (event.kind !== "trade") continue;
      if (calendar && !isTradingTime(calendar, event.trade.eventMs)) continue;
      intake.addTrade(event.trade);
      eventMs = Math.max(eventMs, event.trade.eventMs);
    }
    for (const event of events) {
      if (event.kind !== "bar") continue;
      if (calendar && !isTradingTime(calendar, event.bar.time)) continue;
      intake.addExchangeBar(event.symbol, event.timeframe, event.bar, this.#source.key);
      eventMs = Math.max(eventMs, event.eventMs);
    }
    this.#health.lastMessageMs = clock.now();
    this.#isAtEnd = false;
    if (!isPrimary || eventMs <= connection.eventMs) return;
    connection.eventMs = eventMs;
    intake.advance(this.#getMarketTime());
  }

  /**
   * What every live connection has reached: a slower one may still have trades before it, one that
   * is rightly silent has none.
   */
  #getMarketTime(): number {
    let least = Infinity;
    for (const { isLive, isQuiet, eventMs } of this.#connections.keys()) {
      if (isLive && !isQuiet && eventMs > 0 && eventMs < least) least = eventMs;
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
    const { http, clock, signal, mode } = this.#options;
    const { calendar, silenceMs } = this.#source;
    if (sinceMs === 0 && !calendar) return false;
    // In a recording some symbols end before others; a loss would cut off all connections.
    const heardMs = this.#health.lastMessageMs ?? -Infinity;
    if (mode === "replay" && sinceMs > 0 && clock.now() - heardMs < silenceMs) return true;
    try {
      const serverMs = await fetchServerTime(this.#source, http);
      // A recorded market that is closed says nothing until it opens.
      if (calendar && !isTradingTime(calendar, serverMs)) return true;
      if (sinceMs === 0) return false;
      if (serverMs - sinceMs < silenceMs) return true;
      if (mode !== "replay") return false;
      // Our symbols may have ended before the others did: then only its clock tells that it stands.
      await clock.wait(standstillMs, signal);
      this.#isAtEnd = await fetchServerTime(this.#source, http) === serverMs;
      return this.#isAtEnd;
    } catch (error) {
      this.#options.log.debug("the exchange's time is not known", { error: String(error) });
      return false;
    }
  }

  /**
   * Brings market time to where a recording ends. Its last frames do not tell that nothing follows
   * them, and a connection whose symbols ended earlier holds the others back.
   */
  async #watchEnd(): Promise<void> {
    const { clock, signal, intake, mode, marketNow } = this.#options;
    if (mode !== "replay" || !marketNow) return;
    let looks = 0;
    let seen: [marketMs: number, heardMs: number | null] = [-1, null];
    while (!signal.aborted) {
      await clock.wait(standstillMs, signal);
      const [marketMs, heardMs] = [marketNow(), this.#health.lastMessageMs];
      const all = [...this.#connections.keys()];
      const isListening = all.length > 0 && all.every((one) => one.isLive && !one.isBusy);
      const isStill = isListening && marketMs === seen[0] && heardMs === seen[1];
      looks = isStill ? looks + 1 : 0;
      seen = [marketMs, heardMs];
      if (looks === endLooks && !signal.aborted) intake.advance(marketMs);
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
    // Some symbols of a recording end before others: at its end their connections hear nothing.
    const worst = this.#isAtEnd ? undefined : all.find(({ isLive }) => !isLive);
    const states = all.map(({ breaker }) => breaker.getState(clock.now()));
    const health = this.#health;
    health.reconnects = all.reduce((sum, { reconnects }) => sum + reconnects, this.#pastReconnects);
    health.breaker = states.find((state) => state === "OPEN") ??
      states.find((state) => state === "HALF_OPEN") ?? "CLOSED";
    if (worst === undefined) {
      health.state = all.length > 0 ? "live" : "disabled";
      health.detail = all.length > 0 ? "receives" : "no symbols to follow";
    } else {
      const hasFailed = worst.reconnects > 0 || worst.retryAtMs !== undefined;
      health.state = hasFailed ? "reconnecting" : "connecting";
      if (worst.isBlocked) health.state = "blocked";
      health.detail = worst.detail;
    }
    this.#reportLimits();
    const { retryAtMs: _old, ...rest } = health;
    if (this.#closed?.opensAtMs) return onHealth({ ...rest, retryAtMs: this.#closed.opensAtMs });
    onHealth(worst?.retryAtMs === undefined ? rest : { ...rest, retryAtMs: worst.retryAtMs });
  }

  /** How long to the next look: seldom while the market is closed, and when it opens. */
  #getPause(): number {
    if (!this.#closed) return housekeepingMs;
    const opensInMs = (this.#closed.opensAtMs ?? 0) - this.#options.clock.now();
    return Math.min(closedTickMs, Math.max(housekeepingMs, opensInMs - closedTickMs));
  }

  /** Says in the health what keeps the source from following everything now. */
  #reportLimits(): void {
    const health = this.#health;
    if (this.#closed) {
      health.state = "market_closed";
      const { opensAtMs } = this.#closed;
      const until = opensAtMs === null ? "" : `, opens at ${new Date(opensAtMs).toISOString()}`;
      health.detail = `market_closed: ${this.#source.calendar?.name} is closed${until}`;
    } else if (this.#unfollowed > 0) {
      health.detail += `; ${this.#unfollowed} symbols are beyond what it lets us follow`;
    }
  }
}
