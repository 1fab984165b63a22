/**
 * One connection to a stream, kept alive: reconnected after a loss, renewed before it is cut.
 *
 * @module
 */
import { type Backoff, Breaker, createBackoff } from "../lib/resilience/mod.ts";
import type { ConnectionOptions, Reading } from "./connection_options.ts";
import type { FrameSocket } from "./socket.ts";
import { defaultTuning } from "./tuning.ts";
import { SourceParseError, type StreamEvent, StreamRefusedError } from "./source.ts";

const openTimeoutMs = 10_000;
/** How long both sockets are read when one follows the other. */
const overlapMs = 2_000;
/** A renewal that failed is tried again after this; the old socket still serves. */
const renewRetryMs = 60_000;

/** Serves a set of symbols, which may change while it runs. */
export class Connection {
  readonly symbols: Set<string>;
  readonly breaker: Breaker;
  isLive = false;
  reconnects = 0;
  /** Newest market time that the primary socket told; 0 before the first. */
  eventMs = 0;
  /** True while the source refuses our key or its plan. */
  isBlocked = false;
  /** True while it is silent and that is right: nothing happened, and nothing is waited for. */
  isQuiet = false;
  retryAtMs: number | undefined;
  detail = "connecting";
  #hasBeenLive = false;
  #controlId = 0;
  #attempt = 0;
  readonly #backoff: Backoff = createBackoff();
  readonly #options: ConnectionOptions;
  readonly #stop = new AbortController();
  readonly #readings = new Set<Reading>();
  /** What the source said when it refused us; told once. */
  #refusal: StreamRefusedError | null = null;
  /** Resolves when the market opens again; null while it is open. */
  #pause: PromiseWithResolvers<void> | null = null;
  /** Trades that either socket delivered while two are read; null while one is. */
  #seen: Map<string, Set<number>> | null = null;

  constructor(symbols: readonly string[], options: ConnectionOptions) {
    this.symbols = new Set(symbols);
    this.#options = options;
    const { source, log } = options;
    this.breaker = new Breaker(`${source.key} stream`, {
      getLimits: () => (options.getTuning?.() ?? defaultTuning).streamBreaker,
      onTransition: (transition) => log.warn("a breaker moved", { ...transition }),
    });
  }

  /** Ends `run` and closes the sockets. */
  stop(): void {
    this.#stop.abort();
    this.#pause?.resolve();
    for (const { socket } of this.#readings) socket.close();
  }

  /** True while a frame that came is not taken in yet. */
  get isBusy(): boolean {
    for (const { isBusy } of this.#readings) if (isBusy) return true;
    return false;
  }

  /** Closes the sockets and holds the breaker open until `resume`; nothing is lost or retried. */
  pause(reason: string): void {
    if (this.#pause) return;
    this.#pause = Promise.withResolvers();
    this.breaker.holdOpen(reason, this.#options.clock.now());
    this.detail = reason;
    this.retryAtMs = undefined;
    for (const { socket } of this.#readings) socket.close();
  }

  /** Ends `pause`: connects at once. */
  resume(): void {
    if (!this.#pause) return;
    this.#pause.resolve();
    this.#pause = null;
    this.breaker.release(this.#options.clock.now());
    this.#backoff.reset();
    this.detail = "connecting";
  }

  /** Connects, reads, reconnects, until `stop`. Never rejects. */
  async run(): Promise<void> {
    const { handlers, log, source, clock } = this.#options;
    while (!this.#stop.signal.aborted) {
      if (this.#pause) await this.#pause.promise;
      if (this.#stop.signal.aborted) break;
      const reading = await this.#connect();
      if (reading === null) continue;
      const reason = await this.#serve(reading);
      if (this.#stop.signal.aborted) break;
      const wasLive = this.isLive;
      this.isLive = false;
      if (this.#pause) continue;
      this.reconnects++;
      log.warn("a stream was lost", { source: source.key, symbols: this.symbols.size, reason });
      const waitMs = this.#planRetry(reason);
      if (wasLive) handlers.onLost(this, reason);
      await clock.wait(waitMs, this.#stop.signal);
    }
    this.isLive = false;
  }

  /** Follows these symbols too, on the open socket. */
  add(symbols: readonly string[]): void {
    for (const symbol of symbols) this.symbols.add(symbol);
    this.#send(this.#options.source.subscribeFrame(symbols, ++this.#controlId));
  }

  /** Follows these symbols no longer. */
  remove(symbols: readonly string[]): void {
    for (const symbol of symbols) this.symbols.delete(symbol);
    this.#send(this.#options.source.unsubscribeFrame(symbols, ++this.#controlId));
  }

  #send(frame: string): void {
    for (const { socket, isReady } of this.#readings) if (isReady) this.#sendOn(socket, frame);
  }

  #sendOn(socket: FrameSocket, frame: string): void {
    const { log, source } = this.#options;
    // A socket that cannot be written to is about to end; its successor asks for the new set.
    socket.send(frame).catch((error) =>
      log.debug("a control frame was not sent", { source: source.key, error: String(error) })
    );
  }

  #signIn(socket: FrameSocket): void {
    const { source, credentials } = this.#options;
    if (!credentials || !source.authFrame) return;
    this.#sendOn(socket, source.authFrame(credentials.key, credentials.secret));
  }

  /** Subscribes once the source takes subscriptions; says whether it does by now. */
  #becomeReady(frame: string, reading: Reading): boolean {
    const { source } = this.#options;
    if (reading.isReady) return true;
    if (!source.isReady?.(frame)) return false;
    reading.isReady = true;
    this.#sendOn(reading.socket, source.subscribeFrame([...this.symbols], ++this.#controlId));
    return true;
  }

  /** Tries once; null when that failed, after having waited. */
  async #connect(): Promise<Reading | null> {
    const { clock } = this.#options;
    const waitMs = this.breaker.getRetryAfterMs(clock.now());
    if (waitMs > 0) {
      await clock.wait(waitMs, this.#stop.signal);
      return null;
    }
    try {
      this.breaker.enter(clock.now());
      const reading = this.#read(await this.#open(), true);
      this.retryAtMs = undefined;
      this.detail = "connected, waiting for the first message";
      return reading;
    } catch (error) {
      if (this.#stop.signal.aborted) return null;
      const reason = error instanceof Error ? error.message : String(error);
      await clock.wait(this.#planRetry(`cannot connect: ${reason}`), this.#stop.signal);
      return null;
    }
  }

  /** Notes a failure and returns how long to wait. */
  #planRetry(reason: string): number {
    const { clock, log, source } = this.#options;
    this.breaker.fail(clock.now(), reason);
    const heldMs = this.breaker.getRetryAfterMs(clock.now());
    const waitMs = Math.max(
      this.#backoff.next(),
      Number.isFinite(heldMs) ? heldMs : 0,
      this.#refusal?.retryAfterMs ?? 0,
    );
    this.isBlocked = this.#refusal?.isBlocked ?? false;
    this.#refusal = null;
    this.detail = reason;
    this.retryAtMs = clock.now() + waitMs;
    this.#attempt++;
    log.info("a stream is tried again", {
      source: source.key,
      attempt: this.#backoff.attempts(),
      waitMs,
      reason,
    });
    return waitMs;
  }

  async #open(): Promise<FrameSocket> {
    const { addresses, source, clock, open } = this.#options;
    // Another address each time, as the last one may be down or closed to us.
    const address = addresses[this.#attempt % addresses.length]!;
    const done = new AbortController();
    const late = new AbortController();
    const timer = clock.wait(openTimeoutMs, AbortSignal.any([done.signal, this.#stop.signal]))
      .then(() => {
        if (!done.signal.aborted) late.abort(new Error(`no answer within ${openTimeoutMs} ms`));
      });
    try {
      return await open(`${address}${source.streamPath([...this.symbols])}`, late.signal);
    } finally {
      done.abort();
      await timer;
    }
  }

  /** Reads a socket, and its successors, until the last of them ends; returns why. */
  async #serve(first: Reading): Promise<string> {
    const { clock, source, log } = this.#options;
    let current = first;
    let waitMs = source.connectionLifeMs;
    for (;;) {
      const done = new AbortController();
      const timer = clock.wait(waitMs, done.signal).then(() => null);
      const reason = await Promise.race([current.ended, timer]);
      done.abort();
      if (reason !== null) return reason;
      try {
        current = await this.#renew(current);
        waitMs = source.connectionLifeMs;
        log.info("a stream was renewed", { source: source.key });
      } catch (error) {
        waitMs = renewRetryMs;
        log.warn("a stream was not renewed", { source: source.key, error: String(error) });
      }
      this.#seen = null;
    }
  }

  /**
   * Opens a successor and reads both for a while. Every trade is then on at least one of them, and
   * those on both pass once.
   */
  async #renew(old: Reading): Promise<Reading> {
    const { clock } = this.#options;
    this.#seen = new Map();
    const next = this.#read(await this.#open(), false);
    const done = new AbortController();
    const started = await Promise.race([
      next.firstFrame.then(() => true),
      next.ended.then(() => false),
      clock.wait(openTimeoutMs, done.signal).then(() => false),
    ]);
    if (!started) {
      done.abort();
      next.socket.close();
      throw new Error("the new socket stayed silent");
    }
    await Promise.race([clock.wait(overlapMs, done.signal), old.ended]);
    done.abort();
    next.isPrimary = true;
    old.isPrimary = false;
    old.socket.close();
    await old.ended;
    return next;
  }

  #read(socket: FrameSocket, isPrimary: boolean): Reading {
    const first = Promise.withResolvers<void>();
    const reading: Reading = {
      socket,
      isPrimary,
      lastMs: this.#options.clock.now(),
      isBusy: false,
      hasFrame: false,
      isReady: this.#options.source.isReady === undefined,
      firstFrame: first.promise,
      ended: Promise.resolve(""),
    };
    this.#readings.add(reading);
    if (this.#stop.signal.aborted || this.#pause) socket.close();
    else this.#signIn(socket);
    reading.ended = this.#readUntilEnd(reading, first.resolve);
    return reading;
  }

  async #readUntilEnd(reading: Reading, onFirst: () => void): Promise<string> {
    const { clock, handlers, source, log } = this.#options;
    const done = new AbortController();
    const watch = this.#watchSilence(reading, done.signal);
    let reason = "the connection was closed";
    try {
      for (;;) {
        const frame = await reading.socket.read();
        if (frame === null) break;
        reading.isBusy = true;
        this.isQuiet = false;
        reading.lastMs = clock.now();
        this.#handleFrame(frame, reading, onFirst);
        await handlers.settled();
        reading.lastMs = clock.now();
        reading.isBusy = false;
      }
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
      log.debug("a socket broke", { source: source.key, error: reason });
    }
    done.abort();
    reason = await watch ?? (reading.isPrimary ? this.#refusal?.message : undefined) ?? reason;
    this.#readings.delete(reading);
    reading.socket.close();
    return reason;
  }

  #handleFrame(frame: string, reading: Reading, onFirst: () => void): void {
    const { clock, source, handlers } = this.#options;
    let events: StreamEvent[];
    try {
      events = source.parse(frame, reading.lastMs);
    } catch (error) {
      if (error instanceof StreamRefusedError) return this.#endRefused(error, reading);
      if (!(error instanceof SourceParseError)) throw error;
      return handlers.onParseError(error);
    }
    if (!this.#becomeReady(frame, reading)) return;
    const nowMs = clock.now();
    if (this.breaker.getState(nowMs) !== "CLOSED" || !reading.hasFrame) this.breaker.succeed(nowMs);
    if (!reading.hasFrame) {
      reading.hasFrame = true;
      onFirst();
      if (reading.isPrimary) this.#becomeLive();
    }
    const fresh = events.filter((event) => this.#isWanted(event));
    if (fresh.length > 0) handlers.onEvents(this, fresh, reading.isPrimary);
  }

  #endRefused(error: StreamRefusedError, reading: Reading): void {
    // While a successor is tried the old socket serves on, so only the primary's end is a loss.
    if (reading.isPrimary) this.#refusal = error;
    reading.socket.close();
  }

  #becomeLive(): void {
    this.isLive = true;
    this.isBlocked = false;
    this.#backoff.reset();
    this.detail = "receives";
    this.#options.handlers.onLive(this, this.#hasBeenLive);
    this.#hasBeenLive = true;
  }

  /** Drops what is no longer followed and, while two sockets are read, what the other one said. */
  #isWanted(event: StreamEvent): boolean {
    if (event.kind === "bar") return this.symbols.has(event.symbol);
    const { symbol, tradeId } = event.trade;
    if (!this.symbols.has(symbol)) return false;
    if (this.#seen === null) return true;
    let ids = this.#seen.get(symbol);
    if (!ids) this.#seen.set(symbol, ids = new Set());
    if (ids.has(tradeId)) return false;
    ids.add(tradeId);
    return true;
  }

  /** Closes a socket that says nothing for too long, and returns why; null when it ended first. */
  async #watchSilence(reading: Reading, signal: AbortSignal): Promise<string | null> {
    const { clock, source, handlers } = this.#options;
    while (!signal.aborted) {
      const { lastMs } = reading;
      const quietMs = reading.isBusy ? 0 : clock.now() - lastMs;
      if (quietMs < source.silenceMs) {
        await clock.wait(source.silenceMs - quietMs, signal);
      } else if (await handlers.isStandingStill(this.eventMs)) {
        this.isQuiet = reading.lastMs === lastMs;
        reading.lastMs = clock.now();
      } else if (!signal.aborted) {
        reading.socket.close();
        return `silent for ${quietMs} ms`;
      }
    }
    return null;
  }
}
