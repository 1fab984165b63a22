/** Fields and values of a person's records in words. */
import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { alertDraftSchema } from "../../lib/contracts/alerts.ts";
import { activityDraftSchema, portfolioDraftSchema } from "../../lib/contracts/portfolios.ts";
import { preferencesChangeSchema } from "../../lib/contracts/preferences.ts";
import { watchlistDraftSchema } from "../../lib/contracts/watchlists.ts";
import { describeValue, isNamed, nameField } from "../../lib/ui/field_words.ts";

const drafts = {
  alert: alertDraftSchema,
  watchlist: watchlistDraftSchema,
  portfolio: portfolioDraftSchema,
  activity: activityDraftSchema,
  preferences: preferencesChangeSchema,
};

for (const [kind, schema] of Object.entries(drafts)) {
  Deno.test(`PWA-04 every field that a person can set of ${kind} has a name`, () => {
    deepEqual(Object.keys(schema.shape).filter((name) => !isNamed(name)), []);
  });
}

Deno.test("PWA-04 a field without a name is called what it is called", () => {
  equal(nameField("of_tomorrow"), "of tomorrow");
  equal(nameField("toString"), "toString");
});

const values: [field: string, value: unknown, text: string][] = [
  ["note", null, "none"],
  ["note", undefined, "none"],
  ["note", "", "none"],
  ["symbols", [], "none"],
  ["parameters", {}, "none"],
  ["valueOf", 5, "5"],
  ["note", "MY_NOTE", "MY_NOTE"],
  ["symbols", ["BTCUSDT", "ETHUSDT"], "BTCUSDT, ETHUSDT"],
  ["threshold", 0, "0"],
  ["threshold", 60_000.5, "60000.5"],
  ["is_active", false, "no"],
  ["is_active", true, "yes"],
  ["condition", "PRICE_ABOVE", "price above"],
  ["channels", ["WEBSOCKET", "EMAIL"], "websocket, email"],
  ["channels", { EMAIL: false }, "EMAIL no"],
  ["timestamp", 0, "1 Jan 1970, 00:00 UTC"],
  ["snoozedUntilMs", 0, "1 Jan 1970, 00:00 UTC"],
  ["holdMs", 90_000, "1 min"],
  ["cooldown", 300, "5 min"],
  ["batchSeconds", 0, "0 s"],
  ["toastConfidence", 0.65, "65%"],
  ["quietHours", { fromMinute: 1_320, toMinute: 420 }, "from 22:00, to 07:00"],
  ["parameters", { timeframe: "1h", windowMs: 3_600_000 }, "timeframe 1h, within 1 h"],
  ["parameters", { line: { fromPrice: 1, toPrice: 2 } }, "line (at 1, at 2)"],
];
for (const [field, value, text] of values) {
  Deno.test(`PWA-04 ${field} of ${JSON.stringify(value)} reads "${text}"`, () => {
    equal(describeValue(field, value), text);
  });
}

Deno.test("PWA-04 whatever a field holds reads as something", () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (field, value) => {
      equal(describeValue(field, value) !== "", true);
    }),
  );
});
