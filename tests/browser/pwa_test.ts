/** The product as an app: installed, updated, shared with, told by push. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import { writePushPayload } from "../../lib/notify/push.ts";
import type { Message } from "../../lib/notify/types.ts";
import { callApi, signUp } from "../support/account_browser.ts";
import { setUpOwner } from "../support/every_page.ts";
import { down, pass } from "../support/faulty_front.ts";
import { openInstalledApp, waitForWorker } from "../support/installed_app.ts";

const alertId = "0f8fad5b-d9cb-469f-a165-70867728950e";
const message = {
  id: "m1",
  kind: "alert",
  title: "BTC above 60,000",
  text: "BTCUSDT trades at 60,012.50.",
  url: "/explore/signals?confidence=40",
  timestamp: 1_704_153_600_000,
  isRecorded: true,
  topic: "t1",
  parts: [{ firingId: "f1", alertId, symbol: "BTCUSDT" }],
} as Message;

/** Polls until `read` gives something, as pages cannot be waited for from their worker. */
async function poll<T>(page: Page, read: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < 100; tries++) {
    const found = await read();
    if (found !== null) return found;
    await page.waitForTimeout(100);
  }
  throw new Error("nothing came within 10 s");
}

/** Hands the worker messages as a push service would; `errors` are what the worker reports. */
async function openPush(context: BrowserContext, page: Page, origin: string) {
  const session = await context.newCDPSession(page);
  const registrations: { registrationId: string }[] = [];
  const errors: string[] = [];
  session.on("ServiceWorker.workerRegistrationUpdated", (event) => {
    registrations.push(...event.registrations);
  });
  session.on("ServiceWorker.workerErrorReported", ({ errorMessage }) => {
    errors.push(errorMessage.errorMessage);
  });
  await session.send("ServiceWorker.enable");
  const { registrationId } = await poll(page, () => Promise.resolve(registrations.at(-1) ?? null));
  const push = async (data: string) => {
    const [worker] = context.serviceWorkers();
    // Chromium forgets a notification that is asked for between its writing and its showing.
    await worker!.evaluate(() => {
      const scope = globalThis as typeof globalThis & {
        registration: ServiceWorkerRegistration;
        isShown: Promise<void>;
      };
      scope.isShown = new Promise((done) => {
        scope.registration.showNotification = async (...given) => {
          await ServiceWorkerRegistration.prototype.showNotification.apply(
            scope.registration,
            given,
          );
          done();
        };
      });
    });
    await session.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data });
    await worker!.evaluate(() =>
      (globalThis as typeof globalThis & { isShown: Promise<void> }).isShown
    );
  };
  return { push, errors };
}

interface Shown {
  title: string;
  body: string;
  icon: string;
  badge: string;
  actions: string[];
}

/** The notifications that are shown; null for none. */
async function readShown(page: Page): Promise<Shown[] | null> {
  const shown = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map((one) => {
      const { title, body, icon, badge } = one as Notification & { badge: string };
      const actions = (one as Notification & { actions: { action: string }[] }).actions;
      return { title, body, icon, badge, actions: actions.map(({ action }) => action) };
    });
  });
  return shown.length > 0 ? shown : null;
}

/** Clicks the one notification, or a button of it, from within the worker. */
async function click(context: BrowserContext, action = "") {
  await context.serviceWorkers()[0]!.evaluate(async (action) => {
    const scope = globalThis as typeof globalThis & {
      registration: ServiceWorkerRegistration;
      NotificationEvent: new (type: string, init: object) => Event;
    };
    const [notification] = await scope.registration.getNotifications();
    const event = new scope.NotificationEvent("notificationclick", { notification, action });
    dispatchEvent(event);
  }, action);
}

/** Edits that wait, as the browser keeps them. */
function readEdits(page: Page) {
  return page.evaluate(() =>
    new Promise<{ method: string; path: string; body: { untilMs: number } }[] | null>((done) => {
      const opening = indexedDB.open("cryptointel");
      opening.onsuccess = () => {
        const all = opening.result.transaction("edits").objectStore("edits").getAll();
        all.onsuccess = () => {
          opening.result.close();
          done(all.result.length > 0 ? all.result : null);
        };
      };
    })
  );
}

/** Signs somebody up, who has the alert of the message. */
async function makeAlert(page: Page): Promise<void> {
  await signUp(page);
  const alert = { symbol: "BTCUSDT", condition: "PRICE_ABOVE", threshold: 9e6 };
  equal((await callApi(page, "PUT", `/api/v1/alerts/${alertId}`, alert)).status, 201);
}

/** Until when the alert is silent, as the server has it. */
function readSnoozed(page: Page): Promise<number | null> {
  return page.evaluate(async (path) => {
    const answer = await fetch(path, { cache: "no-store" });
    return answer.headers.get("x-kept-ms") ? null : (await answer.json()).snoozedUntilMs;
  }, `/api/v1/alerts/${alertId}`);
}

/** Shares a text by a form, as the browser does for an installed app. */
async function share(page: Page, text: string): Promise<string> {
  await page.evaluate((text) => {
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: "/share", enctype: "multipart/form-data" });
    const field = document.createElement("input");
    Object.assign(field, { name: "text", value: text });
    form.append(field);
    document.body.append(form);
    form.submit();
  }, text);
  await page.waitForURL(/\/explore\/markets\?q=/);
  return new URL(page.url()).search;
}

Deno.test("the product as an app", async (t) => {
  const app = await openInstalledApp({ permissions: ["notifications"] });
  const { product, front, url, context, page } = app;
  try {
    await page.goto(`${url}/`);

    await t.step("PWA-01 the browser offers to install it, and so does the page", async () => {
      await page.getByRole("button", { name: "Install", exact: true }).first()
        .waitFor({ state: "attached" });
      const session = await context.newCDPSession(page);
      const { errors, data } = await session.send("Page.getAppManifest");
      deepEqual(errors, []);
      const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
      deepEqual(installabilityErrors, []);
      await session.detach();
      const manifest = JSON.parse(data!);
      for (const { url: path } of manifest.shortcuts) {
        equal(
          await fetch(product.url + path).then(async (answer) => {
            await answer.body?.cancel();
            return answer.status;
          }),
          200,
          path,
        );
      }
      equal(manifest.share_target.action, "/share");
    });

    await waitForWorker(page);

    await t.step(
      "PWA-03 every page of the navigation opens without a server, with its age",
      async () => {
        const paths = await page.locator("nav.side a[href]").evaluateAll((links) =>
          links.map((link) => new URL((link as HTMLAnchorElement).href).pathname)
        );
        ok(paths.length >= 10, `${paths.length} pages`);
        const kept = (paths: string[]) =>
          page.evaluate(async (paths) => {
            const found = await Promise.all(paths.map((path) => caches.match(path)));
            return paths.filter((_, i) => found[i] === undefined);
          }, paths);
        // Pages that lead to signing in are of nobody here.
        const open = new Set<string>();
        for (const path of paths) {
          const answer = await fetch(product.url + path, { redirect: "manual" });
          await answer.body?.cancel();
          if (answer.status === 200 && !/^\/sign/.test(path)) open.add(path);
        }
        await poll(page, async () => (await kept([...open])).length === 0 ? true : null);
        front.decide = down;
        for (const path of open) {
          await page.goto(url + path, { waitUntil: "commit" });
          await page.locator(".offline").waitFor();
          match(await page.locator(".offline").innerText(), /Offline.*as of \d+ Nov 2022/, path);
          const heading = await page.locator("h1").first().innerText();
          ok(heading !== "" && heading !== "You are offline", `${path}: ${heading}`);
        }
        front.decide = pass;
      },
    );

    await t.step("PWA-09 what is shared is looked up, without a server too", async () => {
      await page.goto(`${url}/guides`);
      equal(await share(page, "$btc to the moon"), "?q=BTC");
      await page.goto(`${url}/guides`);
      front.decide = (method) => method === "POST" ? "down" : "pass";
      equal(await share(page, "look at ETH/USDT"), "?q=ETHUSDT");
      front.decide = pass;
    });

    const service = await openPush(context, page, url);

    await t.step("PWA-05 a push message is shown, and a click opens its page", async () => {
      await page.goto(`${url}/guides`);
      await service.push(writePushPayload(message));
      deepEqual(await poll(page, () => readShown(page)), [{
        title: "BTC above 60,000",
        body: "Recorded data: BTCUSDT trades at 60,012.50.",
        icon: `${url}/icon.png`,
        badge: `${url}/badge.png`,
        actions: ["snooze"],
      }]);
      deepEqual(service.errors, []);
      await click(context);
      await page.waitForURL(`${url}/explore/signals?confidence=40`);
      equal(await readShown(page), null);
    });

    await t.step("a broken message is shown as well", async () => {
      await service.push("no JSON");
      equal((await poll(page, () => readShown(page)))[0]!.title, "CryptoIntel");
      await click(context);
      await page.waitForURL(`${url}/`);
    });

    await t.step("PWA-10 what was shown and opened is counted, of nobody", async () => {
      const { headers } = await setUpOwner(product);
      const counted = await poll(page, async () => {
        const answer = await fetch(`${product.url}/api/v1/admin/visits?days=1`, { headers });
        const [{ pushShown, pushOpened }] = (await answer.json()).days;
        return pushOpened >= 2 ? { pushShown, pushOpened } : null;
      });
      deepEqual(counted, { pushShown: 2, pushOpened: 2 });
    });

    await t.step(
      "PWA-05 the button of a message silences its alert, later if there is no server",
      async () => {
        await makeAlert(page);
        front.decide = down;
        await service.push(writePushPayload(message));
        await poll(page, () => readShown(page));
        const beforeMs = Date.now();
        await click(context, "snooze");
        const [edit] = await poll(page, () => readEdits(page));
        deepEqual([edit!.method, edit!.path], ["POST", `/api/v1/alerts/${alertId}/snooze`]);
        ok(Math.abs(edit!.body.untilMs - beforeMs - 3_600_000) < 60_000);
        const { untilMs } = edit!.body;
        front.decide = pass;
        await page.goto(`${url}/guides`);
        await poll(page, async () => await readEdits(page) === null ? true : null);
        equal(await readSnoozed(page), untilMs);
      },
    );

    await t.step(
      "PWA-03 who has just signed in is told of a page that is not kept, too",
      async () => {
        await page.goto(`${url}/guides`);
        equal((await callApi(page, "POST", "/api/v1/auth/logout", {})).status, 200);
        await signUp(page);
        await poll(
          page,
          () => page.evaluate(async () => await caches.match("/offline") && true || null),
        );
        front.decide = down;
        await page.goto(`${url}/explore/market/NEVERSEEN`);
        equal(await page.locator("h1").first().innerText(), "You are offline");
        front.decide = pass;
      },
    );

    await t.step(
      "PWA-01 a new version is told of, and comes when its reader wants it",
      async () => {
        await page.goto(`${url}/guides`);
        await waitForWorker(page);
        front.workerEnd = "\nself.version = 2;";
        await page.reload();
        const toast = page.locator(".toast");
        await toast.waitFor();
        match(await toast.innerText(), /A new version is ready/);
        const readVersion = async () =>
          await Promise.all(
            context.serviceWorkers().map((worker) =>
              worker.evaluate(() =>
                (globalThis as typeof globalThis & { version?: number }).version ?? 1
              )
                .catch(() => 0)
            ),
          );
        ok((await readVersion()).includes(1), "the old one still answers");
        const reloaded = page.waitForEvent("load");
        await toast.getByRole("button", { name: "Reload" }).click();
        await reloaded;
        await waitForWorker(page);
        await page.waitForFunction(async () => {
          const registration = await navigator.serviceWorker.getRegistration();
          return registration?.waiting === null && registration.active?.state === "activated";
        });
        await poll(page, async () => (await readVersion()).includes(2) ? true : null);
        equal(await toast.count(), 0);
      },
    );
  } finally {
    await app.close();
  }
});
