/** A world with its alert desk and delivery at work, on the real clock, with receivers on loopback. */
import { systemClock } from "../../lib/clock.ts";
import { readConfig } from "../../lib/config.ts";
import type { AlertRecord, FiringRecord } from "../../lib/contracts/owned.ts";
import { createLogger } from "../../lib/log.ts";
import { createMetrics } from "../../lib/metrics.ts";
import type { OpenWorld, Store } from "../../lib/store/mod.ts";
import { startWatchedPath } from "../../lib/world/alert_desk.ts";
import { openDelivery } from "../../lib/world/delivery.ts";
import { aTrade } from "./market.ts";
import { buildAlert } from "./owned.ts";
import { followSymbol, SYMBOL } from "./pipeline.ts";
import { aWatch } from "./settings.ts";
import { withFolder, withMemoryStore } from "./store.ts";

/** What tests are given. */
export interface WatchedWorld {
  store: Store;
  world: OpenWorld;
  path: Awaited<ReturnType<typeof startWatchedPath>>;
  delivery: Awaited<ReturnType<typeof openDelivery>>;
  firings: FiringRecord[];
  lines: string[];
  /** Makes an alert, as the API does. */
  put(id: string, fields?: Partial<AlertRecord>): Promise<void>;
  /** A trade of `SYMBOL` comes in now; returns when, as `performance` has it. */
  trade(price: number): number;
  metrics: ReturnType<typeof createMetrics>;
}

/** Waits until `isDone`, at most 10 s of real time. */
export async function waitFor(isDone: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    if (await isDone()) return;
    await systemClock.wait(5);
  }
  throw new Error("It did not happen within 10 s");
}

/** Runs `test` with a world; `allow` are the receivers' hosts with ports. */
export function withWatchedWorld(
  test: (given: WatchedWorld) => Promise<void>,
  { allow = "", mode = "live", prepare }: {
    allow?: string;
    mode?: "live" | "replay";
    /** Done before the desk starts. */
    prepare?: (store: Store) => Promise<void>;
  } = {},
): Promise<void> {
  return withFolder((folder) =>
    withMemoryStore(async (store) => {
      const clock = systemClock;
      const settings = await aWatch();
      const lines: string[] = [];
      const log = createLogger({
        level: "warn",
        now: clock.now,
        write: (line) => lines.push(line),
      });
      const metrics = createMetrics();
      const config = readConfig({
        CRYPTOINTEL_DATA_DIR: folder,
        CRYPTOINTEL_DELIVERY_ALLOW: allow,
        CRYPTOINTEL_PUBLIC_URL: "https://intel.example.org",
      });
      const delivery = await openDelivery({ config, store, clock, metrics, log });
      store.jobs.listen(delivery.handlers);
      const world = store.world("live");
      await followSymbol(world);
      await prepare?.(store);
      const firings: FiringRecord[] = [];
      const path = await startWatchedPath({
        ...{ store, delivery, world, clock, mode, metrics, log },
        baseTimeframe: "1m",
        connectionsPerIp: null,
        settings: settings.watch,
        onFiring: (firing: FiringRecord) => void firings.push(firing),
      });
      path.pipeline.intake.setSymbols([SYMBOL]);
      let tradeId = 0;
      try {
        await test({
          ...{ store, world, path, delivery, firings, lines, metrics },
          async put(id, fields) {
            const alert = buildAlert(id, { symbol: SYMBOL, updated_at: clock.now(), ...fields });
            await store.owned.alerts.put(alert);
            path.alerts.personal.noteAlert(id, alert);
          },
          trade(price) {
            const atMs = clock.now();
            const started = performance.now();
            path.pipeline.intake.addTrade(
              aTrade({ tradeId: ++tradeId, price, eventMs: atMs, receivedMs: atMs }),
            );
            return started;
          },
        });
      } finally {
        await path.stopPath();
        await path.answers.close();
        await settings.watch.stop();
        await store.jobs.stop();
        delivery.close();
      }
    })
  );
}
