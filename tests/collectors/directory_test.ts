/** What people are told of each source: the cadence that is set, or longer where the budget is short. */
import { equal } from "node:assert/strict";
import { listSourceEntries } from "../../collectors/directory.ts";
import type { CollectorHealth } from "../../collectors/health.ts";

const cases: { name: string; told: number | null; set?: number; cadenceMs: number }[] = [
  { name: "its file says where nothing was told", told: null, cadenceMs: 300_000 },
  { name: "is set, though its pace is a little ahead", told: 291_000, cadenceMs: 300_000 },
  { name: "is set by an operator", told: 58_200, set: 60, cadenceMs: 60_000 },
  { name: "the budget leaves it", told: 540_000, cadenceMs: 540_000 },
];
for (const { name, told, set, cadenceMs } of cases) {
  Deno.test(`COL-02 a feed is told with the cadence that ${name}`, () => {
    const health: CollectorHealth = {
      source: "coingecko",
      state: "live",
      detail: "",
      lastMessageMs: null,
      feeds: told === null ? [] : [{
        name: "markets",
        state: "live",
        cadenceMs: told,
        lastSuccessMs: null,
        nextMs: null,
        error: null,
        records: 0,
      }],
    } as CollectorHealth;
    const entries = listSourceEntries({
      health: [health],
      settings: {
        sources: {
          coingecko: {
            limitPerMinute: 30,
            ...(set !== undefined && { cadenceSeconds: { markets: set } }),
          },
        },
      },
    });
    const { feeds } = entries.find(({ source }) => source === "coingecko")!;
    equal(feeds.find((feed) => feed.name === "markets")!.cadenceMs, cadenceMs);
  });
}
