/** What stages of a cycle work with, in tests; it writes down what was published and logged. */
import type { StageContext } from "../../lib/jobs/types.ts";
import { createLogger } from "../../lib/log.ts";
import type { WorldStore } from "../../lib/store/types.ts";
import type { Clock } from "../../lib/clock.ts";

/** Returns a context on this store. */
export function aStageContext(store: WorldStore, clock: Clock) {
  const published: { channel: string; data: unknown }[] = [];
  const lines: { level: string; message: string }[] = [];
  const context: StageContext = {
    store,
    live: {
      publishPrice: () => {},
      publishBar: () => {},
      publish: (channel, data) => void published.push({ channel, data }),
    },
    log: createLogger({
      level: "debug",
      now: clock.now,
      write: (line) => lines.push(JSON.parse(line)),
    }),
    marketNow: clock.now,
    now: clock.now,
  };
  return { context, published, lines };
}
