/**
 * Push: browsers that are told while no page is open. A visitor without an account may have the
 * signals of symbols that they watch; whoever is signed in has their own alerts.
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto";
import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { z } from "zod";
import { type Identity, requireIdentity } from "../accounts/mod.ts";
import { doneSchema } from "../contracts/auth.ts";
import {
  BadRequestError,
  ForbiddenError,
  type InputError,
  NotFoundError,
} from "../contracts/errors.ts";
import {
  newPushSchema,
  pushChangeSchema,
  pushKeySchema,
  pushListSchema,
  pushParamSchema,
  pushSchema,
  testedSchema,
} from "../contracts/notifications.ts";
import type { PushSubscriptionRecord } from "../contracts/notification_records.ts";
import { describeUnknown } from "./alert_content.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { getIp } from "./guards.ts";
import { identify, keepPrivate, requireUser } from "./identity.ts";
import { getPersonal, jsonBody, type PersonalDeps } from "./personal.ts";
import { nameClient } from "./rate_limit.ts";
import { type Api, describeAnswers, problem, unavailable } from "./routes.ts";
import { createTestLimit } from "./test_limit.ts";

/** What push is given. */
export type PushDeps = PersonalDeps & Pick<ApiDeps, "symbols">;

const path = "/api/v1/push/subscriptions";
/** One's own; the paths below serve visitors too. */
const devicesPath = "/api/v1/push/devices";
const onePath = `${path}/{id}`;
const tags = ["notifications"];
/** Browsers of one person. */
const BROWSERS_MAX = 50;
/** Subscriptions that visitors of one address may make in a minute. */
const ANONYMOUS_MAX = 10;
const one = { ...describeAnswers(pushSchema, "The browser"), ...unavailable };

const keyRoute = createRoute({
  method: "get",
  path: "/api/v1/push/key",
  tags,
  summary: "The key that browsers subscribe with (VAPID)",
  responses: { ...describeAnswers(pushKeySchema, "The key"), ...unavailable },
});

const listRoute = createRoute({
  method: "get",
  path: devicesPath,
  tags,
  summary: "One's browsers",
  responses: { ...describeAnswers(pushListSchema, "The browsers"), ...unavailable },
});

const subscribeRoute = createRoute({
  method: "post",
  path,
  tags,
  summary: "Has this browser told by push; without an account, of signals on the named symbols",
  request: { body: jsonBody(newPushSchema) },
  responses: {
    ...one,
    403: problem("This browser is told by an account, or known with other keys"),
  },
});

const readRoute = createRoute({
  method: "get",
  path: onePath,
  tags,
  summary: "One browser",
  request: { params: pushParamSchema },
  responses: one,
});

const changeRoute = createRoute({
  method: "patch",
  path: onePath,
  tags,
  summary: "Changes what a browser is told",
  request: { params: pushParamSchema, body: jsonBody(pushChangeSchema) },
  responses: one,
});

const removeRoute = createRoute({
  method: "delete",
  path: onePath,
  tags,
  summary: "Ends push to a browser",
  request: { params: pushParamSchema },
  responses: { ...describeAnswers(doneSchema, "Ended"), ...unavailable },
});

const testRoute = createRoute({
  method: "post",
  path: `${onePath}/test`,
  tags,
  summary: "Sends a test message to one browser",
  request: { params: pushParamSchema },
  responses: { ...describeAnswers(testedSchema, "What came of it"), ...unavailable },
});

/** Binds push. */
export function bindPush(api: Api, deps: PushDeps): void {
  api.use(devicesPath, requireUser(deps, "alerts"));
  for (const mine of [path, `${path}/*`]) {
    api.use(mine, async (c, next) => {
      await next();
      keepPrivate(c);
    });
  }
  api.openapi(keyRoute, (c) => {
    return c.json({ publicKey: getPersonal(deps).delivery.pushKey }, 200);
  });
  bindSubscribing(api, deps);
  bindOneBrowser(api, deps);
}

function bindSubscribing(api: Api, deps: PushDeps): void {
  const limitVisitors = createTestLimit(deps.now, ANONYMOUS_MAX);
  api.openapi(listRoute, async (c) => {
    const { userId } = requireIdentity(await identify(c, deps), "alerts");
    const query = { index: "user", equals: [userId], limit: BROWSERS_MAX };
    const { items } = await getPersonal(deps).owned.pushSubscriptions.list(query);
    const subscriptions = items.map(describe);
    return c.json({ subscriptions, count: subscriptions.length }, 200);
  });
  api.openapi(subscribeRoute, async (c) => {
    const who = await identify(c, deps);
    const userId = who === null ? null : requireIdentity(who, "alerts").userId;
    const { owned, delivery } = getPersonal(deps);
    const draft = c.req.valid("json");
    const symbols = await checkSubscription(draft, { ...deps, userId, ...delivery });
    const id = await hashEndpoint(draft.endpoint);
    if (userId === null) limitVisitors(nameClient(getIp(c)));
    else await requireRoom(owned.pushSubscriptions, userId, id);
    const record = await owned.transact(async (transaction) => {
      const known = await transaction.get("pushSubscriptions", id);
      if (known) requireSameBrowser(known, userId, draft.keys);
      // Whoever takes a browser over learns nothing of whose it was.
      const kept = known?.userId === userId ? known : null;
      const next: PushSubscriptionRecord = {
        id,
        userId,
        endpoint: draft.endpoint,
        ...draft.keys,
        deviceName: draft.deviceName,
        symbols: userId === null ? symbols : [],
        isEnabled: true,
        createdMs: kept?.createdMs ?? deps.now(),
        usedMs: kept?.usedMs ?? null,
        wants: draft.wants,
      };
      await transaction.put("pushSubscriptions", next);
      return next;
    });
    return c.json(describe(record), 200);
  });
}

function bindOneBrowser(api: Api, deps: PushDeps): void {
  const limitTests = createTestLimit(deps.now);
  const read = async (c: Context<ApiEnv>, id: string) => {
    const record = await getPersonal(deps).owned.pushSubscriptions.get(id);
    return requireOwnBrowser(record, await identify(c, deps));
  };
  api.openapi(readRoute, async (c) => {
    return c.json(describe(await read(c, c.req.valid("param").id)), 200);
  });
  api.openapi(changeRoute, async (c) => {
    const { id } = c.req.valid("param");
    const { symbols: named, ...change } = c.req.valid("json");
    const { userId } = await read(c, id);
    const symbols = userId === null && named !== undefined
      ? await checkSymbols(named, deps)
      : undefined;
    const { owned } = getPersonal(deps);
    const record = await owned.transact(async (transaction) => {
      const current = await transaction.get("pushSubscriptions", id);
      if (!current || current.userId !== userId) throw refuseMissing();
      const said = Object.entries(change).filter(([, value]) => value !== undefined);
      const next = { ...current, ...Object.fromEntries(said), ...(symbols && { symbols }) };
      await transaction.put("pushSubscriptions", next);
      return next;
    });
    return c.json(describe(record), 200);
  });
  api.openapi(removeRoute, async (c) => {
    const { id } = c.req.valid("param");
    const { userId } = await read(c, id);
    await getPersonal(deps).owned.transact(async (transaction) => {
      const current = await transaction.get("pushSubscriptions", id);
      // Somebody took it over meanwhile.
      if (current && current.userId !== userId) throw refuseMissing();
      await transaction.delete("pushSubscriptions", id);
    });
    return c.json({ done: true } as const, 200);
  });
  api.openapi(testRoute, async (c) => {
    const { id } = c.req.valid("param");
    const record = await read(c, id);
    limitTests(id);
    const { owned, delivery } = getPersonal(deps);
    const { status, detail } = await delivery.sendTestPush(record);
    if (status === "gone") await owned.pushSubscriptions.delete(id);
    return c.json({ status, detail }, 200);
  });
}

/**
 * Says who may subscribe a browser that is known already. A person's is never a visitor's again;
 * another person may have it, and a person a visitor's, by the keys that only the browser itself has.
 *
 * @throws {ForbiddenError} For anybody else.
 */
function requireSameBrowser(
  known: PushSubscriptionRecord,
  userId: string | null,
  keys: { p256dh: string; auth: string },
): void {
  if (known.userId === userId) return;
  if (userId === null) {
    throw new ForbiddenError("This browser is told by an account: sign in to change that");
  }
  const isSame = isSameKey(known.p256dh, keys.p256dh) && isSameKey(known.auth, keys.auth);
  if (!isSame) {
    throw new ForbiddenError("This address is known with other keys: subscribe the browser anew");
  }
}

/** Compares what the texts stand for: padding says nothing. */
function isSameKey(a: string, b: string): boolean {
  const [left, right] = [decode(a), decode(b)];
  return left !== null && right !== null && left.length === right.length &&
    timingSafeEqual(left, right);
}

/**
 * The id is made of the endpoint, which the browser alone knows: for a visitor's subscription that is
 * proof enough. A person's belongs to the person.
 */
function requireOwnBrowser(
  record: PushSubscriptionRecord | null,
  identity: Identity | null,
): PushSubscriptionRecord {
  if (!record) throw refuseMissing();
  if (record.userId === null) return record;
  if (identity?.userId !== record.userId || !identity.scopes.includes("alerts")) {
    throw refuseMissing();
  }
  return record;
}

const refuseMissing = () => new NotFoundError("Cannot find such a subscription");

interface CheckOptions extends Pick<ApiDeps, "symbols"> {
  userId: string | null;
  isPushEndpoint(endpoint: string): boolean;
}

/** Returns the symbols in the exchanges' spelling. @throws {BadRequestError} For what is wrong. */
async function checkSubscription(
  { endpoint, keys, symbols }: z.output<typeof newPushSchema>,
  options: CheckOptions,
): Promise<string[]> {
  const faults: InputError[] = [];
  if (!options.isPushEndpoint(endpoint)) {
    const detail = "must be an address of a browser's push service (Chrome, Edge, Firefox, Safari)";
    faults.push({ pointer: "/json/endpoint", detail });
  }
  const key = decode(keys.p256dh);
  if (key?.length !== 65 || key[0] !== 4) {
    faults.push({ pointer: "/json/keys/p256dh", detail: "must be a P-256 key of 65 bytes" });
  }
  if (decode(keys.auth)?.length !== 16) {
    faults.push({ pointer: "/json/keys/auth", detail: "must be 16 bytes" });
  }
  if (options.userId === null && symbols.length === 0) {
    const detail = "names at least one symbol, or sign in to be told of your alerts";
    faults.push({ pointer: "/json/symbols", detail });
  }
  if (faults.length > 0) throw refuse(faults);
  return options.userId === null ? await checkSymbols(symbols, options) : [];
}

async function checkSymbols(
  names: readonly string[],
  { symbols }: Pick<ApiDeps, "symbols">,
): Promise<string[]> {
  const found: string[] = [];
  const faults: InputError[] = [];
  for (const [i, name] of names.entries()) {
    const symbol = await symbols.find(name);
    if (symbol) found.push(symbol.symbol);
    else {
      const detail = describeUnknown(name, (await symbols.list()).symbols);
      faults.push({ pointer: `/json/symbols/${i}`, detail });
    }
  }
  if (faults.length > 0) throw refuse(faults);
  return [...new Set(found)];
}

function refuse(faults: readonly InputError[]): BadRequestError {
  return new BadRequestError("The subscription cannot be used as it is", faults);
}

async function requireRoom(
  browsers: { list(query: object): Promise<{ items: { id: string }[] }> },
  userId: string,
  id: string,
): Promise<void> {
  const { items } = await browsers.list({ index: "user", equals: [userId], limit: BROWSERS_MAX });
  if (items.length < BROWSERS_MAX || items.some((known) => known.id === id)) return;
  throw refuse([{
    pointer: "/json",
    detail: `at most ${BROWSERS_MAX} browsers; remove some first`,
  }]);
}

function decode(text: string): Uint8Array | null {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    return null;
  }
}

/** Returns the id of a subscription: SHA-256 (hex) of its endpoint. */
export async function hashEndpoint(endpoint: string): Promise<string> {
  const bytes = new TextEncoder().encode(endpoint);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

function describe(record: PushSubscriptionRecord): z.output<typeof pushSchema> {
  const { id, deviceName, symbols, isEnabled, wants, userId, endpoint, createdMs } = record;
  return {
    ...{ id, deviceName, symbols, isEnabled, wants, createdMs },
    isAnonymous: userId === null,
    service: new URL(endpoint).host,
  };
}
