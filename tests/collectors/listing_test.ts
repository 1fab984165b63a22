/** What is followed at first: listed, usual, and never against the owner's will. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { listSourceSymbols, seedUsualSymbols } from "../../collectors/listing.ts";
import { alpaca } from "../../collectors/sources/alpaca.ts";
import { binance } from "../../collectors/sources/binance.ts";
import { yahoo } from "../../collectors/sources/yahoo.ts";
import { silentLogger } from "../../lib/log.ts";
import { createManualClock } from "../support/clock.ts";
import { anHttp } from "../support/exchange.ts";
import { createMemoryStore } from "../support/memory_store.ts";
import { aShare } from "../support/stocks.ts";

const ask = (respond: () => Response) => ({
  http: anHttp(createManualClock(0), respond),
  log: silentLogger,
});

Deno.test("a list that is given is taken", async () => {
  const body = [{ symbol: "F", name: "Ford", status: "active", tradable: true }];
  const listed = await listSourceSymbols(alpaca, ask(() => Response.json(body)));
  deepEqual(listed.map(({ symbol }) => symbol), ["F"]);
});

const refusals = [
  {
    name: "a key without that right",
    respond: () => Response.json({ message: "forbidden." }, { status: 403 }),
  },
  { name: "an answer that is not understood", respond: () => Response.json({ assets: [] }) },
  { name: "an empty list", respond: () => Response.json([]) },
];
for (const { name, respond } of refusals) {
  Deno.test(`${name} leaves the thirty usual shares`, async () => {
    const listed = await listSourceSymbols(alpaca, ask(respond));
    deepEqual(listed, [...alpaca.usualSymbols!]);
  });
}

Deno.test("a source without usual symbols fails as it did, and a blocked region is told as such", async () => {
  await rejects(listSourceSymbols(binance, ask(() => Response.json({}))), {
    name: "SourceParseError",
  });
  const blocked = ask(() => new Response("", { status: 451 }));
  await rejects(listSourceSymbols(alpaca, blocked), { name: "GeoBlockedError" });
});

Deno.test("usual shares are put into an empty store once, and never beside the owner's choice", async () => {
  const store = createMemoryStore();
  equal(await seedUsualSymbols(store, yahoo.usualSymbols!), 30);
  equal(await seedUsualSymbols(store, yahoo.usualSymbols!), 0);
  const chosen = createMemoryStore();
  await chosen.symbols.putMany([aShare("GARAN", { active: false })]);
  equal(await seedUsualSymbols(chosen, yahoo.usualSymbols!), 0);
  equal(await seedUsualSymbols(chosen, alpaca.usualSymbols!), 30);
});
