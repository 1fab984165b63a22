/** Builders for tests of polled sources: what feeds may know, recorded bodies, and damaged ones. */
import { ok } from "node:assert/strict";
import fc from "fast-check";
import {
  type Feed,
  type FeedContext,
  type PollSource,
  SourceParseError,
  type SourceRecords,
  type SourceRequest,
} from "../../collectors/source.ts";
import type { DexPairRecord } from "../../lib/contracts/dex_records.ts";
import type { MarketSymbol } from "../../lib/market/mod.ts";

/** The time of receipt in tests of parsers: after all recordings. */
export const receivedMs = Date.UTC(2026, 9, 1, 12, 34, 56);

export function aSymbol(base: string, change: Partial<MarketSymbol> = {}): MarketSymbol {
  return { symbol: `${base}USDT`, base, kind: "crypto", ...change } as MarketSymbol;
}

export function aPair(id: string, change: Partial<DexPairRecord> = {}): DexPairRecord {
  return {
    id,
    name: "A/B",
    base_currency_id: "ethereum:0xa",
    quote_currency_id: "ethereum:0xb",
    network_id: id.split(":")[0]!,
    dex_id: "uniswap-v3",
    price: 1,
    volume_24h: 1,
    liquidity: 1,
    price_change_24h: 0,
    last_updated: 1,
    pool_created_at: null,
    first_seen_at: 1,
    source: "test",
    created_at: 1,
    ...change,
  };
}

export function aContext(change: Partial<FeedContext> = {}): FeedContext {
  return { symbols: [], nowMs: receivedMs, getLastBarTime: () => null, dexPairs: [], ...change };
}

export function findFeed(source: PollSource, name: string): Feed {
  const feed = source.feeds.find((one) => one.name === name);
  ok(feed, `${source.key} must have a feed "${name}"`);
  return feed;
}

/** Parses a body as the answer to a request that was about something. */
export function parseAs(
  feed: Feed,
  body: unknown,
  { about, atMs = receivedMs }: { about?: Record<string, string>; atMs?: number } = {},
): SourceRecords {
  const request: SourceRequest = { path: "/", weight: 1, ...(about && { about }) };
  return feed.parse(body, { receivedMs: atMs, request });
}

/** Reads the body of a recorded answer: JSON, or text where the answer was none. */
export function readBody(path: string): unknown {
  const file = new URL(`../fixtures/${path}`, import.meta.url);
  const { response } = JSON.parse(Deno.readTextFileSync(file));
  return response.body_text ?? response.body;
}

/** Parses, and asserts that a refusal is typed; returns null for one. */
export function attempt(work: () => SourceRecords): SourceRecords | null {
  try {
    return work();
  } catch (error) {
    ok(error instanceof SourceParseError, `must be a SourceParseError, was ${error}`);
    return null;
  }
}

const mutation = fc.record({
  at: fc.nat(1_000_000),
  kind: fc.constantFrom("set", "drop", "insert", "cut", "double"),
  character: fc.oneof(
    fc.constantFrom(...'{}[]",:.0123456789etf-+\\ \0<>&;/!'),
    fc.string({ maxLength: 2 }),
  ),
});

/** One of these texts with some of its characters changed, left out, put in, or cut off. */
export function damaged(texts: readonly string[]): fc.Arbitrary<string> {
  const changes = fc.array(mutation, { minLength: 1, maxLength: 4 });
  return fc.tuple(fc.constantFrom(...texts), changes).map(([text, list]) =>
    list.reduce((now, { at: position, kind, character }) => {
      const at = position % (now.length + 1);
      const [head, tail] = [now.slice(0, at), now.slice(at)];
      if (kind === "set") return head + character + tail.slice(1);
      if (kind === "drop") return head + tail.slice(1);
      if (kind === "insert") return head + character + tail;
      return kind === "cut" ? head : head + tail.slice(0, 500) + tail;
    }, text)
  );
}

/** A JSON value with one of its leaves replaced by what is no answer. */
export function withOddLeaf(value: unknown): fc.Arbitrary<unknown> {
  const odd = fc.constantFrom<unknown>(null, "", "NaN", -1, 1e308, [], {}, true, "12", "<b>");
  const paths: (string | number)[][] = [];
  const walk = (node: unknown, path: (string | number)[]) => {
    if (path.length > 0) paths.push(path);
    if (typeof node !== "object" || node === null) return;
    for (const [name, child] of Object.entries(node)) walk(child, [...path, name]);
  };
  walk(value, []);
  return fc.tuple(fc.constantFrom(...paths), odd).map(([path, leaf]) => {
    const copy = structuredClone(value);
    let node = copy as Record<string | number, unknown>;
    for (const name of path.slice(0, -1)) node = node[name] as Record<string | number, unknown>;
    node[path.at(-1)!] = leaf;
    return copy;
  });
}

/** Asserts that every figure of every record is finite and every time plausible. */
export function assertSane(records: SourceRecords): void {
  const visit = (value: unknown, path: string) => {
    if (typeof value === "number") ok(Number.isFinite(value), `${path} must be finite`);
    if (/(price|tvl_usd|volume_24h|liquidity|market_cap|value_usd|size)$/.test(path)) {
      ok(value === null || typeof value === "number" && value >= 0, `${path} must not be negative`);
    }
    if (/\.(timestamp|created_at|last_updated)$/.test(path)) {
      ok(typeof value === "number" && value > 0 && value < 1e14, `${path} must be a time`);
    }
    if (typeof value !== "object" || value === null) return;
    for (const [name, child] of Object.entries(value)) visit(child, `${path}.${name}`);
  };
  visit(records, "records");
}
