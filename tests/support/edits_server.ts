/** The product's own API of watchlists over a store, which notes every write in its commit. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Accounts, Identity } from "../../lib/accounts/mod.ts";
import type { ApiDeps } from "../../lib/api/deps.ts";
import { repeatAnswers } from "../../lib/api/idempotency.ts";
import { answerError } from "../../lib/api/problems.ts";
import { createRouter } from "../../lib/api/routes.ts";
import { bindWatchlists } from "../../lib/api/watchlists.ts";
import { silentLogger } from "../../lib/log.ts";
import type { OwnedStore, Transaction } from "../../lib/store/mod.ts";

/** Where the lists lie. */
export const listsPath = "/api/v1/watchlists";

const identity: Identity = {
  userId: "u",
  role: "user",
  via: "session",
  sessionId: "s",
  keyId: null,
  scopes: ["read", "alerts", "portfolio"],
};
/** Key of the request that is being answered. */
const requests = new AsyncLocalStorage<string>();

/** The same store; each write of a list is noted with the key of its request, in the same commit. */
function noteWrites(owned: OwnedStore): OwnedStore {
  const note = (transaction: Transaction): Transaction => ({
    ...transaction,
    async put(name, record) {
      await transaction.put(name, record);
      if (name !== "watchlists") return;
      await transaction.put("audit", {
        id: crypto.randomUUID(),
        timestamp: 1,
        actor: "u",
        act: "edit",
        target: requests.getStore() ?? "",
        ip: "",
        isDone: true,
        detail: "",
      });
    },
  });
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

/** Returns the server, in which one person is always signed in. `now` is wall time, epoch ms. */
export function createEditsServer(
  store: OwnedStore,
  now: () => number,
): { fetch(request: Request): Promise<Response> } {
  const owned = noteWrites(store);
  const symbols = { find: (symbol: string) => Promise.resolve({ symbol }) };
  const accounts = { identify: () => Promise.resolve(identity) } as unknown as Accounts;
  const parts = { owned, symbols, accounts, now, log: silentLogger, adminToken: "t" };
  const deps = { ...parts, corsOrigins: [] } as unknown as ApiDeps & { owned: OwnedStore };
  const api = createRouter();
  api.use(repeatAnswers(deps));
  api.get("/api/v1/auth/me", (c) => c.json({ id: "u" }));
  bindWatchlists(api, deps);
  api.onError((error, c) => answerError(error, c, silentLogger));
  return {
    async fetch(request) {
      const key = request.headers.get("idempotency-key") ?? "";
      const asked = new Request(request);
      asked.headers.set("authorization", "Bearer token");
      return await requests.run(key, () => Promise.resolve(api.fetch(asked)));
    },
  };
}
