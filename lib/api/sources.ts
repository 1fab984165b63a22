/**
 * Sources: health, age, use and budget of each, and of each of its feeds.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import type { CollectorHealth } from "../contracts/health.ts";
import { sourcesSchema } from "../contracts/operations.ts";
import type { ApiUsageRecord } from "../contracts/records.ts";
import type { ApiDeps } from "./deps.ts";
import { listAll } from "./page_records.ts";
import type { FeedInfo, SourceInfo } from "./public_deps.ts";
import { hideReasons } from "./reasons.ts";
import { describeRecording } from "./resolve.ts";
import { type Api, describeAnswers } from "./routes.ts";
import { addUsage, forecastCredits, getBorders } from "./usage.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/sources",
  tags: ["operation"],
  summary: "Health, age, use and budget of every source and feed",
  responses: describeAnswers(sourcesSchema, "All sources"),
});

/** Use is read anew after this long (ms), or when some is written. */
const keptMs = 300_000;
const hourMs = 3_600_000;
const weekMs = 7 * 86_400_000;
const recordsMax = 50_000;

/** Binds sources. */
export function bindSources(api: Api, deps: ApiDeps): void {
  const readSources = createSourcesReader(deps);
  api.openapi(route, async (c) => {
    const { sources, timestamp } = await readSources();
    const recorded = describeRecording(deps.getMode());
    return c.json({ sources, count: sources.length, timestamp, recorded }, 200);
  });
}

/** One source, with its use, budget and feeds. */
export type SourceReport = ReturnType<typeof describeSource>;

/** Returns a reader of all sources at the wall's time; what was used is read anew after a while. */
export function createSourcesReader(
  deps: ApiDeps,
): () => Promise<{ sources: SourceReport[]; timestamp: number }> {
  const kept = deps.answers.family<ApiUsageRecord[]>("source_usage", {
    ttlMs: keptMs,
    madeOf: { apiUsage: true },
  });
  return async () => {
    const nowMs = deps.now();
    const { month } = getBorders(nowMs);
    const from = Math.min(month, Math.floor((nowMs - weekMs) / hourMs) * hourMs);
    const { value: used } = await kept.get(
      String(from),
      () => listAll(deps.store.apiUsage, { from }, recordsMax),
    );
    const health = new Map(deps.listCollectors().map((each) => [each.source, each]));
    const sources = listInfos(deps, used).map((info) =>
      hideReasons(describeSource(info, {
        used: used.filter(({ source }) => source === info.source),
        health: health.get(info.source),
        nowMs,
      }))
    );
    return { sources, timestamp: nowMs };
  };
}

/** What is configured; else, and beside it, what has health or was used. */
function listInfos(deps: ApiDeps, used: readonly ApiUsageRecord[]): SourceInfo[] {
  const infos = deps.listSources?.() ?? [];
  const known = new Set(infos.map(({ source }) => source));
  const names = [...deps.listCollectors(), ...used].map(({ source }) => source);
  const others = [...new Set(names)].filter((name) => !known.has(name));
  return [
    ...infos,
    ...others.map((source) => ({
      source,
      name: source,
      enabled: true,
      limitPerMinute: null,
      creditsPerMonth: null,
      feeds: [],
    })),
  ];
}

function describeSource(
  info: SourceInfo,
  { used, health, nowMs }: {
    used: readonly ApiUsageRecord[];
    health: CollectorHealth | undefined;
    nowMs: number;
  },
) {
  const { limitPerMinute, creditsPerMonth, feeds, ...named } = info;
  const { day, month } = getBorders(nowMs);
  const today = addUsage(used.filter(({ timestamp }) => timestamp >= day));
  const ofMonth = addUsage(used.filter(({ timestamp }) => timestamp >= month));
  const recent = used.filter(({ timestamp }) => timestamp >= nowMs - weekMs);
  const lastMessageMs = health?.lastMessageMs ?? null;
  return {
    ...named,
    status: health?.status ?? (info.enabled ? "degraded" as const : "down" as const),
    ...(health?.detail === undefined ? {} : { detail: health.detail }),
    lastMessageMs,
    ageMs: lastMessageMs === null ? null : Math.max(0, nowMs - lastMessageMs),
    today,
    month: ofMonth,
    budget: {
      limitPerMinute,
      creditsPerMonth,
      ...forecastCredits({
        creditsPerMonth,
        spent: ofMonth.credits,
        spentRecently: addUsage(recent).credits,
        sinceMs: recent.length === 0
          ? null
          : recent.reduce((first, { timestamp }) => Math.min(first, timestamp), Infinity),
        nowMs,
      }),
    },
    feeds: listFeeds(feeds, used).map((feed) => describeFeed(feed, used, nowMs)),
  };
}

type ShownFeed = Omit<FeedInfo, "cadenceMs"> & { cadenceMs: number | null };

function listFeeds(feeds: readonly FeedInfo[], used: readonly ApiUsageRecord[]): ShownFeed[] {
  const known = new Set(feeds.map(({ name }) => name));
  const others = [...new Set(used.map(({ feed }) => feed))].filter((name) => !known.has(name));
  return [
    ...feeds,
    ...others.map((name) => ({ name, cadenceMs: null, lastSuccessMs: null })),
  ];
}

function describeFeed(feed: ShownFeed, used: readonly ApiUsageRecord[], nowMs: number) {
  const own = used.filter((record) => record.feed === feed.name);
  const { day, month } = getBorders(nowMs);
  return {
    ...feed,
    ageMs: feed.lastSuccessMs === null ? null : Math.max(0, nowMs - feed.lastSuccessMs),
    today: addUsage(own.filter(({ timestamp }) => timestamp >= day)),
    month: addUsage(own.filter(({ timestamp }) => timestamp >= month)),
  };
}
