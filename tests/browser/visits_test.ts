/** Visits as a real browser counts them, and how it does not when somebody does not want it. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { type VisitCounter, visitCounters } from "../../lib/contracts/visit_limits.ts";
import type { VisitsView } from "../../lib/contracts/visits.ts";
import { checkShape, openPage } from "../support/browser_pages.ts";
import { launchChromium } from "../support/chromium.ts";
import { describeReplay, startProduct } from "../support/product.ts";

const stateKey = "cryptointel.visits";
const reportPath = "/api/v1/visits";

/** Asks again until `read` gives something. */
async function poll<T>(read: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < 150; tries++) {
    const found = await read();
    if (found !== null) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("nothing came within 15 s");
}

/** A browser's page, and what it sent of visits. */
async function open(browser: Browser, script = ""): Promise<{
  context: BrowserContext;
  page: Page;
  reports: string[];
  scripts: string[];
}> {
  const context = await browser.newContext();
  if (script) await context.addInitScript(script);
  const page = await context.newPage();
  const reports: string[] = [];
  const scripts: string[] = [];
  context.on("request", (request) => {
    if (new URL(request.url()).pathname === reportPath) {
      reports.push(`${request.postData()} ${JSON.stringify(request.headers())}`);
    }
  });
  page.on("response", async (response) => {
    if (response.request().resourceType() !== "script") return;
    scripts.push(await response.text().catch(() => ""));
  });
  return { context, page, reports, scripts };
}

/** The part of the page that comes later is there. */
const waitForParts = (page: Page) =>
  page.locator(".app-parts").waitFor({ state: "attached", timeout: 15_000 });
/** The page counts: what is kept was written since it was opened. */
const waitForCount = (page: Page) =>
  page.waitForFunction(
    (key) => {
      const { seenMs } = JSON.parse(localStorage.getItem(key) ?? "{}");
      return seenMs >= performance.timeOrigin;
    },
    stateKey,
    { timeout: 15_000 },
  );
/** The page goes out of view and stays there: so what it sends is seen, and answered. */
const hide = (page: Page) =>
  page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
  });
const leave = (page: Page) => page.goto("about:blank");

Deno.test("PWA-10 visits in a real browser", async (t) => {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const product = await startProduct(describeReplay(dataDir));
  const { url } = product;
  const browser = await launchChromium();
  const token = (await Deno.readTextFile(`${dataDir}/admin-token`)).trim();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const read = async (): Promise<VisitsView> =>
    await (await fetch(`${url}/api/v1/admin/visits`, { headers })).json();
  /** Sums so far, of both days when the test runs over midnight; null before the first. */
  const readSums = async (): Promise<Record<VisitCounter, number> | null> => {
    const { days } = await read();
    if (days.length === 0) return null;
    const add = (name: VisitCounter) => days.reduce((sum, day) => sum + day[name], 0);
    return Object.fromEntries(visitCounters.map((name) => [name, add(name)])) as Record<
      VisitCounter,
      number
    >;
  };
  try {
    await t.step(
      "a visit over several pages is one, with its signals, and a crash of it",
      async () => {
        const { days, figures } = await read();
        deepEqual([days, figures.length], [[], 8]);
        ok(figures.every(({ value }) => value === null), "nothing is measured yet");
        const { context, page, reports } = await open(browser);
        await page.goto(`${url}/explore/signals`);
        await waitForCount(page);
        await hide(page);
        const first = await poll(readSums);
        const { visits, activeBrowsers, signalViews, crashedVisits } = first;
        deepEqual([visits, activeBrowsers, signalViews, crashedVisits], [1, 1, 1, 0]);
        await page.goto(`${url}/help`);
        await waitForCount(page);
        await page.evaluate(() => void Promise.reject(new Error("of the test")));
        await page.getByRole("button", { name: "Yes" }).click();
        await page.getByText("Thank you").waitFor();
        await leave(page);
        // What the browser may have dropped with the page is told by the next one.
        await page.goto(`${url}/help`);
        await waitForCount(page);
        equal(await page.getByRole("button", { name: "Yes" }).count(), 0, "asked once");
        const day = await poll(async () => {
          const found = await readSums();
          return found && found.crashedVisits > 0 ? found : null;
        });
        deepEqual([day.visits, day.activeBrowsers, day.crashedVisits, day.feedbackYes], [
          1,
          1,
          1,
          1,
        ]);
        ok(day.visitSeconds >= first.visitSeconds);
        await page.waitForFunction(
          (key) => JSON.parse(localStorage.getItem(key)!).waiting.length === 0,
          stateKey,
        );
        reports.length = 0;
        await page.evaluate(() => document.cookie = "mine=1");
        const answered = page.waitForResponse((answer) => answer.url().endsWith(reportPath));
        await page.waitForTimeout(1_000);
        await page.evaluate((key) => {
          const state = JSON.parse(localStorage.getItem(key)!);
          localStorage.setItem(key, JSON.stringify({ ...state, sentMs: null }));
        }, stateKey);
        await hide(page);
        deepEqual(await (await answered).json(), { counted: 1 });
        const [report] = reports;
        ok(report!.includes("visitSeconds") && !report!.includes("mine"), report);
        await page.evaluate(() => document.cookie = "mine=1;max-age=0");
        deepEqual(await context.cookies(), []);
        await context.close();
      },
    );

    const asks = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', " +
      "{ get: () => true })";
    await t.step(
      "with Global Privacy Control nothing is kept or sent, and the page says why",
      async () => {
        const before = await readSums();
        const { context, page, reports } = await open(browser, asks);
        await page.goto(`${url}/visits`);
        await waitForParts(page);
        const choice = page.getByLabel("Count my visits");
        equal(await choice.isDisabled(), true);
        match(await page.locator("#visit-choice").innerText(), /asks for privacy/);
        await page.waitForTimeout(500);
        equal(await page.evaluate((key) => localStorage.getItem(key), stateKey), null);
        await hide(page);
        await page.waitForTimeout(300);
        deepEqual(reports, []);
        await leave(page);
        deepEqual(await readSums(), before);
        await context.close();
      },
    );

    await t.step("switched off on the page, the browser forgets and is silent", async () => {
      const before = await readSums();
      const { context, page, reports } = await open(browser);
      await page.goto(`${url}/visits`);
      await waitForCount(page);
      await page.getByLabel("Count my visits").uncheck();
      equal(await page.evaluate((key) => localStorage.getItem(key), stateKey), null);
      await leave(page);
      await page.goto(`${url}/visits`);
      await waitForParts(page);
      await page.waitForTimeout(500);
      equal(await page.getByLabel("Count my visits").isChecked(), false);
      await hide(page);
      await page.waitForTimeout(300);
      deepEqual(reports, []);
      await leave(page);
      deepEqual(await readSums(), before);
      await context.close();
    });

    await t.step("administrators see the figures, on a phone as well", async () => {
      const setup = /\/setup#(\S+)/.exec(product.output())?.[1] ?? "";
      const made = await fetch(`${url}/api/v1/auth/setup`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: new URL(url).origin },
        body: JSON.stringify({
          token: decodeURIComponent(setup.replace(/^\w+=/, "")),
          email: "root@example.org",
          password: "four unrelated words 57",
          cookie: true,
        }),
      });
      equal(made.status, 200, await made.text());
      for (const width of [360, 1280]) {
        const { context, page, errors } = await openPage(browser, { width });
        const cookies = made.headers.getSetCookie().map((text) => {
          const [name, value] = text.split(";")[0]!.split("=") as [string, string];
          return { name, value, url };
        });
        await page.goto(`${url}/visits`);
        if (width === 360) await checkShape(page, "/visits of a visitor", width);
        await context.addCookies(cookies);
        await page.goto(`${url}/visits`);
        const text = await page.locator("main").innerText();
        match(text, /Installs in the first month\s+0\s+goal: at least 100, not due yet/);
        match(text, /Satisfied\s+100%\s+goal: above 70%, reached, 1 answer in /);
        await checkShape(page, "/visits", width);
        deepEqual(errors, []);
        await context.close();
      }
    });

    await t.step("switched off by the operator, pages do not even load what counts", async () => {
      const marker = stateKey;
      const on = await open(browser);
      await on.page.goto(`${url}/help`);
      await waitForCount(on.page);
      const put = await fetch(`${url}/api/v1/admin/config`, {
        method: "PUT",
        headers,
        body: JSON.stringify({ symbols: "visits:\n  isCounted: false\n" }),
      });
      equal(put.status, 200, await put.text());
      const off = await open(browser);
      await poll(async () => {
        const html = await (await fetch(`${url}/`)).text();
        return html.includes("data-visits") ? null : true;
      });
      await off.page.goto(`${url}/cache`);
      await waitForParts(off.page);
      await off.page.waitForTimeout(1_000);
      ok(
        off.scripts.length > 3 && off.scripts.every((text) => !text.includes(`${marker}.refused`)),
      );
      await hide(off.page);
      await off.page.waitForTimeout(300);
      deepEqual(off.reports, []);
      const before = await readSums();
      // A page that was open before goes on telling; nobody listens.
      const answered = on.page.waitForEvent("requestfinished", {
        predicate: (request) => new URL(request.url()).pathname === reportPath,
      });
      await hide(on.page);
      equal((await (await answered).response())!.status(), 204);
      deepEqual(await readSums(), before);
      await Promise.all([on.context.close(), off.context.close()]);
    });
  } finally {
    await browser.close();
    await product.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});
