/**
 * The alert desk in its place: everything that a world publishes or closes passes by it.
 *
 * @module
 */
import type { PersonalParts } from "../api/mod.ts";
import { createNextBar } from "../bars/mod.ts";
import type { SymbolCache } from "../cache/symbols.ts";
import type { Clock } from "../clock.ts";
import type { SignalRecord } from "../contracts/records.ts";
import type { FiringRecord } from "../contracts/owned.ts";
import type { OperatorAlert } from "../jobs/mod.ts";
import type { Hub } from "../live/hub.ts";
import type { LivePublisher } from "../live/types.ts";
import type { Logger } from "../log.ts";
import type { WatchedSignal } from "../notify/mod.ts";
import { type AlertDesk, createAlertDesk } from "../pipeline/alerts.ts";
import type { Pipeline } from "../pipeline/mod.ts";
import type { OwnedStore, Store } from "../store/mod.ts";
import type { WorldStore } from "../store/types.ts";
import type { Delivery } from "./delivery.ts";
import { type LivePathOptions, startLivePath } from "./live_path.ts";
import { startOwnerWatch } from "./owner_watch.ts";

/** What a desk in its place is made of. */
export interface WorldDeskOptions {
  owned: OwnedStore;
  world: Pick<WorldStore, "world" | "bars" | "getState" | "putState">;
  hub: LivePublisher & Pick<Hub, "publishTo">;
  pipeline: Pick<Pipeline, "onClosedBar">;
  symbols: Pick<SymbolCache, "list" | "peek">;
  delivery: Delivery;
  mode: "live" | "replay";
  /** Wall time. */
  clock: Clock;
  log: Logger;
  /** Told of each firing of this process. */
  onFiring?: (firing: FiringRecord) => void;
}

/** A desk in its place. */
export interface WorldDesk {
  desk: AlertDesk;
  /** What the API works with. */
  personal: PersonalParts;
  /** Tells owners what operators have to know. */
  tellOwners(alert: OperatorAlert): Promise<void>;
  stop(): Promise<void>;
}

/** Puts a desk behind hub and pipeline, and starts it. Hub and pipeline go on as before. */
export async function startAlertDesk(options: WorldDeskOptions): Promise<WorldDesk> {
  const { owned, world, hub, pipeline, symbols, delivery, mode, clock, log, onFiring } = options;
  const desk = createAlertDesk({
    ...{ owned, store: world, clock, log, mode },
    isNext: createNextBar((symbol) => symbols.peek(symbol)?.exchange ?? null),
    ...(onFiring && { onFiring }),
  });
  // What is at hand says which exchange a symbol is of, and so which bar follows which.
  await symbols.list();
  await desk.start();
  delivery.show({ publish: hub.publishTo.bind(hub), isRecorded: mode === "replay" });
  const unfollow = pipeline.onClosedBar((series, bars, kind) => desk.offerBars(series, bars, kind));
  const release = listenToHub(hub, desk, {
    isRecorded: mode === "replay",
    world: world.world,
    log,
    tellWatchers: delivery.tellWatchers,
  });
  return {
    desk,
    personal: {
      owned,
      delivery,
      noteAlert: desk.noteAlert.bind(desk),
      getAlertState(alertId, revision) {
        const entry = desk.book.get(alertId);
        return entry?.rule.alert.revision === revision ? entry.state : null;
      },
    },
    tellOwners: (alert) => delivery.tellOwners(describeForOwners(alert, mode === "replay")),
    async stop() {
      release();
      unfollow();
      await desk.stop();
      delivery.show(null);
    },
  };
}

/** Starts a live path with its alert desk. */
export async function startWatchedPath(
  options:
    & LivePathOptions
    & Pick<WorldDeskOptions, "delivery" | "onFiring">
    & { store: Pick<Store, "owned" | "jobs"> },
) {
  const path = await startLivePath(options);
  const { owned } = options.store;
  const alerts = await startAlertDesk({ ...options, ...path, owned });
  const stopWatch = startOwnerWatch({ ...options, ...path, tell: alerts.tellOwners });
  return {
    ...path,
    alerts,
    /** Ends what goes on by itself; the caches stay open. Bars that close last are still tried. */
    async stopPath() {
      path.unfollow();
      await stopWatch();
      await path.pipeline.stop();
      await alerts.stop();
      path.hub.close();
    },
  };
}

/** Lets prices and signals pass by the desk on their way out; returns what ends that. */
function listenToHub(
  hub: LivePublisher,
  desk: AlertDesk,
  { isRecorded, world, log, tellWatchers }: {
    isRecorded: boolean;
    world: string;
    log: Logger;
    tellWatchers(signal: WatchedSignal): Promise<void>;
  },
): () => void {
  const { publishPrice, publish } = hub;
  hub.publishPrice = (update) => {
    publishPrice.call(hub, update);
    desk.offerPrice(update);
  };
  hub.publish = (channel, data, match) => {
    publish.call(hub, channel, data, match);
    if (channel !== "signals") return;
    const { id, entity, type, timestamp, created_at, confidence_score } = data as SignalRecord;
    desk.offer({
      ...{ kind: "signal", symbol: entity, timeMs: timestamp, receivedMs: created_at },
      ...{ isUnsure: false, id, type, confidence: confidence_score },
    });
    tellWatchers({
      ...{ id: `${world} ${id}`, symbol: entity, type, timestamp, isRecorded },
      confidence: confidence_score,
    }).catch((error) => log.error("Watchers could not be told", { id, error: String(error) }));
  };
  return () => Object.assign(hub, { publishPrice, publish });
}

function describeForOwners(alert: OperatorAlert, isRecorded: boolean) {
  const { id, message, failures, sinceMs, resolvedMs, link = "/sources" } = alert;
  const { title = `${id} keeps failing`, titleOver = `${id} works again` } = alert;
  const isOver = resolvedMs !== null;
  const times = failures > 1 ? ` (${failures} times in a row)` : "";
  return {
    id: `${id}:${sinceMs}:${isOver ? "over" : "open"}`,
    title: isOver ? titleOver : title,
    message: !isOver
      ? `${message}${times}.`
      : failures > 1
      ? `It had failed ${failures} times in a row.`
      : `It was: ${message}.`,
    ...{ link, isRecorded },
  };
}
