import { deepEqual, equal } from "node:assert/strict";
import { getIn, listValues, parseSettings, type SettingsTexts } from "../../lib/settings.ts";

const list = (texts: SettingsTexts, exchanges: "file" | "store" = "file") =>
  listValues(parseSettings(texts), { texts, origins: { exchanges, symbols: "file" } });

Deno.test("each value has the origin of its text, and `default` where that is silent", () => {
  const values = list({
    exchanges: "sources: { binance: { limitPerMinute: 7 } }\nbudget: { slowSeconds: 3 }",
    symbols: "quality: { zScore: 4 }",
  }, "store");
  const find = (name: string) => values.filter((one) => one.name === name);
  deepEqual(find("sources.binance.limitPerMinute").map(({ origin }) => origin), ["store"]);
  deepEqual(find("budget.slowSeconds"), [{
    name: "budget.slowSeconds",
    value: 3,
    origin: "store",
  }]);
  deepEqual(find("budget.pacedShare")[0]?.origin, "default");
  deepEqual(find("quality.zScore")[0]?.origin, "file");
  deepEqual(find("quality.quarantine")[0], {
    name: "quality.quarantine",
    value: true,
    origin: "default",
  });
  deepEqual(find("newsFeeds")[0], { name: "newsFeeds", value: [], origin: "default" });
  deepEqual(
    find("sources.binance.isEnabled"),
    [],
    "what nobody set and has no default is not told",
  );
});

Deno.test("every value is listed once", () => {
  const values = list({ exchanges: "sources: {}", symbols: "{}" });
  equal(new Set(values.map(({ name }) => name)).size, values.length);
});

for (
  const [path, found] of [
    [["a", "b"], 1],
    [["a"], { b: 1 }],
    [["list", "1"], 6],
    [[], "all"],
    [["a", "b", "c"], undefined],
    [["nothing"], undefined],
    [["toString"], undefined],
    [["__proto__"], undefined],
    [["empty", "x"], undefined],
  ] as const
) {
  Deno.test(`at "${path.join(".")}" stands ${JSON.stringify(found)}`, () => {
    const value = { a: { b: 1 }, list: [5, 6], empty: null };
    deepEqual(getIn(value, path), found === "all" ? value : found);
  });
}
