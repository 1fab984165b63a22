import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { createNewsSource, createNewsSources, newsSources } from "../../collectors/sources/news.ts";
import { SourceParseError } from "../../collectors/source.ts";
import { aContext, parseAs, readBody } from "../support/sources.ts";

Deno.test("an address becomes a source: key and publisher from its host, path and query asked", () => {
  const source = createNewsSource("https://www.some-news.example.org/feeds/rss?all=1");
  equal(source.key, "news_some_news_example_org");
  deepEqual(source.addresses.rest, ["https://www.some-news.example.org"]);
  const [feed] = source.feeds;
  equal(feed!.requests(aContext())[0]!.path, "/feeds/rss?all=1");
  equal(feed!.format, "text");
  const { news = [] } = parseAs(feed!, readBody("cryptopanic/rss-own.json"));
  deepEqual(new Set(news.map(({ publisher }) => publisher)), new Set(["some-news.example.org"]));
  deepEqual(new Set(news.map(({ source }) => source)), new Set([source.key]));
});

Deno.test("a configured list becomes sources with keys of their own", () => {
  const list = "https://a.org/1, https://a.org/2\nhttps://b.org/ https://a.org/3";
  const sources = createNewsSources(list);
  deepEqual(sources.map(({ key }) => key), [
    "news_a_org",
    "news_a_org_2",
    "news_b_org",
    "news_a_org_3",
  ]);
  const { news = [] } = parseAs(sources[1]!.feeds[0]!, readBody("cryptopanic/rss-own.json"));
  equal(news[0]?.source, "news_a_org_2");
  deepEqual(createNewsSources(" , "), []);
});

for (const address of ["", "ftp://a.org/x", "file:///etc/passwd", "news", "javascript:1"]) {
  Deno.test(`"${address}" is no address of news`, () => {
    throws(() => createNewsSource(address), RangeError);
  });
}

Deno.test("the newsrooms have keys of their own, none needs one of ours", () => {
  ok(newsSources.length >= 4);
  equal(new Set(newsSources.map(({ key }) => key)).size, newsSources.length);
  for (const source of newsSources) {
    ok(/^news_[a-z0-9_]+$/.test(source.key));
    equal(source.apiKey, undefined);
    equal(source.feeds.length, 1);
  }
});

const announcements = newsSources.find(({ key }) => key === "news_binance_com")!.feeds[0]!;
const anArticle = {
  id: 1,
  code: "abc123",
  title: "Exchange will list X (X)",
  releaseDate: 1667923200000,
};
const page = (articles: unknown[]) => ({
  code: "000000",
  message: null,
  data: { catalogs: [{ catalogId: 48, articles }] },
  success: true,
});

Deno.test("announcements of Binance become headlines with their address", () => {
  const { news } = parseAs(announcements, page([anArticle]));
  deepEqual(
    news!.map(({ title, url, publisher, timestamp }) => [title, url, publisher, timestamp]),
    [[
      "Exchange will list X (X)",
      "https://www.binance.com/en/support/announcement/abc123",
      "binance.com",
      1667923200000,
    ]],
  );
  deepEqual(parseAs(announcements, { data: { catalogs: [] } }).news, []);
});

for (
  const body of [
    page([{ ...anArticle, code: "../x" }]),
    page([{ ...anArticle, releaseDate: "now" }]),
    { code: "000002", message: "illegal parameter", data: null },
    {},
    null,
    "<html>",
  ]
) {
  Deno.test(`announcements as ${JSON.stringify(body).slice(0, 70)} are a SourceParseError`, () => {
    throws(() => parseAs(announcements, body), SourceParseError);
  });
}
