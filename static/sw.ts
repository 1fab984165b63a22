/**
 * The service worker: pages open without a network with the age of their figures, edits are sent
 * when there is one again, push messages are shown and lead to their page.
 *
 * @module
 */
import { CacheableResponsePlugin } from "workbox-cacheable-response";
import { clientsClaim, setCacheNameDetails } from "workbox-core";
import { ExpirationPlugin } from "workbox-expiration";
import { precacheAndRoute } from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import { NetworkFirst } from "workbox-strategies";
import { appStrings } from "../lib/format/app_strings.ts";
import { strings } from "../lib/format/strings.ts";
import { openOutbox, syncTag } from "../lib/outbox/mod.ts";
import { createRefresh, createStamp, findKeptPage, warmPages } from "../lib/worker/keep.ts";
import { findKind, listTouchedPages, listWarmPaths, ownLists } from "../lib/worker/kinds.ts";
import { describeOffline } from "../lib/worker/offline.ts";
import {
  describeNotification,
  describeSnooze,
  findTarget,
  type NotificationData,
  snoozeAction,
} from "../lib/worker/push.ts";
import { findSharedPage, readShared } from "../lib/worker/share.ts";
import { createPushCount } from "../lib/visits/pushes.ts";
import { renewPush } from "../lib/worker/renew_push.ts";
import type { WaitingEvent, WorkerScope } from "../lib/worker/scope.ts";

/** Files and number of this build: put in by the bundler. */
declare const __PRECACHE__: { url: string; revision: string | null }[];
declare const __BUILD_ID__: string;
/** The page's types, which are those of this project, know no worker's scope. */
declare const self: WorkerScope;

/** Raise it when the shape of what is cached changes; older caches are then removed. */
const VERSION = "cryptointel-v1";
/** A page names the scripts of its build, so another build's pages are of no use. */
const PAGES = `${VERSION}-pages-${__BUILD_ID__}`;
const DATA = `${VERSION}-data`;
/** Pages that shall open offline though they were never visited; the others follow. */
const firstPages = ["/enhanced-dashboard", "/", "/offline"];
const DAY_SECONDS = 86_400;
/** Pages kept ahead are fetched again after so long, ms. */
const warmAgeMs = 3_600_000;

const worker = self;
const { origin } = new URL(worker.registration.scope);
const now = () => Date.now();
const outbox = openOutbox({ now });
const countPush = createPushCount({
  read: () => outbox.kept.getValue("visits"),
  write: (value) => outbox.kept.putValue("visits", value),
  send: (path, init) => fetch(path, init),
  now,
  makeId: () => crypto.randomUUID(),
});

setCacheNameDetails({ prefix: VERSION, suffix: "files", precache: "precache", runtime: "runtime" });
clientsClaim();
// The build adds its own parameter to addresses that may be kept for ever.
precacheAndRoute(__PRECACHE__, { ignoreURLParametersMatching: [/^__frsh_c$/] });

/** Keeps answers with the time at which they came, none that somebody before asked for. */
const stamp = createStamp(now);

const pages = new NetworkFirst({
  cacheName: PAGES,
  networkTimeoutSeconds: 5,
  plugins: [
    stamp.plugin,
    new ExpirationPlugin({ maxEntries: 150, maxAgeSeconds: 30 * DAY_SECONDS }),
  ],
});
const data = new NetworkFirst({
  cacheName: DATA,
  networkTimeoutSeconds: 3,
  plugins: [
    new CacheableResponsePlugin({ statuses: [200] }),
    stamp.plugin,
    new ExpirationPlugin({ maxEntries: 150, maxAgeSeconds: 7 * DAY_SECONDS }),
  ],
});

const kindOf = (url: URL, request: Request) =>
  findKind({
    method: request.method,
    pathname: url.pathname,
    search: url.search,
    isNavigation: request.mode === "navigate",
  });

type RouteOptions = Parameters<typeof pages.handle>[0] & { request: Request; url: URL };

async function answerPage(options: RouteOptions): Promise<Response> {
  try {
    return await pages.handle(options);
  } catch {
    return await findKeptPage(await caches.open(PAGES), options.url, "/offline") ??
      await describeOffline(undefined, strings.offline, strings.offline);
  }
}

async function findOfflinePage(): Promise<Response | undefined> {
  return await (await caches.open(PAGES)).match("/offline");
}

/** A form that is sent without a network: nothing happened there, and a page says so. */
async function orUnsent(request: Request, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (request.mode !== "navigate") throw error;
    const words = { ...strings.offline, text: appStrings.unsent };
    return await describeOffline(await findOfflinePage(), strings.offline, words);
  }
}

registerRoute(
  ({ url, request, sameOrigin }) => sameOrigin && kindOf(url, request) === "page",
  (options) => answerPage(options as RouteOptions),
);
registerRoute(
  ({ url, request, sameOrigin }) => sameOrigin && kindOf(url, request) === "data",
  data,
);
for (const method of ["POST", "PUT", "DELETE"] as const) {
  registerRoute(
    ({ url, request, sameOrigin }) => sameOrigin && kindOf(url, request) === "session",
    ({ request, event }) => orUnsent(request, () => answerSession(request, event)),
    method,
  );
}
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname === "/share",
  ({ request }) => answerShare(request),
  "POST",
);
registerRoute(
  ({ request, sameOrigin }) => sameOrigin && request.mode === "navigate",
  ({ request, event }) => orUnsent(request, () => answerEdit(request, event)),
  "POST",
);
for (const method of ["POST", "PUT", "DELETE"] as const) {
  registerRoute(
    ({ url, sameOrigin }) =>
      sameOrigin && listTouchedPages({ method, pathname: url.pathname }).length > 0,
    ({ request, event }) => answerEdit(request, event),
    method,
  );
}

/** Once something was changed, the pages that list it are kept as they are now. */
async function answerEdit(request: Request, event: WaitingEvent): Promise<Response> {
  const answer = await fetch(request);
  if (answer.ok || answer.type === "opaqueredirect") {
    const { pathname } = new URL(request.url);
    const touched = listTouchedPages({ method: request.method, pathname });
    event.waitUntil(Promise.all(touched.map(refresh)));
  }
  return answer;
}

/** Once somebody has signed in or out, nothing that was kept for whoever it was before stays. */
async function answerSession(request: Request, event: WaitingEvent): Promise<Response> {
  stamp.forget();
  const answer = await fetch(request);
  if (answer.ok || answer.type === "opaqueredirect") {
    // What was asked for meanwhile may be of either.
    stamp.forget();
    // Those of a version that waits to take over, too.
    const isPersonal = (name: string) => name.startsWith(`${VERSION}-pages`) || name === DATA;
    const kept = await caches.keys();
    await Promise.all(kept.filter(isPersonal).map((name) => caches.delete(name)));
    await outbox.kept.putValue("owner", null);
    await setUnseen(0);
    event.waitUntil(warm(firstPages, 0));
  }
  return answer;
}

async function answerShare(request: Request): Promise<Response> {
  const form = request.clone();
  try {
    return await fetch(request);
  } catch {
    return Response.redirect(
      new URL(findSharedPage(readShared(await form.formData()), origin), origin),
      303,
    );
  }
}

async function warm(paths: readonly string[], maxAgeMs: number): Promise<void> {
  const cache = await caches.open(PAGES);
  await warmPages(paths, maxAgeMs, { cache, now, fetch: (path) => fetch(path) });
}

/** Only what is kept: the page of one record is not fetched ahead. */
const refresh = createRefresh(async (path) => {
  if (await (await caches.open(PAGES)).match(path)) await warm([path], 0);
});

/** Pages of earlier builds, to be fetched anew: the person has them open offline today. */
async function listOldPages(): Promise<string[]> {
  const names = (await caches.keys()).filter((name) =>
    name.startsWith(`${VERSION}-pages`) && name !== PAGES
  );
  const requests = await Promise.all(
    names.map(async (name) => (await caches.open(name)).keys()),
  );
  return listWarmPaths(requests.flat().map(({ url }) => url), origin);
}

async function removeOldCaches(): Promise<void> {
  const isOld = (name: string) =>
    name.startsWith("cryptointel-") && !name.startsWith(`${VERSION}-`) ||
    name.startsWith(`${VERSION}-pages`) && name !== PAGES;
  await Promise.all((await caches.keys()).filter(isOld).map((name) => caches.delete(name)));
}

async function flush(): Promise<void> {
  const { stopped } = await outbox.flush();
  await Promise.all(ownLists.map(refresh));
  const { waiting } = await outbox.count();
  // What is thrown makes the browser wake the worker again.
  if (waiting > 0 && stopped !== "signed_out") throw new Error(`${waiting} edits wait: ${stopped}`);
}

async function setUnseen(count: number): Promise<void> {
  await outbox.kept.putValue("unseen", count);
  await (count === 0 ? worker.navigator.clearAppBadge?.() : worker.navigator.setAppBadge?.(count))
    // Not installed, or not allowed: the number is a courtesy.
    ?.catch(() => undefined);
}

async function showMessage(text: string | null): Promise<void> {
  const { title, options } = describeNotification(text, origin, appStrings.push);
  await worker.registration.showNotification(title, options);
  await setUnseen((await outbox.kept.getValue("unseen") ?? 0) + 1);
  await countPush("pushShown");
}

/** Goes to the page in a window that is open, else in a new one. */
async function openPage(path: string): Promise<void> {
  const url = new URL(findTarget(path, origin), origin).href;
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find((one) => one.url === url) ?? windows[0];
  if (open) {
    const moved = open.url === url ? open : await open.navigate(url).catch(() => null);
    // Bringing it to the front needs a real click; that it failed changes nothing.
    if (moved) return void await moved.focus().catch(() => undefined);
  }
  await worker.clients.openWindow(url);
}

async function actOnClick(
  notification: { data: unknown; close(): void },
  action: string,
): Promise<void> {
  const given = (notification.data ?? {}) as Partial<NotificationData>;
  notification.close();
  await setUnseen(0);
  if (action !== snoozeAction) {
    await Promise.all([openPage(given.url ?? "/"), countPush("pushOpened")]);
    return;
  }
  for (const draft of describeSnooze(given, now(), appStrings.push.snoozed)) {
    await outbox.save(draft);
  }
}

worker.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    await warm(firstPages, 0);
    await warm(await listOldPages(), warmAgeMs);
  })());
});
worker.addEventListener("activate", (event) => {
  event.waitUntil(removeOldCaches().then(() => warm(firstPages, warmAgeMs)));
});
worker.addEventListener("message", (event) => {
  const message = event.data as { type?: unknown; paths?: unknown } | null;
  if (message?.type === "SKIP_WAITING") event.waitUntil(worker.skipWaiting());
  if (message?.type === "WARM") {
    event.waitUntil(warm(listWarmPaths(message.paths, origin), warmAgeMs));
  }
  if (message?.type === "SEEN") event.waitUntil(setUnseen(0));
});
worker.addEventListener("sync", (event) => {
  if (event.tag === syncTag) event.waitUntil(flush());
});
worker.addEventListener("push", (event) => {
  event.waitUntil(showMessage(event.data?.text() ?? null));
});
worker.addEventListener("notificationclick", (event) => {
  event.waitUntil(actOnClick(event.notification, event.action));
});
worker.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renewPush(event, {
    manager: worker.registration.pushManager,
    fetch: (path, init) => fetch(path, init),
  }));
});
