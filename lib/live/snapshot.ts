/**
 * What those who join a channel are shown first.
 *
 * @module
 */
import type { EventMatch } from "./event_log.ts";
import type { HubSnapshot } from "./hub_types.ts";
import { isMatch, type Subscription } from "./subscription.ts";
import type { PublicChannel } from "./types.ts";
import type { BarBoard, PriceBoard } from "./values.ts";

/** Returns the state of a channel as JSON, as far as `subscription` wants it. */
export function formatSnapshot(
  channel: PublicChannel,
  subscription: Subscription,
  { snapshot, prices, bars, recent }: {
    snapshot: HubSnapshot;
    prices: PriceBoard;
    bars: BarBoard;
    /** Events that a channel without a snapshot of its own shows. */
    recent: readonly { match: EventMatch; json: string }[];
  },
): string {
  switch (channel) {
    case "prices":
      return prices.formatAll(subscription.symbols) ?? "[]";
    case "bars": {
      const own = bars.listLatest(subscription);
      if (own.length > 0 || !snapshot.bars) return `[${own.map(({ json }) => json).join(",")}]`;
      const symbols = subscription.symbols && [...subscription.symbols];
      return JSON.stringify(
        snapshot.bars(symbols).filter((update) => isMatch(subscription, update)),
      );
    }
    case "signals":
      return JSON.stringify(
        snapshot.signals().filter((item) => isMatch(subscription, readMatch(item))),
      );
    case "continuity": {
      const value = snapshot.continuity();
      return JSON.stringify(Array.isArray(value) ? value : [value]);
    }
    case "health":
      if (snapshot.health) return JSON.stringify(snapshot.health());
      return formatRecent(recent, subscription);
    default:
      return formatRecent(recent, subscription);
  }
}

function formatRecent(
  recent: readonly { match: EventMatch; json: string }[],
  subscription: Subscription,
): string {
  const own = recent.filter(({ match }) => isMatch(subscription, match));
  return `[${own.map(({ json }) => json).join(",")}]`;
}

/** Reads what a stored signal is matched on. */
function readMatch(item: unknown): EventMatch {
  const record = (item ?? {}) as Record<string, unknown>;
  const text = (value: unknown) => typeof value === "string" ? value : undefined;
  const confidence = record.confidence_score;
  return {
    entity: text(record.entity),
    type: text(record.type),
    confidence: typeof confidence === "number" ? confidence : undefined,
  };
}
