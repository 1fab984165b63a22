/** What happens to an open page: it can be installed, its recording ends, its series is changed. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../support/chromium.ts";
import { describeReplay, type RunningProduct, startProduct } from "../support/product.ts";

/** Runs `use` with a product in a folder of its own and a page that notes its errors. */
async function withPage(
  env: Record<string, string>,
  use: (page: Page, url: string, browser: Browser) => Promise<void>,
): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const product: RunningProduct = await startProduct(describeReplay(dataDir, env));
  const browser = await launchChromium();
  try {
    const context = await browser.newContext({ serviceWorkers: "block" });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(error.message));
    await use(page, product.url, browser);
    deepEqual(errors, []);
  } finally {
    await browser.close();
    await product.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function waitForText(page: Page, selector: string, wanted: RegExp): Promise<void> {
  await page.locator(selector).filter({ hasText: wanted }).first().waitFor({ timeout: 20_000 });
}

/** Sends what Chromium sends when a page can be installed; `prompt` counts how often it was asked. */
async function offerInstall(page: Page): Promise<void> {
  await page.evaluate(() => {
    const counts = globalThis as typeof globalThis & { prompted: number };
    counts.prompted ??= 0;
    const event = new Event("beforeinstallprompt", { cancelable: true });
    dispatchEvent(Object.assign(event, { prompt: () => Promise.resolve(counts.prompted++) }));
    if (!event.defaultPrevented) throw new Error("the browser would show its own prompt");
  });
}

async function waitForConnection(page: Page): Promise<void> {
  await page.locator(".live[data-status=connected]").waitFor();
}

/** Asks until the answer of an address is as wanted. */
async function waitForAnswer(
  address: string,
  isWanted: (answer: Record<string, unknown>) => boolean,
): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (isWanted(await (await fetch(address)).json())) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Cannot test: ${address} never answered as wanted`);
}

const hasHistory = ({ bars }: Record<string, unknown>) => Array.isArray(bars) && bars.length >= 500;

const findInstall = (page: Page) => page.getByRole("button", { name: "Install" });

Deno.test("PWA-01 a page offers to install itself once the browser can", async () => {
  await withPage({}, async (page, url, browser) => {
    await page.goto(url);
    await waitForConnection(page);
    equal(await findInstall(page).count(), 0);
    await offerInstall(page);
    await findInstall(page).click();
    equal(await page.evaluate("prompted"), 1);
    await findInstall(page).waitFor({ state: "detached" });
    await offerInstall(page);
    await findInstall(page).waitFor();
    await page.evaluate(() => dispatchEvent(new Event("appinstalled")));
    await findInstall(page).waitFor({ state: "detached" });

    const iphone = await browser.newContext({
      userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)",
      viewport: { width: 390, height: 844 },
    });
    const hand = await iphone.newPage();
    await hand.goto(url);
    await hand.getByRole("button", { name: "Menu" }).click();
    await waitForText(hand, ".install-hint", /Share, then Add to Home Screen/);
    ok(await hand.evaluate(() => document.documentElement.scrollWidth) <= 390);
  });
});

Deno.test("NEW-02 an open page learns that its recording has ended, and plays it again", async () => {
  // The last minutes of the recording, thirty times as fast.
  const env = { CRYPTOINTEL_REPLAY_START: "1002", CRYPTOINTEL_REPLAY_SPEED: "30" };
  await withPage(env, async (page, url) => {
    await page.clock.install();
    await page.goto(url);
    await waitForConnection(page);
    equal(await page.locator(".banner .ended").count(), 0);
    await waitForAnswer(`${url}/recording`, ({ ended }) => ended === true);
    await page.clock.fastForward(31_000);
    await waitForText(page, ".banner .ended", /recording has ended/);
    match(await page.locator(".clock").textContent() ?? "", /^9 Nov 2022, 15:18 UTC$/);

    const ages = async () => await page.locator("tbody .age").allTextContents();
    const before = await ages();
    await page.clock.fastForward(90_000);
    deepEqual(await ages(), before);

    await page.getByRole("button", { name: "Play again" }).click();
    await page.waitForURL(`${url}/`);
    await page.locator(".banner").waitFor();
    equal(await page.locator(".banner .ended").count(), 0);
    await waitForText(page, ".clock", /^9 Nov 2022, 15:1[0-7] UTC$/);
  });
});

/** Counts pixels of the price pane that have the colour of marks, and of hatching. */
async function countMarked(page: Page): Promise<{ marks: number; hatched: number }> {
  return await page.evaluate(() => {
    const counts = { marks: 0, hatched: 0 };
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>(".canvas canvas")) {
      const { width, height } = canvas;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
      for (let i = 0; i < data.length; i += 4) {
        const isHue = Math.abs(data[i]! - 240) < 6 && Math.abs(data[i + 1]! - 198) < 6 &&
          Math.abs(data[i + 2]! - 116) < 8;
        if (isHue && data[i + 3] === 255) counts.marks++;
        else if (isHue && data[i + 3]! > 40) counts.hatched++;
      }
    }
    return counts;
  });
}

/** The soft edges of a mark's label have the colour of hatching; a hatched region is far larger. */
const textPixels = 1000;

async function waitForMarks(page: Page, wanted: { marks: boolean; hatched: boolean }) {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const { marks, hatched } = await countMarked(page);
    if (marks > 0 === wanted.marks && hatched > textPixels === wanted.hatched) return;
    if (performance.now() > deadline) {
      throw new Error(`${marks} pixels of marks and ${hatched} of hatching on the chart`);
    }
  }
}

/** Gives ETHUSDT a signal, and a hole in its 1m bars; other series are left as they are. */
async function changeEth(page: Page): Promise<void> {
  await page.route(/\/api\/v1\/charts\/ETHUSDT\?timeframe=1m/, async (route) => {
    const answer = await route.fetch();
    const chart = await answer.json();
    chart.bars.splice(-40, 20);
    for (const values of Object.values<unknown[]>(chart.indicators)) values.splice(-40, 20);
    await route.fulfill({ response: answer, json: chart });
  });
  await page.route(/\/chart-notes\?symbol=ETHUSDT/, async (route) => {
    const answer = await route.fetch();
    const timestamp = Date.UTC(2022, 10, 9, 8, 0);
    const marker = { id: "m1", type: "price_alert", timestamp, confidence_score: 0.9 };
    await route.fulfill({ response: answer, json: { ...await answer.json(), markers: [marker] } });
  });
}

Deno.test("UI-08 NEW-01 marks and hatching are those of the series on show", async () => {
  await withPage({}, async (page, url) => {
    await page.addInitScript(() =>
      localStorage.setItem("cryptointel.chart", JSON.stringify({ indicators: [] }))
    );
    await changeEth(page);
    await waitForAnswer(`${url}/api/v1/charts/ETHUSDT?timeframe=1m&limit=600`, hasHistory);
    await page.goto(`${url}/enhanced-dashboard?symbol=BTCUSDT&timeframe=1m`);
    await page.locator(".canvas canvas").first().waitFor();
    await waitForMarks(page, { marks: false, hatched: false });
    await waitForText(page, ".marks", /No signal is marked/);

    await page.getByLabel("Symbol").selectOption("ETHUSDT");
    await waitForText(page, ".marks", /1 signal is marked/);
    await waitForMarks(page, { marks: true, hatched: true });
    await waitForText(page, ".notes", /Hatched: no data was received/);
    match(await page.locator(".canvas").getAttribute("aria-label") ?? "", /1 gap/);

    await page.getByRole("button", { name: "5m", exact: true }).click();
    await waitForMarks(page, { marks: true, hatched: false });
    await waitForText(page, ".marks", /1 signal is marked/);

    await page.getByLabel("Symbol").selectOption("BTCUSDT");
    await waitForText(page, ".marks", /No signal is marked/);
    await waitForMarks(page, { marks: false, hatched: false });
  });
});
