/**
 * DeFi Llama: what protocols and chains hold, now and in the past.
 *
 * @module
 */
import { z } from "zod";
import type { TvlRecord } from "../../lib/contracts/records.ts";
import { type Feed, type PollSource, SourceParseError } from "../source.ts";
import { amount, epochSeconds, readAnswer, readRows } from "./answers.ts";

const key = "defillama";
const name = "DeFi Llama";
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Protocols that hold less (USD) are dust: there are thousands, and they jump about. */
const smallestTvlUsd = 1_000_000;
/** More than all there is: a fault. */
const tvlMaxUsd = 1e15;
/** Of a history, so many newest samples are kept: over a year, as one sample is one day. */
const samplesMax = 400;
const historiesMax = 20;
/** Protocols whose past is fetched while nobody says which ones hold most. */
const leadingProtocols = ["lido", "aave-v3", "eigencloud", "ethena-usde", "makerdao", "curve-dex"];

/** Every protocol at once: some 8 MB, of which the source makes a new one each hour. */
const protocols: Feed = {
  name: "protocols",
  cadenceMs: 15 * minuteMs,
  priority: "high",
  requests: () => [{ path: "/protocols", weight: 1 }],
  parse: (body, { receivedMs }) => ({ tvl: parseProtocols(body, receivedMs) }),
};

const chains: Feed = {
  name: "chains",
  cadenceMs: 5 * minuteMs,
  priority: "high",
  requests: () => [{ path: "/v2/chains", weight: 1 }],
  parse: (body, { receivedMs }) => ({ tvl: parseChains(body, receivedMs) }),
};

const protocolHistory: Feed = {
  name: "protocol history",
  cadenceMs: dayMs,
  priority: "low",
  requests: ({ protocols: slugs = leadingProtocols }) =>
    slugs.filter((slug) => /^[\w.-]{1,200}$/.test(slug)).slice(0, historiesMax).map((slug) => ({
      path: `/protocol/${slug}`,
      weight: 1,
      about: { slug },
    })),
  parse: (body, { receivedMs, request }) => {
    const slug = request.about?.slug;
    if (!slug) {
      throw new SourceParseError(
        "Cannot read a protocol's history: it must be known which protocol, was not",
      );
    }
    return { tvl: parseProtocolHistory(body, { slug, receivedMs }) };
  },
};

const totalHistory: Feed = {
  name: "charts",
  cadenceMs: 6 * hourMs,
  priority: "low",
  requests: () => [{ path: "/charts", weight: 1 }],
  parse: (body, { receivedMs }) => ({ tvl: parseTotals(body, receivedMs) }),
};

/** DeFi Llama's figures in US dollars. Entities are `protocol:{slug}` and `chain:{name}`. */
export const defillama: PollSource = {
  key,
  name,
  addresses: { rest: ["https://api.llama.fi"] },
  limitPerMinute: 100,
  feeds: [chains, protocols, protocolHistory, totalHistory],
};

/** Samples are of the hour: a later answer within it replaces the earlier. */
const toHour = (ms: number) => Math.floor(ms / hourMs) * hourMs;

type Sample = Omit<TvlRecord, "id" | "source" | "created_at">;

function toRecord(sample: Sample, receivedMs: number): TvlRecord {
  return {
    id: `${sample.entity} ${sample.timestamp}`,
    ...sample,
    source: key,
    created_at: receivedMs,
  };
}

/** Returns the entity of a chain by its name: `OP Mainnet` is `chain:op-mainnet`. */
export function nameChain(chain: string): string {
  return `chain:${chain.trim().toLowerCase().replaceAll(/\s+/g, "-")}`;
}

const text = z.string().max(300);
const token = text.min(1).nullish().catch(null).transform((id) => id ?? null);
const protocol = z.object({
  name: text.min(1),
  slug: z.string().max(200),
  gecko_id: token,
  category: text.nullish().catch(null),
  chains: z.array(text).nullish().catch(null),
  // A protocol that was never measured has none.
  tvl: z.number().max(tvlMaxUsd).nullish(),
  chainTvls: z.record(z.string(), z.unknown()).nullish().catch(null),
});

/** @throws {SourceParseError} For an error body or rows that are not what they should be. */
function parseProtocols(body: unknown, receivedMs: number): TvlRecord[] {
  const timestamp = toHour(receivedMs);
  const rows = readRows(protocol, body, { source: name, what: "protocols" });
  return rows.flatMap((row) => {
    const { tvl } = row;
    // What an exchange keeps for its customers is no protocol's value.
    if (!row.slug || typeof tvl !== "number" || tvl < smallestTvlUsd || row.category === "CEX") {
      return [];
    }
    return [toRecord({
      entity: `protocol:${row.slug}`,
      name: row.name,
      tvl_usd: tvl,
      token: row.gecko_id,
      chain: findMainChain(row),
      category: row.category ?? null,
      timestamp,
    }, receivedMs)];
  });
}

/** Returns the chain that holds most; parts such as `Ethereum-staking` are no chains. */
function findMainChain(
  { chains, chainTvls }: Pick<z.infer<typeof protocol>, "chains" | "chainTvls">,
): string | null {
  const own = chains ?? [];
  let main = own[0];
  let most = -1;
  for (const chain of own) {
    const held = chainTvls && Object.hasOwn(chainTvls, chain) ? chainTvls[chain] : null;
    if (typeof held === "number" && held > most) {
      main = chain;
      most = held;
    }
  }
  return main ? nameChain(main) : null;
}

const chain = z.object({
  name: text.min(1),
  gecko_id: token,
  tvl: z.number().max(tvlMaxUsd).nullish(),
});

/** @throws {SourceParseError} For an error body or rows that are not what they should be. */
function parseChains(body: unknown, receivedMs: number): TvlRecord[] {
  const timestamp = toHour(receivedMs);
  const rows = readRows(chain, body, { source: name, what: "chains" });
  return rows.flatMap(({ name, gecko_id, tvl }) =>
    typeof tvl !== "number" || tvl < 0 ? [] : [toRecord({
      entity: nameChain(name),
      name,
      tvl_usd: tvl,
      token: gecko_id,
      chain: null,
      category: null,
      timestamp,
    }, receivedMs)]
  );
}

/** Dates are numbers here and text in `/charts`; a null in the series is no sample. */
const point = z.object({
  date: epochSeconds,
  totalLiquidityUSD: amount.pipe(z.number().max(tvlMaxUsd).nullable()),
});
const historyBody = z.object({
  name: text.min(1),
  gecko_id: token,
  category: text.nullish().catch(null),
  chains: z.array(text).nullish().catch(null),
  currentChainTvls: z.record(z.string(), z.unknown()).nullish().catch(null),
  tvl: z.array(z.unknown()),
});

/** @throws {SourceParseError} For an error body or rows that are not what they should be. */
function parseProtocolHistory(
  body: unknown,
  { slug, receivedMs }: { slug: string; receivedMs: number },
): TvlRecord[] {
  const what = { source: name, what: "a protocol's history" };
  const read = readAnswer(historyBody, body, what);
  const chains = read.chains ??
    Object.keys(read.currentChainTvls ?? {}).filter((chain) => !chain.includes("-"));
  const chain = findMainChain({ chains, chainTvls: read.currentChainTvls });
  return listSamples(readRows(point, read.tvl, what)).map(([timestamp, tvl_usd]) =>
    toRecord({
      entity: `protocol:${slug}`,
      name: read.name,
      tvl_usd,
      token: read.gecko_id,
      chain,
      category: read.category ?? null,
      timestamp,
    }, receivedMs)
  );
}

/** @throws {SourceParseError} For an error body or rows that are not what they should be. */
function parseTotals(body: unknown, receivedMs: number): TvlRecord[] {
  const rows = readRows(point, body, { source: name, what: "daily totals" });
  return listSamples(rows).map(([timestamp, tvl_usd]) =>
    toRecord({
      entity: "chain:total",
      name: "All chains",
      tvl_usd,
      token: null,
      chain: null,
      category: null,
      timestamp,
    }, receivedMs)
  );
}

/** Returns the newest samples, oldest first, one for each time; the last told counts. */
function listSamples(points: readonly z.infer<typeof point>[]): [number, number][] {
  const samples = new Map<number, number>();
  for (const { date, totalLiquidityUSD } of points) {
    if (totalLiquidityUSD !== null) samples.set(date, totalLiquidityUSD);
  }
  return [...samples].sort(([a], [b]) => a - b).slice(-samplesMax);
}
