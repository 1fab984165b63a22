/**
 * One live collector per exchange: whoever holds the lease collects, the others stand by.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";

/** Leases as the collectors need them; the store gives them. */
export interface Leases {
  /** Takes the lease for `ttlMs`; null while another holds it. */
  acquireLease(name: string, options: { holder: string; ttlMs: number }): Promise<Lease | null>;
}

/** A lease that is held. */
export interface Lease {
  /** Holds it for its time again; false when it was lost. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

/** A lease that is not renewed ends after this; with the retry, another takes over within 30 s. */
const ttlMs = 20_000;
const renewMs = 6_000;
const retryMs = 5_000;

/**
 * Runs `work` whenever the lease is held, until `signal` is aborted. The signal that `work` gets is
 * aborted when the lease is lost; it must then end.
 */
export async function runWithLease(
  name: string,
  { leases, holder, clock, log, signal, onWaiting, work }: {
    leases: Leases;
    /** Names this process, differently from every other. */
    holder: string;
    clock: Clock;
    log: Logger;
    signal: AbortSignal;
    /** Told each time that another holds the lease. */
    onWaiting: () => void;
    work: (signal: AbortSignal) => Promise<void>;
  },
): Promise<void> {
  while (!signal.aborted) {
    const lease = await tryAcquire(name, { leases, holder, log });
    if (lease === null) {
      onWaiting();
      await clock.wait(retryMs, signal);
      continue;
    }
    log.info("a collector took its lease", { lease: name });
    const held = new AbortController();
    const stop = () => held.abort();
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    const keeping = keepLease(lease, { name, clock, log, held });
    try {
      await work(held.signal);
    } catch (error) {
      log.error("a collector failed", { lease: name, error: String(error) });
    }
    held.abort();
    await keeping;
    signal.removeEventListener("abort", stop);
    await lease.release().catch((error) =>
      log.warn("a lease was not released", { lease: name, error: String(error) })
    );
    await clock.wait(retryMs, signal);
  }
}

async function tryAcquire(
  name: string,
  { leases, holder, log }: { leases: Leases; holder: string; log: Logger },
): Promise<Lease | null> {
  try {
    return await leases.acquireLease(name, { holder, ttlMs });
  } catch (error) {
    log.warn("a lease was not acquired", { lease: name, error: String(error) });
    return null;
  }
}

/** Renews until `held` is aborted, and aborts it when the lease is lost or cannot be renewed. */
async function keepLease(
  lease: Lease,
  { name, clock, log, held }: { name: string; clock: Clock; log: Logger; held: AbortController },
): Promise<void> {
  let endsAtMs = clock.now() + ttlMs;
  while (!held.signal.aborted) {
    await clock.wait(renewMs, held.signal);
    if (held.signal.aborted) return;
    try {
      const startedMs = clock.now();
      if (!await lease.renew()) {
        log.warn("a lease was lost", { lease: name });
        return held.abort();
      }
      endsAtMs = startedMs + ttlMs;
    } catch (error) {
      log.warn("a lease was not renewed", { lease: name, error: String(error) });
      // Before it ends for the others, it must have ended for us.
      if (clock.now() + renewMs >= endsAtMs) return held.abort();
    }
  }
}
