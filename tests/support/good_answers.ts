/** Polled sources that answer well: recorded answers, or those of their documentation, by path. */
import type { PollSource } from "../../collectors/source.ts";
import { aFullContext, feedCases } from "./feed_cases.ts";
import { aChart, minuteRows } from "./stocks.ts";

const getPath = (path: string) => path.split("?")[0]!;

/** Paths that a source asks, each with a good answer. */
function listGood(source: PollSource): Map<string, string> {
  const good = new Map<string, string>();
  for (const { source: owner, feed, body } of feedCases) {
    // All news feeds by RSS answer alike.
    const isLike = owner.key === source.key || owner.feeds[0]!.name === source.feeds[0]!.name;
    if (!isLike) continue;
    const own = source.feeds.find(({ name }) => name === feed.name) ?? feed;
    for (const { path } of own.requests(aFullContext)) {
      good.set(getPath(path), typeof body === "string" ? body : JSON.stringify(body));
    }
  }
  return good;
}

/** Returns what answers a source's requests well; Yahoo tells the minutes before `now`. */
export function answerWell(source: PollSource, now: () => number): (url: URL) => Response {
  if (source.key === "yahoo") {
    return (url) => {
      const isDaily = url.searchParams.get("interval") === "1d";
      const first = Math.floor(now() / 60_000) * 60_000 - 40 * 60_000;
      const closes = Array.from({ length: 30 }, (_, i) => 10 + i / 100);
      return Response.json(aChart(isDaily ? [] : minuteRows(first, closes)));
    };
  }
  const good = listGood(source);
  return ({ pathname }) => {
    const isNear = ([path]: [string, string]) => path.split("/")[1] === pathname.split("/")[1];
    const text = good.get(pathname) ?? [...good].find(isNear)?.[1];
    return text ? new Response(text) : new Response("{}", { status: 404 });
  };
}
