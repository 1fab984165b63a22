/** A store that notes each commit of a request beside what it wrote, so that what was done twice shows. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Identity } from "../../lib/accounts/mod.ts";
import type { OwnedStore, Transaction } from "../../lib/store/mod.ts";

/** Whoever asks: one person, always signed in. */
export const signedIn: Identity = {
  userId: "u",
  role: "user",
  via: "session",
  sessionId: "s",
  keyId: null,
  scopes: ["read", "alerts", "portfolio"],
};

/** Key of the request that is being answered. */
const requests = new AsyncLocalStorage<string>();
const kinds: readonly string[] = [
  ...["alerts", "preferences", "watchlists", "portfolios", "activities"],
];

/** Runs the answer to a request under its key. */
export function answerUnder<T>(key: string | null | undefined, answer: () => T): T {
  return requests.run(key ?? "", answer);
}

/** The same store; each commit that writes a record is noted with the key of its request. */
export function noteCommits(owned: OwnedStore): OwnedStore {
  const note = (transaction: Transaction): Transaction => {
    let isNoted = false;
    const mark = async (name: string) => {
      if (isNoted || !kinds.includes(name)) return;
      isNoted = true;
      await transaction.put("audit", {
        ...{ id: crypto.randomUUID(), timestamp: 1, actor: "u", act: "edit", ip: "" },
        ...{ target: requests.getStore() ?? "", isDone: true, detail: "" },
      });
    };
    return {
      ...transaction,
      async put(name, record) {
        await transaction.put(name, record);
        await mark(name);
      },
      async delete(name, id) {
        await transaction.delete(name, id);
        await mark(name);
      },
    };
  };
  return { ...owned, transact: (work) => owned.transact((t) => work(note(t))) };
}

/** Returns how often each request was done, by its key. */
export async function countDone(owned: OwnedStore): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const page = await owned.audit.list({ limit: 1000, ...(cursor ? { cursor } : {}) });
    for (const { target } of page.items) counts.set(target, (counts.get(target) ?? 0) + 1);
    cursor = page.cursor ?? undefined;
  } while (cursor);
  return counts;
}
