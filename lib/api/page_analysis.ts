/**
 * Payments, locked value, relations and what keeps failing, as pages show them.
 *
 * @module
 */
import { mapRelationships } from "../analytics/mod.ts";
import type { EntityMentionRecord, TvlRecord } from "../contracts/records.ts";
import { listOperatorAlerts } from "../jobs/mod.ts";
import type {
  AnalysisData,
  PaymentsView,
  RelationRow,
  RelationThing,
  TvlOverview,
  TvlView,
} from "../ui/analysis_views.ts";
import { readPayments } from "./dashboard_payments.ts";
import type { ApiDeps } from "./deps.ts";
import { explainNothing, listAll } from "./page_records.ts";
import { hideReasons } from "./reasons.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** The newest samples lie so close together; the earlier one is at most so much older than a day. */
const newestWithinMs = 2 * hourMs;
const baseWithinMs = 2 * hourMs;
/** Samples read for either time. */
const samplesMax = 20_000;
/** With fewer things told together, others are looked for at other times. */
const entitiesLeast = 50;
/** Values and relations are kept this long (ms), or until what they are made of is written. */
const keptMs = 300_000;
/** Headlines' mentions that relations are drawn from, and protocols with their chains. */
const mentionsMax = 5_000;
const mentionsMs = 30 * dayMs;
const protocolsMax = 300;

/** Returns the readers. */
export function createAnalysisReaders(deps: ApiDeps): AnalysisData {
  const tvl = deps.answers.family<TvlOverview>("tvl_page", {
    ttlMs: keptMs,
    madeOf: { tvl: true },
  });
  const relations = deps.answers.family<RelationRow[]>("relations_page", { ttlMs: keptMs });
  const getTvl = async () => (await tvl.get("all", () => readTvl(deps))).value;
  return {
    getTvl,
    getPayments: () => describePayments(deps),
    listRelations: async () =>
      (await relations.get("all", () => readRelations(deps, getTvl))).value,
    async listFailing() {
      const alerts = await listOperatorAlerts(deps.store);
      return hideReasons(alerts.filter(({ resolvedMs }) => resolvedMs === null))
        .map(({ id, message, sinceMs }) => ({ id, message, sinceMs }));
    },
  };
}

async function describePayments(deps: ApiDeps): Promise<PaymentsView> {
  const { transactions, summary } = await readPayments(deps, "30d");
  return {
    spanDays: 30,
    todayMs: Math.floor(deps.now() / dayMs) * dayMs,
    days: transactions.map(({ date, currency, count, revenue }) => ({
      date,
      currency,
      count,
      revenue,
    })),
    sums: summary,
  };
}

/** Reads the newest sample of every protocol and chain, and the one a day before it. */
export async function readTvl(deps: ApiDeps): Promise<TvlOverview> {
  const { tvl } = deps.store;
  const [newest] = await listAll(tvl, {}, 1);
  if (!newest) {
    return {
      rows: [],
      reason: explainNothing(deps, (source) => source === "defillama"),
    };
  }
  const endMs = newest.timestamp;
  const recent = await listAll(tvl, { from: endMs - newestWithinMs }, samplesMax);
  const isWhole = pickNewest(recent).size >= entitiesLeast;
  // A recording holds answers of several dates, each thing having its own newest one.
  const older = isWhole
    ? await listAll(
      tvl,
      { from: endMs - dayMs - newestWithinMs - baseWithinMs, to: endMs - dayMs + 1 },
      samplesMax,
    )
    : await listAll(tvl, {}, samplesMax / 4);
  const samples = [...pickNewest(isWhole ? recent : older).values()];
  const bases = pickBases(samples, older);
  return {
    rows: samples.map((sample) => toTvlView(sample, bases.get(sample.entity) ?? null))
      .sort((a, b) => b.tvl - a.tvl || (a.entity < b.entity ? -1 : 1)),
  };
}

/** By entity, the newest sample that is a day older than its newest one, and not much more. */
function pickBases(
  samples: readonly TvlRecord[],
  older: readonly TvlRecord[],
): Map<string, TvlRecord> {
  const times = new Map(samples.map(({ entity, timestamp }) => [entity, timestamp - dayMs]));
  return pickNewest(older.filter(({ entity, timestamp }) => {
    const latest = times.get(entity);
    return latest !== undefined && timestamp <= latest && timestamp >= latest - baseWithinMs;
  }));
}

function pickNewest(samples: readonly TvlRecord[]): Map<string, TvlRecord> {
  const byEntity = new Map<string, TvlRecord>();
  for (const sample of samples) {
    const known = byEntity.get(sample.entity);
    if (!known || known.timestamp < sample.timestamp) byEntity.set(sample.entity, sample);
  }
  return byEntity;
}

function toTvlView(sample: TvlRecord, base: TvlRecord | null): TvlView {
  const { entity, name, chain, category, tvl_usd, timestamp, source } = sample;
  const before = base?.tvl_usd ?? 0;
  return {
    entity,
    kind: entity.startsWith("chain:") ? "chain" : "protocol",
    name,
    chain: chain?.replace(/^chain:/, "") ?? null,
    category,
    tvl: tvl_usd,
    change: before > 0 ? (tvl_usd - before) / before * 100 : null,
    timestamp,
    source,
  };
}

async function readRelations(
  deps: ApiDeps,
  getTvl: AnalysisData["getTvl"],
): Promise<RelationRow[]> {
  const [{ symbols }, mentions, { rows }] = await Promise.all([
    deps.symbols.list(),
    listMentions(deps),
    getTvl(),
  ]);
  const protocols = rows.filter(({ kind }) => kind === "protocol").slice(0, protocolsMax);
  const { edges } = mapRelationships({ symbols, mentions, tvl: protocols.map(toSample) });
  return edges.map(({ kind, from, to, weight }) => ({
    kind,
    from: readThing(from),
    to: readThing(to),
    weight,
  }));
}

/** Mentions of the 30 days up to the newest one: a recording has no others. */
async function listMentions({ store }: ApiDeps): Promise<EntityMentionRecord[]> {
  const [newest] = await listAll(store.mentions, {}, 1);
  if (!newest) return [];
  return await listAll(store.mentions, { from: newest.timestamp - mentionsMs }, mentionsMax);
}

function toSample({ entity, name, chain, category, tvl, timestamp, source }: TvlView): TvlRecord {
  return {
    id: `${entity} ${timestamp}`,
    entity,
    name,
    tvl_usd: tvl,
    token: null,
    chain: chain === null ? null : `chain:${chain}`,
    category,
    timestamp,
    source,
    created_at: timestamp,
  };
}

/** `token BTC` is a token named BTC. */
function readThing(id: string): RelationThing {
  const space = id.indexOf(" ");
  return { type: id.slice(0, space) as RelationThing["type"], name: id.slice(space + 1) };
}
