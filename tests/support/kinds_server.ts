/** The product's own API of everything that is edited offline, over a store that notes each write. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Accounts, Identity } from "../../lib/accounts/mod.ts";
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
import type { OwnedStore, Transaction } from "../../lib/store/mod.ts";
import { aSymbol } from "./api.ts";
import { type Ask, toAnswer } from "./outbox_faults.ts";

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
const kinds: readonly string[] = [
  ...["alerts", "preferences", "watchlists", "portfolios", "activities"],
];

/** The same store; each commit that writes a record is noted with the key of its request. */
function noteCommits(owned: OwnedStore): OwnedStore {
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
  const accounts = { identify: () => Promise.resolve(identity) } as unknown as Accounts;
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
    const key = request.headers["idempotency-key"] ?? "";
    return await requests.run(key, async () => toAnswer(await api.fetch(asked)));
  };
}
