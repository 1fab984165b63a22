import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import type { ActivityRecord } from "../../lib/contracts/owned.ts";
import { activityTypes } from "../../lib/contracts/owned.ts";
import { exportRows } from "../../lib/export/mod.ts";
import { activityColumns, activityKey, toActivityRow } from "../../lib/portfolio/mod.ts";
import { makeActivities, previewImport } from "../../lib/portfolio/import_preview.ts";

const amount = fc.bigInt(1n, 10n ** 24n).map((units) => {
  const text = String(units).padStart(19, "0");
  return `${text.slice(0, -18)}.${text.slice(-18)}`.replace(/\.?0+$/, "");
});
const anActivity = fc.record({
  type: fc.constantFrom(...activityTypes),
  symbol: fc.constantFrom("BTCUSDT", "THYAO.IS", "^GSPC", "BTC/EUR"),
  exchange: fc.constantFrom("binance", "bist", "my bank"),
  quantity: amount,
  price: amount,
  currency: fc.constantFrom("USDT", "TRY"),
  fee: amount,
  feeCurrency: fc.constantFrom("BNB", "TRY"),
  timestamp: fc.integer({ min: Date.UTC(1975, 0, 1), max: Date.UTC(2025, 0, 1) }),
  note: fc.string({ maxLength: 30 }).map((text) => text.trim()),
  reference: fc.constantFrom("", "T-1", "=cmd", "-5", "+1|x", "@a"),
});

for (const format of ["csv", "json"] as const) {
  Deno.test(`activities exported as ${format} are imported as the same activities`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anActivity, { minLength: 1, maxLength: 12 }), async (list) => {
        const ids = { importId: "i", portfolioId: "p", userId: "u" };
        const records = list.map((fields, i): ActivityRecord => ({
          ...fields,
          // An apostrophe of one's own before such a sign reads as the export's; see the format. What
          // is left of it begins with no space, as no note does.
          note: fields.note.replace(/^['\s]+/, ""),
          reference: fields.reference && `${fields.reference}${i}`,
          id: `i-${i}`,
          portfolioId: "p",
          userId: "u",
          importId: "i",
          revision: 1,
        }));
        const file = await new Response(
          exportRows(format, activityColumns, records.map(toActivityRow)),
        ).bytes();
        const preview = previewImport(file, { nowMs: Date.UTC(2026, 0, 1), decimalMark: "." });
        equal(preview.format, "CryptoIntel");
        deepEqual(preview.rows.flatMap(({ errors }) => errors), []);
        const found = makeActivities(preview, ids);
        const plain = ({ id: _id, reference, ...rest }: ActivityRecord) => ({
          ...rest,
          reference: reference.startsWith("#") ? "" : reference,
        });
        deepEqual(found.map(plain), records.map(plain));
        // And once more: what was imported is known again.
        const again = await new Response(
          exportRows(format, activityColumns, found.map(toActivityRow)),
        ).bytes();
        const existing = new Set(found.map(activityKey));
        equal(
          previewImport(again, { nowMs: Date.UTC(2026, 0, 1), decimalMark: ".", existing }).counts
            .new,
          0,
        );
      }),
      { numRuns: 60 },
    );
  });
}
