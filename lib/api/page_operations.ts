/**
 * How the product works, as pages show it: sources, collection cycles, data quality.
 *
 * @module
 */
import type { FeedView, QualityDetail, SourceView } from "../ui/page_views.ts";
import type { ApiDeps } from "./deps.ts";
import { listAll } from "./page_records.ts";
import type { SourceReport } from "./sources.ts";

/** Rows of quality read: one a minute of two days. */
const historyMax = 2_880;

interface FeedHealth {
  name: string;
  state?: string;
  lastSuccessMs: number | null;
  nextMs: number | null;
  error: string | null;
  cadenceMs: number | null;
}

const noUse = {
  request_count: 0,
  success_count: 0,
  refused_count: 0,
  avg_response_time: null,
  credits: 0,
};

const readNumber = (value: unknown) =>
  typeof value === "number" && Number.isFinite(value) ? value : null;
const readText = (value: unknown) => typeof value === "string" && value !== "" ? value : null;

/** Reads what a collector says of its feeds beyond what the contract names. */
function readFeeds(value: unknown): FeedHealth[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown) => {
    if (typeof each !== "object" || each === null) return [];
    const feed = each as Record<string, unknown>;
    const name = readText(feed.name);
    if (name === null) return [];
    const state = readText(feed.state);
    return [{
      name,
      ...(state === null ? {} : { state }),
      lastSuccessMs: readNumber(feed.lastSuccessMs),
      nextMs: readNumber(feed.nextMs),
      error: readText(feed.error),
      cadenceMs: readNumber(feed.cadenceMs),
    }];
  });
}

/** Adds to the reports of sources what their collectors say of themselves. */
export function describeSources(
  { listCollectors, getUptime }: Pick<ApiDeps, "listCollectors" | "getUptime">,
  reports: readonly SourceReport[],
): SourceView[] {
  const collectors = new Map(listCollectors().map((each) => [each.source, each]));
  return reports.map((report) => {
    const health = collectors.get(report.source);
    const state = readText(health?.state);
    const { reason, detail, ageMs: _age, feeds, ...rest } = report;
    return {
      ...rest,
      ...(reason === undefined ? {} : { reason }),
      ...(detail === undefined ? {} : { detail }),
      ...(state === null ? {} : { state }),
      nextMs: readNumber(health?.retryAtMs),
      ...(getUptime && { uptime: getUptime(report.source) }),
      feeds: mergeFeeds(feeds, readFeeds(health?.feeds)),
    };
  });
}

/** A feed is known from the configuration, from its use, or from its collector. */
function mergeFeeds(feeds: SourceReport["feeds"], told: readonly FeedHealth[]): FeedView[] {
  const byName = new Map(told.map((feed) => [feed.name, feed]));
  const known = new Set(feeds.map(({ name }) => name));
  const others = told.filter(({ name }) => !known.has(name)).map(({ name }) => ({
    name,
    cadenceMs: null,
    lastSuccessMs: null,
    today: noUse,
    month: noUse,
  }));
  return [...feeds, ...others].map(
    (feed: SourceReport["feeds"][number] | typeof others[number]) => {
      const health = byName.get(feed.name);
      const error = health?.error ?? ("lastError" in feed ? feed.lastError : undefined);
      const feature = "feature" in feed ? feed.feature : undefined;
      return {
        name: feed.name,
        // As it is set; what a collector tells is its pace, which is a little ahead of that.
        cadenceMs: feed.cadenceMs ?? health?.cadenceMs ?? null,
        lastSuccessMs: health?.lastSuccessMs ?? feed.lastSuccessMs,
        nextMs: health?.nextMs ?? null,
        today: feed.today,
        month: feed.month,
        ...(feature === undefined ? {} : { feature }),
        ...(error === undefined ? {} : { lastError: error }),
        ...(health?.state === undefined ? {} : { state: health.state }),
      };
    },
  );
}

/** Reads the quality of one symbol's data and its past; null for a symbol that is not followed. */
export async function readQualityDetail(
  deps: ApiDeps,
  name: string,
): Promise<QualityDetail | null> {
  const found = await deps.symbols.find(name);
  if (!found) return null;
  const { symbol } = found;
  const rows = await listAll(deps.store.quality, { index: "symbol", equals: [symbol] }, historyMax);
  const now = deps.market.getQuality(symbol) ?? rows[0] ?? null;
  return {
    symbol,
    score: now?.score ?? null,
    checks: now?.checks ?? {},
    timeMs: now?.timestamp ?? null,
    history: rows.map(({ timestamp, score }) => ({ timeMs: timestamp, score })).reverse(),
  };
}
