/**
 * News without a key: public feeds of newsrooms and exchanges, each its own source, so that one
 * that fails degrades alone and the others stand in for it.
 *
 * @module
 */
import { z } from "zod";
import type { NewsRecord } from "../../lib/contracts/records.ts";
import type { Feed, PollSource } from "../source.ts";
import { readAnswer, readRows } from "./answers.ts";
import { makeHeadline } from "./headlines.ts";
import { feedHeaders, parseFeed } from "./rss.ts";

const cadenceMs = 300_000;

/**
 * Returns the source of one RSS or Atom feed; its key is `news_` and the host's name where no
 * other is given.
 *
 * @throws {RangeError} For an address that is not http or https.
 */
export function createNewsSource(
  address: string,
  own: { key?: string; name?: string } = {},
): PollSource {
  const url = URL.parse(address);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new RangeError(
      `Cannot read news: the http or https address of a feed is required, was "${address}"`,
    );
  }
  const host = url.hostname.replace(/^www\./, "");
  const { key = `news_${host.replaceAll(/\W+/g, "_")}`, name = host } = own;
  const rss: Feed = {
    name: "rss",
    cadenceMs,
    priority: "normal",
    format: "text",
    requests: () => [{ path: url.pathname + url.search, weight: 1, headers: { ...feedHeaders } }],
    parse: (body, { receivedMs }) => ({
      news: parseFeed(body, { source: key, name, receivedMs })
        // Whose feed it is, wrote it.
        .map((record) => ({ ...record, publisher: host })),
    }),
  };
  return { key, name, addresses: { rest: [url.origin] }, limitPerMinute: 10, feeds: [rss] };
}

/**
 * Returns the sources of a configured list: addresses parted by commas or spaces. Two feeds of one
 * host are two sources.
 *
 * @throws {RangeError} For an address that is not http or https.
 */
export function createNewsSources(list: string): PollSource[] {
  const sources: PollSource[] = [];
  for (const address of list.split(/[\s,]+/).filter(Boolean)) {
    const source = createNewsSource(address);
    const before = sources.filter(({ key }) => key.replace(/_\d+$/, "") === source.key).length;
    const key = `${source.key}_${before + 1}`;
    sources.push(before === 0 ? source : createNewsSource(address, { key }));
  }
  return sources;
}

const articles = z.object({
  data: z.object({ catalogs: z.array(z.object({ articles: z.array(z.unknown()) })) }),
});
const article = z.object({
  title: z.string().min(1).max(5_000),
  code: z.string().regex(/^[\w-]{1,100}$/),
  releaseDate: z.number().int().positive().max(8e12),
});

/** @throws {SourceParseError} For an error body or rows that are not what they should be. */
function parseAnnouncements(body: unknown, receivedMs: number): NewsRecord[] {
  const what = { source: "Binance announcements", what: "announcements" };
  const { catalogs } = readAnswer(articles, body, what).data;
  const rows = readRows(article, catalogs.flatMap(({ articles }) => articles), what);
  return rows.flatMap(({ title, code, releaseDate }) => {
    const record = makeHeadline({
      title,
      url: `https://www.binance.com/en/support/announcement/${code}`,
      date: new Date(releaseDate).toISOString(),
      publisher: "binance.com",
    }, { source: "news_binance_com", receivedMs });
    return record ? [record] : [];
  });
}

/** New listings and notices of Binance, which has no feed; its own site reads this list. */
const binanceAnnouncements: PollSource = {
  key: "news_binance_com",
  name: "Binance announcements",
  addresses: { rest: ["https://www.binance.com"] },
  limitPerMinute: 10,
  feeds: [{
    name: "announcements",
    cadenceMs,
    priority: "normal",
    requests: () => [{
      path: "/bapi/composite/v1/public/cms/article/list/query?type=1&pageNo=1&pageSize=20",
      weight: 1,
    }],
    parse: (body, { receivedMs }) => ({ news: parseAnnouncements(body, receivedMs) }),
  }],
};

/** Newsrooms that publish a feed for everybody. */
export const newsSources: readonly PollSource[] = [
  createNewsSource("https://www.coindesk.com/arc/outboundfeeds/rss/", { name: "CoinDesk" }),
  createNewsSource("https://cointelegraph.com/rss", { name: "Cointelegraph" }),
  createNewsSource("https://decrypt.co/feed", { name: "Decrypt" }),
  createNewsSource("https://blog.kraken.com/feed", { name: "Kraken" }),
  binanceAnnouncements,
];
