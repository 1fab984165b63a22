/** Puts the outbox of a page within reach of browser tests. */
import { openOutbox, type Outbox } from "../../lib/outbox/mod.ts";

declare global {
  var outbox: Outbox;
}
globalThis.outbox = openOutbox({ now: () => Date.now() });
