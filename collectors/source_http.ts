/**
 * What a source is asked through: hosts, breaker, and the queue in front of its shared quota.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { Breaker, type BreakerOptions, type QuotaLimits } from "../lib/resilience/mod.ts";
import { createMemoryQuotaCells, createQuotas, type Quotas } from "../lib/store/mod.ts";
import type { ClockWatch } from "./clock_watch.ts";
import { Hosts, type HttpOptions } from "./http.ts";
import { createQueue } from "./queue.ts";
import type { Usage } from "./usage.ts";

/** What an operator set for a source. */
export interface SourceSettings {
  limitPerMinute: number;
  creditsPerMonth?: number | undefined;
  isEnabled?: boolean | undefined;
  /** Other paces than the source's file gives, by feed. */
  cadenceSeconds?: Readonly<Record<string, number>> | undefined;
}

/** What asking any source needs. */
export interface SourceHttpParts {
  clock: Clock;
  log: Logger;
  mode: "live" | "replay";
  signal: AbortSignal;
  /** Shared by all processes; without them each counts for itself. */
  quotas?: Quotas;
  /** What is set now; asked each time, so that a change counts at once. */
  getSettings?: (source: string) => SourceSettings | undefined;
  breaker?: Omit<BreakerOptions, "onTransition">;
  watch?: ClockWatch;
  usage?: Usage;
  fetch?: typeof fetch;
}

/** The variable by which another address of a source is given; news feeds have none. */
function getAddressVariable(key: string): string | undefined {
  return key.startsWith("news_") ? undefined : `CRYPTOINTEL_${key.toUpperCase()}_REST`;
}

/** Returns what to ask a source through; `own` is what its file says of its limits. */
export function createSourceHttp(
  key: string,
  rest: readonly string[],
  own: { limitPerMinute: number; creditsPerMonth?: number },
  parts: SourceHttpParts,
): HttpOptions {
  const { clock, log, mode, watch, usage, signal } = parts;
  const breaker = new Breaker(`${key} rest`, {
    ...parts.breaker,
    onTransition: (transition) => log.warn("a breaker moved", { ...transition }),
  });
  const limits = (): QuotaLimits => {
    // A recorded world on this machine has no limit to keep.
    if (mode === "replay") return { limit: Infinity };
    const { limitPerMinute, creditsPerMonth } = parts.getSettings?.(key) ?? own;
    const credits = creditsPerMonth ?? own.creditsPerMonth;
    return { limit: limitPerMinute, ...(credits !== undefined && { creditsPerMonth: credits }) };
  };
  const isShared = mode === "live" && parts.quotas !== undefined;
  const quotas = isShared
    ? parts.quotas!
    : createQuotas({ openCell: createMemoryQuotaCells(), now: clock.now });
  const queue = createQueue({
    quota: quotas.open(key, limits),
    clock,
    log,
    ...(watch && { watch }),
  });
  return {
    hosts: new Hosts(rest, getAddressVariable(key)),
    clock,
    breaker,
    queue,
    signal,
    onAnswer: (report) => usage?.note(key, "rest", report),
    ...(parts.fetch && { fetch: parts.fetch }),
  };
}
