/** Settings in a test's hand: the files that come along, changed by dotted names, and watched. */
import { parseDocument } from "yaml";
import { createLogger } from "../../lib/log.ts";
import {
  type KnownNames,
  readSettingsFiles,
  type SettingsFile,
  type SettingsTexts,
  watchSettings,
} from "../../lib/settings.ts";
import { exchangesSchema } from "../../lib/settings/schema.ts";
import { createManualClock } from "./clock.ts";

/** The files that come along. */
export const shippedTexts: SettingsTexts = await readSettingsFiles();

/** The file that a setting stands in. */
export function findFile(path: readonly string[]): SettingsFile {
  return Object.hasOwn(exchangesSchema.shape, path[0]!) ? "exchanges" : "symbols";
}

/** Returns the texts with `value` at `path`; undefined takes away what is there. */
export function setValue(
  texts: SettingsTexts,
  path: readonly string[],
  value: unknown,
): SettingsTexts {
  const file = findFile(path);
  const document = parseDocument(texts[file]);
  if (value === undefined) document.deleteIn(path);
  else document.setIn(path, value);
  return { ...texts, [file]: document.toString() };
}

/** A watch over texts that a test changes, with the lines that it logged. */
export async function aWatch({ startMs = Date.UTC(2026, 10, 21, 12), known }: {
  startMs?: number;
  known?: KnownNames;
} = {}) {
  const clock = createManualClock(startMs);
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({ now: clock.now, write: (line) => lines.push(JSON.parse(line)) });
  let texts = shippedTexts;
  const watch = await watchSettings({
    read: () => Promise.resolve(texts),
    clock,
    log,
    ...(known && { known }),
  });
  /** Writes a value into its file, as an editor does, and waits for the next look, 2 s at most. */
  const set = async (name: string, value: unknown) => {
    texts = setValue(texts, name.split("."), value);
    await clock.advance(2_000);
  };
  return { watch, clock, log, lines, set };
}
