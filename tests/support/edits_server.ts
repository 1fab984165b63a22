/** The product's own API of watchlists over a store that notes each commit. */
import type { Accounts } from "../../lib/accounts/mod.ts";
import type { ApiDeps } from "../../lib/api/deps.ts";
import { repeatAnswers } from "../../lib/api/idempotency.ts";
import { answerError } from "../../lib/api/problems.ts";
import { createRouter } from "../../lib/api/routes.ts";
import { bindWatchlists } from "../../lib/api/watchlists.ts";
import { silentLogger } from "../../lib/log.ts";
import type { OwnedStore } from "../../lib/store/mod.ts";
import { answerUnder, noteCommits, signedIn } from "./noted_commits.ts";

/** Where the lists lie. */
export const listsPath = "/api/v1/watchlists";

/** Returns the server, in which one person is always signed in. `now` is wall time, epoch ms. */
export function createEditsServer(
  store: OwnedStore,
  now: () => number,
): { fetch(request: Request): Promise<Response> } {
  const owned = noteCommits(store);
  const symbols = { find: (symbol: string) => Promise.resolve({ symbol }) };
  const accounts = { identify: () => Promise.resolve(signedIn) } as unknown as Accounts;
  const parts = { owned, symbols, accounts, now, log: silentLogger, adminToken: "t" };
  const deps = { ...parts, corsOrigins: [] } as unknown as ApiDeps & { owned: OwnedStore };
  const api = createRouter();
  api.use(repeatAnswers(deps));
  api.get("/api/v1/auth/me", (c) => c.json({ id: "u" }));
  bindWatchlists(api, deps);
  api.onError((error, c) => answerError(error, c, silentLogger));
  return {
    async fetch(request) {
      const asked = new Request(request);
      asked.headers.set("authorization", "Bearer token");
      return await answerUnder(
        request.headers.get("idempotency-key"),
        () => Promise.resolve(api.fetch(asked)),
      );
    },
  };
}
