/**
 * What an operator does to the store: `deno task db:migrate`, `db:seed [folder]`, `db:stats`.
 *
 * @module
 */
import { systemClock } from "../lib/clock.ts";
import { type Config, readConfig } from "../lib/config.ts";
import { createLogger } from "../lib/log.ts";
import { openStore, type Store } from "../lib/store/mod.ts";
import { seedStore } from "./seed.ts";

/** The recording that comes along. */
const bundledRecording = new URL("../tests/fixtures/recorded", import.meta.url).pathname;

/** One act on the open store; returns what is said of it. */
type Act = (store: Store, args: readonly string[], config: Config) => Promise<string>;

const log = createLogger({ level: "error", now: systemClock.now });

const acts: Readonly<Record<string, Act>> = {
  // Opening has done it.
  migrate: ({ schema: { found, now } }) =>
    Promise.resolve(
      found === now ? `schema ${now}: nothing to do\n` : `schema ${found} → ${now}\n`,
    ),
  async seed(store, [folder], config) {
    const { world, symbols, bars } = await seedStore({
      store,
      folder: folder ?? (config.replayDir || bundledRecording),
      ...(config.replaySet ? { set: config.replaySet } : {}),
      clock: systemClock,
      log,
    });
    return `world ${world}: ${symbols} symbols, ${bars} bars\n`;
  },
  async stats(store) {
    const lines = [`schema ${store.schema.now}, ${await store.sizeBytes()} bytes`];
    for (const id of await store.worlds()) {
      const { series, bars, records } = await store.world(id).measure();
      const counts = Object.entries(records).filter(([, count]) => count > 0)
        .map(([name, count]) => `${name} ${count}`);
      lines.push(
        `world ${id}: ${series} series, ${bars} bars, ${counts.join(", ") || "no records"}`,
      );
    }
    return `${lines.join("\n")}\n`;
  },
};

/** Runs a task and returns its exit code: 1 when it failed, 2 when there is no such task. */
export async function runDbTask(
  [name = "", ...args]: readonly string[],
  { env, write }: { env: Record<string, string>; write: (text: string) => void },
): Promise<number> {
  const act = Object.hasOwn(acts, name) ? acts[name] : undefined;
  if (!act) {
    write(`Cannot run: ${Object.keys(acts).join(", ")} is required, was "${name}"\n`);
    return 2;
  }
  let store: Store | null = null;
  try {
    const config = readConfig(env);
    const path = `${config.dataDir}/cryptointel.sqlite`;
    store = await openStore({ path, clock: systemClock, log });
    write(await act(store, args, config));
    return 0;
  } catch (error) {
    write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await store?.close();
  }
}

if (import.meta.main) {
  const encoder = new TextEncoder();
  const write = (text: string) => void Deno.stdout.writeSync(encoder.encode(text));
  Deno.exit(await runDbTask(Deno.args, { env: Deno.env.toObject(), write }));
}
