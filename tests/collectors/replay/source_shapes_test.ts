import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { fetchJson, NotRecordedError, SourceAnswerError } from "../../../collectors/http.ts";
import { openAnswers, type RecordedAnswers } from "../../../collectors/replay/fixtures.ts";
import { findEmptyAnswer, getRecordedFolder } from "../../../collectors/replay/source_shapes.ts";
import type { SourceRecords } from "../../../collectors/source.ts";
import { createManualClock } from "../../support/clock.ts";
import { anHttp } from "../../support/exchange.ts";
import { aFullContext, type FeedCase, feedCases } from "../../support/feed_cases.ts";
import { recordedFolder, withFolder } from "../../support/recorded.ts";
import { assertSane, receivedMs } from "../../support/sources.ts";

const readFile = (path: string) =>
  Deno.readTextFileSync(new URL(`../../fixtures/${path}`, import.meta.url));
const countOf = (records: SourceRecords) =>
  Object.values(records).reduce((sum, list: unknown[]) => sum + list.length, 0);
const get = (answers: RecordedAnswers, source: string, path: string) => {
  const { pathname, searchParams } = new URL(`http://x${path}`);
  return answers.answer({ source, method: "GET", path: pathname, query: searchParams });
};

/** Asks everything that a feed asks, of recordings; returns what came, and how many were refused. */
async function play({ source, feed }: FeedCase, answers: RecordedAnswers) {
  const http = anHttp(createManualClock(receivedMs), (url) => {
    const { pathname, search } = new URL(url);
    return get(answers, source.key, pathname + search);
  });
  let [records, refused] = [0, 0];
  for (const request of feed.requests(aFullContext)) {
    try {
      const body = await fetchJson(request, { ...http, format: feed.format ?? "json" });
      const told = feed.parse(body, { receivedMs, request });
      assertSane(told);
      records += countOf(told);
    } catch (error) {
      // One protocol that does not exist was recorded as such.
      const isRecorded = error instanceof SourceAnswerError && error.status === 404;
      ok(isRecorded || error instanceof NotRecordedError, String(error));
      refused++;
    }
  }
  return { records, refused };
}

/** What the shipped recordings hold for the feeds; the others get their source's empty answer. */
const shipped: Record<string, number> = {
  "coingecko markets": 5,
  "coingecko followed coins": 2,
  "coingecko global": 1,
  "coingecko global DeFi": 1,
  "coingecko history": 91,
  "coingecko closes": 42,
  "coinmarketcap listings": 5,
  "coinmarketcap quotes": 1,
  "coinmarketcap_dex spot pairs": 7,
  "coinmarketcap_dex pair quotes": 1,
  "defillama protocols": 10,
  "defillama charts": 28,
  "cryptopanic posts": 19,
};

Deno.test("every feed finds its recording, or its source's own empty answer", async () => {
  const answers = openAnswers(recordedFolder);
  for (const one of feedCases) {
    const name = `${one.source.key} ${one.feed.name}`;
    const { records, refused } = await play(one, answers);
    const wanted = shipped[name] ?? 0;
    if (wanted === 0) equal(records, 0, name);
    else ok(records >= wanted, `${name}: at least ${wanted}, was ${records}`);
    const isSingle = /history|closes/.test(name) && one.source.key !== "coinmarketcap_dex";
    equal(refused > 0, isSingle, `${name}: only what is asked one by one is not known`);
  }
});

Deno.test("an empty folder answers every feed with nothing at all", async () => {
  await withFolder({ "README.md": "nothing" }, async (folder) => {
    const answers = openAnswers(folder);
    for (const one of feedCases) equal((await play(one, answers)).records, 0);
  });
});

Deno.test("recorded headlines are served as text, posts under their newer address", async () => {
  const files = {
    "api/cryptopanic/rss.json": readFile("cryptopanic/rss-own.json"),
    "api/cryptopanic/posts.json": readFile("cryptopanic/posts-generic-2018.json"),
  };
  await withFolder(files, async (folder) => {
    const answers = openAnswers(folder);
    const rss = await get(answers, "cryptopanic", "/news/rss/");
    equal(rss.headers.get("content-type"), "application/rss+xml");
    match(await rss.text(), /^<\?xml/);
    const cases = feedCases.filter(({ source }) => source.key === "cryptopanic");
    const counts = await Promise.all(cases.map((one) => play(one, answers)));
    deepEqual(counts[0], { records: 3, refused: 0 });
    ok(counts[1]!.records > 20);
  });
});

Deno.test("the time of a recording is told however it was noted; examples are no recordings", async () => {
  const asked = { request: { url: "https://api.llama.fi/v2/chains" } };
  const body = [{ name: "Ethereum", tvl: 1 }];
  const noted: [object, string | null][] = [
    [{ recorded_at: 1_652_882_472 }, "2022-05-18T14:01:12Z"],
    [{ recorded_at: "2022-01-29T11:23:51Z" }, "2022-01-29T11:23:51Z"],
    [{ recorded_at: "Tue, 18 May 2021 14:01:08 GMT" }, "2021-05-18T14:01:08Z"],
    [{ recorded_at: "2024-04 (from the values)" }, "2024-04-01T00:00:00Z"],
    [{ recorded_at: "Tuesday, I think" }, "unknown"],
    [{ recorded_at: null, provenance: "documented-example" }, null],
  ];
  for (const [_fixture, recordedAt] of noted) {
    const text = JSON.stringify({ _fixture, ...asked, response: { body } });
    await withFolder({ "api/defillama/chains.json": text }, async (folder) => {
      const answer = await get(openAnswers(folder), "defillama", "/v2/chains");
      equal(answer.headers.get("x-recorded-at"), recordedAt ?? "none", JSON.stringify(_fixture));
      equal((await answer.json()).length, recordedAt ? 1 : 0);
    });
  }
});

Deno.test("a refusal is an answer only to exactly what was refused", async () => {
  const answers = openAnswers(recordedFolder);
  const pairs = "/v4/dex/spot-pairs/latest";
  equal((await get(answers, "coinmarketcap_dex", `${pairs}?network_slug=ethereum`)).status, 400);
  const other = await get(
    answers,
    "coinmarketcap_dex",
    `${pairs}?network_id=14&dex_slug=pancakeswap-v3&sort=volume_24h`,
  );
  deepEqual([other.status, (await other.json()).data], [200, []]);
  const listed = await get(
    answers,
    "coinmarketcap",
    "/v3/cryptocurrency/quotes/latest?id=1,1027&convert=USD",
  );
  equal((await listed.json()).data.length > 0, true, "one of the asked ids was recorded");
  const unknown = await get(answers, "coinmarketcap", "/v3/cryptocurrency/quotes/latest?id=7,8");
  deepEqual((await unknown.json()).data, []);
});

Deno.test("symbols cut a list as ids do", async () => {
  const answers = openAnswers(recordedFolder);
  const rows = await (await get(
    answers,
    "coingecko",
    "/api/v3/coins/markets?vs_currency=usd&symbols=eth,nope&include_tokens=top",
  )).json();
  deepEqual(rows.map(({ id }: { id: string }) => id), ["ethereum"]);
});

const shapes: [string, string, number, RegExp][] = [
  ["coinmarketcap", "/v1/cryptocurrency/quotes/latest", 200, /"data":\{\}.*"error_code":0/],
  ["coinmarketcap_dex", "/v4/dex/networks/list", 200, /"data":\[\].*"error_code":"0"/],
  ["defillama", "/protocol/x", 404, /Protocol not found/],
  ["defillama", "/protocols", 200, /^\[\]$/],
  ["coingecko", "/api/v3/coins/x/ohlc", 404, /coin not found/],
  ["coingecko", "/api/v3/global", 404, /not found/],
  ["cryptopanic", "/news/rss", 200, /<channel>/],
  ["cryptopanic", "/api/posts", 200, /"results":\[\]/],
  ["news_example_org", "/feed", 200, /<channel>/],
  ["news_binance_com", "/bapi/x", 200, /"catalogs":\[\]/],
];
for (const [source, path, status, text] of shapes) {
  Deno.test(`${source}${path} without a recording is answered with ${status}`, () => {
    const empty = findEmptyAnswer(source, path);
    equal(empty?.status, status);
    match(empty!.text, text);
  });
}

Deno.test("a source that is not known here has no shape of its own, and no other's folder", () => {
  equal(findEmptyAnswer("nobody", "/x"), null);
  equal(findEmptyAnswer("coingecko", "/api/v3/coins/markets"), null);
  equal(getRecordedFolder("coinmarketcap_dex"), "coinmarketcap");
  equal(getRecordedFolder("constructor"), "constructor");
});

Deno.test("an answer that nobody recorded is no failure of its source", async () => {
  const answers = openAnswers(recordedFolder);
  const http = anHttp(
    createManualClock(receivedMs),
    (url) => get(answers, "defillama", new URL(url).pathname),
  );
  await rejects(
    fetchJson({ path: "/protocol/lido", weight: 1 }, http),
    { name: "NotRecordedError" },
  );
});
