import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { cryptopanic } from "../../collectors/sources/cryptopanic.ts";
import { cleanTitle, makeHeadline, normaliseTitle } from "../../collectors/sources/headlines.ts";
import { SourceParseError } from "../../collectors/source.ts";
import { findFeed, parseAs, readBody, receivedMs } from "../support/sources.ts";

const rss = findFeed(cryptopanic, "rss");
const posts = findFeed(cryptopanic, "posts");
const parse = (body: unknown) => parseAs(rss, body).news!;
const sha = (text: string) => createHash("sha1").update(text).digest("hex").slice(0, 12);
const wrap = (items: string) => `<rss version="2.0"><channel>${items}</channel></rss>`;
const date = "<pubDate>Sun, 11 Feb 2018 21:01:38 +0000</pubDate>";

Deno.test("a feed becomes headlines: CDATA, entities and tags resolved, one told twice kept once", () => {
  const news = parse(readBody("cryptopanic/rss-own.json"));
  deepEqual(news.map(({ title }) => title), [
    "Test exchange lists an invented coin",
    "Made-up token ($MUT) is up 12.5% & nobody knows why",
    "Nobody’s protocol & another one merge: price < 20",
  ]);
  deepEqual(news[0], {
    id: sha("test exchange lists an invented coin"),
    source: "cryptopanic",
    publisher: "cryptopanic.com",
    title: "Test exchange lists an invented coin",
    url: "https://cryptopanic.com/news/1/Test-exchange",
    currencies: [],
    timestamp: Date.UTC(2022, 10, 8, 16),
    created_at: receivedMs,
    sentiment_score: null,
    sentiment_confidence: null,
    sentiment_model: null,
  });
  equal(news[2]!.timestamp, Date.UTC(2022, 10, 8, 16, 10));
});

Deno.test("one bare item without a channel is a feed, as was recorded", () => {
  const [item] = parse(
    "<item><title>Words of a day</title><link>https://cryptopanic.com/news/1/W</link>" +
      `<guid>https://cryptopanic.com/news/1/W</guid>${date}</item>`,
  );
  deepEqual([item?.title, item?.timestamp], ["Words of a day", Date.UTC(2018, 1, 11, 21, 1, 38)]);
});

const forms: [string, string, string | null][] = [
  [
    "Atom",
    `<feed xmlns="a"><entry><title type="html">A &amp;amp; b</title><link rel="self" href="https://x.org/s"/><link href="https://x.org/1"/><updated>2018-02-11T21:01:38Z</updated></entry></feed>`,
    "https://x.org/1",
  ],
  [
    "RSS 1.0",
    `<rdf:RDF><channel/><item><title>A &amp; b</title><link>https://x.org/1</link><dc:date>2018-02-11T21:01:38Z</dc:date></item></rdf:RDF>`,
    "https://x.org/1",
  ],
  [
    "a link in the guid only",
    wrap(`<item><title>A & b</title><guid isPermaLink="true">https://x.org/1</guid>${date}</item>`),
    "https://x.org/1",
  ],
  [
    "a script for a link",
    wrap(`<item><title>A &#38; b</title><link>javascript:alert(1)</link>${date}</item>`),
    null,
  ],
  [
    "a byte order mark and spaces",
    `\uFEFF\n ${wrap(`<item><title> A\n &#x26;  b </title>${date}</item>`)}`,
    null,
  ],
  ["two titles", wrap(`<item><title>A &amp; b</title><title>c</title>${date}</item>`), null],
];
for (const [name, text, url] of forms) {
  Deno.test(`a feed with ${name} is understood`, () => {
    deepEqual(parse(text).map((one) => [one.title, one.url, one.timestamp]), [
      ["A & b", url, Date.UTC(2018, 1, 11, 21, 1, 38)],
    ]);
  });
}

Deno.test("a channel without items has no news", () => {
  for (const text of [wrap(""), wrap("<title>t</title>"), "<rss/>", "<feed></feed>"]) {
    deepEqual(parse(text), []);
  }
});

const noFeeds: [string, unknown][] = [
  [
    "a web page",
    "<!doctype html><html><head><title>Attention</title></head><body>No</body></html>",
  ],
  ["JSON", '{"status":"Incomplete","info":"Token not found"}'],
  ["nothing", ""],
  ["words", "Service unavailable"],
  ["no text", { rss: {} }],
  ["own entities", `<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${wrap("")}`],
  ["items without a time", wrap("<item><title>a</title></item><item><title>b</title></item>")],
  ["items without words", wrap(`<item><title>!?</title>${date}</item>`)],
  ["a torn item", wrap(`<item><title>a</title>${date}</item>`).slice(0, 50)],
];
for (const [name, body] of noFeeds) {
  Deno.test(`${name} instead of a feed is a SourceParseError`, () => {
    throws(() => parse(body), SourceParseError);
  });
}

Deno.test("single items without a time, or of the far future, are left out", () => {
  const item = (title: string, when: string) =>
    `<item><title>${title}</title><pubDate>${when}</pubDate></item>`;
  const soon = new Date(receivedMs + 3_600_000).toISOString();
  const news = parse(wrap(
    item("a", "Sun, 11 Feb 2018 21:01:38 GMT") + item("b", "yesterday") + item("c", soon) +
      item("d", "2099-01-01T00:00:00Z"),
  ));
  deepEqual(news.map(({ title, timestamp }) => [title, timestamp]), [
    ["a", Date.UTC(2018, 1, 11, 21, 1, 38)],
    ["c", receivedMs],
  ]);
});

Deno.test("recorded posts: publisher, currencies, tags out of titles, one headline once", () => {
  const body = readBody("cryptopanic/posts-generic-2018.json") as { results: { title: string }[] };
  const { news = [] } = parseAs(posts, body);
  equal(
    news.length,
    new Set(body.results.map(({ title }) => normaliseTitle(cleanTitle(title)))).size,
  );
  deepEqual(
    [news[0]?.title, news[0]?.publisher, news[0]?.currencies],
    ["NEO ($NEO) price is up 20.99%", "coinmarketcap.com", ["NEO"]],
  );
  equal(news[0]?.timestamp, Date.parse("2018-01-18T09:45:28.965Z"));
  equal(news[0]?.source, "cryptopanic");
  ok(news.every(({ title }) => !/<|&\w+;/.test(title)));
});

Deno.test("posts of the second version name instruments, and may lack source and address", () => {
  const post = { title: "Words", published_at: "2026-01-01T00:00:00Z" };
  const codes = ["btc", "US", "IN", "A", "4", "BTC", "1INCH", "x y"];
  const tagged = {
    ...post,
    title: "More words",
    instruments: codes.map((code) => ({ code })),
    source: { domain: "www.Example.org" },
    original_url: "https://example.org/1",
    url: "https://cryptopanic.com/1",
  };
  const { news = [] } = parseAs(posts, { next: null, previous: null, results: [post, tagged] });
  deepEqual(news.map(({ currencies, publisher, url }) => [currencies, publisher, url]), [
    [[], "cryptopanic", null],
    [["BTC", "1INCH"], "example.org", "https://example.org/1"],
  ]);
  deepEqual(parseAs(posts, { count: 0, results: [] }).news, []);
});

for (
  const body of [
    { status: "Incomplete", info: "Token not found" },
    { status: "api_error", info: "API monthly quota exceeded" },
    { results: [{ title: "a" }] },
    { results: {} },
    {},
    [],
    null,
    "x",
  ]
) {
  Deno.test(`posts as ${JSON.stringify(body)} are a SourceParseError`, () => {
    throws(() => parseAs(posts, body), SourceParseError);
  });
}

Deno.test("posts need the key, which goes into the address; the feed does not", () => {
  equal(posts.needsKey, true);
  equal(rss.needsKey ?? false, false);
  equal(rss.format, "text");
  deepEqual(cryptopanic.apiKey?.query?.("k"), { auth_token: "k" });
  deepEqual(cryptopanic.apiKey?.headers("k"), {});
  equal(cryptopanic.apiKey?.isRequired, false);
});

Deno.test("one headline has one id, whatever its spelling, tags and feed", () => {
  const told = (title: string, source: string) =>
    makeHeadline({ title, url: null, date: "2020-01-01", publisher: null }, { source, receivedMs });
  const spellings = [
    "Bitcoin  hits $20,000 – again",
    "BITCOIN HITS $20,000 - AGAIN",
    "<b>Bitcoin</b> hits $20,000 &ndash; again!",
    "Bitcoin hits $20,000\u200b – again",
  ];
  const ids = spellings.map((title, i) => told(title, `s${i}`)!.id);
  deepEqual(new Set(ids), new Set([sha("bitcoin hits 20 000 again")]));
  equal(told("San José mayor", "x")!.id, sha("san josé mayor"));
});

Deno.test("ids are those of the published data sets", () => {
  // cryptolin (permissively licensed): a headline and its id there.
  const title =
    "San José mayor partners with Helium to help lower internet costs for low-income residents";
  equal(sha(normaliseTitle(title)), "a629b04d4162");
});

const oddCharacters = fc.constantFrom(
  ..."aB9éİ🚀 <>&;#x/!\u200b\u0000\uFFFD",
  "&amp;",
  "&#x41;",
  "&#1114112;",
  "<b>",
);

Deno.test("any title becomes plain text that is stable, or no headline", () => {
  fc.assert(fc.property(fc.string({ unit: oddCharacters, maxLength: 700 }), (title) => {
    const clean = cleanTitle(title);
    ok(clean.length <= 500);
    ok(!/[\p{Cc}\uFFFD]/u.test(clean));
    const record = makeHeadline(
      { title, url: title, date: "2020-01-01", publisher: title },
      { source: "x", receivedMs },
    );
    if (record) match(record.id, /^[\da-f]{12}$/);
    else equal(normaliseTitle(clean), "");
  }));
});
