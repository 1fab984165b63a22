/** Serves the pages of one person over an API that a test gives. */
import { App } from "fresh";
import Wrapper from "../../routes/_app.tsx";
import { handler as middleware } from "../../routes/_middleware.ts";
import AlertPage, * as alert from "../../routes/alerts/[id].tsx";
import HistoryPage, * as history from "../../routes/alerts/history.tsx";
import AlertsPage, * as alerts from "../../routes/alerts/index.tsx";
import NewAlertPage, * as newAlert from "../../routes/alerts/new.tsx";
import ForgotPage, * as forgot from "../../routes/forgot.tsx";
import NotificationsPage, * as notifications from "../../routes/notifications.tsx";
import ResetPage, * as reset from "../../routes/reset.tsx";
import AccountPage, * as account from "../../routes/settings/account.tsx";
import DevicesPage, * as devices from "../../routes/settings/devices.tsx";
import PreferencesPage, * as preferences from "../../routes/settings/index.tsx";
import KeysPage, * as keys from "../../routes/settings/keys.tsx";
import SecurityPage, * as security from "../../routes/settings/security.tsx";
import UsersPage, * as users from "../../routes/settings/users.tsx";
import SetupPage, * as setup from "../../routes/setup.tsx";
import SignInPage, * as signIn from "../../routes/signin.tsx";
import type { OwnAnswer, OwnQuestion, PersonView } from "../../lib/ui/own.ts";
import type { State } from "../../lib/ui/state.ts";
import { fullPages } from "./pages.ts";

/** An alert of the API that is given. */
export const ALERT_ID = "0f8fad5b-d9cb-469f-a165-70867728950e";

/** Pages that need somebody who is signed in. */
export const personPaths = [
  "/alerts",
  "/alerts/new",
  `/alerts/${ALERT_ID}`,
  "/alerts/history",
  "/notifications",
  "/settings",
  "/settings/devices",
  "/settings/security",
  "/settings/keys",
  "/settings/account",
];

/** Somebody who is signed in. */
export const aPerson: PersonView = {
  id: "u",
  email: "mara@example.org",
  role: "user",
  hasPassword: true,
  unread: 3,
  toasts: true,
  sound: false,
  toastConfidence: 0.8,
};

/** What the API answers, by method and path without query; the newest question is kept. */
export type Answers = Record<string, unknown>;

/** A question that a page asked. */
export interface Asked extends OwnQuestion {
  method: string;
  path: string;
}

/** Returns an API of fixed answers: a number is a status, all else the body of 200. */
export function createAnswers(answers: Answers) {
  const asked: Asked[] = [];
  const ask = (method: string, path: string, question: OwnQuestion = {}): Promise<OwnAnswer> => {
    asked.push({ method, path, ...question });
    const found = answers[`${method} ${path.split("?")[0]}`] ?? 404;
    const status = typeof found === "number" ? found : 200;
    const body = typeof found === "number" ? { detail: `refused with ${found}` } : found;
    const isOk = status < 400;
    const cookies = isOk && method === "POST" ? ["ci_access=a; Path=/; HttpOnly"] : [];
    return Promise.resolve({ status, isOk, body: isOk || body ? body : null, cookies, etag: null });
  };
  return { ask, asked };
}

/** Returns a handler of requests; without `ask` accounts are closed. */
export function servePerson(
  given: Pick<State, "person" | "ask">,
): (path: string, form?: Record<string, string>) => Promise<{
  status: number;
  headers: Headers;
  html: string;
}> {
  const route = (component: unknown, { handler }: { handler: unknown }) =>
    ({ component, handler }) as never;
  const handle = new App<State>({ logError: () => {} })
    .use((ctx) => {
      Object.assign(ctx.state, { requestId: "r1", mode: { mode: "live" }, data: fullPages }, given);
      return ctx.next();
    })
    .use(middleware)
    .appWrapper(Wrapper)
    .route("/signin", route(SignInPage, signIn))
    .route("/setup", route(SetupPage, setup))
    .route("/forgot", route(ForgotPage, forgot))
    .route("/reset", route(ResetPage, reset))
    .route("/alerts", route(AlertsPage, alerts))
    .route("/alerts/new", route(NewAlertPage, newAlert))
    .route("/alerts/history", route(HistoryPage, history))
    .route("/alerts/:id", route(AlertPage, alert))
    .route("/notifications", route(NotificationsPage, notifications))
    .route("/settings", route(PreferencesPage, preferences))
    .route("/settings/devices", route(DevicesPage, devices))
    .route("/settings/security", route(SecurityPage, security))
    .route("/settings/keys", route(KeysPage, keys))
    .route("/settings/account", route(AccountPage, account))
    .route("/settings/users", route(UsersPage, users))
    .handler();
  return async (path, form) => {
    const answer = await handle(
      new Request(
        `http://here${path}`,
        form && { method: "POST", body: new URLSearchParams(form) },
      ),
    );
    return { status: answer.status, headers: answer.headers, html: await answer.text() };
  };
}
