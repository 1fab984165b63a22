/**
 * The service worker: what was seen before opens offline, with the age of its figures.
 *
 * @module
 */
import { CacheableResponsePlugin } from "workbox-cacheable-response";
import { clientsClaim, setCacheNameDetails } from "workbox-core";
import { ExpirationPlugin } from "workbox-expiration";
import { matchPrecache, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { NetworkFirst, NetworkOnly } from "workbox-strategies";

/** Files of this build: put in by the bundler. */
declare const __PRECACHE__: { url: string; revision: string | null }[];

/** Raise it when the shape of what is cached changes; older caches are then removed. */
const VERSION = "cryptointel-v1";
const PAGES = `${VERSION}-pages`;
/** Pages that shall open offline though they were never visited. */
const warmPages = ["/enhanced-dashboard", "/", "/offline"];
const DAY_SECONDS = 86_400;

/** The part of the worker's global scope that is used; the page's types do not know it. */
interface WorkerScope {
  skipWaiting(): Promise<void>;
  addEventListener(
    type: "install" | "activate" | "message",
    listener: (event: { waitUntil(done: Promise<unknown>): void; data?: unknown }) => void,
  ): void;
}
const worker = globalThis as unknown as WorkerScope;

setCacheNameDetails({ prefix: VERSION, suffix: "files", precache: "precache", runtime: "runtime" });
clientsClaim();
// Before precaching, so that nothing of this kind is ever answered from a cache.
registerRoute(
  ({ url }) => url.pathname.startsWith("/x402") || url.pathname === "/api/v1/events",
  new NetworkOnly(),
);
// The build adds its own parameter to addresses that may be kept for ever.
precacheAndRoute(__PRECACHE__, { ignoreURLParametersMatching: [/^__frsh_c$/] });

const pages = new NetworkFirst({
  cacheName: PAGES,
  networkTimeoutSeconds: 5,
  plugins: [
    new CacheableResponsePlugin({ statuses: [200] }),
    new ExpirationPlugin({ maxEntries: 40, maxAgeSeconds: 30 * DAY_SECONDS }),
  ],
});

async function answerPage(options: Parameters<typeof pages.handle>[0]): Promise<Response> {
  try {
    return await pages.handle(options);
  } catch {
    const cache = await caches.open(PAGES);
    const path = new URL((options as { request: Request }).request.url).pathname;
    return await cache.match(path, { ignoreSearch: true }) ??
      await cache.match("/offline") ?? await matchPrecache("/offline") ?? Response.error();
  }
}

registerRoute(
  new NavigationRoute((options) => answerPage(options), {
    denylist: [/^\/api\//, /^\/x402/, /^\/docs/, /^\/metrics/],
  }),
);
// What the page polls is not among it: a kept answer would look like a connection.
registerRoute(
  ({ url, sameOrigin }) =>
    sameOrigin && /^\/(api\/v1\/(charts\/|symbols)|chart-notes)/.test(url.pathname),
  new NetworkFirst({
    cacheName: `${VERSION}-data`,
    networkTimeoutSeconds: 3,
    plugins: [
      new CacheableResponsePlugin({ statuses: [200] }),
      new ExpirationPlugin({ maxEntries: 100, maxAgeSeconds: DAY_SECONDS }),
    ],
  }),
);

async function warm(): Promise<void> {
  const cache = await caches.open(PAGES);
  // One page that fails must not stop the worker from being installed.
  await Promise.allSettled(warmPages.map((path) => cache.add(path)));
}

async function removeOldCaches(): Promise<void> {
  const old = (await caches.keys()).filter((name) =>
    name.startsWith("cryptointel-") && !name.startsWith(`${VERSION}-`)
  );
  await Promise.all(old.map((name) => caches.delete(name)));
}

worker.addEventListener("install", (event) => event.waitUntil(warm()));
worker.addEventListener("activate", (event) => event.waitUntil(removeOldCaches()));
worker.addEventListener("message", (event) => {
  const data = event.data as { type?: unknown } | null;
  if (data?.type === "SKIP_WAITING") event.waitUntil(worker.skipWaiting());
});
