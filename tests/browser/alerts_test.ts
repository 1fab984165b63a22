/** Alerts in the running product, in a real browser: made with foresight, fired, told, snoozed. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { checkShape, openPage } from "../support/browser_pages.ts";
import { launchChromium } from "../support/chromium.ts";
import { describeReplay, startProduct } from "../support/product.ts";

const password = "tram lemon quartz 91";

async function join(page: Page, url: string, name: string): Promise<void> {
  await page.goto(`${url}/signin?new=1`);
  await page.getByLabel("E-mail address").fill(`${name}@example.org`);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.waitForURL((address) => address.pathname !== "/signin");
}

async function makeAlert(page: Page, url: string, level: string, name: string): Promise<void> {
  await page.goto(`${url}/alerts/new?symbol=BTCUSDT&price=${level}`);
  await page.getByRole("heading", { name: "What it would have done" }).waitFor();
  await page.getByText("More", { exact: true }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Save the alert" }).click();
  await page.getByText("The alert is made.").waitFor();
}

/** Resolves when the product follows a price, so that alerts have something to look at. */
async function waitForPrices(url: string): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    const answer = await fetch(`${url}/dashboard/api/market`);
    const { marketData } = await answer.json() as { marketData?: unknown[] };
    if (answer.ok && (marketData?.length ?? 0) > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("Cannot go on: no price came within 30 s");
}

Deno.test("alerts in a real browser", async (t) => {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const product = await startProduct(describeReplay(dataDir));
  const { url } = product;
  const browser = await launchChromium();
  try {
    await waitForPrices(url);

    await t.step("NEW-05 UI-17 an alert says what it would have done, then fires", async () => {
      const { context, page, errors } = await openPage(browser, { width: 1280 });
      await join(page, url, "mara");
      await makeAlert(page, url, "1", "BTC above one");
      match(await page.locator("tbody").innerText(), /BTC above one[\s\S]*BTCUSDT/);

      // ALR-08: the toast of a page that lies open.
      await page.locator(".toast-item", { hasText: "BTC above one" }).waitFor({ timeout: 60_000 });
      // So does the list that lies open.
      await page.locator("tbody tr", { hasText: "BTC above one" }).locator("time[data-age]")
        .waitFor();
      await page.locator(".bell .badge").filter({ hasText: "1" }).waitFor();
      await page.locator(".toast-item").getByRole("link", { name: "See it" }).waitFor();
      await page.locator(".toast-item").getByRole("button", { name: "Dismiss" }).click();
      equal(await page.locator(".toast-item", { hasText: "BTC above one" }).count(), 0);

      await page.goto(`${url}/notifications`);
      const note = page.locator(".note-item", { hasText: "BTC above one" }).first();
      match(await note.innerText(), /recorded[\s\S]*above the level 1/);
      await note.getByRole("button", { name: "Mark as read" }).click();
      await page.waitForURL(`${url}/notifications`);
      equal(await page.locator(".note-item.unread", { hasText: "BTC above one" }).count(), 0);

      await page.goto(`${url}/alerts/history`);
      await page.locator(".firings summary").first().click();
      match(await page.locator(".firings .pairs").first().innerText(), /level\s+1\b/);
      await page.getByRole("link", { name: "The alert", exact: true }).first().click();
      await page.getByRole("heading", { name: "BTC above one", level: 1 }).waitFor();

      await page.goto(`${url}/alerts`);
      await page.locator(".live[data-status=connected]").waitFor();
      await page.getByRole("button", { name: "Snooze" }).click();
      await page.locator("tbody .p-snoozed").waitFor();
      await page.locator(".live[data-status=connected]").waitFor();
      await page.getByRole("button", { name: "Delete" }).click();
      await page.getByText("“BTC above one” was deleted.").waitFor();
      const left = await context.request.get(`${url}/api/v1/alerts`);
      equal((await left.json()).count, 0);
      await page.getByRole("button", { name: "Undo" }).click();
      await page.locator("tbody .p-snoozed").waitFor();

      // Without a network the same buttons are kept, and sent once there is one.
      await page.locator(".live[data-status=connected]").waitFor();
      await context.setOffline(true);
      await page.getByRole("button", { name: "Turn off" }).click();
      await page.getByText("Saved on this device").waitFor();
      await context.setOffline(false);
      await page.reload();
      await page.waitForFunction(async () => {
        const { alerts } = await (await fetch("/api/v1/alerts")).json();
        return alerts[0].is_active === false;
      });
      errors.splice(
        0,
        errors.length,
        ...errors.filter((text) => !/ERR_INTERNET|Failed to/.test(text)),
      );
      deepEqual(errors, []);
      await context.close();
    });

    await t.step("a snoozed alert says until when; a deleted one comes back", async () => {
      const { context, page } = await openPage(browser, { width: 1280, hasScripts: false });
      await join(page, url, "noel");
      await page.goto(`${url}/alerts/new?symbol=BTCUSDT&price=1000000`);
      await page.getByRole("button", { name: "Save the alert" }).click();
      await page.getByRole("heading", { name: "What it would have done" }).waitFor();
      match(await page.locator(".foresight").innerText(), /would not have fired|Firings/);
      await page.getByRole("button", { name: "Save the alert" }).click();
      await page.getByText("The alert is made.").waitFor();

      await page.getByRole("button", { name: "Snooze" }).click();
      await page.locator("tbody .p-snoozed").waitFor();
      await page.getByRole("button", { name: "Wake" }).click();
      await page.locator("tbody .p-armed").waitFor();
      await page.getByRole("button", { name: "Turn off" }).click();
      await page.locator("tbody .p-inactive").waitFor();
      await page.getByRole("button", { name: "Delete" }).click();
      await page.getByText("No alert yet.").waitFor();
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByText("The alert is back.").waitFor();
      equal(await page.locator("tbody .p-inactive").count(), 1);
      await context.close();
    });

    await t.step(
      "UI-17 fields follow the condition; groups are built with and without scripts",
      async () => {
        for (const hasScripts of [true, false]) {
          const { context, page } = await openPage(browser, { width: 1280, hasScripts });
          await join(page, url, `olga${hasScripts ? "" : "-plain"}`);
          // What is chosen before the scripts have come counts as well.
          const isChosen = Promise.withResolvers<void>();
          await page.route(/\/_fresh\/js\//, async (route) => {
            await isChosen.promise;
            await route.continue();
          });
          await page.goto(`${url}/alerts/new?symbol=BTCUSDT`, { waitUntil: "commit" });
          await page.getByLabel("Condition").selectOption("CUSTOM");
          isChosen.resolve();
          if (!hasScripts) await page.getByRole("button", { name: "Show its fields" }).click();
          await page.getByRole("button", { name: "Add a group" }).click();
          await page.locator("[name=g-1-match]").waitFor();
          await page.locator("[name=g-1-0-field]").selectOption("close");
          await page.locator("[name=g-1-0-is]").selectOption("crosses_above");
          await page.locator("[name=g-1-0-value]").fill("1");
          equal(await page.getByLabel("Level").count(), 0);
          if (!hasScripts) await page.getByRole("button", { name: "Look back" }).click();
          await page.getByRole("heading", { name: "What it would have done" }).waitFor();
          await page.getByRole("button", { name: "Save the alert" }).click();
          await page.getByText("The alert is made.").waitFor();
          const alerts = await context.request.get(`${url}/api/v1/alerts`);
          const [made] = (await alerts.json()).alerts;
          deepEqual(made.parameters.group, {
            match: "all",
            rules: [
              { field: "rsi_14", is: "above", value: 70 },
              { match: "any", rules: [{ field: "close", is: "crosses_above", value: 1 }] },
            ],
          });
          await context.close();
        }
      },
    );

    await t.step(
      "NEW-05 UI-24 on a chart `a` and a right click lead to an alert there",
      async () => {
        const { context, page, errors } = await openPage(browser, { width: 1280 });
        await join(page, url, "pia");
        await page.goto(`${url}/enhanced-dashboard?symbol=BTCUSDT`);
        await page.locator(".chart canvas").first().waitFor();
        await page.locator(".chart .canvas").focus();
        await page.keyboard.press("ArrowLeft");
        await page.keyboard.press("a");
        const dialog = page.getByRole("dialog", { name: /Alert on this chart: BTCUSDT/ });
        await dialog.waitFor();
        const price = dialog.getByLabel("Price", { exact: true });
        await page.waitForFunction(() => {
          const field = document.querySelector<HTMLInputElement>("#chart-alert-price");
          return Number(field?.value) > 0;
        });
        ok(Number(await price.inputValue()) > 1_000);
        await dialog.getByRole("button", { name: "Close" }).click();

        const box = (await page.locator(".chart .canvas").boundingBox())!;
        await page.mouse.click(box.x + box.width / 2, box.y + box.height / 4, { button: "right" });
        await dialog.waitFor();
        await dialog.getByText("Draw a trend line").click();
        await dialog.getByRole("button", { name: "Choose two points on the chart" }).click();
        await page.getByText("Choose the first point on the chart.").waitFor();
        await page.mouse.click(box.x + box.width / 3, box.y + box.height / 4);
        await page.getByText("Choose the second point on the chart.").waitFor();
        await page.mouse.click(box.x + box.width / 2, box.y + box.height / 5);
        await dialog.getByRole("link", { name: "When above the line" }).click();
        await page.waitForURL(/\/alerts\/new\?.*line=/);
        match(await page.locator("main").innerText(), /Follows a line drawn from/);
        await page.getByRole("heading", { name: "What it would have done" }).waitFor();
        await page.getByRole("button", { name: "Save the alert" }).click();
        await page.getByText("The alert is made.").waitFor();
        match(await page.locator("tbody").innerText(), /a drawn line/);
        deepEqual(errors, []);
        await context.close();
      },
    );

    for (const width of [360, 1280]) {
      await t.step(`UI-22 pages of alerts at ${width} px: in their width, accessible`, async () => {
        const { context, page, errors } = await openPage(browser, { width });
        await join(page, url, `rosa${width}`);
        await makeAlert(page, url, "1", "BTC above one");
        const edit = await page.locator("tbody th a").getAttribute("href");
        await page.locator(".toast-item").first().waitFor({ timeout: 60_000 });
        for (const path of ["/alerts", "/alerts/new?symbol=BTCUSDT&condition=CUSTOM", edit!]) {
          await page.goto(url + path);
          await page.locator(".live[data-status=connected]").waitFor();
          await checkShape(page, path, width);
        }
        for (const path of ["/alerts/history", "/notifications"]) {
          await page.goto(url + path);
          await page.locator(".live[data-status=connected]").waitFor();
          await checkShape(page, path, width);
        }
        deepEqual(errors, []);
        await context.close();
      });
    }
  } finally {
    await browser.close();
    await product.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});
