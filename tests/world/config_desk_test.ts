import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createLogger } from "../../lib/log.ts";
import {
  SettingsError,
  type SettingsFile,
  type SettingsTexts,
  watchSettings,
} from "../../lib/settings.ts";
import type { Store } from "../../lib/store/mod.ts";
import { createConfigDesk, createConfigReader, watchConfig } from "../../lib/world/config_desk.ts";
import { createManualClock } from "../support/clock.ts";
import { until } from "../support/exchange.ts";
import { setValue, shippedTexts } from "../support/settings.ts";
import { withMemoryStore } from "../support/store.ts";

const startMs = Date.UTC(2026, 10, 21, 12);
const gone = () => Promise.reject(new Error("no file system"));

/** One process on a store: its files, its watch and its desk. */
async function aProcess(store: Store, readFiles = () => Promise.resolve(shippedTexts)) {
  const clock = createManualClock(startMs);
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({ now: clock.now, write: (line) => lines.push(JSON.parse(line)) });
  const files = { read: readFiles };
  const reader = createConfigReader({ store, readFiles: () => files.read(), now: clock.now });
  const settings = await watchSettings({ read: reader.read, clock, log });
  const { kept } = store.world("live");
  const stop = new AbortController();
  const watching = watchConfig({ kept, reader, settings, log, signal: stop.signal });
  const desk = createConfigDesk({ settings, reader, store, kept, now: clock.now, log });
  const end = async () => {
    stop.abort();
    await watching;
    await settings.stop();
  };
  return { clock, lines, files, settings, desk, end };
}

const zScore = (value: unknown) => setValue(shippedTexts, ["quality", "zScore"], value).symbols;

Deno.test("without a copy the files are in force, each value with where it came from", () =>
  withMemoryStore(async (store) => {
    const symbols = setValue(shippedTexts, ["quality", "zScore"], undefined).symbols;
    const { desk, end } = await aProcess(
      store,
      () => Promise.resolve({ ...shippedTexts, symbols }),
    );
    const { texts, origins, refusal, putMs, settings, values } = await desk.describe();
    deepEqual({ origins, refusal, putMs }, {
      origins: { exchanges: "file", symbols: "file" },
      refusal: null,
      putMs: null,
    });
    equal(texts.symbols, symbols);
    deepEqual((settings.quality as { zScore: number }).zScore, 3);
    const find = (name: string) => values.find((one) => one.name === name);
    deepEqual(find("quality.zScore"), { name: "quality.zScore", value: 3, origin: "default" });
    deepEqual(find("newsFeeds"), { name: "newsFeeds", value: [], origin: "file" });
    equal(find("sources.coingecko.cadenceSeconds.global DeFi")?.value, 86_400);
    await end();
  }));

Deno.test("what is put goes before the file, in every process, and is told in the log", () =>
  withMemoryStore(async (store) => {
    const [here, there] = [await aProcess(store), await aProcess(store)];
    const view = await here.desk.put({ symbols: zScore(4) });
    deepEqual(view.origins, { exchanges: "file", symbols: "store" });
    equal(view.putMs, startMs);
    equal(view.values.find(({ name }) => name === "quality.zScore")?.origin, "store");
    await until(() => there.settings.get().quality.zScore === 4, "the other process's settings");
    equal(there.settings.inForce().origins.symbols, "store");
    const told = here.lines.find(({ message }) => message === "an operator put settings");
    deepEqual(
      [told?.files, told?.changes, told?.count],
      ["symbols", "quality.zScore: 3 to 4", 1],
    );
    // The other file's copy stays when one is taken away.
    await there.desk.put({ exchanges: shippedTexts.exchanges });
    const back = await there.desk.put({ symbols: null });
    deepEqual(back.origins, { exchanges: "store", symbols: "file" });
    await until(() => here.settings.get().quality.zScore === 3, "the file's own value");
    deepEqual((await here.desk.put({ exchanges: null })).putMs, null);
    await Promise.all([here.end(), there.end()]);
  }));

Deno.test("what cannot be used is refused at the desk, and nothing is kept of it", () =>
  withMemoryStore(async (store) => {
    const { desk, settings, lines, end } = await aProcess(store);
    for (const act of [desk.put, desk.check]) {
      await rejects(
        () => act({ symbols: zScore("many") }),
        (error) =>
          error instanceof SettingsError && error.file === "symbols" &&
          /line \d+, column 11\): quality.zScore: .*expected number.*, was "many"/
            .test(error.message),
      );
    }
    equal(settings.get().quality.zScore, 3);
    equal(settings.refusal(), null);
    equal(await store.getSetting("config"), null);
    equal(lines.some(({ message }) => message === "an operator put settings"), false);
    await end();
  }));

Deno.test("a check says that texts can be used, and changes nothing", () =>
  withMemoryStore(async (store) => {
    const { desk, settings, end } = await aProcess(store);
    await desk.check({ symbols: zScore(4), exchanges: null });
    equal(settings.get().quality.zScore, 3);
    equal(await store.getSetting("config"), null);
    await end();
  }));

Deno.test("where there are no files, the copy in the store is enough, for a start as well", () =>
  withMemoryStore(async (store) => {
    const first = await aProcess(store);
    await first.desk.put({ exchanges: shippedTexts.exchanges, symbols: zScore(4) });
    await first.end();
    const deployed = await aProcess(store, gone);
    equal(deployed.settings.get().quality.zScore, 4);
    equal((await deployed.desk.put({ symbols: zScore(5) })).refusal, null);
    equal(deployed.settings.get().quality.zScore, 5);
    await rejects(() => deployed.desk.put({ symbols: null }), /no file system/);
    equal(deployed.settings.get().quality.zScore, 5);
    await deployed.end();
  }));

Deno.test("a copy that cannot be used does not hold up a start, and is told", () =>
  withMemoryStore(async (store) => {
    await store.putSetting("config", { symbols: "quality: 1", putMs: 1 });
    const { desk, settings, end } = await aProcess(store);
    equal(settings.get().quality.zScore, 3);
    const { refusal, origins } = await desk.describe();
    match(refusal ?? "", /symbols.yaml \(line 1, column 10\): quality: .*expected object/);
    deepEqual(origins, { exchanges: "file", symbols: "file" });
    equal((await desk.put({ symbols: zScore(4) })).refusal, null);
    await end();
  }));

Deno.test("a notice that was missed costs half a minute", () =>
  withMemoryStore(async (store) => {
    const { clock, settings, end } = await aProcess(store);
    await store.putSetting("config", { symbols: zScore(6), putMs: 1 });
    for (let i = 0; i < 16; i++) {
      await clock.advance(2_000);
      await settings.reload();
    }
    equal(settings.get().quality.zScore, 6);
    await end();
  }));

Deno.test("files that vanish while we run leave what was in force, and the reason", () =>
  withMemoryStore(async (store) => {
    const { clock, files, settings, end } = await aProcess(store);
    files.read = gone;
    await settings.reload();
    equal(settings.refusal(), "no file system");
    equal(settings.get().quality.zScore, 3);
    files.read = () => Promise.resolve({ ...shippedTexts, symbols: zScore(7) });
    await settings.reload();
    deepEqual([settings.refusal(), settings.get().quality.zScore], [null, 7]);
    equal(clock.now(), startMs);
    await end();
  }));

Deno.test("a store that tells of nothing is named in the log, and all else goes on", async () => {
  const lines: string[] = [];
  const log = createLogger({ now: () => 0, write: (line) => lines.push(line) });
  await watchConfig({
    kept: { watch: () => Promise.reject(new Error("closed")) },
    reader: { expectChange: () => {} },
    settings: { reload: () => Promise.resolve() },
    log,
    signal: new AbortController().signal,
  });
  ok(lines.some((line) => /not watched.*closed/.test(line)));
});

const cases: { name: string; change: Partial<Record<SettingsFile, string | null>> }[] = [
  { name: "one file", change: { symbols: zScore(4) } },
  { name: "both files", change: { symbols: zScore(4), exchanges: shippedTexts.exchanges } },
  { name: "nothing", change: {} },
  { name: "a copy that is not there", change: { symbols: null } },
];
for (const { name, change } of cases) {
  Deno.test(`putting ${name} twice is putting it once`, () =>
    withMemoryStore(async (store) => {
      const { desk, settings, end } = await aProcess(store);
      const once = await desk.put(change);
      const texts: SettingsTexts = settings.inForce().texts;
      deepEqual(await desk.put(change), once);
      deepEqual(settings.inForce().texts, texts);
      await end();
    }));
}
