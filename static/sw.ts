/**
 * The service worker: pages open without a network with the age of their figures, edits are sent
 * when there is one again, push messages are shown and lead to their page.
 *
 * @module
 */
import { CacheableResponsePlugin } from "workbox-cacheable-response";
import { clientsClaim, setCacheNameDetails } from "workbox-core";
import { ExpirationPlugin } from "workbox-expiration";
import { matchPrecache, precacheAndRoute } from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import { NetworkFirst } from "workbox-strategies";
import { appStrings } from "../lib/format/app_strings.ts";
import { openOutbox, syncTag } from "../lib/outbox/mod.ts";
import { findKeptPage, stampAnswer, warmPages } from "../lib/worker/keep.ts";
import { findKind, listWarmPaths } from "../lib/worker/kinds.ts";
import {
  describeNotification,
  describeSnooze,
  findTarget,
  type NotificationData,
  snoozeAction,
} from "../lib/worker/push.ts";
import { findSharedPage, readShared } from "../lib/worker/share.ts";
import { renewPush } from "../lib/worker/renew_push.ts";
import type { WorkerScope } from "../lib/worker/scope.ts";

/** Files and number of this build: put in by the bundler. */
declare const __PRECACHE__: { url: string; revision: string | null }[];
declare const __BUILD_ID__: string;

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

const worker = globalThis as unknown as WorkerScope;
const { origin } = new URL(worker.registration.scope);
const now = () => Date.now();
const outbox = openOutbox({ now });

setCacheNameDetails({ prefix: VERSION, suffix: "files", precache: "precache", runtime: "runtime" });
clientsClaim();
// The build adds its own parameter to addresses that may be kept for ever.
precacheAndRoute(__PRECACHE__, { ignoreURLParametersMatching: [/^__frsh_c$/] });

/** Keeps answers with the time at which they came. */
const stamp = {
  cacheWillUpdate: ({ response }: { response: Response }) =>
    Promise.resolve(stampAnswer(response, now())),
};

const pages = new NetworkFirst({
  cacheName: PAGES,
  networkTimeoutSeconds: 5,
  plugins: [
    stamp,
    new ExpirationPlugin({ maxEntries: 150, maxAgeSeconds: 30 * DAY_SECONDS }),
  ],
});
const data = new NetworkFirst({
  cacheName: DATA,
  networkTimeoutSeconds: 3,
  plugins: [
    new CacheableResponsePlugin({ statuses: [200] }),
    stamp,
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
      await matchPrecache("/offline") ?? Response.error();
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
    ({ request }) => answerSession(request),
    method,
  );
}
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname === "/share",
  ({ request }) => answerShare(request),
  "POST",
);

/** Once somebody has signed in or out, nothing that was kept for whoever it was before stays. */
async function answerSession(request: Request): Promise<Response> {
  const answer = await fetch(request);
  if (answer.ok || answer.type === "opaqueredirect") {
    const kept = await caches.keys();
    await Promise.all(
      kept.filter((name) => name.startsWith(PAGES) || name === DATA).map((name) =>
        caches.delete(name)
      ),
    );
    await outbox.kept.putValue("owner", null);
    await setUnseen(0);
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
  if (action !== snoozeAction) return await openPage(given.url ?? "/");
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
worker.addEventListener("activate", (event) => event.waitUntil(removeOldCaches()));
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
