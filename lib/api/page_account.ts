/**
 * How pages ask the API for their visitor: in this process, as the visitor's browser would.
 *
 * A page thereby shows nothing that its visitor could not have asked for, and every rule of the API
 * (who may, how often, from which page) holds for forms as well.
 *
 * @module
 */
import type { AskApi, OwnAnswer, PersonView } from "../ui/own.ts";
import { readCookie } from "./auth_cookies.ts";
import { spareRequest } from "./rate_limit.ts";

/** The API, as far as pages call it. */
export interface PageApi {
  fetch(req: Request, env: { ip: string }): Response | Promise<Response>;
}

/** Headers that say who asks and from where. */
const passedOn = [
  "cookie",
  "host",
  "origin",
  "sec-fetch-site",
  "user-agent",
  "x-forwarded-proto",
] as const;

/** What every page is told of its visitor. */
export interface Visitor {
  ask: AskApi;
  /** Null for somebody who is not signed in. */
  person: PersonView | null;
}

/** Returns how to ask the API for the visitor of `req`, whose connection comes from `ip`. */
export function createAsk(api: PageApi, req: Request, ip: string): AskApi {
  return async (method, path, { body, headers = {} } = {}) => {
    const all = new Headers(headers);
    for (const name of passedOn) {
      const value = req.headers.get(name);
      if (value !== null) all.set(name, value);
    }
    if (body !== undefined) all.set("content-type", "application/json");
    const question = new Request(new URL(path, req.url), {
      method,
      headers: all,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // Looking at pages is not counted; what forms change is.
    const asked = method === "GET" ? spareRequest(question) : question;
    return await readAnswer(await api.fetch(asked, { ip }));
  };
}

async function readAnswer(answer: Response): Promise<OwnAnswer> {
  const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
  const text = await answer.text();
  return {
    status: answer.status,
    isOk: answer.ok,
    body: isJson && text !== "" ? JSON.parse(text) : null,
    cookies: answer.headers.getSetCookie(),
    etag: answer.headers.get("etag"),
  };
}

/** Finds out who looks at a page. Only whoever shows a cookie of ours is asked for. */
export async function readVisitor(api: PageApi, req: Request, ip: string): Promise<Visitor> {
  const ask = createAsk(api, req, ip);
  if (readCookie(req, "access") === null) return { ask, person: null };
  const me = await ask("GET", "/api/v1/auth/me");
  if (!me.isOk) return { ask, person: null };
  const [notifications, preferences] = await Promise.all([
    ask("GET", "/api/v1/notifications?limit=1"),
    ask("GET", "/api/v1/preferences"),
  ]);
  return { ask, person: describePerson(me, notifications, preferences) };
}

/** What cannot be read is as if nothing had been said: a page is not lost for a missing badge. */
function describePerson(me: OwnAnswer, notifications: OwnAnswer, preferences: OwnAnswer) {
  const { id, email, role, hasPassword } = me.body as PersonView;
  const told = notifications.isOk ? notifications.body as { unread: number } : { unread: 0 };
  const wanted = preferences.isOk
    ? preferences.body as Pick<PersonView, "toasts" | "sound" | "toastConfidence">
    : { toasts: true, sound: false, toastConfidence: 0.8 };
  const { toasts, sound, toastConfidence } = wanted;
  return { id, email, role, hasPassword, unread: told.unread, toasts, sound, toastConfidence };
}
