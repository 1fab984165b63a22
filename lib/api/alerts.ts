/**
 * Alerts: a person's standing orders, made, read, changed and silenced by their owner alone.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { requireOwn } from "../accounts/mod.ts";
import {
  alertChangeSchema,
  alertDraftSchema,
  alertParamSchema,
  alertSchema,
  alertsMax,
  alertsQuerySchema,
  alertsSchema,
  idempotencySchema,
  newAlertSchema,
  preconditionSchema,
  snoozeSchema,
} from "../contracts/alerts.ts";
import { doneSchema } from "../contracts/auth.ts";
import type { AlertRecord } from "../contracts/owned.ts";
import { type AlertContent, checkContent, openSymbols } from "./alert_content.ts";
import { type AlertReader, createAlertReader } from "./alert_reads.ts";
import { type AlertWrite, type AlertWriter, createAlertWriter } from "./alert_writes.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { requireUser } from "./identity.ts";
import { linkNext } from "./paging.ts";
import { getPersonal, jsonBody, type PersonalDeps, readPerson } from "./personal.ts";
import { answerStale, readPrecondition } from "./preconditions.ts";
import { type Api, describeAnswers, problem, unavailable } from "./routes.ts";

/** What the endpoints of alerts are given. */
export type AlertDeps = PersonalDeps & Pick<ApiDeps, "store" | "symbols" | "now">;

const path = "/api/v1/alerts";
const onePath = `${path}/{alert_id}`;
const tags = ["alerts"];
const stale = { 412: problem("It was changed meanwhile; `current` is what it is now") };
const made = {
  201: { description: "Made", content: { "application/json": { schema: alertSchema } } },
};
const answers = {
  ...describeAnswers(alertSchema, "The alert"),
  ...unavailable,
  403: problem("This key is not for alerts"),
};

const listRoute = createRoute({
  method: "get",
  path,
  tags,
  summary: "One's alerts, newest first, each with where it stands",
  request: { query: alertsQuerySchema },
  responses: { ...describeAnswers(alertsSchema, "A page of alerts"), ...unavailable },
});

const makeRoute = createRoute({
  method: "post",
  path,
  tags,
  summary: "Makes an alert; sent again with the same id or `Idempotency-Key` it is made once",
  request: { headers: idempotencySchema, body: jsonBody(newAlertSchema) },
  responses: { ...answers, ...made, ...stale },
});

const readRoute = createRoute({
  method: "get",
  path: onePath,
  tags,
  summary: "One alert",
  request: { params: alertParamSchema },
  responses: answers,
});

const putRoute = createRoute({
  method: "put",
  path: onePath,
  tags,
  summary: "Makes an alert under an id of the client's own, or replaces it",
  request: {
    params: alertParamSchema,
    headers: preconditionSchema,
    body: jsonBody(alertDraftSchema),
  },
  responses: { ...answers, ...made, ...stale },
});

const changeRoute = createRoute({
  method: "patch",
  path: onePath,
  tags,
  summary: "Changes some fields of an alert",
  request: {
    params: alertParamSchema,
    headers: preconditionSchema,
    body: jsonBody(alertChangeSchema),
  },
  responses: { ...answers, ...stale },
});

const removeRoute = createRoute({
  method: "delete",
  path: onePath,
  tags,
  summary: "Deletes an alert, whose history stays; one that is gone is no problem",
  request: { params: alertParamSchema, headers: preconditionSchema },
  responses: { ...describeAnswers(doneSchema, "Deleted"), ...stale, ...unavailable },
});

const snoozeRoute = createRoute({
  method: "post",
  path: `${onePath}/snooze`,
  tags,
  summary: "Silences an alert until a time, or (null) wakes it",
  request: { params: alertParamSchema, body: jsonBody(snoozeSchema) },
  responses: answers,
});

/** Binds the endpoints of alerts. */
export function bindAlerts(api: Api, deps: AlertDeps): void {
  for (const guarded of [path, `${path}/*`]) api.use(guarded, requireUser(deps, "alerts"));
  const parts: Parts = { deps, opened: null };
  bindReads(api, parts);
  bindWrites(api, parts);
  bindSnooze(api, parts);
}

interface Parts {
  deps: AlertDeps;
  /** Made with the first request, as who works on alerts may not be there. */
  opened: { reader: AlertReader; writer: AlertWriter } | null;
}

function open(parts: Parts): { reader: AlertReader; writer: AlertWriter } {
  const { deps } = parts;
  const personal = getPersonal(deps);
  const options = { ...personal, world: deps.store.world, now: deps.now };
  parts.opened ??= { reader: createAlertReader(options), writer: createAlertWriter(options) };
  return parts.opened;
}

function bindReads(api: Api, parts: Parts): void {
  const { deps } = parts;
  api.openapi(listRoute, async (c) => {
    const { userId } = await readPerson(c, deps);
    const query = c.req.valid("query");
    const symbol = query.symbol === undefined ? null : await deps.symbols.find(query.symbol);
    const { alerts, cursor } = await open(parts).reader.list(userId, {
      ...query,
      ...(symbol && { symbol: symbol.symbol }),
    });
    linkNext(c, cursor);
    const page = { alerts, count: alerts.length, most: alertsMax, next_cursor: cursor };
    return c.json(page, 200);
  });
  api.openapi(readRoute, async (c) => {
    const { userId } = await readPerson(c, deps);
    const { alert_id } = c.req.valid("param");
    const record = await getPersonal(deps).owned.alerts.get(alert_id);
    const own = requireOwn(record, ({ user_id }) => user_id, { userId }, "such an alert");
    return c.json(await tag(c, parts, own), 200);
  });
}

function bindWrites(api: Api, parts: Parts): void {
  const { deps } = parts;
  api.openapi(makeRoute, async (c) => {
    const { userId } = await readPerson(c, deps);
    const { alert_id, ...content } = c.req.valid("json");
    const key = c.req.valid("header")["idempotency-key"];
    const checked = checkContent(content, await openSymbols(deps, content.symbol));
    const write: AlertWrite = {
      id: alert_id ?? crypto.randomUUID(),
      userId,
      // What is there under this id is not replaced: that is what PUT is for.
      precondition: { revisions: null, isNew: true },
      build: () => checked,
    };
    if (key !== undefined) {
      const hash = await hashText(JSON.stringify([alert_id ?? null, content]));
      const { describe } = open(parts).reader;
      write.request = { key, hash, answer: (alert) => JSON.stringify(describe(alert, null)) };
    }
    return await answerWrite(c, parts, write) as never;
  });
  api.openapi(putRoute, async (c) => {
    const { userId } = await readPerson(c, deps);
    const content = c.req.valid("json");
    const checked = checkContent(content, await openSymbols(deps, content.symbol));
    const precondition = readPrecondition(c.req.valid("header"));
    const id = c.req.valid("param").alert_id;
    const build = () => checked;
    return await answerWrite(c, parts, { id, userId, precondition, build }) as never;
  });
  api.openapi(changeRoute, async (c) => {
    const { userId } = await readPerson(c, deps);
    const change = c.req.valid("json");
    const symbols = await openSymbols(deps, change.symbol ?? "");
    const precondition = readPrecondition(c.req.valid("header"));
    const id = c.req.valid("param").alert_id;
    const build: AlertWrite["build"] = (current) =>
      current && checkContent({ ...current, ...change } as AlertContent, symbols);
    return await answerWrite(c, parts, { id, userId, precondition, build }) as never;
  });
  api.openapi(removeRoute, async (c) => {
    const { userId } = await readPerson(c, deps);
    const { writer, reader } = open(parts);
    const id = c.req.valid("param").alert_id;
    const precondition = readPrecondition(c.req.valid("header"));
    const removed = await writer.remove({ id, userId, precondition });
    if (removed.kind === "stale") {
      const [current] = await reader.describeAll([removed.alert]);
      return answerStale(c, current ?? null) as never;
    }
    if (removed.kind === "removed") getPersonal(deps).noteAlert(id, null);
    return c.json({ done: true } as const, 200);
  });
}

function bindSnooze(api: Api, parts: Parts): void {
  const { deps } = parts;
  api.openapi(snoozeRoute, async (c) => {
    const { userId } = await readPerson(c, deps);
    const { untilMs } = c.req.valid("json");
    const id = c.req.valid("param").alert_id;
    const build: AlertWrite["build"] = (current) =>
      current && { ...current, snoozedUntilMs: untilMs };
    const precondition = { revisions: null, isNew: false };
    return await answerWrite(c, parts, { id, userId, precondition, build }) as never;
  });
}

async function answerWrite(
  c: Context<ApiEnv>,
  parts: Parts,
  write: AlertWrite,
): Promise<Response> {
  const { reader, writer } = open(parts);
  const written = await writer.put(write);
  if (written.kind === "answered") {
    c.header("idempotency-replayed", "true");
    return c.json(JSON.parse(written.body), written.status as 201);
  }
  if (written.kind === "stale") {
    const [current] = written.alert ? await reader.describeAll([written.alert]) : [];
    return answerStale(c, current ?? null);
  }
  if (written.kind !== "same") getPersonal(parts.deps).noteAlert(write.id, written.alert);
  if (written.kind !== "made") return c.json(await tag(c, parts, written.alert), 200);
  c.header("location", `${path}/${write.id}`);
  return c.json(await tag(c, parts, written.alert), 201);
}

/** Describes an alert and tags the answer with its revision, and with what changes without one. */
async function tag(c: Context<ApiEnv>, parts: Parts, alert: AlertRecord) {
  const [described] = await open(parts).reader.describeAll([alert]);
  const { revision, phase, lastFiredMs } = described!;
  c.header("etag", `"${revision}-${phase}-${lastFiredMs ?? 0}"`);
  return described!;
}

async function hashText(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
