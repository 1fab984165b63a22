/** Queues of requests for tests. */
import { createQueue, type RequestQueue } from "../../collectors/queue.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { QuotaLimits } from "../../lib/resilience/mod.ts";
import { createMemoryQuotaCells, createQuotas } from "../../lib/store/mod.ts";

/** Returns a queue whose quota is kept in memory, for one process alone. */
export function createOwnQueue(
  { source, limits, clock, log }: {
    source: string;
    limits: QuotaLimits;
    clock: Clock;
    log: Logger;
  },
): RequestQueue {
  const quotas = createQuotas({ openCell: createMemoryQuotaCells(), now: clock.now });
  return createQueue({ quota: quotas.open(source, () => limits), clock, log });
}
