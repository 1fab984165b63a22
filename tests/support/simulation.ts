/** A day in seconds: a clock driven by what waits, and sources that count as real ones do. */
import { setImmediate } from "node:timers";
import type { Clock } from "../../lib/clock.ts";
import type { QuotaCell } from "../../lib/store/quotas.ts";

/** A clock that moves when everything waits. */
export interface SimulatedClock extends Clock {
  /** Time of a clock that nobody sets, as sources have it. */
  trueNow(): number;
  /** How many moments something happened at. */
  steps(): number;
  /** Sets this clock, as an operator or a time server does; waits go on as they were. */
  set(byMs: number): void;
  /** Lets everything happen that happens within `ms`. */
  run(ms: number): Promise<void>;
  /** Makes storage that the clock waits for. */
  wrap(cell: QuotaCell): QuotaCell;
}

interface Wait {
  at: number;
  order: number;
  wake: () => void;
  isOver: boolean;
}

/** Returns a clock at `startMs`; `random` gives chances that are the same in each run. */
export function createSimulatedClock(startMs: number): SimulatedClock {
  let trueMs = startMs;
  let offsetMs = 0;
  let pending = 0;
  let order = 0;
  let steps = 0;
  let seed = 1;
  const heap: Wait[] = [];
  const isBefore = (a: Wait, b: Wait) => a.at < b.at || (a.at === b.at && a.order < b.order);
  const push = (wait: Wait) => {
    let i = heap.push(wait) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(heap[i]!, heap[parent]!)) break;
      [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
      i = parent;
    }
  };
  const pop = (): Wait => {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let i = 0;;) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let least = i;
      if (left < heap.length && isBefore(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && isBefore(heap[right]!, heap[least]!)) least = right;
      if (least === i) return first;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      i = least;
    }
  };
  const settle = async () => {
    do await new Promise<void>((resolve) => void setImmediate(resolve)); while (pending > 0);
  };
  const track = async <T>(work: Promise<T>): Promise<T> => {
    pending++;
    try {
      return await work;
    } finally {
      pending--;
    }
  };
  return {
    now: () => trueMs + offsetMs,
    trueNow: () => trueMs,
    steps: () => steps,
    random() {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed / 2_147_483_648;
    },
    set: (byMs) => void (offsetMs += byMs),
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const end = () => {
          wait.isOver = true;
          signal?.removeEventListener("abort", end);
          resolve();
        };
        const wait = { at: trueMs + Math.max(0, ms), order: order++, wake: end, isOver: false };
        push(wait);
        signal?.addEventListener("abort", end, { once: true });
      }),
    async run(ms) {
      const end = trueMs + ms;
      await settle();
      for (;;) {
        while (heap.length > 0 && heap[0]!.isOver) pop();
        if (heap.length === 0 || heap[0]!.at > end) break;
        trueMs = heap[0]!.at;
        while (heap.length > 0 && heap[0]!.at <= trueMs) pop().wake();
        steps++;
        await settle();
      }
      trueMs = end;
    },
    wrap: (cell) => ({
      read: () => track(cell.read()),
      write: (value, version) => track(cell.write(value, version)),
    }),
  };
}

/** A source's own count of what it is asked: weight in each stretch of 60 s. */
export interface CountingSource {
  requests: number;
  refused: number;
  /** Answers one request; 429 when the last 60 s hold more than the limit. */
  ask(weight: number): Response;
}

/** Returns a source that allows `limit` weight in any 60 s of `now`. */
export function createCountingSource(limit: number, now: () => number): CountingSource {
  let spent: { at: number; weight: number }[] = [];
  let used = 0;
  return {
    requests: 0,
    refused: 0,
    ask(weight) {
      this.requests++;
      const gone = spent.findIndex(({ at }) => at > now() - 60_000);
      for (const { weight } of spent.splice(0, gone === -1 ? spent.length : gone)) used -= weight;
      spent.push({ at: now(), weight });
      used += weight;
      if (spent.length > 100_000) spent = spent.slice(-50_000);
      if (used <= limit) return Response.json([]);
      this.refused++;
      return new Response("{}", { status: 429, headers: { "retry-after": "60" } });
    },
  };
}
