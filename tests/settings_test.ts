import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { silentLogger } from "../lib/log.ts";
import {
  getSetting,
  parseSettings,
  readSettingsFiles,
  SettingsError,
  type SettingsTexts,
  watchSettings,
} from "../lib/settings.ts";
import { createManualClock } from "./support/clock.ts";

const texts = await readSettingsFiles();
const change = (file: keyof SettingsTexts, from: string, to: string): SettingsTexts => {
  equal(texts[file].includes(from), true, from);
  return { ...texts, [file]: texts[file].replace(from, to) };
};

Deno.test("the files that come along are valid and are found by dotted names", () => {
  const settings = parseSettings(texts);
  equal(getSetting(settings, "sources.binance.limitPerMinute"), 1200);
  equal(getSetting(settings, "signals.volume_anomaly.ratio"), 2);
  equal(getSetting(settings, "breaker.failureThreshold"), 5);
  for (const name of ["sources.nobody", "sources.binance.limitPerMinute.x", "constructor", ""]) {
    equal(getSetting(settings, name), undefined, name);
  }
});

const refused = [
  {
    name: "a misspelt name",
    texts: change("exchanges", "limitPerMinute: 1200", "limitPerMinut: 1200"),
    says: /exchanges.yaml: sources.binance/,
  },
  {
    name: "an unknown name at the top",
    texts: { ...texts, symbols: `${texts.symbols}\nqualty: {}\n` },
    says: /symbols.yaml: qualty is unknown. Did you mean quality\?/,
  },
  {
    name: "a name that is nearly one of ours",
    texts: change("symbols", "freshnessSeconds: 60", "freshnessSeconds: 60\n  freshnesSeconds: 3"),
    says: /quality.freshnesSeconds is unknown. Did you mean freshnessSeconds\?/,
  },
  {
    name: "a limit of nothing",
    texts: change("exchanges", "limitPerMinute: 1200", "limitPerMinute: 0"),
    says: /sources.binance.limitPerMinute: .*, was 0/,
  },
  {
    name: "a word for a number",
    texts: change("symbols", "ratio: 2", "ratio: many"),
    says: /signals.volume_anomaly.ratio: .*, was "many"/,
  },
  {
    name: "half a day",
    texts: change("symbols", "archiveAfter: 90", "archiveAfter: 0.5"),
    says: /retentionDays.archiveAfter: .*, was 0.5/,
  },
  {
    name: "an address that is none",
    texts: change("exchanges", "newsFeeds: []", "newsFeeds: ['javascript:alert(1)']"),
    says: /newsFeeds.0: /,
  },
  { name: "no YAML", texts: { ...texts, exchanges: "a: [1" }, says: /must be YAML, was not/ },
  { name: "an empty file", texts: { ...texts, symbols: "" }, says: /symbols.yaml: the file/ },
  { name: "a list", texts: { ...texts, symbols: "- 1" }, says: /symbols.yaml: the file/ },
];
for (const { name, texts, says } of refused) {
  Deno.test(`${name} is refused, with its place`, () => {
    throws(() => parseSettings(texts), (error) => {
      match((error as Error).message, says);
      return error instanceof SettingsError;
    });
  });
}

Deno.test("a change is taken over and told once; a mistake is refused and the old ones stay", async () => {
  const clock = createManualClock();
  let now = texts;
  let fails = false;
  const watch = await watchSettings({
    read: () => fails ? Promise.reject(new Error("gone")) : Promise.resolve(now),
    clock,
    log: silentLogger,
  });
  const told: [number, number][] = [];
  const unlisten = watch.onChange((settings, before) =>
    told.push([before.quality.freshnessSeconds, settings.quality.freshnessSeconds])
  );
  await clock.advance(10_000);
  deepEqual(told, []);
  now = change("symbols", "freshnessSeconds: 60", "freshnessSeconds: 4");
  await clock.advance(2_000);
  deepEqual(told, [[60, 4]]);
  now = change("symbols", "freshnessSeconds: 60", "freshnessSeconds: x");
  await clock.advance(2_000);
  equal(watch.get().quality.freshnessSeconds, 4);
  match(watch.refusal() ?? "", /freshnessSeconds/);
  fails = true;
  await clock.advance(2_000);
  equal(watch.refusal(), "gone");
  fails = false;
  await watch.reload();
  match(watch.refusal() ?? "", /freshnessSeconds/);
  now = change("symbols", "freshnessSeconds: 60", "freshnessSeconds: 5");
  await watch.reload();
  deepEqual(told.at(-1), [4, 5]);
  equal(watch.refusal(), null);
  unlisten();
  now = texts;
  await watch.reload();
  equal(told.length, 2);
  await watch.stop();
  equal(clock.waiting(), 0);
});

Deno.test("a start with settings that cannot be used ends with their mistake", async () => {
  const read = () => Promise.resolve({ ...texts, symbols: "x: 1" });
  await rejects(
    watchSettings({ read, clock: createManualClock(), log: silentLogger }),
    SettingsError,
  );
});
