/**
 * A process that is killed (kill -9) again and again while alerts fire: every event has one firing,
 * and its receiver is told of it. `CRYPTOINTEL_ALERT_KILLS=1000` kills more often.
 */
import { deepEqual, ok } from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { readConfig } from "../../lib/config.ts";
import { silentLogger } from "../../lib/log.ts";
import { createPreferences } from "../../lib/notify/mod.ts";
import { openStore, type Store } from "../../lib/store/mod.ts";
import { openDelivery } from "../../lib/world/delivery.ts";
import { buildAlert } from "../support/owned.ts";
import { withHttpReceiver } from "../support/receivers.ts";
import { withFolder } from "../support/store.ts";
import { waitFor } from "../support/watched_world.ts";
import { listExpected, priceAlert, signalAlert } from "./alert_kill_events.ts";

const kills = Number(Deno.env.get("CRYPTOINTEL_ALERT_KILLS") ?? 30);
/** Every third process is killed within so long of its start, ms; the others after some events. */
const START_MS = 150;
const EVENTS_MAX = 5;
/** And at most so long after an event, ms: within the work that it began, or that of telling. */
const AFTER_MS = 30;

async function withStore<T>(folder: string, work: (store: Store) => Promise<T>): Promise<T> {
  const path = `${folder}/store.sqlite`;
  const store = await openStore({ path, clock: systemClock, log: silentLogger });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Two alerts without a rest, told to the webhook. */
async function setUp(folder: string, { host, url }: { host: string; url: string }): Promise<void> {
  await withStore(folder, async (store) => {
    const config = readConfig({
      CRYPTOINTEL_DATA_DIR: folder,
      CRYPTOINTEL_DELIVERY_ALLOW: host,
      CRYPTOINTEL_PUBLIC_URL: "https://intel.example.org",
    });
    const delivery = await openDelivery({ config, store, clock: systemClock, log: silentLogger });
    const secret = await delivery.vault.lock(`whsec_${btoa("x".repeat(32))}`);
    delivery.close();
    const { owned } = store;
    const preferences = createPreferences("ada");
    await owned.preferences.put({ ...preferences, webhookUrl: url, webhookSecret: secret });
    const all = { user_id: "ada", channels: ["WEBHOOK" as const], cooldown: 0 };
    await owned.alerts.put(buildAlert(priceAlert, all));
    const condition = "SIGNAL_CONFIDENCE" as const;
    await owned.alerts.put(buildAlert(signalAlert, { ...all, condition, threshold: 0.8 }));
  });
}

/** A process that is loaded and waits to be told from which event on to play. */
function spawn(folder: string, host: string) {
  const script = new URL("./alert_kill_child.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, folder, host],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let told = "";
  const reading = (async () => {
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) told += part;
  })();
  const stdin = child.stdin.getWriter();
  const lines = () => told.split("\n").slice(0, -1);
  return {
    async begin(first: number, last = Infinity) {
      await waitFor(() => lines().length > 0);
      await stdin.write(new TextEncoder().encode(`${first} ${last}\n`));
    },
    /** Events that it has told to be through. */
    events: () => lines().slice(1).map(Number),
    async kill() {
      child.kill("SIGKILL");
      await child.status;
      await reading;
      await stdin.abort().catch(() => {});
    },
  };
}

/** Lets a process live until somewhere in its start, or in its work. */
async function waitToKill({ events }: ReturnType<typeof spawn>, i: number): Promise<void> {
  const { random, wait } = systemClock;
  if (i % 3 === 2) return await wait(random() * START_MS);
  const wanted = 1 + Math.floor(random() * EVENTS_MAX);
  await waitFor(() => events().length >= wanted);
  await wait(random() * AFTER_MS);
}

Deno.test(`ALR-04 over ${kills} kills every event fires once, and its receiver is told`, () =>
  withFolder((folder) =>
    withHttpReceiver(async ({ host, url, received }) => {
      await setUp(folder, { host, url });
      let next = 0;
      let begun = 0;
      let child = spawn(folder, host);
      for (let i = 0; i < kills; i++) {
        const following = spawn(folder, host);
        await child.begin(next);
        await waitToKill(child, i);
        await child.kill();
        const last = child.events().at(-1);
        if (last !== undefined) begun++;
        // What was not told to be through happens again, as an exchange tells it again.
        next = (last ?? next - 1) + 1;
        child = following;
      }
      const last = next + 5;
      await child.begin(next, last);
      const expected = listExpected(last);
      const listTold = () => new Set(received.map(({ headers }) => headers.get("webhook-id")!));
      await waitFor(() => child.events().includes(last));
      // The queue delivers again what a dying process had, after 1, 5, 30 and 60 s.
      const isTold = () => listTold().size >= expected.length;
      for (let tries = 0; tries < 100 && !isTold(); tries++) await systemClock.wait(1_000);
      await child.kill();
      const stored = await withStore(folder, async ({ owned }) => {
        const ids: string[] = [];
        let cursor: string | null = null;
        do {
          const page: Awaited<ReturnType<typeof owned.firings.list>> = await owned.firings.list({
            limit: 500,
            ...(cursor !== null && { cursor }),
          });
          ids.push(...page.items.map(({ id }) => id));
          cursor = page.cursor;
        } while (cursor !== null);
        return ids.sort();
      });
      deepEqual(stored, expected, "one firing for each event, none too many");
      deepEqual([...listTold()].sort(), expected, "the receiver knows each of them by its id");
      ok(begun >= Math.floor(kills / 3) * 2, `only ${begun} processes came as far as an event`);
    })
  ));
