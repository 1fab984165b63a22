/**
 * The collection cycle of one world: collect, compute, evaluate, notify.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import {
  createJobs,
  type Jobs,
  runCompute,
  runEvaluate,
  type StageRunners,
  stages,
} from "../jobs/mod.ts";
import type { LivePublisher } from "../live/types.ts";
import type { Logger } from "../log.ts";
import type { SettingsWatch } from "../settings.ts";
import type { JobHandler, Store } from "../store/mod.ts";
import type { WorldStore } from "../store/types.ts";
import type { WorldDesk } from "./alert_desk.ts";

/** Returns the cycle of one world; its thresholds are those of the settings at each run. */
export function createCycle(
  { queue, settings, log, world, hub, alerts, collect, marketNow, clock }: {
    queue: Store["jobs"];
    settings: SettingsWatch;
    log: Logger;
    world: WorldStore;
    hub: LivePublisher;
    /** Is told of figures, and of what operators have to know. */
    alerts?: Pick<WorldDesk, "desk" | "tellOwners">;
    collect: StageRunners["collect"];
    /** Market time, epoch ms. */
    marketNow(): number;
    /** Wall time. */
    clock: Clock;
  },
): Jobs {
  const listThresholds = () => {
    const { signals, dexSignals } = settings.get();
    const ofPairs = Object.entries(dexSignals).map(([type, one]) => [`dex_${type}`, one]);
    return { ...signals, ...Object.fromEntries(ofPairs) };
  };
  return createJobs({
    context: {
      ...{ store: world, live: hub, log, marketNow, now: clock.now },
      getAlertFailures: () => settings.get().collection.alertFailures,
      ...(alerts && {
        onFigure: (figure) => alerts.desk.offer(figure),
        onOperatorAlert: alerts.tellOwners,
      }),
    },
    queue,
    runners: {
      collect,
      compute: runCompute,
      evaluate: (context, runId) => runEvaluate(context, runId, { thresholds: listThresholds() }),
    },
    clock,
    getPace() {
      const { cycleMinutes, standbyMinutes } = settings.get().collection;
      // A stand-by that did not wait for its cycle would run each of them.
      const standbyMs = Math.max(standbyMinutes, cycleMinutes + 1) * 60_000;
      return { cycleMs: cycleMinutes * 60_000, standbyMs };
    },
  });
}

/** The first cycle does not wait longer for the first answers, ms. */
const FIRST_ANSWERS_MS = 20_000;

/**
 * Queues the first cycle of a process once every source was asked, or after 20 s: before, there is
 * nothing that it could judge. The time since then is part of what it took. Never rejects.
 */
export async function startFirstCycle({ jobs, asked, clock, log, signal }: {
  jobs: Pick<Jobs, "trigger">;
  asked: Promise<void>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}): Promise<void> {
  const askedMs = clock.now();
  const done = new AbortController();
  const late = clock.wait(FIRST_ANSWERS_MS, AbortSignal.any([done.signal, signal]));
  await Promise.race([asked, late]);
  done.abort();
  if (signal.aborted) return;
  await jobs.trigger("start", askedMs).catch((error) =>
    log.warn("no first cycle", { error: String(error) })
  );
}

/** One dispatcher for all worlds of a process: work goes to the one that is there; `others` is not of a world. */
export function listenToCycles(
  queue: Store["jobs"],
  getJobs: () => Jobs,
  others: Readonly<Record<string, JobHandler>> = {},
): void {
  const handlers = stages.map((stage): [string, JobHandler] => [
    stage,
    (body, job) => getJobs().handlers[stage](body, job),
  ]);
  queue.listen({ ...others, ...Object.fromEntries(handlers) });
}
