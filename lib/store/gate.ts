/**
 * The bounded gate in front of the storage: so many uses at a time, reopened when it is lost.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { StoreError } from "./errors.ts";

/** Permits that are kept ready, and the most there may ever be. */
export const READY_PERMITS = 10;
/** See `READY_PERMITS`. */
export const MAX_PERMITS = 50;
/** Waits before one piece of work is tried again when the storage is lost under it, ms. */
const LOST_WAITS_MS = [0, 50, 250, 1_000];
/** The same while another connection writes to the file; each try waits for it by itself as well. */
const BUSY_WAITS_MS = [20, 50, 100, 250, 500, 1_000, 2_000, 4_000, 8_000];

/** What the gate tells of itself; `size` and `available` count permits. */
export interface GateMetrics {
  /** Permits that exist now, from 10 to 50. */
  size: number;
  available: number;
  inUse: number;
  /** Work that waits for a permit. */
  waiting: number;
  max: number;
  /** How often the storage was opened anew, and work was tried again, since the start. */
  reopened: number;
  retried: number;
}

/** Lets work at the storage. */
export interface Gate {
  /** Runs `work` with the open storage; again, after reopening it, when the storage was lost. */
  run<T>(work: (kv: Deno.Kv) => Promise<T>): Promise<T>;
  metrics(): GateMetrics;
  /** Lets the work in progress end, refuses more, and closes the storage. */
  close(): Promise<void>;
}

/** Says whether an error means that the storage, not the request, is at fault. */
export function isStorageLost(error: unknown): boolean {
  if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) {
    return true;
  }
  if (!(error instanceof Error)) return false;
  return /bad resource|already closed|disk I\/O error|connection (was )?(closed|reset|refused)|error sending request/i
    .test(`${error.name} ${error.message}`);
}

/**
 * Says whether an error means that another connection to the file is writing. It is no reason to
 * open the file anew: that takes the same lock, and what is under way would be lost.
 */
export function isStorageBusy(error: unknown): boolean {
  return error instanceof Error && /database (table )?is locked/i.test(error.message);
}

/**
 * Opens the storage through `open` and returns the gate before it. Where `canReopen` is false
 * (storage in memory, which would come back empty) a loss is a `StoreError` of code `unavailable`.
 */
export async function createGate({ open, clock, log, canReopen = true, onRun }: {
  open: () => Promise<Deno.Kv>;
  clock: Clock;
  log: Logger;
  canReopen?: boolean;
  /** Told of each piece of work that ended: how long it took, ms, with its wait for a permit. */
  onRun?: ((ms: number) => void) | undefined;
}): Promise<Gate> {
  let kv = await open();
  let reopening: Promise<void> | null = null;
  let closed = false;
  let size = READY_PERMITS;
  let inUse = 0, reopened = 0, retried = 0;
  const waiting: (() => void)[] = [];
  let announceIdle: (() => void) | null = null;

  const acquire = (): Promise<void> => {
    if (inUse < size || size < MAX_PERMITS) {
      inUse++;
      size = Math.max(size, inUse);
      return Promise.resolve();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };

  const release = () => {
    const next = waiting.shift();
    if (next) return next(); // the permit passes on, so `inUse` stays
    inUse--;
    size = Math.max(READY_PERMITS, inUse);
    if (inUse === 0) announceIdle?.();
  };

  const reopen = (lost: Deno.Kv, reason: unknown): Promise<void> => {
    if (kv !== lost) return Promise.resolve(); // someone else has reopened it already
    reopening ??= (async () => {
      try {
        kv.close();
      } catch { /* it was closed under us: that is why we are here */ }
      kv = await open();
      reopened++;
      log.warn("store reopened", { reason: String(reason) });
    })().finally(() => reopening = null);
    return reopening;
  };

  const runOrRetry = async <T>(work: (kv: Deno.Kv) => Promise<T>): Promise<T> => {
    let lost = 0, busy = 0;
    for (;;) {
      const used = kv;
      try {
        return await work(used);
      } catch (error) {
        const isBusy = isStorageBusy(error);
        if (!isBusy && !isStorageLost(error)) throw error;
        const waitMs = isBusy ? BUSY_WAITS_MS[busy++] : LOST_WAITS_MS[lost++];
        const isOver = waitMs === undefined || closed || (!isBusy && !canReopen);
        if (isOver) {
          throw new StoreError("unavailable", `The storage does not answer: ${String(error)}`, {
            cause: error,
          });
        }
        retried++;
        await clock.wait(waitMs);
        if (isBusy) continue;
        // A storage that cannot be opened now is lost for the next try as well, unless it is busy.
        await reopen(used, error).catch((reason) => {
          if (!isStorageBusy(reason) || busy === BUSY_WAITS_MS.length) return;
          lost--;
          return clock.wait(BUSY_WAITS_MS[busy++]!);
        });
      }
    }
  };

  return {
    async run(work) {
      if (closed) throw new StoreError("unavailable", "The store is closed");
      const startMs = clock.now();
      await acquire();
      try {
        return await runOrRetry(work);
      } finally {
        release();
        onRun?.(clock.now() - startMs);
      }
    },
    metrics: () => ({
      size,
      available: size - inUse,
      inUse,
      waiting: waiting.length,
      max: MAX_PERMITS,
      reopened,
      retried,
    }),
    async close() {
      if (closed) return;
      closed = true;
      if (inUse > 0) await new Promise<void>((resolve) => announceIdle = resolve);
      try {
        kv.close();
      } catch { /* lost storage is closed already */ }
    },
  };
}
