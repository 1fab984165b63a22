/** What the pages do without a network, and that they can be installed. */
import { deepEqual, match, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { openInstalledApp, waitForWorker } from "../support/installed_app.ts";

/** Waits until the worker has kept the pages it promises. */
async function waitForKeptPages(page: Page): Promise<void> {
  await page.waitForFunction(async () => {
    const kept = await Promise.all(
      ["/", "/enhanced-dashboard", "/offline"].map((path) => caches.match(path)),
    );
    return kept.every((answer) => answer !== undefined);
  });
}

async function readText(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).allTextContents()).join(" ");
}

/** The three pages open with their last figures, say that they are offline and how old they are. */
async function assertPagesOpen(page: Page, url: string): Promise<void> {
  for (const path of ["/", "/enhanced-dashboard", "/explore/signals"]) {
    await page.goto(url + path, { waitUntil: "commit" });
    await page.locator('.live[data-status="disconnected"], .live[data-status="reconnecting"]')
      .first().waitFor();
    match(await readText(page, ".banner"), /Recorded data/, path);
    await page.locator(".offline").waitFor();
    match(await readText(page, ".offline"), /Offline.*as of \d+ Nov 2022/, path);
    if (path === "/") match(await readText(page, "tbody tr:first-child"), /BTCUSDT.*\d/);
    if (path !== "/enhanced-dashboard") continue;
    await page.locator(".canvas canvas").first().waitFor();
    match(await readText(page, ".reading"), /Nov 2022.*close \d/);
    match(await readText(page, ".age"), /as of \d+ Nov 2022/);
  }
}

Deno.test("pages without a network", async (t) => {
  const app = await openInstalledApp();
  const { product, context, page } = app;
  // Asked without the front, which would answer for a server that is stopped.
  const { url } = product;
  try {
    await page.goto(`${url}/enhanced-dashboard`);
    await page.locator(".canvas canvas").first().waitFor();
    await waitForWorker(page);
    await waitForKeptPages(page);
    await page.goto(`${url}/explore/signals`);
    await page.goto(`${url}/`);

    await t.step("the browser finds no fault that keeps the app from being installed", async () => {
      const session = await context.newCDPSession(page);
      const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
      deepEqual(installabilityErrors, []);
    });

    await t.step("the worker keeps no answer of the live stream", async () => {
      const kept = await page.evaluate(async () => {
        const names = await caches.keys();
        const requests = await Promise.all(
          names.map(async (name) => await (await caches.open(name)).keys()),
        );
        return requests.flat().map((request) => new URL(request.url).pathname);
      });
      ok(kept.includes("/enhanced-dashboard"));
      deepEqual(kept.filter((path) => /events|\/ws|x402/.test(path)), []);
    });

    await t.step("without a network pages open with their last figures and their age", async () => {
      await context.setOffline(true);
      await assertPagesOpen(page, url);
      await context.setOffline(false);
    });

    await t.step("a page never opened says that one is offline", async () => {
      await context.setOffline(true);
      await page.goto(`${url}/explore/never`);
      match(await readText(page, "h1"), /You are offline/);
      await context.setOffline(false);
    });

    await t.step("with the server stopped pages open the same", async () => {
      await product.stop();
      await assertPagesOpen(page, url);
    });
  } finally {
    await app.close();
  }
});
