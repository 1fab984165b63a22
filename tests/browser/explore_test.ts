/** The pages of markets, exchanges, news and operation of the running product, in a real browser. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { checkShape, listAxeViolations, openPage } from "../support/browser_pages.ts";
import { launchChromium } from "../support/chromium.ts";
import { describeReplay, startProduct } from "../support/product.ts";

const paths = [
  "/explore/markets",
  "/explore/market/BTCUSDT",
  "/explore/dex",
  "/explore/news",
  "/explore/tvl",
  "/sources",
  "/jobs",
  "/cache",
  "/quality",
  "/quality/BTCUSDT",
];

/** The first pair that the recording holds, as a path. */
async function findPairPath(url: string): Promise<string> {
  const html = await (await fetch(`${url}/explore/dex`)).text();
  return html.match(/href="(\/explore\/dex\/[^"]+)"/)![1]!;
}

/** Resolves when the collectors have told of pairs once. */
async function waitForPairs(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`${url}/dex/pairs`);
    await answer.body?.cancel();
    if (answer.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("Cannot go on: no pair was collected within 20 s");
}

Deno.test("pages of markets, exchanges, news and operation", async (t) => {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const product = await startProduct(describeReplay(dataDir));
  const { url } = product;
  const browser = await launchChromium();
  try {
    await waitForPairs(url);
    const all = [...paths, await findPairPath(url)];

    for (const width of [360, 1280]) {
      await t.step(`UI-22 at ${width} px: in its width, accessible in both themes`, async () => {
        const { context, page, errors } = await openPage(browser, { width });
        for (const path of all) {
          await page.goto(url + path);
          await page.locator(".live[data-status=connected]").waitFor();
          await checkShape(page, path, width);
        }
        deepEqual(errors, []);
        await context.close();
      });
    }

    await t.step("a theme that was chosen is there before the page is drawn", async () => {
      for (const theme of ["dark", "light"]) {
        const { context, page } = await openPage(browser, { width: 1280, theme });
        await page.goto(`${url}/jobs`, { waitUntil: "commit" });
        await page.locator("main").waitFor();
        equal(await page.evaluate(() => document.documentElement.dataset.theme), theme);
        await context.close();
      }
    });

    await t.step("without scripts pages are complete, and filters work", async () => {
      const { context, page } = await openPage(browser, { width: 390, hasScripts: false });
      for (const path of all) {
        await page.goto(url + path);
        equal(await page.locator("h1").count(), 1, path);
        match(await page.locator("main").innerText(), /Recorded data/, path);
      }
      await page.goto(`${url}/explore/markets`);
      ok(await page.locator("tbody tr").count() > 10);
      await page.getByLabel("Symbol or name").fill("eth");
      await page.getByRole("button", { name: "Apply" }).click();
      await page.waitForURL(/q=eth/);
      const names = await page.locator("tbody th").allInnerTexts();
      ok(names.length > 0 && names.every((name) => /eth/i.test(name)), names.join());
      await page.getByRole("button", { name: "Menu" }).click();
      await page.locator("#menu").getByRole("link", { name: "Jobs" }).click();
      await page.waitForURL(/\/jobs$/);
      await context.close();
    });

    await t.step("UI-15 filter and order stay in the address and in each other", async () => {
      const { context, page } = await openPage(browser, { width: 1440 });
      await page.goto(`${url}/explore/markets?q=usd`);
      await page.getByRole("link", { name: "Price" }).first().click();
      await page.waitForURL(/q=usd.*sort=price/);
      await page.getByLabel("Exchange").selectOption("binance");
      await page.getByRole("button", { name: "Apply" }).click();
      await page.waitForURL((address) =>
        ["q=usd", "exchange=binance", "sort=price"].every((each) => address.search.includes(each))
      );
      equal(await page.getByLabel("Exchange").inputValue(), "binance");
      equal(await page.locator('th[aria-sort="descending"]').first().innerText(), "Price\n▼");
      await page.reload();
      equal(await page.getByLabel("Symbol or name").inputValue(), "usd");
      await context.close();
    });

    await t.step("UI-23 scripts of a page without a chart are at most 30 kB", async () => {
      const { context, page } = await openPage(browser, { width: 1440 });
      const sizes: Promise<number>[] = [];
      page.on("response", (response) => {
        if (response.request().resourceType() !== "script") return;
        sizes.push(response.body().then((body) => gzipSync(body).byteLength));
      });
      await page.goto(`${url}/explore/markets`, { waitUntil: "networkidle" });
      await page.locator(".live[data-status=connected]").waitFor();
      const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
      console.log(`      scripts, gzip: markets ${total} bytes`);
      ok(total > 0 && total <= 30 * 1024, `${total} bytes`);
      await context.close();
    });

    await t.step("prices and ages of the list go on while it is open", async () => {
      const { context, page } = await openPage(browser, { width: 1440 });
      await page.goto(`${url}/explore/markets`);
      await page.locator(".live[data-status=connected]").waitFor();
      const read = () => page.locator("[data-price]").allInnerTexts();
      const before = (await read()).join();
      await page.waitForFunction(
        (before) =>
          [...document.querySelectorAll<HTMLElement>("[data-price]")]
            .map((each) => each.innerText).join() !== before,
        before,
        { timeout: 20_000 },
      );
      await page.waitForFunction(() =>
        /^\d s ago$/.test(document.querySelector("tr[data-row] time")?.textContent ?? "")
      );
      await context.close();
    });

    await t.step(
      "on a phone the menu opens and closes by keys, and every row is reached",
      async () => {
        const { context, page } = await openPage(browser, { width: 390 });
        await page.goto(`${url}/quality`);
        await page.locator(".live[data-status=connected]").waitFor();
        const menu = page.getByRole("button", { name: "Menu" });
        await menu.focus();
        await page.keyboard.press("Enter");
        await page.locator("#menu").waitFor({ state: "visible" });
        deepEqual(await listAxeViolations(page), []);
        equal(await page.locator('#menu [aria-current="page"]').innerText(), "Quality");
        await page.keyboard.press("Escape");
        await page.locator("#menu").waitFor({ state: "hidden" });
        await page.locator("main input[type=search]").focus();
        const reached = new Set<string>();
        for (let presses = 0; presses < 12; presses++) {
          await page.keyboard.press("Tab");
          reached.add(
            await page.evaluate(() => {
              const { activeElement } = document;
              return activeElement?.getAttribute("role") ?? activeElement?.tagName ?? "";
            }),
          );
        }
        ok(reached.has("BUTTON") && reached.has("region") && reached.has("A"), [...reached].join());
        await context.close();
      },
    );
  } finally {
    await browser.close();
    await product.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});
