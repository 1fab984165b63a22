import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { findSharedPage, readShared } from "../../lib/worker/share.ts";

const origin = "https://app.example";
const find = (part: Partial<{ title: string; text: string; url: string }>) =>
  findSharedPage({ title: "", text: "", url: "", ...part }, origin);

const cases: [part: Parameters<typeof find>[0], want: string][] = [
  [{ url: "https://app.example/alerts?x=1#y" }, "/alerts?x=1#y"],
  [{ text: "look: https://app.example/explore/signals" }, "/explore/signals"],
  [{ url: "https://app.example/share" }, "/"],
  [{ url: "https://elsewhere.example/BTCUSDT" }, "/explore/markets"],
  [{ text: "$btc to the moon" }, "/explore/markets?q=BTC"],
  [{ text: "ETH/USDT looks odd" }, "/explore/markets?q=ETHUSDT"],
  [{ title: "SOLUSDT", text: "https://elsewhere.example/x" }, "/explore/markets?q=SOLUSDT"],
  [{ text: "a cup of   tea" }, "/explore/markets?q=a%20cup%20of%20tea"],
  [{ text: "costs US$20 now" }, "/explore/markets?q=costs%20US%2420%20now"],
  [{}, "/explore/markets"],
  [{ text: "   " }, "/explore/markets"],
];
for (const [part, want] of cases) {
  Deno.test(`sharing ${JSON.stringify(part)} opens ${want}`, () => equal(find(part), want));
}

Deno.test("whatever is shared opens a page of ours, at an address of bounded length", () => {
  fc.assert(fc.property(fc.string(), fc.string(), fc.webUrl(), (title, text, url) => {
    const page = find({ title, text, url });
    equal(new URL(page, origin).origin, origin);
    equal(page.startsWith("/"), true);
    equal(page.startsWith("/explore/markets") && page.length < 800, true);
  }));
});

Deno.test("files and missing parts of a form are left out", () => {
  const form = new FormData();
  form.set("title", new File(["x"], "x.txt"));
  form.set("text", "y".repeat(9_000));
  const { title, text, url } = readShared(form);
  deepEqual([title, text.length, url], ["", 4_000, ""]);
});
