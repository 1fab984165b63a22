/**
 * Relationships: which tokens go with which exchanges, protocols with chains, wallets with wallets.
 *
 * @module
 */
import type { EntityMentionRecord, EntityType, TvlRecord } from "../contracts/records.ts";
import type { MarketSymbol } from "../market/mod.ts";

const HOUR_MS = 3_600_000;
/** Wallets that share this share of their active hours and entities belong together. */
const CLUSTER_OVERLAP = 0.5;
/** Fewest common activities of two wallets of a cluster. */
const CLUSTER_COMMON_MIN = 2;
/** Most edges of a kind, and wallets; the heaviest, and the busiest. */
const EDGES_MAX = 500;
const WALLETS_MAX = 500;

/** Something that is related. */
export interface RelationNode {
  /** Type and name: `token BTC`. */
  id: string;
  type: EntityType | "chain" | "cluster";
  name: string;
}

/** How two things are related. */
export interface RelationEdge {
  from: string;
  to: string;
  kind: "traded_on" | "mentioned_with" | "runs_on" | "member_of";
  /** From 0 to 1 within its kind, the strongest being 1. */
  weight: number;
}

/** Nodes and edges, each in a fixed order. */
export interface Relationships {
  nodes: RelationNode[];
  edges: RelationEdge[];
}

/** Maps what the store knows into one graph. The order of the inputs does not matter. */
export function mapRelationships({ symbols, mentions, tvl }: {
  symbols: readonly MarketSymbol[];
  mentions: readonly EntityMentionRecord[];
  /** The newest sample of each entity; protocols name their chain. */
  tvl: readonly TvlRecord[];
}): Relationships {
  const graph = createGraph();
  for (const { base, exchange, kind } of symbols) {
    if (kind !== "crypto" || base === "") continue;
    graph.add({ type: "token", name: base }, "traded_on", { type: "exchange", name: exchange }, 1);
  }
  addMentionedTogether(graph, mentions);
  for (const { entity, chain, tvl_usd } of tvl) {
    if (!entity.startsWith("protocol:") || chain === null || !(tvl_usd > 0)) continue;
    const protocol = { type: "protocol" as const, name: entity.slice("protocol:".length) };
    const on = { type: "chain" as const, name: chain.replace(/^chain:/, "") };
    // Values differ by many powers of ten, so the logarithm weighs.
    graph.add(protocol, "runs_on", on, Math.log10(1 + tvl_usd));
  }
  addWalletClusters(graph, mentions);
  return graph.list();
}

type Thing = Omit<RelationNode, "id">;

function createGraph() {
  const nodes = new Map<string, RelationNode>();
  const edges = new Map<string, RelationEdge>();
  const addNode = ({ type, name }: Thing): string => {
    const id = `${type} ${name}`;
    nodes.set(id, { id, type, name });
    return id;
  };
  return {
    /** Adds weight to an edge. */
    add(from: Thing, kind: RelationEdge["kind"], to: Thing, weight: number) {
      const key = [addNode(from), kind, addNode(to)].join("|");
      const edge = edges.get(key) ??
        { from: addNode(from), to: addNode(to), kind, weight: 0 };
      edges.set(key, { ...edge, weight: edge.weight + weight });
    },
    list(): Relationships {
      const most = new Map<string, number>();
      for (const { kind, weight } of edges.values()) {
        most.set(kind, Math.max(most.get(kind) ?? 0, weight));
      }
      const listed = [...edges.entries()]
        .map(([key, edge]) => ({ key, ...edge, weight: edge.weight / most.get(edge.kind)! }))
        .sort((a, b) => b.weight - a.weight || (a.key < b.key ? -1 : 1))
        .filter(keepHeaviest())
        .map(({ from, to, kind, weight }) => ({ from, to, kind, weight }));
      const used = new Set(listed.flatMap(({ from, to }) => [from, to]));
      return {
        nodes: [...nodes.values()].filter(({ id }) => used.has(id))
          .sort((a, b) => a.id < b.id ? -1 : 1),
        edges: listed,
      };
    },
  };
}

/** Returns a filter of edges in their order, so that no kind crowds out another. */
function keepHeaviest(): (edge: Pick<RelationEdge, "kind">) => boolean {
  const counts = new Map<RelationEdge["kind"], number>();
  return ({ kind }) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count <= EDGES_MAX;
  };
}

/** Tokens and exchanges that one headline names. */
function addMentionedTogether(
  graph: ReturnType<typeof createGraph>,
  mentions: readonly EntityMentionRecord[],
): void {
  const byNews = new Map<string, EntityMentionRecord[]>();
  for (const mention of mentions) {
    if (mention.news_id === null) continue;
    byNews.set(mention.news_id, [...byNews.get(mention.news_id) ?? [], mention]);
  }
  for (const together of byNews.values()) {
    const exchanges = together.filter(({ entity_type }) => entity_type === "exchange");
    for (const { entity_type, entity_name } of together) {
      if (entity_type !== "token") continue;
      for (const exchange of exchanges) {
        graph.add({ type: "token", name: entity_name }, "mentioned_with", {
          type: "exchange",
          name: exchange.entity_name,
        }, 1);
      }
    }
  }
}

/** Wallets that are active in the same hours beside the same entities; a cluster has two or more. */
function addWalletClusters(
  graph: ReturnType<typeof createGraph>,
  mentions: readonly EntityMentionRecord[],
): void {
  const activities = listWalletActivities(mentions);
  const wallets = [...activities.keys()].sort();
  const parent = new Map(wallets.map((wallet) => [wallet, wallet]));
  const find = (wallet: string): string => {
    let root = wallet;
    while (parent.get(root) !== root) root = parent.get(root)!;
    return root;
  };
  for (let i = 0; i < wallets.length; i++) {
    for (let j = i + 1; j < wallets.length; j++) {
      const [a, b] = [wallets[i]!, wallets[j]!];
      if (isAlike(activities.get(a)!, activities.get(b)!)) parent.set(find(b), find(a));
    }
  }
  const members = new Map<string, string[]>();
  for (const wallet of wallets) {
    const root = find(wallet);
    members.set(root, [...members.get(root) ?? [], wallet]);
  }
  for (const [root, together] of members) {
    if (together.length < 2) continue;
    for (const wallet of together) {
      const weight = activities.get(wallet)!.size;
      graph.add(
        { type: "wallet", name: wallet },
        "member_of",
        { type: "cluster", name: root },
        weight,
      );
    }
  }
}

/** By wallet, the hours it was active in, each with what else was named: the busiest wallets. */
function listWalletActivities(
  mentions: readonly EntityMentionRecord[],
): Map<string, Set<string>> {
  const others = new Map<string, string[]>();
  for (const { news_id, entity_type, entity_name } of mentions) {
    if (news_id === null || entity_type === "wallet") continue;
    others.set(news_id, [...others.get(news_id) ?? [], `${entity_type} ${entity_name}`]);
  }
  const activities = new Map<string, Set<string>>();
  for (const { news_id, entity_type, entity_name, timestamp } of mentions) {
    if (entity_type !== "wallet") continue;
    const set = activities.get(entity_name) ?? new Set<string>();
    const hour = Math.floor(timestamp / HOUR_MS);
    for (const other of others.get(news_id ?? "") ?? ["alone"]) set.add(`${hour} ${other}`);
    activities.set(entity_name, set);
  }
  return new Map(
    [...activities].sort(([a, x], [b, y]) => y.size - x.size || (a < b ? -1 : 1))
      .slice(0, WALLETS_MAX),
  );
}

function isAlike(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  let common = 0;
  for (const activity of a) if (b.has(activity)) common++;
  return common >= CLUSTER_COMMON_MIN && common / (a.size + b.size - common) >= CLUSTER_OVERLAP;
}
