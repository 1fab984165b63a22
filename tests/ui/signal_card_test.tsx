/** A signal as its card and the feed tell it: explanation, claim, sources and evidence in words. */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import fc from "fast-check";
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { SignalRecord } from "../../lib/contracts/records.ts";
import { formatField, nameField } from "../../lib/ui/evidence.ts";
import { addSignals, nameSources, parseFeedItems, toFeedItem } from "../../lib/ui/feed.ts";
import { SignalLines } from "../../lib/ui/PageParts.tsx";
import { SignalCard } from "../../lib/ui/SignalCard.tsx";
import { serveExplore } from "../support/explore_app.tsx";
import { fullPages, PAGE_MS, volumeSignal } from "../support/pages.ts";

const times = { marketMs: PAGE_MS, wallMs: PAGE_MS, isStill: false, recorded: null };
const write = (part: Partial<SignalRecord>) =>
  renderToString(
    SignalCard({
      signal: { record: { ...volumeSignal, ...part }, outcome: null, accuracy: null },
      times,
    }) as VNode,
  );

Deno.test("NEW-10 another explanation is the first thing that a card says", () => {
  const explanation = "Probable adapter fault: only one sample shows it so far";
  const html = write({ type: "tvl_anomaly", explanation, data: { cause: "unconfirmed" } });
  match(html, /<\/header><p class="explanation">Probable adapter fault: only one sample/);
  match(html, /Taken for<\/dt><dd class="number">not confirmed yet/);
  doesNotMatch(write({}), /class="explanation"/);
});

Deno.test("each kind claims what it is judged by, and a fault claims nothing", () => {
  match(
    write({ type: "price_alert" }),
    /unusual volume or volatility within the 24 h after its bar/,
  );
  match(write({ type: "volume_anomaly" }), /unusual volume or volatility within the 24 h/);
  match(write({ type: "sentiment_shift" }), /of what it speaks of within 24 h, not a direction/);
  const tvl = (cause: string) => write({ type: "tvl_anomaly", data: { cause } });
  match(tvl("outflow"), /still stands at the second daily sample/);
  doesNotMatch(tvl("outflow"), /unusual volume/);
  for (const cause of ["unconfirmed", "reverted", "unchecked"]) {
    match(tvl(cause), /Claims nothing while it is taken for a probable fault/);
  }
  match(write({ type: "price_alert", data: { cause: "reverted" } }), /Claims nothing/);
  match(write({ type: "price_alert", data: { cause: "unconfirmed" } }), /unusual volume/);
});

Deno.test("SIG-03 a merged signal names all its sources on card, line and feed", () => {
  const merged = { source: "correlation", merges: ["a", "b"], sources: ["binance", "defillama"] };
  match(write(merged), /Merged from <span class="age">binance, defillama · /);
  const record = { ...volumeSignal, ...merged, explanation: "Probable fault" };
  const line = renderToString(
    SignalLines({ signals: [{ record, outcome: null, accuracy: null }], times }) as VNode,
  );
  match(line, /binance, defillama · [\s\S]*<small>Probable fault<\/small>/);
  equal(toFeedItem(record).source, "binance, defillama");
  equal(toFeedItem(record).explanation, "Probable fault");
  deepEqual(parseFeedItems([record]), [toFeedItem(record)]);
  equal("explanation" in toFeedItem(volumeSignal), false);
  equal(nameSources({ source: "x", sources: [] }), "x");
});

Deno.test("SIG-02 a feed shows of each event its newest record, whichever came first", () => {
  const first = toFeedItem({ ...volumeSignal, id: "a", timestamp: 1 });
  const second = toFeedItem({ ...volumeSignal, id: "b", timestamp: 2, updates: "a" });
  const third = toFeedItem({ ...volumeSignal, id: "c", timestamp: 3, updates: "a" });
  const other = toFeedItem({ ...volumeSignal, id: "d", timestamp: 0 });
  const ids = (items: { id: string }[]) => items.map(({ id }) => id);
  deepEqual(ids(addSignals([first, other], [second])), ["b", "d"]);
  deepEqual(ids(addSignals([third, other], [second, first])), ["c", "d"]);
});

Deno.test("SIG-02 on the page of signals an older record of an event leads to its newest", async () => {
  const records = [{ id: "new", timestamp: 2, updates: "old" }, { id: "old", timestamp: 1 }];
  const handle = serveExplore({
    ...fullPages,
    listSignals: () =>
      Promise.resolve(records.map((part) => ({
        record: { ...volumeSignal, ...part },
        outcome: null,
        accuracy: null,
      }))),
  });
  const html = await (await handle(new Request("http://here/explore/signals"))).text();
  equal(html.match(/A later record of the same event/g)?.length, 1);
  match(html, /id="old"[\s\S]*<a href="#new">A later record/);
});

const fields: [name: string, value: unknown, text: string][] = [
  ["event_started", Date.UTC(2024, 2, 12, 14, 5), "12 Mar 2024, 14:05 UTC"],
  ["sample_time", Date.UTC(2024, 2, 12, 14, 5), "12 Mar 2024, 14:05 UTC"],
  ["first_seen_at", Date.UTC(2024, 2, 12), "12 Mar 2024, 00:00 UTC"],
  ["threshold_percent", 5, "5%"],
  ["price_change_24h", -7.254, "−7.25%"],
  ["token_change", "unknown", "not known"],
  ["leader_change", 2, "+2.00%"],
  ["ratio", 3.256, "3.26 ×"],
  ["leader_ratio", 2, "2 ×"],
  ["magnitude", 1.5, "1.5 ×"],
  ["price", 0.00012345, "0.0001235"],
  ["price_24h_ago", 63250.1, "63,250.10"],
  ["coingecko_price", 42_000, "42,000.00"],
  ["tvl_usd", 2.5e9, "2.5B"],
  ["volume_24h", 1_234_567, "1.23M"],
  ["window_hours", 24, "24 h"],
  ["observed_share", 0.96, "96%"],
  ["correlation_score", 0.5, "50%"],
  ["sentiment", -0.25, "−0.25"],
  ["sentiment_change", 0.4, "+0.40"],
  ["threshold_change", 0.3, "+0.30"],
  ["mentions", 12, "12"],
  ["is_duplicate", false, "no"],
  ["types", ["price_alert", "volume_anomaly"], "price_alert, volume_anomaly"],
  ["lags_ms", { defillama: 7_200_000 }, "defillama 2 h"],
  ["cause", "outflow", "outflow"],
  ["cause", "constructor", "constructor"],
  ["price", NaN, "–"],
  ["x", null, "–"],
];
for (const [name, value, text] of fields) {
  Deno.test(`evidence ${name} of ${JSON.stringify(value)} reads ${text}`, () => {
    equal(formatField(name, value), text);
  });
}

Deno.test("whatever the evidence holds, it reads without nonsense", () => {
  fc.assert(fc.property(fc.string(), fc.jsonValue(), (name, value) => {
    const holds = JSON.stringify(value) + name;
    const text = formatField(name, value) + nameField(name);
    if (!/NaN|undefined|Infinity|\[object/.test(holds)) {
      doesNotMatch(text, /NaN|undefined|Infinity|\[object/);
    }
  }));
});
