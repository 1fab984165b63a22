/** The pages of the running product in a real browser. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { listAxeViolations } from "../support/browser_pages.ts";
import { launchChromium } from "../support/chromium.ts";
import { describeReplay, type RunningProduct, startProduct } from "../support/product.ts";

const paths = ["/", "/enhanced-dashboard", "/explore/signals", "/continuity", "/offline"];
const lastBar = ".table-scroll tbody tr:first-child";

/** Opens a page that notes every error of its console and every violation of the policy. */
async function openPage(browser: Browser, viewport = { width: 1280, height: 800 }) {
  const context = await browser.newContext({ viewport, serviceWorkers: "block" });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  return { context, page, errors };
}

async function waitForText(page: Page, selector: string, wanted: RegExp): Promise<void> {
  await page.locator(selector).filter({ hasText: wanted }).first().waitFor({ timeout: 20_000 });
}

/** Resolves when the text of `selector` is no longer `before`. */
async function waitForChange(
  page: Page,
  selector: string,
  before: string,
  timeout = 20_000,
): Promise<void> {
  await page.waitForFunction(
    ([selector, before]) => document.querySelector(selector!)?.textContent !== before,
    [selector, before],
    { timeout },
  );
}

async function waitForStatus(page: Page, status: string): Promise<void> {
  await page.locator(`.live[data-status="${status}"]`).waitFor({ timeout: 30_000 });
}

async function waitForChart(page: Page): Promise<void> {
  await page.locator(".canvas canvas").first().waitFor();
}

/** Gzip bytes of all scripts that a first view of `url` loads. */
async function measureScripts(browser: Browser, url: string): Promise<number> {
  const { context, page } = await openPage(browser);
  const sizes: Promise<number>[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() !== "script") return;
    sizes.push(response.body().then((body) => gzipSync(body).byteLength));
  });
  await page.goto(url, { waitUntil: "networkidle" }).catch(() => page.waitForLoadState("load"));
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  await context.close();
  return total;
}

Deno.test("pages of the running product", async (t) => {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  let product: RunningProduct = await startProduct(describeReplay(dataDir));
  const { url } = product;
  const browser = await launchChromium();
  const { context, page, errors } = await openPage(browser);
  try {
    await t.step(
      "within 10 s of the first view there are 500 bars and a running one, which then lives",
      async () => {
        const startMs = performance.now();
        await page.goto(`${url}/enhanced-dashboard`);
        await waitForChart(page);
        equal(await page.inputValue("select[name=symbol]"), "BTCUSDT");
        await page.getByRole("button", { name: "Show as table" }).click();
        match(await page.locator(".reading").textContent() ?? "", /SMA 20 \d.*RSI 14 \d/);
        await waitForText(page, lastBar, /running/);
        const seconds = (performance.now() - startMs) / 1000;
        ok(seconds < 10, `${seconds} s`);
        const address = `${url}/api/v1/charts/BTCUSDT?timeframe=1m&limit=600`;
        const { bars, indicators } = await (await fetch(address)).json();
        ok(bars.length >= 500, `${bars.length} bars`);
        equal(indicators.sma_20.length, bars.length);
        // BTCUSDT trades every 15 s of the recording.
        const seen = await page.locator(lastBar).textContent() ?? "";
        await waitForChange(page, lastBar, seen, 16_000);
      },
    );

    await t.step("the table says the same bars as the chart and closes again", async () => {
      ok(await page.locator(".table-scroll tbody tr").count() > 10);
      await page.getByRole("button", { name: "Show as chart" }).click();
      await page.locator(".table-scroll").waitFor({ state: "detached" });
      ok(await page.locator(".canvas").isVisible());
    });

    await t.step("arrow keys on the chart move the described bar, Escape leaves it", async () => {
      await page.locator(".canvas").focus();
      await page.keyboard.press("Home");
      const spoken = page.locator('[aria-live="polite"].visually-hidden');
      const first = await spoken.textContent() ?? "";
      match(first, /open .*close /);
      await page.keyboard.press("ArrowRight");
      await waitForChange(page, '[aria-live="polite"].visually-hidden', first);
      equal(await page.locator(".reading").textContent(), await spoken.textContent());
      await page.keyboard.press("Escape");
      equal(await spoken.textContent(), "");
    });

    await t.step(
      "timeframe and indicators are chosen by buttons and survive a reload",
      async () => {
        await page.getByRole("button", { name: "5m", exact: true }).click();
        await page.getByLabel("MACD").check();
        await page.getByLabel("RSI 14").uncheck();
        await page.waitForFunction(() => location.search.includes("timeframe=5m"));
        await page.goto(`${url}/enhanced-dashboard`);
        await waitForChart(page);
        const chosen = page.getByRole("button", { name: "5m", exact: true });
        await page.waitForFunction(() =>
          document.querySelector('[aria-pressed="true"]')?.textContent === "5m"
        );
        equal(await chosen.getAttribute("aria-pressed"), "true");
        ok(await page.getByLabel("MACD").isChecked());
        ok(!await page.getByLabel("RSI 14").isChecked());
        await waitForText(page, ".reading", /MACD -?\d/);
      },
    );

    await t.step("UI-08 the volume profile is drawn on demand and said in words", async () => {
      await page.goto(`${url}/enhanced-dashboard?symbol=BTCUSDT&timeframe=1m`);
      await waitForChart(page);
      await page.getByRole("checkbox", { name: "Volume profile" }).check();
      await waitForText(page, ".profile", /of 6\d\d bars: point of control 1\d,\d+.*70%/);
      match(await page.locator(".canvas").getAttribute("aria-label") ?? "", /point of control/);
      await page.getByRole("checkbox", { name: "Volume profile" }).uncheck();
      await page.locator(".profile").waitFor({ state: "detached" });
    });

    await t.step("UI-09 another symbol brings its own bars, price and source", async () => {
      await page.getByLabel("Symbol").selectOption("ETHUSDT");
      await waitForText(page, ".chart-head h2", /^ETHUSDT$/);
      match(await page.locator(".chart-head").textContent() ?? "", /ETHUSDT1,\d{3}\.\d\dbinance ·/);
      await page.waitForFunction(() => location.search.includes("symbol=ETHUSDT"));
    });

    await t.step("UI-09 a series that fails says so and can be tried again", async () => {
      await page.route("**/api/v1/charts/SOLUSDT*", (route) => route.abort());
      await page.getByLabel("Symbol").selectOption("SOLUSDT");
      await waitForText(page, ".chart .error", /could not be loaded/);
      equal(await page.locator(".chart-head h2").textContent(), "ETHUSDT");
      await page.unroute("**/api/v1/charts/SOLUSDT*");
      await page.getByRole("button", { name: "Try again" }).click();
      await waitForText(page, ".chart-head h2", /^SOLUSDT$/);
      await page.locator(".chart .error").waitFor({ state: "detached" });
      errors.splice(0, errors.length, ...errors.filter((text) => !/ERR_FAILED/.test(text)));
    });

    await t.step(
      "UI-24 keys open help, Escape closes it, colours change and are kept",
      async () => {
        await page.locator("main").focus();
        await page.keyboard.press("?");
        await page.locator("dialog.help[open]").waitFor();
        const getUp = () =>
          page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--up"));
        const before = await getUp();
        await page.getByLabel("Blue rises, orange falls").check();
        ok(await getUp() !== before);
        deepEqual(await listAxeViolations(page), []);
        await page.keyboard.press("Escape");
        await page.locator("dialog.help").waitFor({ state: "hidden" });
        await page.reload();
        equal(await page.evaluate(() => document.documentElement.dataset.directions), "blue-up");
        await waitForChart(page);
        await page.keyboard.press("/");
        equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "symbol");
        await page.evaluate(() => localStorage.clear());
      },
    );

    await t.step("UI-02 headings sort the table in place and in the address", async () => {
      await page.goto(`${url}/`);
      await waitForStatus(page, "connected");
      const names = async () => await page.locator("tbody th a").allTextContents();
      await page.getByRole("link", { name: "Symbol", exact: true }).click();
      await page.locator('th[aria-sort="ascending"]').waitFor();
      deepEqual(await names(), (await names()).toSorted());
      match(page.url(), /\?sort=symbol&order=asc$/);
      const sorted = await names();
      await page.reload();
      deepEqual(await names(), sorted);
      await waitForStatus(page, "connected");
      await page.getByRole("link", { name: "Symbol", exact: true }).click();
      await page.locator('th[aria-sort="descending"]').waitFor();
      const reversed = await names();
      deepEqual(reversed, reversed.toSorted().toReversed());
      ok(reversed[0]! > sorted.at(-1)!, "the table holds the first of all, not those of before");
    });

    await t.step("prices on the dashboard change while one looks", async () => {
      await page.goto(`${url}/`);
      await waitForStatus(page, "connected");
      const prices = () => page.locator("tbody td.number:nth-child(2)").allTextContents();
      const before = (await prices()).join();
      await page.waitForFunction(
        (before) =>
          [...document.querySelectorAll("tbody td.number:nth-child(2)")]
            .map((cell) => cell.textContent).join() !== before,
        before,
        { timeout: 10_000 },
      );
    });

    await t.step("without scripts every page says Recorded data with its dates", async () => {
      for (const path of paths) {
        const html = await (await fetch(url + path)).text();
        match(html, /Recorded data/, path);
        match(html, /8 Nov 2022, 22:31 UTC[\s\S]*9 Nov 2022, 15:18 UTC/, path);
      }
    });

    await t.step(
      "no page scrolls sideways on a phone of 360 px, and the chart comes first",
      async () => {
        await page.setViewportSize({ width: 360, height: 740 });
        for (const path of paths) {
          await page.goto(url + path);
          if (path === "/enhanced-dashboard") {
            await waitForChart(page);
            const chart = await page.locator(".chart").boundingBox();
            const choice = await page.locator(".indicators").boundingBox();
            ok(chart!.y < choice!.y);
          }
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          ok(width <= 360, `${path} is ${width} px wide`);
        }
        await page.setViewportSize({ width: 1280, height: 800 });
      },
    );

    for (const theme of ["dark", "light"]) {
      await t.step(`every page is accessible in the ${theme} theme`, async () => {
        await page.evaluate((theme) => localStorage.setItem("cryptointel.theme", theme), theme);
        for (const path of [...paths, "/explore/nothing"]) {
          await page.goto(url + path);
          await page.locator(".live[data-status=connected]").waitFor();
          if (path === "/enhanced-dashboard") await waitForChart(page);
          equal(await page.evaluate(() => document.documentElement.dataset.theme), theme);
          deepEqual(await listAxeViolations(page), [], path);
        }
      });
    }

    await t.step("no console error and no violation of the policy was seen", () => {
      deepEqual(errors.filter((text) => !/status of 404/.test(text)), []);
    });

    await t.step(
      "scripts are at most 35 kB on the dashboard and 95 kB on the chart page",
      async () => {
        const dashboard = await measureScripts(browser, `${url}/`);
        const chart = await measureScripts(browser, `${url}/enhanced-dashboard`);
        console.log(`      scripts, gzip: dashboard ${dashboard}, chart ${chart} bytes`);
        ok(dashboard > 0 && dashboard <= 35_000, `${dashboard} bytes`);
        ok(chart > dashboard && chart <= 95_000, `${chart} bytes`);
        const html = await (await fetch(`${url}/enhanced-dashboard`)).text();
        match(html, /sma_20/);
        ok(!html.includes("macd_signal"), "what no toggle of the first view shows is not sent");
        const bytes = gzipSync(html).byteLength;
        console.log(`      chart page: ${html.length} characters, ${bytes} bytes gzip`);
        ok(bytes <= 24 * 1024, `${bytes} bytes`);
      },
    );

    await t.step(
      "the connection is told: green, lost when the server ends, green again",
      async () => {
        await page.goto(`${url}/`);
        await waitForStatus(page, "connected");
        await product.stop();
        await page.locator(
          '.live[data-status="reconnecting"], .live[data-status="disconnected"]',
        ).first().waitFor({ timeout: 10_000 });
        product = await startProduct(describeReplay(dataDir, { PORT: new URL(url).port }));
        await waitForStatus(page, "connected");
      },
    );
  } finally {
    await close(context, browser);
    await product.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});

async function close(context: BrowserContext, browser: Browser): Promise<void> {
  await context.close();
  await browser.close();
}
