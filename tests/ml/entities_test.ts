/** Entities by rules: names, codes with company, addresses, any text (COL-08, SIG-04). */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { createRuleEntities, isEverydayWord } from "../../lib/ml/mod.ts";
import { findAddresses, isAddress } from "../../lib/ml/addresses.ts";

const model = createRuleEntities({
  codes: new Set(["WIDGET", "ONE", "A"]),
  names: [
    { type: "protocol", text: "Lendit Finance", name: "lendit" },
    { type: "protocol", text: "Orca", name: "orca" },
    { type: "protocol", text: "X", name: "x" },
  ],
});
const name = (text: string) => model.find(text).map((found) => `${found.type}:${found.name}`);
const ethereum = "0xdAC17F958D2ee523a2206206994597C13D831ec7";

const cases: { text: string; found: string[] }[] = [
  { text: "bitcoin falls as Ether rises", found: ["token:BTC", "token:ETH"] },
  { text: "Bitcoin’s price", found: ["token:BTC"] },
  { text: "BITCOIN AND BTC RALLY", found: ["token:BTC"] },
  { text: "Bitcoin Cash forks", found: ["token:BCH"] },
  { text: "Chainlink LINK jumps 5%", found: ["token:LINK"] },
  { text: "The missing link is near for one of us in the US", found: [] },
  { text: "NEAR token listed on Binance", found: ["token:NEAR", "exchange:binance"] },
  { text: "Markets near a high", found: [] },
  { text: "$ONE doubles", found: ["token:ONE"] },
  { text: "ONE token doubles", found: ["token:ONE"] },
  { text: "one token doubles", found: [] },
  { text: "$A and $WIDGET", found: ["token:A", "token:WIDGET"] },
  { text: "A WIDGET", found: ["token:WIDGET"] },
  { text: "ALL CAPS ONE LINK NEAR US", found: [] },
  { text: "BTC/USDT pair", found: ["token:BTC", "token:USDT"] },
  { text: "Mt. Gox creditors wait", found: ["exchange:mt_gox"] },
  { text: "Binance.US and Crypto.com", found: ["exchange:binance", "exchange:crypto_com"] },
  { text: "Aave V3 on Polygon", found: ["protocol:aave", "token:MATIC"] },
  { text: "Lendit Finance drained", found: ["protocol:lendit"] },
  { text: "Exploit of Orca, a DeFi protocol", found: ["protocol:orca"] },
  { text: "An orca was seen", found: [] },
  { text: "X marks the token", found: [] },
  { text: `sent to ${ethereum} today`, found: [`wallet:${ethereum}`] },
  { text: "", found: [] },
  { text: "🚀 $BTC 🚀", found: ["token:BTC"] },
];
for (const { text, found } of cases) {
  Deno.test(`"${text}" names ${found.join(", ") || "nothing"}`, () => deepEqual(name(text), found));
}

Deno.test("a name that occurs twice is counted, at its first place", () => {
  const text = "ETH up: Ethereum and ETH";
  deepEqual(model.find(text), [{ type: "token", name: "ETH", count: 3, start: 0, end: 3 }]);
});

Deno.test("places are where the name stands", () => {
  const text = "After Lendit Finance and Bitcoin";
  for (const { start, end } of model.find(text)) {
    ok(["Lendit Finance", "Bitcoin"].includes(text.slice(start, end)));
  }
});

const addresses = [
  { text: ethereum, is: true },
  { text: ethereum.toLowerCase(), is: true },
  { text: `${ethereum}0`, is: false },
  { text: "0x".padEnd(66, "a1"), is: false },
  { text: "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", is: true },
  { text: "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", is: true },
  { text: "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", is: true },
  { text: "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1", is: true },
  { text: "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTD", is: false },
  { text: "pneumonoultramicroscopicsilicovolcanoconiosis", is: false },
  { text: "a".repeat(44), is: false },
  { text: "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", is: false },
  { text: "", is: false },
];
for (const { text, is } of addresses) {
  Deno.test(`"${text}" ${is ? "is" : "is not"} an address`, () => equal(isAddress(text), is));
}

Deno.test("an address within a link or a longer run is none", () => {
  deepEqual(findAddresses(`https://scan.example/${ethereum}`), []);
  deepEqual(findAddresses(`x_${ethereum}`), []);
  equal(findAddresses(`(${ethereum}), ${ethereum}`).length, 2);
});

Deno.test("any text gets an answer within its borders, none twice", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
    const found = model.find(text);
    ok(found.every(({ start, end }) => start >= 0 && start < end && end <= text.length));
    equal(new Set(found.map(({ type, name }) => `${type} ${name}`)).size, found.length);
  }));
});

Deno.test("ten thousand characters of nonsense end soon", () => {
  for (const unit of ["$$", "A ", "a.", "🚀", "0x", "BTC ", "\u0301", "((((", "1"]) {
    ok(model.find(unit.repeat(10_000 / unit.length)).length < 3);
  }
});

Deno.test("everyday words are known as such", () => {
  for (const word of ["ONE", "link", "A", "US", "4"]) equal(isEverydayWord(word), true);
  for (const word of ["BTC", "doge", "ETH"]) equal(isEverydayWord(word), false);
});
