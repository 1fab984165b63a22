/** The product's own API of everything that is edited offline, over a store that notes each commit. */
import type { Accounts } from "../../lib/accounts/mod.ts";
import { bindAlerts } from "../../lib/api/alerts.ts";
import type { ApiDeps } from "../../lib/api/deps.ts";
import { repeatAnswers } from "../../lib/api/idempotency.ts";
import type { PersonalDeps } from "../../lib/api/personal.ts";
import type { PortfolioDesk } from "../../lib/api/portfolio_values_desk.ts";
import { bindPortfolios } from "../../lib/api/portfolios.ts";
import { bindPreferences } from "../../lib/api/preferences.ts";
import { answerError } from "../../lib/api/problems.ts";
import { createRouter } from "../../lib/api/routes.ts";
import { bindWatchlists } from "../../lib/api/watchlists.ts";
import { silentLogger } from "../../lib/log.ts";
import type { OwnedStore } from "../../lib/store/mod.ts";
import { aSymbol } from "./api.ts";
import { answerUnder, noteCommits, signedIn } from "./noted_commits.ts";
import { type Ask, toAnswer } from "./outbox_faults.ts";

/** Returns how the server is asked; one person is always signed in. */
export function createKindsServer(store: OwnedStore): Ask {
  const owned = noteCommits(store);
  const known = aSymbol();
  const symbols = {
    find: (symbol: string) => Promise.resolve({ ...known, symbol }),
    list: () => Promise.resolve({ symbols: [known] }),
  };
  const same = (text: string) => Promise.resolve(text);
  const delivery = {
    ...{ vault: { lock: same, unlock: same }, isMailOn: true, checkUrl: () => {} },
  };
  const accounts = { identify: () => Promise.resolve(signedIn) } as unknown as Accounts;
  const personal = { owned, delivery, noteAlert: () => {}, getAlertState: () => null };
  // Named by every alert; none of them is run here.
  const world = { world: "live" };
  const parts = {
    owned,
    store: world,
    symbols,
    accounts,
    personal,
    now: () => 1_000,
    log: silentLogger,
  };
  const deps = { ...parts, marketNow: () => 1_000, adminToken: "t", corsOrigins: [] };
  const given = deps as unknown as ApiDeps & PersonalDeps & { owned: OwnedStore };
  // What a book is worth is not edited.
  const desk = { note: () => {}, value: () => Promise.resolve({}) } as unknown as PortfolioDesk;
  const api = createRouter();
  api.use(repeatAnswers(given));
  bindAlerts(api, given);
  bindPreferences(api, given);
  bindPortfolios(api, given, desk);
  bindWatchlists(api, given);
  api.onError((error, c) => answerError(error, c, silentLogger));
  return async ({ path, ...request }) => {
    const asked = new Request(`http://localhost${path}`, request);
    asked.headers.set("authorization", "Bearer token");
    const key = request.headers["idempotency-key"];
    return await answerUnder(key, async () => toAnswer(await api.fetch(asked)));
  };
}
