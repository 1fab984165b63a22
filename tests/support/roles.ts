/** The whole API with everybody who may ask it: visitors, users, administrators, keys, the operator. */
import { createSymbolCache } from "../../lib/cache/symbols.ts";
import { readConfig } from "../../lib/config.ts";
import { type Scope, scopes } from "../../lib/contracts/owned.ts";
import { silentLogger } from "../../lib/log.ts";
import { openDelivery } from "../../lib/world/delivery.ts";
import { here, join, setUp, type TestAccounts, withAccounts } from "./accounts.ts";
import { anApi, aSymbol, type TestApi } from "./api.ts";
import type { Answer } from "./auth_api.ts";
import { createManualClock } from "./clock.ts";
import { withFolder } from "./store.ts";
import { aVisitBook } from "./visits.ts";

/** The operator's token of these tests. */
const operatorToken = "t".repeat(64);

/** One call; `token` undefined asks as a visitor. */
export interface RoleCall {
  token?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
}

/** What tests are given. */
export interface TestRoles extends Omit<TestAccounts, "time"> {
  api: TestApi["api"];
  time: TestAccounts["time"];
  ask(method: string, path: string, call?: RoleCall): Promise<Answer>;
  ids: Record<"ada" | "eve" | "root", string>;
  /** A new session, so that what one call ends is missed by no other. */
  signIn(name: "ada" | "eve" | "root"): Promise<string>;
  /** A key with these scopes; the same one each time. */
  makeKey(name: "ada" | "root", scopes: readonly Scope[]): Promise<string>;
  operatorToken: string;
}

/** Runs `test` with an API of which every part is open. */
export function withRoles(test: (given: TestRoles) => Promise<void>): Promise<void> {
  return withFolder((folder) =>
    withAccounts(async (given) => {
      const { accounts, owned, store, time } = given;
      const now = () => time.nowMs;
      const config = readConfig({ CRYPTOINTEL_DATA_DIR: folder });
      const clock = { ...createManualClock(time.nowMs), now };
      const delivery = await openDelivery({ config, store, clock, log: silentLogger });
      const personal = { owned, delivery, noteAlert: () => {}, getAlertState: () => null };
      const world = store.world("live");
      await world.symbols.putMany([aSymbol(), aSymbol({ base: "ETH" })]);
      const whole = await anApi({
        ...{ accounts, owned, personal, now, marketNow: now, store: world },
        symbols: createSymbolCache({ symbols: world.symbols, now }),
        adminToken: operatorToken,
        visits: { book: aVisitBook(), isCounted: () => true },
      });
      const signedIn = {
        root: await setUp(accounts),
        ada: await join(accounts, "ada"),
        eve: await join(accounts, "eve"),
      };
      const ids = {
        root: signedIn.root.user.id,
        ada: signedIn.ada.user.id,
        eve: signedIn.eve.user.id,
      };
      const signIn: TestRoles["signIn"] = async (name) => {
        // Of the devices that were silent longest one is signed out: none is to be as old as this.
        time.nowMs += 1;
        const user = (await owned.users.get(ids[name]))!;
        return (await accounts.sessions.start(user, here, crypto.randomUUID()))!.accessToken;
      };
      const keys = new Map<string, string>();
      try {
        await test({
          ...given,
          ...{ api: whole.api, ids, signIn, operatorToken },
          ask: (method, path, call = {}) => ask(whole.api, method, path, call),
          async makeKey(name, wanted) {
            const id = `${name} ${wanted.join(" ")}`;
            const known = keys.get(id);
            if (known !== undefined) return known;
            const owner = await accounts.identify(await signIn(name));
            const draft = { name: "k", scopes: [...wanted], expiresDays: 1 };
            const { secret } = await accounts.keys.create(owner, draft, here);
            keys.set(id, secret);
            return secret;
          },
        });
      } finally {
        delivery.close();
        whole.hub.close();
      }
    })
  );
}

async function ask(
  api: TestApi["api"],
  method: string,
  path: string,
  { token, body, headers }: RoleCall,
): Promise<Answer> {
  const isText = typeof body === "string" || body instanceof Uint8Array;
  const response = await api.request(path, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: (isText ? body : JSON.stringify(body)) as BodyInit }),
  }, { ip: "203.0.113.9" });
  const { status } = response;
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("text/event-stream")) {
    await response.body?.cancel();
    return { status, headers: response.headers, text: "", json: {} };
  }
  const text = await response.text();
  const isJson = /^application\/(problem\+)?json/.test(type);
  return { status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
}

/** All scopes but one. */
export const scopesWithout = (left: Scope): Scope[] => scopes.filter((scope) => scope !== left);
