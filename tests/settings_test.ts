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
import { aWatch } from "./support/settings.ts";

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
    says:
      /exchanges.yaml \(line 10, column 5\): .*limitPerMinut is unknown. Did you mean limitPerMinute\?/,
  },
  {
    name: "what is missing",
    texts: change("exchanges", "limitPerMinute: 1200", ""),
    says: /exchanges.yaml \(line 9, column 3\): sources.binance.limitPerMinute: .*, was nothing/,
  },
  {
    name: "an unknown name at the top",
    texts: { ...texts, symbols: `${texts.symbols}\nqualty: {}\n` },
    says: /symbols.yaml \(line \d+, column 1\): qualty is unknown. Did you mean quality\?/,
  },
  {
    name: "a name that is nearly one of ours",
    texts: change("symbols", "freshnessSeconds: 60", "freshnessSeconds: 60\n  freshnesSeconds: 3"),
    says:
      /\(line 14, column 3\): quality.freshnesSeconds is unknown. Did you mean freshnessSeconds\?/,
  },
  {
    name: "a limit of nothing",
    texts: change("exchanges", "limitPerMinute: 1200", "limitPerMinute: 0"),
    says:
      /\(line 10, column 21\): sources.binance.limitPerMinute: Too small: expected .* >=1, was 0/,
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
  {
    name: "no YAML",
    texts: { ...texts, exchanges: "a: 1\nb: [1" },
    says: /exchanges.yaml \(line 2, column 6\): it must be YAML, was not/,
  },
  {
    name: "a name given twice",
    texts: { ...texts, exchanges: "sources: {}\nsources: {}\n" },
    says: /exchanges.yaml \(line 2, column 1\): it must be YAML, was not \(Map keys must be unique/,
  },
  {
    name: "an alias of nothing",
    texts: { ...texts, exchanges: "sources: *none\n" },
    says: /exchanges.yaml.*: it must be YAML, was not/,
  },
  {
    name: "a longest time that is shorter than the first",
    texts: change("exchanges", "timeoutSecondsMax: 600", "timeoutSecondsMax: 6"),
    says:
      /\(line \d+, column 22\): breaker.timeoutSecondsMax: must be at least timeoutSeconds, was 6/,
  },
  {
    name: "a text that does not fit into the store",
    texts: { ...texts, symbols: `${texts.symbols}#${"x".repeat(15_000)}` },
    says: /symbols.yaml: at most 15000 characters are required, was \d+/,
  },
  { name: "an empty file", texts: { ...texts, symbols: "" }, says: /symbols.yaml: the file/ },
  {
    name: "a list",
    texts: { ...texts, symbols: "- 1" },
    says: /symbols.yaml \(line 1, column 1\): the file: .*, was \[1\]/,
  },
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

const known = {
  sources: { binance: [], coingecko: ["markets", "history"] },
  signals: { price_alert: ["changePercent"] },
  dexSignals: { new_pair: ["hours"] },
};
const unknown = [
  ["sources: { binanc: { limitPerMinute: 1 } }", "", /sources.binanc is unknown. .* binance\?/],
  [
    "sources: { coingecko: { limitPerMinute: 1, cadenceSeconds: { market: 60 } } }",
    "",
    /sources.coingecko.cadenceSeconds.market is unknown. Did you mean markets\?/,
  ],
  ["", "signals: { price_alart: { changePercent: 1 } }", /signals.price_alart is unknown/],
  ["", "signals: { price_alert: { percent: 1 } }", /price_alert.percent is unknown/],
  ["", "dexSignals: { new_pair: { age: 1 } }", /dexSignals.new_pair.age is unknown/],
  ["", "signals: { constructor: { age: 1 } }", /signals.constructor is unknown/],
] as const;
for (const [exchanges, symbols, says] of unknown) {
  Deno.test(`a name that nobody would look at is refused: ${says.source}`, () => {
    const texts = { exchanges: exchanges || "sources: {}", symbols: symbols || "{}" };
    parseSettings(texts);
    throws(() => parseSettings(texts, known), says);
  });
}

Deno.test("news sources are named after their host, and always taken", () => {
  const exchanges = "sources: { news_example_com: { limitPerMinute: 2 } }";
  equal(
    parseSettings({ exchanges, symbols: "{}" }, known).sources.news_example_com?.limitPerMinute,
    2,
  );
});

Deno.test("a listener that fails does not keep the others from a change", async () => {
  const world = await aWatch();
  const { watch, lines } = world;
  const heard: number[] = [];
  watch.onChange(() => {
    throw new Error("lost");
  });
  watch.onChange(({ quality }) => heard.push(quality.zScore));
  await world.set("quality.zScore", 4);
  deepEqual(heard, [4]);
  equal(watch.refusal(), null);
  equal(lines.some(({ level, error }) => level === "ERROR" && /lost/.test(String(error))), true);
  await watch.stop();
});
