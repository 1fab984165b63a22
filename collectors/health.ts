/**
 * How a collector is: one record a source, for the store and the health endpoints.
 *
 * @module
 */
import type { BreakerState } from "../lib/resilience/mod.ts";

/**
 * What a collector is doing. `blocked`: refused for our region or key. `disabled`: switched off,
 * without the key that it requires, or with nothing to follow.
 */
export type CollectorState =
  | "connecting"
  | "live"
  | "reconnecting"
  | "stopped"
  | "blocked"
  | "disabled"
  | "market_closed";

/** The health of one feed of a polled source. */
export interface FeedHealth {
  name: string;
  state: CollectorState;
  /** When an answer was last kept, epoch ms by our clock; null before the first. */
  lastSuccessMs: number | null;
  /** When it is asked next, epoch ms; null while it is not. */
  nextMs: number | null;
  /** What went wrong in the last round, in plain words; null when nothing did. */
  error: string | null;
  /** Records that the last round told. */
  records: number;
  /** How often it is asked now, ms: its cadence, made longer where the budget is short. */
  cadenceMs: number;
}

/** The health of one collector. */
export interface CollectorHealth {
  source: string;
  state: CollectorState;
  /** When the last message or answer came, epoch ms by our clock; null before the first. */
  lastMessageMs: number | null;
  /** How often a connection had to be made again since the start. */
  reconnects: number;
  /** Messages that were not what the source documents. */
  parseErrors: number;
  breaker: BreakerState;
  /** Plain words for people: why it is not live, which host answers. */
  detail: string;
  /** When it tries again, epoch ms; absent while it is live. */
  retryAtMs?: number;
  /** Of a polled source, each thing that it is asked for. */
  feeds?: FeedHealth[];
}

/** Returns the health of a collector that has not begun. */
export function createHealth(source: string): CollectorHealth {
  return {
    source,
    state: "connecting",
    lastMessageMs: null,
    reconnects: 0,
    parseErrors: 0,
    breaker: "CLOSED",
    detail: "connecting",
  };
}

/** Says whether a feed that is asked does not answer. */
const isFailing = ({ state }: FeedHealth) => state === "reconnecting" || state === "blocked";

/**
 * Returns how a polled source is, from its feeds: the worst tells. Where some answer and others do
 * not, it is reconnecting, and the words name those that do not.
 */
export function mergeFeeds(
  source: string,
  feeds: readonly FeedHealth[],
  rest: Pick<CollectorHealth, "breaker" | "reconnects" | "parseErrors">,
): CollectorHealth {
  const asked = feeds.filter(({ state }) => state !== "disabled");
  const failing = asked.filter(isFailing);
  const times = feeds.flatMap(({ lastSuccessMs }) => lastSuccessMs ?? []);
  const nexts = failing.flatMap(({ nextMs }) => nextMs ?? []);
  const state = mergeStates(asked, failing);
  return {
    source,
    state,
    lastMessageMs: times.length > 0 ? Math.max(...times) : null,
    ...rest,
    detail: describeFeeds(state, asked, failing),
    ...(failing.length > 0 && nexts.length > 0 ? { retryAtMs: Math.min(...nexts) } : {}),
    feeds: feeds.map((feed) => ({ ...feed })),
  };
}

function mergeStates(
  asked: readonly FeedHealth[],
  failing: readonly FeedHealth[],
): CollectorState {
  const is = (wanted: CollectorState) => asked.some(({ state }) => state === wanted);
  if (asked.length === 0) return "disabled";
  if (asked.every(({ state }) => state === "stopped")) return "stopped";
  if (failing.length > 0) {
    const isAll = failing.length === asked.length;
    return isAll && failing.every(({ state }) => state === "blocked") ? "blocked" : "reconnecting";
  }
  if (is("market_closed")) return "market_closed";
  return is("live") ? "live" : "connecting";
}

function describeFeeds(
  state: CollectorState,
  asked: readonly FeedHealth[],
  failing: readonly FeedHealth[],
): string {
  if (failing.length > 0) {
    const [first] = failing;
    const names = failing.map(({ name }) => name).join(", ");
    const isAll = failing.length === asked.length;
    const words = first!.error ?? "does not answer";
    return isAll ? words : `${names} (${failing.length} of ${asked.length} feeds): ${words}`;
  }
  const partly = asked.find(({ error }) => error !== null);
  if (state === "live" && partly) return `answers; ${partly.name}: ${partly.error}`;
  if (state === "live") return "answers";
  if (state === "market_closed") return "the market is closed: asked more seldom";
  return state;
}
