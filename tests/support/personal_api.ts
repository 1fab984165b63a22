/** The API of what belongs to people in process: alerts, notifications, preferences, push. */
import { bindAlertHistory } from "../../lib/api/alert_history.ts";
import { bindAlerts } from "../../lib/api/alerts.ts";
import { secureAnswers } from "../../lib/api/auth_headers.ts";
import { bindForesight } from "../../lib/api/foresight.ts";
import { allowOrigins, numberRequests, refuseForeignWrites } from "../../lib/api/guards.ts";
import { bindNotifications } from "../../lib/api/notifications.ts";
import type { PersonalParts } from "../../lib/api/personal.ts";
import { bindPreferences } from "../../lib/api/preferences.ts";
import { answerError, answerProblem } from "../../lib/api/problems.ts";
import { bindPush } from "../../lib/api/push.ts";
import { createRouter } from "../../lib/api/routes.ts";
import { bindUnsubscribe } from "../../lib/api/unsubscribe.ts";
import { limitBodies } from "../../lib/api/uploads.ts";
import { createSymbolCache } from "../../lib/cache/symbols.ts";
import { type Config, readConfig } from "../../lib/config.ts";
import type { AlertRecord } from "../../lib/contracts/owned.ts";
import { createLogger } from "../../lib/log.ts";
import type { OpenWorld } from "../../lib/store/mod.ts";
import { type Delivery, openDelivery } from "../../lib/world/delivery.ts";
import { join, type TestAccounts, withAccounts } from "./accounts.ts";
import { aSymbol } from "./api.ts";
import { adminToken, type Answer, type Call, home } from "./auth_api.ts";
import { createManualClock } from "./clock.ts";
import { withFolder } from "./store.ts";

/** What tests are given. */
export interface TestPersonal extends TestAccounts {
  ask(method: string, path: string, call?: Call): Promise<Answer>;
  /** Makes somebody and returns their token and id. */
  join(name: string): Promise<{ token: string; id: string }>;
  world: OpenWorld;
  delivery: Delivery;
  /** What was told to the desk. */
  noted: { id: string; alert: AlertRecord | null }[];
  /** What pages were told. */
  published: { userId: string; data: unknown }[];
  /** Where alerts stand, as a desk would say. */
  states: Map<string, NonNullable<ReturnType<PersonalParts["getAlertState"]>>>;
}

/** Runs `test` with the API; `env` is what the environment would say of delivery. */
export function withPersonalApi(
  test: (given: TestPersonal) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  return withFolder((folder) =>
    withAccounts(async (given) => {
      const { store, owned, accounts, time } = given;
      const now = () => time.nowMs;
      const log = createLogger({ level: "error", now, write: () => {} });
      const world = store.world("live");
      await world.symbols.putMany([aSymbol(), aSymbol({ base: "ETH" }), aSymbol({ base: "SOL" })]);
      const config: Config = readConfig({ ...env, CRYPTOINTEL_DATA_DIR: folder });
      const clock = { ...createManualClock(time.nowMs), now };
      const delivery = await openDelivery({ config, store, clock, log });
      const published: TestPersonal["published"] = [];
      const noted: TestPersonal["noted"] = [];
      const states: TestPersonal["states"] = new Map();
      delivery.show({
        publish: (userId, data) => void published.push({ userId, data }),
        isRecorded: false,
      });
      const personal: PersonalParts = {
        owned,
        delivery,
        noteAlert: (id, alert) => void noted.push({ id, alert }),
        getAlertState: (id) => states.get(id) ?? null,
      };
      const symbols = createSymbolCache({ symbols: world.symbols, now });
      const corsOrigins: string[] = [];
      const deps = {
        ...{ accounts, adminToken, corsOrigins, now, log, personal, symbols },
        store: world,
        marketNow: now,
      };
      const api = createRouter();
      api.use(secureAnswers());
      api.use(numberRequests({ log, now }));
      api.use(allowOrigins(corsOrigins));
      api.use(refuseForeignWrites(corsOrigins));
      api.use(limitBodies());
      bindAlerts(api, deps);
      bindForesight(api, deps);
      bindAlertHistory(api, deps);
      bindPreferences(api, deps);
      bindNotifications(api, deps);
      bindPush(api, deps);
      bindUnsubscribe(api, deps);
      api.notFound((c) => answerProblem(c, 404, `Cannot find ${c.req.path}`));
      api.onError((error, c) => answerError(error, c, log));
      const ask: TestPersonal["ask"] = async (method, path, { body, token, headers, ip } = {}) => {
        const response = await api.request(`${home}/api/v1${path}`, {
          method,
          headers: {
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...headers,
          },
          ...(body === undefined
            ? {}
            : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        }, { ip: ip ?? "203.0.113.9" });
        const text = await response.text();
        const isJson = response.headers.get("content-type")?.includes("json");
        const { status } = response;
        return { status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
      };
      try {
        await test({
          ...{ ...given, ask, world, delivery, noted, published, states },
          async join(name) {
            const { accessToken, user } = await join(accounts, name);
            return { token: accessToken, id: user.id };
          },
        });
      } finally {
        delivery.close();
      }
    })
  );
}

/** The least that makes an alert. */
export const priceAlert = { symbol: "BTCUSDT", condition: "PRICE_ABOVE", threshold: 60_000 };
