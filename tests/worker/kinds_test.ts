import { deepEqual, equal } from "node:assert/strict";
import {
  findKind,
  listTouchedPages,
  listWarmPaths,
  type RequestKind,
} from "../../lib/worker/kinds.ts";
import { apiPaths } from "../../lib/api/paths.ts";

const get = (path: string, isNavigation = false): RequestKind => {
  const { pathname, search } = new URL(path, "https://app.example");
  return findKind({ method: "GET", pathname, search, isNavigation });
};

const pages = [
  "/",
  "/enhanced-dashboard?symbol=BTCUSDT",
  "/explore/signals",
  "/explore/market/BTCUSDT",
  "/alerts",
  "/portfolio",
  "/watchlists/0f8fad5b",
  "/watch/0f8fad5b",
  "/guides/api",
  "/offline",
  "/sources",
  "/settings",
  "/somewhere-new",
];
const leftAlone = [
  "/docs",
  "/openapi.json",
  "/metrics",
  "/health",
  "/api/v1/symbols",
  "/x402/report",
  "/signin",
  "/sign-in?next=/alerts",
  "/setup",
  "/setup?token=secret",
  "/reset?token=secret",
  "/reset",
  "/forgot",
  "/settings/users",
  "/settings/users?email=a@b.org",
  "/explore/signals?token=secret",
  "/s/secret",
  "/shared/secret",
  "/share",
];
Deno.test("pages are kept; what is no page, or secret, or good once is not", () => {
  for (const path of pages) equal(get(path, true), "page", path);
  for (const path of leftAlone) equal(get(path, true), "none", path);
});

const data = [
  "/chart-notes?symbol=BTCUSDT",
  "/api/v1/symbols",
  "/api/v1/charts/BTCUSDT?timeframe=1h",
  "/api/v1/alerts",
  "/api/v1/alerts?limit=50",
  "/api/v1/watchlists/0f8fad5b",
  "/api/v1/portfolios/0f8fad5b/activities",
  "/api/v1/preferences",
  "/api/v1/notifications",
];
const live = [
  "/ws",
  "/api/v1/events?channels=prices",
  "/health",
  "/dashboard/api/market",
  "/signals?limit=50",
  "/recording",
  "/api/v1/auth/me",
  "/api/v1/auth/sessions",
  "/api/v1/keys",
  "/api/v1/alerts-of-others",
  "/x402/report",
  "/sw.js",
];
Deno.test("data that a page can go on with is kept; live answers and those on accounts are not", () => {
  for (const path of data) equal(get(path), "data", path);
  for (const path of live) equal(get(path), "none", path);
});

Deno.test("the roots of the API are no pages", () => {
  for (const path of apiPaths) equal(get(path, true), "none", path);
});

const changes: [method: string, path: string, want: RequestKind][] = [
  ["POST", "/api/v1/auth/login", "session"],
  ["POST", "/api/v1/auth/logout", "session"],
  ["POST", "/api/v1/auth/passkeys/login", "session"],
  ["PUT", "/api/v1/auth/password", "session"],
  ["DELETE", "/api/v1/auth/me", "session"],
  ["POST", "/signin", "session"],
  ["POST", "/setup", "session"],
  ["POST", "/reset", "session"],
  ["POST", "/api/v1/auth/reset", "session"],
  ["POST", "/forgot", "none"],
  ["POST", "/api/v1/auth/forgot", "none"],
  ["POST", "/settings/users", "none"],
  ["POST", "/api/v1/auth/refresh", "none"],
  ["PUT", "/api/v1/alerts/0f8fad5b", "none"],
  ["POST", "/share", "none"],
  ["POST", "/play-again", "none"],
  ["POST", "/signin-later", "none"],
];
Deno.test("no change is kept; whoever signs in or out ends what was kept", () => {
  for (const [method, pathname, want] of changes) {
    for (const isNavigation of [true, false]) {
      equal(findKind({ method, pathname, search: "", isNavigation }), want, pathname);
    }
  }
});

Deno.test("pages to keep ahead are ours, pages, and each once", () => {
  const origin = "https://app.example";
  deepEqual(
    listWarmPaths([
      "https://app.example/",
      "/explore/markets?q=btc#top",
      "https://app.example/explore/markets?q=btc",
      "https://elsewhere.example/",
      "//elsewhere.example/x",
      "javascript:alert(1)",
      "/docs",
      "/setup?token=x",
      "http://[",
      7,
      null,
    ], origin),
    ["/", "/explore/markets?q=btc"],
  );
  for (const odd of [null, undefined, "x", { length: 1 }]) {
    deepEqual(listWarmPaths(odd, origin), []);
  }
  equal(listWarmPaths(Array.from({ length: 900 }, (_, i) => `/${i}`), origin).length, 200);
});

const id = "0f8fad5b-d9cb-469f-a165-70867728950e";
const touched: [string, string, string[]][] = [
  ["PUT", `/api/v1/alerts/${id}`, ["/alerts", `/alerts/${id}`]],
  ["POST", `/api/v1/alerts/${id}/snooze`, ["/alerts", `/alerts/${id}`]],
  ["POST", "/alerts/new", ["/alerts"]],
  ["DELETE", `/api/v1/watchlists/${id}`, ["/watchlists", `/watchlists/${id}`]],
  [
    "PUT",
    `/api/v1/portfolios/${id}/activities/1f8fad5b-d9cb-469f-a165-70867728950e`,
    ["/portfolio", `/portfolio/${id}`],
  ],
  ["POST", `/portfolio/${id}`, ["/portfolio", `/portfolio/${id}`]],
  ["PUT", "/api/v1/preferences", ["/settings"]],
  ["POST", "/settings", ["/settings"]],
  ["GET", `/api/v1/alerts/${id}`, []],
  ["POST", "/api/v1/push/subscriptions", []],
  ["POST", "/alertsomething", []],
];

for (const [method, pathname, expected] of touched) {
  Deno.test(`${method} ${pathname} changes what ${expected.join(" and ") || "no page"} tells`, () => {
    deepEqual(listTouchedPages({ method, pathname }), expected);
    for (const page of expected) equal(get(page, true), "page", `${page} is kept`);
  });
}
