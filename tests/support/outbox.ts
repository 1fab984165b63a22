/** Builders for tests of the outbox: edits, a store in memory, and chance that can be repeated. */
import type { OutboxStore } from "../../lib/outbox/flush.ts";
import type { Queue } from "../../lib/outbox/queue.ts";
import type { EditDraft, Fields } from "../../lib/outbox/types.ts";

/** Chance from a seed: numbers in [0, 1). */
export function createChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The body of a watchlist. */
export function aBody(part: Partial<{ name: string; symbols: string[]; isPublic: boolean }> = {}) {
  return { name: "Mine", symbols: ["BTCUSDT"], isPublic: false, ...part };
}

/** A watchlist as the server tells it. */
export function aRecord(revision: number, part: Parameters<typeof aBody>[0] = {}): Fields {
  return { id: "w", userId: "u", ...aBody(part), revision, updated_at: revision * 1000 };
}

/** A change of list `w` made on its first revision. */
export function aDraft(part: Partial<EditDraft> = {}): EditDraft {
  return {
    method: "PUT",
    path: "/api/v1/watchlists/w",
    body: aBody(),
    base: aRecord(1),
    title: "Mine",
    ...part,
  };
}

/** What is kept as long as the object lives, as JSON like the real one. */
export function createMemoryOutbox(): OutboxStore {
  let kept = "[]";
  const read = (): Queue => JSON.parse(kept);
  return {
    read: () => Promise.resolve(read()),
    change(work) {
      const { queue, result } = work(read());
      kept = JSON.stringify(queue);
      return Promise.resolve(result);
    },
  };
}
