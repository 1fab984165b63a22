import { deepEqual, equal } from "node:assert/strict";
import type { PublicDeps } from "../../lib/api/public_deps.ts";
import type { QuarantinedTrade } from "../../lib/quality/mod.ts";
import { anApi } from "../support/api.ts";

const authorization = `Bearer ${"t".repeat(64)}`;

const refused: QuarantinedTrade = {
  id: 3,
  failed: ["valid_values"],
  trade: {
    symbol: "BTCUSDT",
    price: NaN,
    size: 2,
    side: "buy",
    tradeId: 1,
    eventMs: 5,
    receivedMs: 6,
    source: "binance",
  },
};

async function ask(
  path: string,
  { method = "GET", headers = { authorization }, ...part }:
    & { method?: string; headers?: HeadersInit }
    & Pick<PublicDeps, "quarantine"> = {},
) {
  const { api } = await anApi(part);
  const answer = await api.fetch(
    new Request(`http://localhost:8000/api/v1/admin/quarantine${path}`, { method, headers }),
    { ip: "127.0.0.1" },
  );
  return { status: answer.status, body: await answer.json() };
}

const quarantine: PublicDeps["quarantine"] = {
  list: () => [refused],
  release: (id) => id === 3 ? "closed" : null,
};

Deno.test("an operator sees refused trades with the checks they failed, and releases one", async () => {
  const { body } = await ask("", { quarantine });
  deepEqual(body, {
    trades: [{
      id: 3,
      symbol: "BTCUSDT",
      price: null,
      size: 2,
      eventMs: 5,
      source: "binance",
      failed: ["valid_values"],
    }],
    count: 1,
    isKept: true,
  });
  const released = await ask("/3/release", { method: "POST", quarantine });
  deepEqual([released.status, released.body], [200, { id: 3, outcome: "closed" }]);
});

Deno.test("unknown trades, nonsense and strangers have their own answers", async () => {
  equal((await ask("/4/release", { method: "POST", quarantine })).status, 404);
  equal((await ask("/-1/release", { method: "POST", quarantine })).status, 400);
  equal((await ask("/x/release", { method: "POST", quarantine })).status, 400);
  equal((await ask("", { quarantine, headers: {} })).status, 401);
  equal((await ask("/3/release", { method: "POST", quarantine, headers: {} })).status, 401);
});

Deno.test("without a quarantine the list is empty and says so", async () => {
  deepEqual((await ask("")).body, { trades: [], count: 0, isKept: false });
  equal((await ask("/3/release", { method: "POST" })).status, 404);
});
