/**
 * What a client missed: every event, and of each running bar the last, in the order in which they
 * were published.
 *
 * @module
 */
import type { EventLog } from "./event_log.ts";
import { isMatch, type Subscription } from "./subscription.ts";
import type { PublicChannel } from "./types.ts";
import type { BarBoard } from "./values.ts";

/** One message that was missed, with its number of the log. */
export interface MissedMessage {
  n: number;
  channel: PublicChannel;
  json: string;
}

/**
 * Returns what these subscriptions missed after number `after`, prices apart; null when some of it
 * was forgotten. `isWanted` narrows it further.
 */
export function listMissed(
  subscriptions: ReadonlyMap<PublicChannel, Subscription>,
  after: number,
  { log, bars, isWanted }: {
    log: Pick<EventLog, "listAfter">;
    bars: Pick<BarBoard, "listRunningAfter">;
    isWanted(channel: PublicChannel, n: number): boolean;
  },
): MissedMessage[] | null {
  const events = log.listAfter(after);
  if (!events) return null;
  const missed: MissedMessage[] = events.filter(({ channel, match, n }) => {
    const subscription = subscriptions.get(channel);
    return subscription && isMatch(subscription, match) && isWanted(channel, n);
  });
  const wantedBars = subscriptions.get("bars");
  const running = wantedBars ? bars.listRunningAfter(after, wantedBars) : [];
  for (const { n, json } of running) {
    if (isWanted("bars", n)) missed.push({ n, channel: "bars", json });
  }
  return missed.sort((a, b) => a.n - b.n);
}
