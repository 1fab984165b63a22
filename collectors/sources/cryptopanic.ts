/**
 * CryptoPanic: headlines that it gathers from newsrooms, by RSS, and by its API where a key is given.
 *
 * @module
 */
import { z } from "zod";
import type { NewsRecord } from "../../lib/contracts/records.ts";
import type { Feed, PollSource } from "../source.ts";
import { readAnswer, readRows } from "./answers.ts";
import { makeHeadline } from "./headlines.ts";
import { feedHeaders, parseFeed } from "./rss.ts";

const key = "cryptopanic";
const name = "CryptoPanic";

const rss: Feed = {
  name: "rss",
  cadenceMs: 300_000,
  priority: "normal",
  format: "text",
  requests: () => [{ path: "/news/rss/", weight: 1, headers: { ...feedHeaders } }],
  parse: (body, { receivedMs }) => ({ news: parseFeed(body, { source: key, name, receivedMs }) }),
};

/** The same headlines with the coins they are about, and who wrote them. */
const posts: Feed = {
  name: "posts",
  cadenceMs: 300_000,
  priority: "normal",
  needsKey: true,
  requests: () => [{ path: "/api/developer/v2/posts/?public=true&kind=news", weight: 1 }],
  parse: (body, { receivedMs }) => ({ news: parsePosts(body, receivedMs) }),
};

/** CryptoPanic's headlines. */
export const cryptopanic: PollSource = {
  key,
  name,
  addresses: { rest: ["https://cryptopanic.com"] },
  limitPerMinute: 60,
  apiKey: {
    variable: "CRYPTOPANIC_API_KEY",
    headers: () => ({}),
    query: (value) => ({ auth_token: value }),
    isRequired: false,
  },
  feeds: [rss, posts],
};

const text = z.string().max(5_000);
const tag = z.object({ code: text });
const post = z.object({
  title: text.min(1),
  published_at: text,
  url: text.nullish(),
  original_url: text.nullish(),
  domain: text.nullish(),
  source: z.object({ domain: text.nullish() }).nullish(),
  // The second version calls them instruments.
  currencies: z.array(tag).nullish(),
  instruments: z.array(tag).nullish(),
});
const page = z.object({ results: z.array(z.unknown()) });

/** @throws {SourceParseError} For an error body or rows that are not what they should be. */
function parsePosts(body: unknown, receivedMs: number): NewsRecord[] {
  const what = { source: name, what: "posts" };
  const rows = readRows(post, readAnswer(page, body, what).results, what);
  const records = new Map<string, NewsRecord>();
  for (const row of rows) {
    const record = makeHeadline({
      title: row.title,
      url: row.original_url ?? row.url,
      date: row.published_at,
      publisher: row.source?.domain ?? row.domain,
      currencies: (row.currencies ?? row.instruments ?? []).map(({ code }) => code),
    }, { source: key, receivedMs });
    if (record && !records.has(record.id)) records.set(record.id, record);
  }
  return [...records.values()];
}
