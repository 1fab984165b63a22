/**
 * Preferences: where and when a person is told. Secrets go in, and are shown once or never.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import type { z } from "zod";
import { type ApiError, BadRequestError, type InputError } from "../contracts/errors.ts";
import { testedSchema } from "../contracts/notifications.ts";
import type { PreferencesRecord } from "../contracts/notification_records.ts";
import {
  channelTestSchema,
  preferencesChangeSchema,
  preferencesSchema,
} from "../contracts/preferences.ts";
import { preconditionSchema } from "../contracts/alerts.ts";
import {
  createPreferences,
  createWebhookSecret,
  EgressError,
  isMailAddress,
  isTimeZone,
} from "../notify/mod.ts";
import { requireUser } from "./identity.ts";
import {
  type DeliveryDesk,
  getPersonal,
  jsonBody,
  type PersonalDeps,
  readPerson,
} from "./personal.ts";
import { answerStale, isAsExpected, readPrecondition } from "./preconditions.ts";
import { type Api, describeAnswers, problem, unavailable } from "./routes.ts";
import { createTestLimit } from "./test_limit.ts";

const path = "/api/v1/preferences";
const tags = ["notifications"];
const answers = { ...describeAnswers(preferencesSchema, "The preferences"), ...unavailable };

const readRoute = createRoute({
  method: "get",
  path,
  tags,
  summary: "Where and when one is told",
  responses: answers,
});

const putRoute = createRoute({
  method: "put",
  path,
  tags,
  summary: "Changes where and when one is told; what is left out stays",
  request: { headers: preconditionSchema, body: jsonBody(preferencesChangeSchema) },
  responses: {
    ...answers,
    412: problem("They were changed meanwhile; `current` is what they are"),
  },
});

const testRoute = createRoute({
  method: "post",
  path: `${path}/test`,
  tags,
  summary: "Sends a test message by one channel and says what came of it",
  request: { body: jsonBody(channelTestSchema) },
  responses: { ...describeAnswers(testedSchema, "What came of it"), ...unavailable },
});

type Change = z.output<typeof preferencesChangeSchema>;
type View = z.output<typeof preferencesSchema>;

/** Binds the preferences. */
export function bindPreferences(api: Api, deps: PersonalDeps): void {
  for (const guarded of [path, `${path}/*`]) api.use(guarded, requireUser(deps, "alerts"));
  const limitTests = createTestLimit(deps.now);
  api.openapi(readRoute, async (c) => {
    const { userId } = await readPerson(c, deps);
    const { owned, delivery } = getPersonal(deps);
    const record = await owned.preferences.get(userId) ?? createPreferences(userId);
    c.header("etag", `"${record.revision}"`);
    return c.json(await describe(record, delivery), 200);
  });
  api.openapi(putRoute, async (c) => {
    const { userId } = await readPerson(c, deps);
    const { owned, delivery } = getPersonal(deps);
    const change = c.req.valid("json");
    checkChange(change, delivery);
    const precondition = readPrecondition(c.req.valid("header"));
    const { vault } = delivery;
    const slackUrl = typeof change.slackUrl === "string"
      ? await vault.lock(change.slackUrl)
      : change.slackUrl;
    const fresh = createWebhookSecret();
    const locked = await vault.lock(fresh);
    const written = await owned.transact(async (transaction) => {
      const current = await transaction.get("preferences", userId) ?? createPreferences(userId);
      if (!isAsExpected(precondition, current)) return { current, record: null };
      const record = applyChange(current, { ...change, slackUrl }, { locked, nowMs: deps.now() });
      await transaction.put("preferences", record);
      return { current, record };
    });
    const { record, current } = written;
    if (!record) return answerStale(c, await describe(current, delivery)) as never;
    const isMade = record.webhookSecret === locked;
    c.header("etag", `"${record.revision}"`);
    return c.json(await describe(record, delivery, isMade ? fresh : null), 200);
  });
  api.openapi(testRoute, async (c) => {
    const { userId } = await readPerson(c, deps);
    const { delivery } = getPersonal(deps);
    limitTests(userId);
    const outcome = await delivery.sendTest(userId, c.req.valid("json").channel);
    const missing = { status: "missing", detail: "This channel is not set up" } as const;
    const { status, detail } = outcome ?? missing;
    return c.json({ status, detail }, 200);
  });
}

/** Returns the record with what was asked for; a first address of a webhook brings a secret. */
function applyChange(
  current: PreferencesRecord,
  { rotateWebhookSecret = false, channels, ...change }: Change,
  { locked, nowMs }: { locked: string; nowMs: number },
): PreferencesRecord {
  const said = Object.fromEntries(
    Object.entries(change).filter(([, value]) => value !== undefined),
  );
  const next: PreferencesRecord = { ...current, ...said };
  const isSecretDue = next.webhookUrl !== null &&
    (rotateWebhookSecret || current.webhookSecret === null);
  const switched = Object.fromEntries(
    Object.entries({ ...current.channels, ...channels }).filter(([, isOn]) => isOn !== undefined),
  );
  return {
    ...next,
    channels: switched,
    webhookSecret: isSecretDue ? locked : next.webhookUrl === null ? null : next.webhookSecret,
    revision: current.revision + 1,
    updatedMs: nowMs,
  };
}

/** @throws {BadRequestError} With a pointer for each thing that is wrong. */
function checkChange(change: Change, delivery: DeliveryDesk): void {
  const { email, webhookUrl, slackUrl, timeZone } = change;
  const faults: InputError[] = [];
  const fault = (name: string, detail: string) => {
    faults.push({ pointer: `/json/${name}`, detail });
  };
  if (typeof email === "string" && !isMailAddress(email)) {
    fault("email", "must be an e-mail address such as name@example.org");
  }
  if (typeof webhookUrl === "string") {
    const reason = explainUrl(webhookUrl, delivery);
    if (reason) fault("webhookUrl", reason);
  }
  if (typeof slackUrl === "string") {
    const reason = explainUrl(slackUrl, delivery);
    if (reason) fault("slackUrl", reason);
    else if (!delivery.isSlackUrl(slackUrl)) {
      fault("slackUrl", "must be an incoming webhook of Slack, https://hooks.slack.com/services/…");
    }
  }
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    fault("timeZone", "must be a time zone such as Europe/Istanbul");
  }
  if (faults.length > 0) throw refuse(faults);
}

function refuse(faults: readonly InputError[]): ApiError {
  return new BadRequestError("The preferences cannot be used as they are", faults);
}

function explainUrl(url: string, { checkUrl }: DeliveryDesk): string | null {
  try {
    checkUrl(url);
    return null;
  } catch (error) {
    if (error instanceof EgressError) return error.message;
    throw error;
  }
}

async function describe(
  record: PreferencesRecord,
  { vault, isMailOn }: DeliveryDesk,
  webhookSecret: string | null = null,
): Promise<View> {
  const { revision, email, webhookUrl, quietHours, timeZone, batchSeconds, channels } = record;
  const { toasts, sound, toastConfidence } = record;
  const slackUrl = record.slackUrl === null ? null : await vault.unlock(record.slackUrl);
  return {
    ...{ revision, email, isMailOn, webhookUrl, webhookSecret, quietHours, timeZone },
    hasWebhookSecret: record.webhookSecret !== null,
    slackUrl: slackUrl === null ? null : `…${slackUrl.slice(-4)}`,
    ...{ batchSeconds, channels, toasts, sound, toastConfidence },
  };
}
