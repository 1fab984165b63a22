/**
 * What belongs to people in every world of a process: their accounts, and the ways to tell them.
 *
 * @module
 */
import type { Accounts } from "../accounts/mod.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { JobHandler, Store } from "../store/mod.ts";
import { openAccounts } from "./accounts.ts";
import { type Delivery, openDelivery } from "./delivery.ts";

/** Accounts and delivery at work. */
export interface People {
  accounts: Accounts;
  delivery: Delivery;
  /** For the queue's dispatcher. */
  peopleJobs: Readonly<Record<string, JobHandler>>;
  stopPeople(): void;
}

/** Opens both. Rejects as each of them does. */
export async function openPeople(
  { config, store, clock, metrics, log }: {
    config: Config;
    store: Store;
    /** Wall time. */
    clock: Clock;
    metrics: Pick<Metrics, "count">;
    log: Logger;
  },
): Promise<People> {
  const delivery = await openDelivery({ config, store, clock, metrics, log });
  const { sendResetMail } = delivery;
  const accounts = await openAccounts({ config, store, now: clock.now, sendResetMail, log });
  return {
    accounts,
    delivery,
    peopleJobs: { ...accounts.jobs, ...delivery.handlers },
    stopPeople() {
      accounts.stop();
      delivery.close();
    },
  };
}
