/** A world and what stages of a cycle are given, for tests of the jobs. */
import type { LivePublisher } from "../../lib/live/types.ts";
import { silentLogger } from "../../lib/log.ts";
import type { StageContext } from "../../lib/jobs/types.ts";
import type { OpenWorld } from "../../lib/store/world.ts";
import { NOW_MS } from "./signals.ts";
import { withMemoryStore } from "./store.ts";

/** A stage's context whose market time can be moved, and what it published. */
export interface StageWorld extends StageContext {
  store: OpenWorld;
  marketMs: number;
  published: { channel: string; data: unknown }[];
}

/** Runs `test` with an empty world at `NOW_MS`. Wall time stands still at 42. */
export async function withStageWorld(test: (world: StageWorld) => Promise<void>): Promise<void> {
  await withMemoryStore(async (store) => {
    const published: StageWorld["published"] = [];
    const live: LivePublisher = {
      publishPrice: () => {},
      publishBar: () => {},
      publish: (channel, data) => published.push({ channel, data }),
    };
    const world: StageWorld = {
      store: store.world("test"),
      live,
      log: silentLogger,
      marketMs: NOW_MS,
      published,
      marketNow: () => world.marketMs,
      now: () => 42,
    };
    await test(world);
  });
}
