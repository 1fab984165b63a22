/**
 * Records the live sources into a folder: `deno task record FOLDER MINUTES`.
 *
 * @module
 */
import { systemClock } from "../lib/clock.ts";
import { createLogger } from "../lib/log.ts";
import { recordFolder } from "./record.ts";
import { binance } from "./sources/binance.ts";
import { coingecko } from "./sources/coingecko.ts";

const [folder = "./recording", minutes = "60"] = Deno.args;
const log = createLogger({ now: systemClock.now });
if (!(Number(minutes) > 0)) {
  log.error(`Cannot record: a number of minutes above 0 is required, was "${minutes}"`);
  Deno.exit(1);
}
const summary = await recordFolder({
  addresses: {
    rest: binance.addresses.rest[0]!,
    stream: binance.addresses.stream[0]!,
    coingecko: coingecko.addresses.rest[0]!,
  },
  folder,
  minutes: Number(minutes),
  clock: systemClock,
  log,
  fetch,
});
log.info("recorded", { folder, ...summary });
