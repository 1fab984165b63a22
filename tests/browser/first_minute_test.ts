/** NEW-13: the first minute of somebody who has just started the product, by the clock. */
import { equal, match, ok } from "node:assert/strict";
import { callApi, signUp } from "../support/account_browser.ts";
import { openPage } from "../support/browser_pages.ts";
import { launchChromium } from "../support/chromium.ts";
import { describeReplay, startProduct } from "../support/product.ts";

/** Starts and ends once, so that the build that a first start makes is there. */
async function prepare(): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const product = await startProduct(describeReplay(dataDir));
  await product.stop();
  await Deno.remove(dataDir, { recursive: true });
}

Deno.test("NEW-13 the first minute: prices, a living chart, an alert from it, a notification", async (t) => {
  await prepare();
  const browser = await launchChromium();
  const { context, page } = await openPage(browser, { width: 1280 });
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const startMs = performance.now();
  const readSeconds = () => (performance.now() - startMs) / 1000;
  const reached = (what: string, most: number) => {
    const seconds = readSeconds();
    console.log(`      second ${seconds.toFixed(1)} of ${most}: ${what}`);
    ok(seconds <= most, `${what}: second ${seconds.toFixed(1)}, at most ${most}`);
  };
  const product = await startProduct(describeReplay(dataDir));
  const { url } = product;
  const lastBar = ".table-scroll tbody tr:first-child";
  try {
    await t.step("by second 5 the page shows prices with their source and age", async () => {
      await page.goto(url);
      const row = page.locator("table.prices tbody tr", { hasText: "BTCUSDT" });
      await row.filter({ hasText: /binance · \d+ (s|min) ago/ }).waitFor();
      match(await row.innerText(), /\d\d,\d{3}\.\d\d/);
      reached("prices with source and age", 5);
      match(await page.locator("main").innerText(), /Recorded data/);
    });

    await t.step(
      "by second 10 there is a chart of 500 real bars with indicators",
      async () => {
        await page.goto(`${url}/enhanced-dashboard?symbol=BTCUSDT&timeframe=1m`);
        await page.locator(".canvas canvas").first().waitFor();
        await page.getByRole("button", { name: "Show as table" }).click();
        await page.locator(lastBar).waitFor();
        await page.locator(".reading", { hasText: /SMA 20 \d.*RSI 14 \d/ }).waitFor();
        const address = `${url}/api/v1/charts/BTCUSDT?timeframe=1m&limit=600`;
        const { bars } = await (await fetch(address)).json() as {
          bars: { closed: boolean; quality: string }[];
        };
        const real = bars.filter(({ closed, quality }) => closed && quality !== "filled");
        ok(real.length >= 500, `${real.length} real bars`);
        reached("a chart with indicators", 10);
      },
    );

    await t.step("its last bar runs", async () => {
      // BTCUSDT trades every 15 s of the recording.
      await page.locator(lastBar, { hasText: /running/ }).waitFor({ timeout: 20_000 });
      reached("the last bar runs", 30);
    });

    await t.step("by second 40 an alert is made from a click on the chart", async () => {
      await signUp(page);
      await page.goto(`${url}/enhanced-dashboard?symbol=BTCUSDT&timeframe=1m`);
      const chart = page.locator(".canvas");
      await chart.locator("canvas").first().waitFor();
      await chart.click({ button: "right", position: { x: 300, y: 120 } });
      const dialog = page.locator("dialog[open]");
      await dialog.getByRole("link", { name: /^When above/ }).click();
      await page.waitForURL(/\/alerts\/new/);
      await page.locator("main form").getByRole("button", { name: /Save|Make|Create/ }).first()
        .click();
      await page.waitForURL((address) => address.pathname !== "/alerts/new");
      const { status, body } = await callApi(page, "GET", "/api/v1/alerts");
      equal(status, 200);
      const { alerts } = body as { alerts: { symbol: string; condition: string }[] };
      equal(alerts.length, 1);
      equal(`${alerts[0]!.symbol} ${alerts[0]!.condition}`, "BTCUSDT PRICE_ABOVE");
      reached("an alert from the chart", 40);
    });

    await t.step("by second 60 a test notification has arrived on the open page", async () => {
      await page.goto(url);
      await page.locator(".live[data-status=connected]").waitFor();
      const arrived = page.locator(".toasts", { hasText: "Test of CryptoIntel" });
      // The page listens once it has settled; a test is sent again until one is heard.
      while (await arrived.count() === 0 && readSeconds() < 60) {
        const sent = await callApi(page, "POST", "/api/v1/preferences/test", {
          channel: "WEBSOCKET",
        });
        equal(sent.status, 200);
        await arrived.waitFor({ timeout: 3_000 }).catch(() => {});
      }
      await arrived.waitFor({ timeout: 1_000 });
      reached("a test notification", 60);
    });
  } finally {
    await context.close();
    await browser.close();
    await product.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});
