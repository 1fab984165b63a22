/**
 * Token buckets in the store, one a client: every process borrows a few tokens by a checked commit
 * and spends them from memory, so that most requests cost no commit.
 *
 * @module
 */
import {
  type BucketLimits,
  type BucketLoan,
  type BucketState,
  createBucketState,
  lendTokens,
} from "../resilience/mod.ts";
import type { Gate } from "./gate.ts";
import { getBucketKey } from "./keys.ts";

/** A bucket with a version, changed only by who knows the newest one. */
export interface BucketCell {
  read(): Promise<{ value: BucketState | null; version: string | null }>;
  /** Returns the new version, or null when another was faster; it may be forgotten after `keepMs`. */
  write(value: BucketState, version: string | null, keepMs: number): Promise<string | null>;
}

/** What became of a request. */
export interface BucketAnswer {
  isGranted: boolean;
  /** Requests that may still be made now, as far as this process knows. */
  remaining: number;
  /** When the next one may be made, ms from now; 0 when this one may. */
  retryAfterMs: number;
}

/** The buckets of all clients, as one process uses them. */
export interface Buckets {
  /** Takes a token of `client`. Never rejects: without a store, this process counts by itself. */
  take(client: string, limits: BucketLimits): Promise<BucketAnswer>;
}

/** A bucket that others changed so often in between is counted by this process alone. */
const triesMax = 50;
/** Clients that a process remembers; those it forgets borrow anew. */
const clientsMax = 20_000;

/** What this process has of one client's bucket. */
interface Purse {
  cell: BucketCell;
  /** Newest state that is known here; another process may be further. */
  known: { value: BucketState; version: string | null } | null;
  tokens: number;
  untilMs: number;
  /** Whole tokens that were in the bucket when it was last looked at. */
  left: number;
  /** Nothing is to be had before. */
  emptyUntilMs: number;
  borrowing: Promise<void> | null;
}

/** Returns buckets on cells; `now` is wall time in epoch ms, `holder` names this process. */
export function createBuckets({ openCell, now, holder = crypto.randomUUID() }: {
  openCell: (client: string) => BucketCell;
  now: () => number;
  holder?: string;
}): Buckets {
  const purses = new Map<string, Purse>();

  const openPurse = (client: string): Purse => {
    const known = purses.get(client);
    purses.delete(client);
    const purse = known ?? createPurse(openCell(client));
    purses.set(client, purse);
    // Who was silent longest loses least.
    if (purses.size > clientsMax) purses.delete(purses.keys().next().value!);
    return purse;
  };

  return {
    async take(client, limits) {
      const purse = openPurse(client);
      for (;;) {
        const nowMs = now();
        if (purse.tokens >= 1 && nowMs < purse.untilMs) {
          purse.tokens--;
          return { isGranted: true, remaining: purse.left + purse.tokens, retryAfterMs: 0 };
        }
        const waitMs = purse.emptyUntilMs - nowMs;
        if (waitMs > 0 && waitMs <= limits.windowMs) {
          return { isGranted: false, remaining: 0, retryAfterMs: waitMs };
        }
        purse.borrowing ??= borrow(purse, { limits, holder, now })
          .finally(() => purse.borrowing = null);
        await purse.borrowing;
      }
    },
  };
}

function createPurse(cell: BucketCell): Purse {
  const nothing = { tokens: 0, untilMs: 0, left: 0, emptyUntilMs: 0 };
  return { cell, known: null, ...nothing, borrowing: null };
}

interface BorrowOptions {
  limits: BucketLimits;
  holder: string;
  now: () => number;
}

/** Borrows tokens, and commits that it did; a store that fails leaves this process on its own. */
async function borrow(purse: Purse, { limits, holder, now }: BorrowOptions): Promise<void> {
  let loan: BucketLoan | null = null;
  try {
    for (let tries = 0; tries < triesMax && loan === null; tries++) {
      purse.known ??= await readCell(purse.cell, limits, now());
      const next = lendTokens(purse.known.value, limits, holder, now());
      // Nothing is ever put back, so what is empty here is empty in the store: no need to ask it.
      const version = next.loan.lent === 0
        ? purse.known.version
        : await purse.cell.write(next.state, purse.known.version, 2 * limits.windowMs);
      const isWritten = version !== null || next.loan.lent === 0;
      purse.known = isWritten ? { value: next.state, version } : null;
      if (isWritten) loan = next.loan;
    }
  } catch {
    // The gate tells why; the state goes on in memory until the store is back.
    const value = purse.known?.value ?? createBucketState(limits, now());
    const next = lendTokens(value, limits, holder, now());
    purse.known = { value: next.state, version: purse.known?.version ?? null };
    loan = next.loan;
  }
  const { lent, untilMs, left, waitMs } = loan ?? crowded;
  Object.assign(purse, {
    tokens: lent,
    untilMs,
    left,
    emptyUntilMs: lent > 0 ? 0 : now() + waitMs,
  });
}

/** Too many asked at once for anyone to come through. */
const crowded: BucketLoan = { lent: 0, untilMs: 0, left: 0, waitMs: 1_000 };

async function readCell(cell: BucketCell, limits: BucketLimits, nowMs: number) {
  const { value, version } = await cell.read();
  return { value: value ?? createBucketState(limits, nowMs), version };
}

/** Returns cells in Deno KV; those that nobody uses go by themselves. */
export function createBucketCells(gate: Gate): (client: string) => BucketCell {
  return (client) => {
    const key = getBucketKey(client);
    return {
      async read() {
        const { value, versionstamp } = await gate.run((kv) => kv.get<BucketState>(key));
        return { value, version: versionstamp };
      },
      async write(value, version, keepMs) {
        const done = await gate.run((kv) =>
          kv.atomic().check({ key, versionstamp: version }).set(key, value, { expireIn: keepMs })
            .commit()
        );
        return done.ok ? done.versionstamp : null;
      },
    };
  };
}

/** Returns cells in memory, for one process alone; nothing is written down. */
export function createMemoryBucketCells(): (client: string) => BucketCell {
  return () => {
    let value: BucketState | null = null;
    let version = 0;
    return {
      read: () => Promise.resolve({ value, version: version === 0 ? null : String(version) }),
      write(next) {
        value = next;
        return Promise.resolve(String(++version));
      },
    };
  };
}
