/** The whole product: what an operator sets holds while it runs, and after a restart. */
import { deepEqual, equal, match } from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { describeReplay, type RunningProduct, startProduct } from "../support/product.ts";
import { setValue, shippedTexts } from "../support/settings.ts";
import { withFolder } from "../support/store.ts";

/** What the operator's endpoint answers, as far as it is looked at here. */
interface Told {
  detail?: string;
  origins: Record<string, string>;
  putMs: number | null;
  values: { name: string; value: unknown; origin: string }[];
}

/** Asks as the operator, whose token lies in the data folder. */
async function ask(
  { url }: RunningProduct,
  dataDir: string,
  change?: Record<string, string | null>,
): Promise<{ status: number; body: Told }> {
  const token = (await Deno.readTextFile(`${dataDir}/admin-token`)).trim();
  const answer = await fetch(`${url}/api/v1/admin/config`, {
    method: change ? "PUT" : "GET",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(change && { body: JSON.stringify(change) }),
  });
  return { status: answer.status, body: await answer.json() };
}

/** What health says of a collector, once it is as wanted; after half a minute, as it is. */
async function readCollector({ url }: RunningProduct, name: string, state: string) {
  const endsMs = systemClock.now() + 30_000;
  for (;;) {
    const { collectors } = await (await fetch(`${url}/api/v1/health`)).json();
    const found = collectors.find(({ source }: { source: string }) => source === name);
    if (found?.state === state || systemClock.now() > endsMs) return found;
    await systemClock.wait(200);
  }
}

Deno.test("an operator's settings hold in the running product, and over a restart", () =>
  withFolder(async (dataDir) => {
    const first = await startProduct(describeReplay(dataDir));
    try {
      const { body: before } = await ask(first, dataDir);
      deepEqual([before.origins, before.putMs], [{ exchanges: "file", symbols: "file" }, null]);
      const off = setValue(shippedTexts, ["sources", "binance", "isEnabled"], false).exchanges;
      const { status, body } = await ask(first, dataDir, { exchanges: off });
      equal(status, 200);
      deepEqual(body.origins, { exchanges: "store", symbols: "file" });
      const told = await readCollector(first, "binance", "disabled");
      match(told.detail, /switched off in the settings/);
      const bad = await ask(first, dataDir, { symbols: "quality: { zScore: many }" });
      equal(bad.status, 400);
      match(bad.body.detail ?? "", /symbols.yaml \(line 1, column 20\): quality.zScore: .*"many"/);
      const on = await ask(first, dataDir, { exchanges: shippedTexts.exchanges });
      equal(on.status, 200);
      const again = await readCollector(first, "binance", "live");
      equal(again.state, "live");
      await ask(first, dataDir, { exchanges: off });
    } finally {
      await first.stop();
    }
    const second = await startProduct(describeReplay(dataDir));
    try {
      const { body } = await ask(second, dataDir);
      const found = body.values.find(({ name }) => name === "sources.binance.isEnabled");
      deepEqual(found, { name: "sources.binance.isEnabled", value: false, origin: "store" });
      equal((await readCollector(second, "binance", "disabled"))?.state, "disabled");
    } finally {
      await second.stop();
    }
  }));
