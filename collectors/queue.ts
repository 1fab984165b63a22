/**
 * Requests to one source, in the order of their urgency, as fast as its quota allows.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { type AnswerFacts, createBackoff } from "../lib/resilience/mod.ts";
import type { Quota } from "../lib/store/mod.ts";
import type { ClockWatch } from "./clock_watch.ts";
import { priorities, type Priority } from "./source.ts";

/** Who waits: a person, or a feed of some priority; most urgent first. */
export const urgencies = ["user", ...priorities] as const;
/** See `urgencies`. */
export type Urgency = "user" | Priority;

/** A request was not sent: its source's budget does not allow it soon enough. */
export class BudgetError extends Error {
  override name = "BudgetError";
  /** @param retryAfterMs When asking again may help. */
  constructor(source: string, readonly retryAfterMs: number, readonly reason: string) {
    super(
      `Cannot ask ${source}: its budget must allow it, was used up for ${retryAfterMs} ms (${reason})`,
    );
  }
}

/** What one request costs, and how long it may wait. */
export interface QueueAsk {
  weight: number;
  credits?: number;
  /** Default normal. */
  urgency?: Urgency;
  /** Rejects as soon as it is known that it would wait longer; default for ever. */
  withinMs?: number;
  signal?: AbortSignal;
}

/** The queue in front of one source. */
export interface RequestQueue {
  /**
   * Resolves when the request may be sent.
   *
   * @throws {BudgetError} If the month's credits are spent, it would wait too long, or too many wait.
   * @throws {DOMException} If `signal` was aborted (AbortError).
   */
  enter(ask: QueueAsk): Promise<void>;
  /** Takes over what an answer told of the budget. */
  note(facts: AnswerFacts): void;
  /** The source refused a request; resolves with how long it stands still, ms. */
  refuse(retryAfterMs: number): Promise<number>;
  /** How many wait, by urgency. */
  waiting(): Record<Urgency, number>;
  quota: Quota;
}

interface Entry {
  ask: QueueAsk;
  lane: number;
  atMs: number;
  isSettled: boolean;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** Requests granted in one commit. */
const grantsMax = 20;
/** After so many grants to more urgent ones, one goes to what has waited so long behind them. */
const passesMax = 5;
const agedMs = 60_000;
const waitingMax = 10_000;

/** What a queue needs. */
export interface QueueOptions {
  quota: Quota;
  clock: Clock;
  log: Logger;
  /** Tells when the clock was set; without it that is not noticed. */
  watch?: ClockWatch;
}

/** Returns the queue of one source; it has no timer while nothing waits. */
export function createQueue(options: QueueOptions): RequestQueue {
  return new Queue(options);
}

class Queue implements RequestQueue {
  readonly #lanes: Entry[][] = urgencies.map(() => []);
  readonly #passes = urgencies.map(() => 0);
  readonly #backoff = createBackoff({ initialMs: 250, maxMs: 10_000 });
  readonly #options: QueueOptions;
  readonly quota: Quota;
  #isPumping = false;
  /** Lane of the request that is waited for, and how to end that wait. */
  #waitsFor = Infinity;
  #wake = new AbortController();
  #seenJumps: number;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.quota = options.quota;
    this.#seenJumps = options.watch?.countJumps() ?? 0;
  }

  enter(ask: QueueAsk): Promise<void> {
    const { signal } = ask;
    if (signal?.aborted) return Promise.reject(createAbort());
    if (this.#count() >= waitingMax) {
      return Promise.reject(new BudgetError(this.quota.source, 60_000, "too many requests wait"));
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const lane = urgencies.indexOf(ask.urgency ?? "normal");
    const atMs = this.#options.clock.now();
    const entry: Entry = { ask, lane, atMs, isSettled: false, resolve, reject };
    this.#lanes[lane]!.push(entry);
    const stop = () => {
      this.#settle(entry, createAbort());
      if (this.#count() === 0) this.#wake.abort();
    };
    signal?.addEventListener("abort", stop, { once: true });
    if (lane < this.#waitsFor && this.#waitsFor !== Infinity) this.#wake.abort();
    void this.#pump();
    return promise.finally(() => signal?.removeEventListener("abort", stop));
  }

  note(facts: AnswerFacts): void {
    this.quota.note(facts);
  }

  async refuse(retryAfterMs: number): Promise<number> {
    const { clock, log } = this.#options;
    try {
      return Math.max(retryAfterMs, await this.quota.refuse(retryAfterMs) - clock.now());
    } catch (error) {
      log.warn("a refusal was not kept", { source: this.quota.source, error: String(error) });
      return retryAfterMs;
    }
  }

  waiting(): Record<Urgency, number> {
    const [user, high, normal, low] = this.#lanes.map((lane) => lane.length);
    return { user: user!, high: high!, normal: normal!, low: low! };
  }

  #count(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.length, 0);
  }

  #settle(entry: Entry, error?: Error): void {
    if (entry.isSettled) return;
    entry.isSettled = true;
    const lane = this.#lanes[entry.lane]!;
    const index = lane.indexOf(entry);
    if (index >= 0) lane.splice(index, 1);
    if (error) entry.reject(error);
    else entry.resolve();
  }

  /** Sends until nothing waits; one such loop runs at a time. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#count() > 0) {
      this.#wake = new AbortController();
      const waitMs = await this.#round().catch((error) => this.#noteFailure(error));
      if (waitMs > 0 && this.#count() > 0) {
        await this.#options.clock.wait(waitMs, this.#wake.signal);
      }
      this.#waitsFor = Infinity;
    }
    this.#isPumping = false;
  }

  #noteFailure(error: unknown): number {
    const waitMs = this.#backoff.next();
    const { source } = this.quota;
    this.#options.log.warn("a quota could not be read", { source, error: String(error) });
    this.#refuseLate(waitMs, "its quota cannot be read");
    return waitMs;
  }

  /** Sends what may be sent; returns how long to wait for the next, 0 for not at all. */
  async #round(): Promise<number> {
    await this.#holdAfterJump();
    const order = listOrder(this.#lanes, this.#passes, this.#options.clock.now());
    if (order.length === 0) return 0;
    const asks = order.map(({ entry, isAged }) => ({
      weight: entry.ask.weight,
      credits: entry.ask.credits ?? 0,
      isUrgent: isAged || entry.ask.urgency === "user",
    }));
    const { granted, waitMs, reason } = await this.quota.take(asks);
    this.#backoff.reset();
    for (const { entry } of order.slice(0, granted)) {
      this.#notePass(entry.lane);
      this.#settle(entry);
    }
    const head = order[granted]?.entry;
    if (!head) return 0;
    if (reason === "credits") {
      const error = new BudgetError(this.quota.source, waitMs, "the month's credits are spent");
      this.#settle(head, error);
      return 0;
    }
    this.#waitsFor = head.lane;
    const words = reason === "refused" ? "it refused us" : "its limit a minute is reached";
    this.#refuseLate(waitMs, words);
    return waitMs;
  }

  async #holdAfterJump(): Promise<void> {
    const { log, watch } = this.#options;
    const jumps = watch?.countJumps() ?? 0;
    if (jumps === this.#seenJumps) return;
    log.warn("the clock was set: a source is not asked for a while", { source: this.quota.source });
    await this.quota.hold();
    this.#seenJumps = jumps;
  }

  /** Those behind were passed once more. */
  #notePass(lane: number): void {
    this.#passes[lane] = 0;
    for (let i = lane + 1; i < this.#lanes.length; i++) {
      this.#passes[i]! += this.#lanes[i]!.length > 0 ? 1 : 0;
    }
  }

  /** Rejects those who would wait longer than they may. */
  #refuseLate(waitMs: number, reason: string): void {
    const now = this.#options.clock.now();
    for (const entry of this.#lanes.flat()) {
      const { withinMs = Infinity } = entry.ask;
      if (now + waitMs - entry.atMs <= withinMs) continue;
      this.#settle(entry, new BudgetError(this.quota.source, waitMs, reason));
    }
  }
}

const createAbort = () => new DOMException("Cannot ask: still wanted, was stopped", "AbortError");

/** Returns who comes next, as far as one commit goes: the most urgent, now and then an aged one. */
function listOrder(
  lanes: readonly (readonly Entry[])[],
  passes: readonly number[],
  nowMs: number,
): { entry: Entry; isAged: boolean }[] {
  const at = lanes.map(() => 0);
  const passed = [...passes];
  const order: { entry: Entry; isAged: boolean }[] = [];
  while (order.length < grantsMax) {
    const first = lanes.findIndex((lane, i) => at[i]! < lane.length);
    if (first === -1) break;
    const aged = lanes.findIndex((lane, i) => {
      const head = lane[at[i]!];
      return i > first && head && passed[i]! >= passesMax && nowMs - head.atMs >= agedMs;
    });
    const chosen = aged === -1 ? first : aged;
    order.push({ entry: lanes[chosen]![at[chosen]!]!, isAged: aged !== -1 });
    at[chosen]!++;
    passed[chosen] = 0;
    for (let i = chosen + 1; i < lanes.length; i++) passed[i]! += at[i]! < lanes[i]!.length ? 1 : 0;
  }
  return order;
}
