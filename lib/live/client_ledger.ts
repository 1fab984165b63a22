/**
 * What a live client has seen: where to resume, what is missing, what came twice.
 *
 * @module
 */
import type { LiveMessage } from "./client_messages.ts";

/** What a message means against what was seen before. */
export interface Verdict {
  /** False for an update that was already delivered. */
  isNew: boolean;
  /** How many messages the numbering says are missing before this one. */
  missed: number;
  /** Id after which to ask for the missing ones. */
  resumeAfter?: string;
}

/** Keeps count of messages. */
export interface Ledger {
  /** Forgets the numbering, which begins anew with each connection; keeps ids. */
  startConnection(): void;
  record(message: LiveMessage): Verdict;
  /**
   * Id of the newest message, to resume after; none while one of `channels` has not begun, which a
   * resumption would leave without its first picture.
   */
  getLastId(channels: readonly string[]): string | undefined;
}

/** How many delivered ids are remembered to tell repeats. */
const SEEN_MAX = 2000;

/** Returns an empty ledger that resumes after `after`. */
export function createLedger(after?: string): Ledger {
  let lastId = after;
  const seqs = new Map<string, number>();
  const ids = new Map<string, string>();
  const seen = new Set<string>();
  const isRepeated = (message: LiveMessage) => {
    // Prices conflate under one id, so a repeat of theirs is no repeat.
    if (message.id === null || message.type !== "update" || message.channel === "prices") {
      return false;
    }
    const key = `${message.channel} ${message.id}`;
    if (seen.has(key)) return true;
    seen.add(key);
    if (seen.size > SEEN_MAX) seen.delete(seen.values().next().value!);
    return false;
  };
  return {
    startConnection: () => seqs.clear(),
    getLastId: (channels) =>
      after || channels.every((channel) => ids.has(channel)) ? lastId : undefined,
    record(message) {
      const before = seqs.get(message.channel) ?? 0;
      const missed = message.seq === null || message.type === "reset"
        ? 0
        : Math.max(0, message.seq - before - 1);
      const resumeAfter = ids.get(message.channel) ?? lastId;
      if (message.seq !== null) seqs.set(message.channel, message.seq);
      if (message.id !== null) {
        ids.set(message.channel, message.id);
        lastId = message.id;
      }
      return { isNew: !isRepeated(message), missed, resumeAfter };
    },
  };
}
