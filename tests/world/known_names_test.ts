import { deepEqual, equal, throws } from "node:assert/strict";
import { pollSources, streamSources } from "../../collectors/mod.ts";
import { parseSettings } from "../../lib/settings.ts";
import { listKnownNames } from "../../lib/world/known_names.ts";
import { setValue, shippedTexts } from "../support/settings.ts";

const known = listKnownNames([...streamSources, ...pollSources]);

Deno.test("the files that come along name only what there is, and every threshold and cadence", () => {
  const { sources, signals, dexSignals } = parseSettings(shippedTexts, known);
  const names = (all: Record<string, object>) =>
    Object.fromEntries(Object.entries(all).map(([name, one]) => [name, Object.keys(one).sort()]));
  const sorted = (all: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(Object.entries(all).map(([name, one]) => [name, [...one].sort()]));
  deepEqual(names(signals), sorted(known.signals));
  deepEqual(names(dexSignals), sorted(known.dexSignals));
  for (const { key, feeds } of pollSources) {
    if (key.startsWith("news_")) continue;
    const set = Object.keys(sources[key]?.cadenceSeconds ?? {});
    deepEqual([key, ...set.sort()], [key, ...feeds.map(({ name }) => name).sort()]);
  }
});

Deno.test("cadences that come along are those that sources are written for", () => {
  const { sources } = parseSettings(shippedTexts);
  for (const { key, feeds } of pollSources) {
    for (const { name, cadenceMs } of feeds) {
      const seconds = sources[key]?.cadenceSeconds?.[name];
      if (seconds !== undefined) equal(seconds * 1_000, cadenceMs, `${key} ${name}`);
    }
  }
});

for (
  const path of [
    ["sources", "nobody", "limitPerMinute"],
    ["sources", "coingecko", "cadenceSeconds", "nothing"],
    ["signals", "nothing", "ratio"],
    ["signals", "price_alert", "ratio"],
    ["dexSignals", "new_pair", "ratio"],
  ]
) {
  Deno.test(`${path.join(".")} is refused where only known names may stand`, () => {
    const texts = setValue(shippedTexts, path, 5);
    parseSettings(texts);
    throws(() => parseSettings(texts, known), /is unknown. Did you mean/);
  });
}
