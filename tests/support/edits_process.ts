/** Serves edits from a store in a file, in a process that can be killed: `edits_process.ts PATH`. */
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore } from "../../lib/store/mod.ts";
import { createEditsServer } from "./edits_server.ts";

const store = await openStore({ path: Deno.args[0]!, clock: systemClock, log: silentLogger });
const app = createEditsServer(store.owned, systemClock.now);
Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(`port ${port}`),
}, (request) => app.fetch(request));
