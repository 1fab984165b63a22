/** Plays trades and signals to the alert desk of a store on disk, from an event on, until it is killed. */
import { systemClock } from "../../lib/clock.ts";
import { readConfig } from "../../lib/config.ts";
import { silentLogger } from "../../lib/log.ts";
import { createAlertDesk } from "../../lib/pipeline/alerts.ts";
import { openStore } from "../../lib/store/mod.ts";
import { openDelivery } from "../../lib/world/delivery.ts";
import { playEvent } from "./alert_kill_events.ts";

const [folder = "", allow = ""] = Deno.args;
const encoder = new TextEncoder();
const tell = (line: string) => Deno.stdout.writeSync(encoder.encode(`${line}\n`));
const clock = systemClock;
const log = silentLogger;
tell("ready");
// Everything is loaded; the store is free once the process before this one is gone.
const asked = new Uint8Array(64);
const text = new TextDecoder().decode(asked.subarray(0, await Deno.stdin.read(asked) ?? 0));
const [first = 0, last = Infinity] = text.trim().split(" ").map(Number);
const path = `${folder}/store.sqlite`;
const store = await openStore({ path, clock, log, check: false });
const config = readConfig({
  CRYPTOINTEL_DATA_DIR: folder,
  CRYPTOINTEL_DELIVERY_ALLOW: allow,
  CRYPTOINTEL_PUBLIC_URL: "https://intel.example.org",
});
const delivery = await openDelivery({ config, store, clock, log });
store.jobs.listen(delivery.handlers);
const world = store.world("live");
const desk = createAlertDesk({ owned: store.owned, store: world, clock, log, mode: "replay" });
await desk.start();
for (let event = first; event <= last; event++) {
  playEvent(desk, event);
  await desk.settled();
  tell(String(event));
  await clock.wait(4);
}
