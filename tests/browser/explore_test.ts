/** The pages of markets, exchanges, news and operation of the running product, in a real browser. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchChromium } from "../support/chromium.ts";
import { explorePaths, serveExplore } from "../support/explore_app.tsx";
import { fullPages } from "../support/pages.ts";
import { hostilePages } from "../support/pages_odd.ts";
import { describeReplay, startProduct } from "../support/product.ts";
import { root } from "../support/source_files.ts";

const paths = [
  "/explore/markets",
  "/explore/market/BTCUSDT",
  "/explore/dex",
  "/explore/news",
  "/sources",
  "/jobs",
  "/quality",
  "/quality/BTCUSDT",
];

interface Opened {
  context: BrowserContext;
  page: Page;
  /** Errors of the console, violations of the policy among them. */
  errors: string[];
}

async function openPage(
  browser: Browser,
  { width, theme = "dark", hasScripts = true }: {
    width: number;
    theme?: string;
    hasScripts?: boolean;
  },
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width, height: 844 },
    serviceWorkers: "block",
    javaScriptEnabled: hasScripts,
  });
  await context.addInitScript(
    (theme) => localStorage.setItem("cryptointel.theme", theme),
    theme,
  );
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  return { context, page, errors };
}

async function listAxeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const tags = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
    const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
    return violations.map(({ id, nodes }) =>
      `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`
    );
  });
}

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

    for (const width of [390, 1440]) {
      for (const theme of ["dark", "light"]) {
        await t.step(
          `UI-22 at ${width} px, ${theme}: no sideways scroll, no error, accessible`,
          async () => {
            const { context, page, errors } = await openPage(browser, { width, theme });
            for (const path of all) {
              await page.goto(url + path);
              await page.locator(".live[data-status=connected]").waitFor();
              equal(await page.evaluate(() => document.documentElement.dataset.theme), theme);
              for (const summary of await page.locator("summary").all()) await summary.click();
              const wide = await page.evaluate(() => document.documentElement.scrollWidth);
              ok(wide <= width, `${path} is ${wide} px wide`);
              deepEqual(await listAxeViolations(page), [], path);
            }
            deepEqual(errors, []);
            await context.close();
          },
        );
      }
    }

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

    await t.step("UI-23 scripts of a page without a chart are at most 35 kB", async () => {
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
      ok(total > 0 && total <= 35 * 1024, `${total} bytes`);
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
        await page.locator("main input").focus();
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

/** Serves the pages over this data, with the style sheet. */
function servePages(data: typeof fullPages) {
  const handle = serveExplore(data);
  const css = Deno.readTextFileSync(`${root}static/styles.css`);
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (req) => {
    if (!new URL(req.url).pathname.endsWith("/styles.css")) return handle(req);
    return new Response(css, { headers: { "content-type": "text/css" } });
  });
}

Deno.test("NEW-06 pages full of pictures, and pages full of nonsense, keep their shape", async (t) => {
  const browser = await launchChromium();
  try {
    for (const [name, data] of [["full", fullPages], ["hostile", hostilePages]] as const) {
      const server = servePages(data);
      for (const width of [390, 1440]) {
        await t.step(
          `${name} at ${width} px: in its width, accessible in both themes`,
          async () => {
            const { context, page } = await openPage(browser, { width });
            const dialogs: string[] = [];
            page.on("dialog", (dialog) => {
              dialogs.push(dialog.message());
              return dialog.dismiss();
            });
            for (const path of explorePaths) {
              await page.goto(`http://127.0.0.1:${server.addr.port}${path}`);
              for (const summary of await page.locator("summary").all()) await summary.click();
              const wide = await page.evaluate(() => document.documentElement.scrollWidth);
              ok(wide <= width, `${path} is ${wide} px wide`);
              for (const theme of ["dark", "light"]) {
                await page.evaluate(
                  (theme) => document.documentElement.dataset.theme = theme,
                  theme,
                );
                deepEqual(await listAxeViolations(page), [], `${path} ${theme}`);
              }
            }
            deepEqual(dialogs, []);
            await context.close();
          },
        );
      }
      await server.shutdown();
    }
  } finally {
    await browser.close();
  }
});
