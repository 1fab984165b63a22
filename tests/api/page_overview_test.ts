/** What overviews read: signals in pages, how headlines speak, and sources that are switched off. */
import { deepEqual, equal } from "node:assert/strict";
import { createPageData } from "../../lib/api/mod.ts";
import type { SignalRecord } from "../../lib/contracts/records.ts";
import type { SignalFilter } from "../../lib/ui/state.ts";
import { anApi, NOW_MS } from "../support/api.ts";
import { aHeadline, volumeSignal } from "../support/pages.ts";

const HOUR_MS = 3_600_000;
const everything: SignalFilter = {
  types: [],
  entity: "",
  from: null,
  to: null,
  minConfidence: 0,
  limit: 3,
};

/** Nine signals, the newest named 0: types and symbols by turns. */
async function withSignals() {
  const { deps } = await anApi();
  const records = Array.from({ length: 9 }, (_, i): SignalRecord => ({
    ...volumeSignal,
    id: String(i),
    type: i % 3 === 0 ? "price_alert" : "volume_anomaly",
    entity: i % 2 === 0 ? "BTCUSDT" : "ETHUSDT",
    confidence_score: i / 10,
    timestamp: NOW_MS - i,
  }));
  await deps.store.signals.putMany(records);
  return { deps, pages: createPageData(deps, () => []) };
}

const cases: [string, Partial<SignalFilter>, string][] = [
  ["the first page", {}, "012"],
  ["the last page, not full", { offset: 7 }, "78"],
  ["a page that is not there", { offset: 9 }, ""],
  ["the second page of a type", { types: ["volume_anomaly"], offset: 3 }, "578"],
  ["the second page of two types", { types: ["volume_anomaly", "price_alert"], offset: 3 }, "345"],
  ["the second page of a symbol", { entity: "BTCUSDT", offset: 3 }, "68"],
  ["a type of a symbol", { entity: "BTCUSDT", types: ["volume_anomaly"], offset: 1 }, "48"],
  ["the second page of the surer ones", { minConfidence: 0.4, offset: 3 }, "78"],
  ["part of a name", { entity: "eth", offset: 2 }, "57"],
];
for (const [name, part, ids] of cases) {
  Deno.test(`signals of an overview: ${name}`, async () => {
    const { pages } = await withSignals();
    const filter = { ...everything, ...part };
    equal((await pages.listSignalRecords(filter)).map(({ id }) => id).join(""), ids);
    const views = await pages.listSignals(filter);
    equal(views.map(({ record }) => record.id).join(""), ids);
  });
}

Deno.test("the newest of one type is found without reading all of them", async () => {
  const { deps, pages } = await withSignals();
  const limits: (number | undefined)[] = [];
  const list = deps.store.signals.list.bind(deps.store.signals);
  deps.store.signals.list = (query) => {
    limits.push(query?.limit);
    return list(query);
  };
  await pages.listSignalRecords({ ...everything, types: ["price_alert"], limit: 1 });
  await pages.listSignalRecords({ ...everything, entity: "BTCUSDT", limit: 2 });
  deepEqual(limits, [1, 2]);
});

Deno.test("the mood is that of the newest day with headlines, and nothing where none was judged", async () => {
  const { deps } = await anApi();
  const pages = createPageData(deps, () => []);
  equal(await pages.getMood(), null);
  await deps.store.news.put(aHeadline({ id: "u", timestamp: NOW_MS, sentiment_score: null }));
  equal(await pages.getMood(), null);
  await deps.store.news.putMany([
    aHeadline({ id: "new", timestamp: NOW_MS - HOUR_MS, sentiment_score: 0.5 }),
    aHeadline({ id: "old", timestamp: NOW_MS - 24 * HOUR_MS, sentiment_score: -1 }),
  ]);
  const mood = await pages.getMood();
  deepEqual([mood?.n, mood?.score], [1, 0.5]);
});

Deno.test("a source that is switched off is told, and breaks nothing", async () => {
  const { deps } = await anApi({
    listCollectors: () => [
      { source: "a", status: "healthy", lastMessageMs: 1, detail: "" },
      { source: "b", status: "down", lastMessageMs: null, detail: "no key", state: "disabled" },
    ],
  });
  const health = await createPageData(deps, () => []).getHealth();
  equal(health.status, "healthy");
  deepEqual(health.sources.map(({ name, isOff }) => [name, isOff ?? false]), [
    ["a", false],
    ["b", true],
  ]);
});
