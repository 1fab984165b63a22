/**
 * Leases: at most one holder of a name at a time, over all processes that share a store.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Gate } from "./gate.ts";
import { leasesPrefix } from "./keys.ts";

/** Longest lease: so soon at the latest another takes over from a holder that died. */
export const MAX_LEASE_MS = 30_000;

/** What is held, until it expires. */
export interface Lease {
  name: string;
  holder: string;
  /** Makes it last `ttlMs` from now; false when it is lost, to another or by expiry. */
  renew(): Promise<boolean>;
  /** Renews it thrice per `ttlMs`; resolves when it is lost or `signal` is aborted. */
  keep(signal: AbortSignal): Promise<void>;
  /** Lets go, so that another need not wait. */
  release(): Promise<void>;
}

/** Gives out leases. */
export interface Leases {
  /** Returns the lease, or null while another holds it. `ttlMs` is at most 30 000. */
  acquireLease(name: string, options: { holder: string; ttlMs: number }): Promise<Lease | null>;
  /** Who holds `name` now, or null. */
  getHolder(name: string): Promise<string | null>;
  /** Ends all leases: those of an earlier run of the only process on a local file. */
  voidAll(): Promise<void>;
}

interface StoredLease {
  holder: string;
  expiresAt: number;
}

/** Returns the leases of a store; expiry is by wall time. */
export function createLeases({ gate, clock }: { gate: Gate; clock: Clock }): Leases {
  const getKey = (name: string) => [...leasesPrefix, name];
  const read = (name: string) => gate.run((kv) => kv.get<StoredLease>(getKey(name)));
  const isLive = (stored: StoredLease | null) => stored !== null && stored.expiresAt > clock.now();

  const write = async (name: string, versionstamp: string | null, value: StoredLease | null) => {
    const key = getKey(name);
    const done = await gate.run((kv) => {
      const atomic = kv.atomic().check({ key, versionstamp });
      return (value ? atomic.set(key, value) : atomic.delete(key)).commit();
    });
    return done.ok;
  };

  const createLease = (name: string, holder: string, ttlMs: number): Lease => {
    const renew = async () => {
      const { value, versionstamp } = await read(name);
      if (value?.holder !== holder || !isLive(value)) return false;
      return await write(name, versionstamp, { holder, expiresAt: clock.now() + ttlMs });
    };
    return {
      name,
      holder,
      renew,
      async keep(signal) {
        while (!signal.aborted) {
          await clock.wait(ttlMs / 3, signal);
          if (signal.aborted || !await renew()) return;
        }
      },
      async release() {
        const { value, versionstamp } = await read(name);
        if (value?.holder === holder) await write(name, versionstamp, null);
      },
    };
  };

  return {
    async acquireLease(name, { holder, ttlMs }) {
      if (!(ttlMs > 0 && ttlMs <= MAX_LEASE_MS)) {
        throw new RangeError(`Cannot lease ${name}: ttlMs must be 1 to ${MAX_LEASE_MS}: ${ttlMs}`);
      }
      const { value, versionstamp } = await read(name);
      if (isLive(value) && value?.holder !== holder) return null;
      const taken = await write(name, versionstamp, { holder, expiresAt: clock.now() + ttlMs });
      return taken ? createLease(name, holder, ttlMs) : null;
    },
    async getHolder(name) {
      const { value } = await read(name);
      return isLive(value) ? value?.holder ?? null : null;
    },
    async voidAll() {
      await gate.run(async (kv) => {
        for await (const { key } of kv.list({ prefix: leasesPrefix })) await kv.delete(key);
      });
    },
  };
}
