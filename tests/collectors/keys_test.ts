/** Keys: where they are read, what is missing, and on which requests they are sent. */
import { deepEqual, equal } from "node:assert/strict";
import { createKeyedFetch, readKey } from "../../collectors/keys.ts";
import { alpaca } from "../../collectors/sources/alpaca.ts";
import { coingecko } from "../../collectors/sources/coingecko.ts";

const env = (values: Record<string, string | undefined>) => (name: string) => values[name];

const cases = [
  {
    name: "both halves",
    values: { APCA_API_KEY_ID: " PK1 ", APCA_API_SECRET_KEY: "s" },
    expected: { kind: "given", credentials: { key: "PK1", secret: "s" } },
  },
  {
    name: "nothing",
    values: {},
    expected: {
      kind: "missing",
      variables: ["APCA_API_KEY_ID", "APCA_API_SECRET_KEY"],
      detail: "disabled: APCA_API_KEY_ID and APCA_API_SECRET_KEY must be set",
    },
  },
  {
    name: "only the first half, the other blank",
    values: { APCA_API_KEY_ID: "PK1", APCA_API_SECRET_KEY: "  " },
    expected: {
      kind: "missing",
      variables: ["APCA_API_SECRET_KEY"],
      detail: "disabled: APCA_API_SECRET_KEY must be set",
    },
  },
];
for (const { name, values, expected } of cases) {
  Deno.test(`the key of a source that requires two values, with ${name} set`, () => {
    deepEqual(readKey(alpaca.apiKey, env(values)), expected);
  });
}

Deno.test("a source without a key, or with one that it can do without, is not disabled", () => {
  deepEqual(readKey(undefined, env({})), { kind: "none" });
  deepEqual(readKey(coingecko.apiKey, env({})), { kind: "none" });
  deepEqual(readKey(coingecko.apiKey, env({ COINGECKO_API_KEY: "k" })), {
    kind: "given",
    credentials: { key: "k", secret: "" },
  });
});

/** Asks paths through a keyed fetch; returns the addresses and headers that went out. */
async function ask(isOwnAddress: boolean, urls: readonly string[]) {
  const sent: { url: string; id: string | null; accept: string | null }[] = [];
  const keyed = createKeyedFetch(alpaca, {
    credentials: { key: "PK1", secret: "s" },
    isOwnAddress,
    fetch: (input, init) => {
      const headers = new Headers(init?.headers);
      const id = headers.get("APCA-API-KEY-ID");
      sent.push({ url: String(input), id, accept: headers.get("accept") });
      return Promise.resolve(new Response("{}"));
    },
  });
  for (const url of urls) await keyed(url, { headers: { accept: "application/json" } });
  return sent;
}

Deno.test("the key goes out with every request, lists and clock to the account's server", async () => {
  const sent = await ask(true, [
    "https://data.alpaca.markets/v2/stocks/bars?symbols=AAPL",
    "https://data.alpaca.markets/v2/assets?status=active",
  ]);
  deepEqual(sent.map(({ url }) => url), [
    "https://data.alpaca.markets/v2/stocks/bars?symbols=AAPL",
    "https://paper-api.alpaca.markets/v2/assets?status=active",
  ]);
  for (const { id, accept } of sent) deepEqual([id, accept], ["PK1", "application/json"]);
});

Deno.test("at a configured address every path is asked there", async () => {
  const [sent] = await ask(false, ["http://127.0.0.1:9/alpaca/v2/clock"]);
  equal(sent!.url, "http://127.0.0.1:9/alpaca/v2/clock");
});
