/** The pages that bring things together, of the running product and full of data, in a real browser. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { checkShape, openPage } from "../support/browser_pages.ts";
import { launchChromium } from "../support/chromium.ts";
import { explorePaths, overviewPaths, serveExplore } from "../support/explore_app.tsx";
import { fullPages } from "../support/pages.ts";
import { hostilePages } from "../support/pages_odd.ts";
import { describeReplay, startProduct } from "../support/product.ts";
import { root } from "../support/source_files.ts";

/** The phone and the desktop that every page is looked at with. */
const screens = [360, 1280];

Deno.test("overviews of the running product", async (t) => {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const product = await startProduct(describeReplay(dataDir));
  const { url } = product;
  const browser = await launchChromium();
  try {
    for (const width of screens) {
      await t.step(
        `UI-12 UI-22 at ${width} px: in its width, accessible in both themes`,
        async () => {
          const { context, page, errors } = await openPage(browser, { width });
          for (const path of [...overviewPaths, "/guides/settings"]) {
            await page.goto(url + path);
            await page.locator(".live[data-status=connected]").waitFor();
            await checkShape(page, path, width);
          }
          deepEqual(errors, []);
          await context.close();
        },
      );
    }

    await t.step("UI-15 the slider says its value by mouse and keys, and filters", async () => {
      const { context, page } = await openPage(browser, { width: 1280 });
      await page.goto(`${url}/explore/signals?confidence=40`);
      await page.locator(".live[data-status=connected]").waitFor();
      const slider = page.getByRole("slider");
      equal(await slider.inputValue(), "40");
      await slider.focus();
      await page.keyboard.press("ArrowRight");
      equal(await page.locator("output").innerText(), "45%");
      equal(await slider.getAttribute("aria-valuetext"), "45%");
      await page.getByLabel("Price move").check();
      await page.getByRole("button", { name: "Apply" }).click();
      await page.waitForURL((address) =>
        address.searchParams.get("confidence") === "45" &&
        address.searchParams.get("type") === "price_alert"
      );
      equal(await page.getByLabel("Price move").isChecked(), true);
      await page.getByRole("link", { name: "Clear" }).click();
      await page.waitForURL((address) => address.search === "");
      await context.close();
    });

    await t.step("UI-02 series are filtered and sorted without scripts", async () => {
      const { context, page } = await openPage(browser, { width: 1280, hasScripts: false });
      await page.goto(`${url}/continuity`);
      await page.getByLabel("Symbol").fill("btc");
      await page.getByLabel("Timeframe").selectOption("1h");
      await page.getByRole("button", { name: "Apply" }).click();
      await page.waitForURL(/q=btc&timeframe=1h/);
      await page.getByRole("link", { name: "Missing" }).click();
      await page.waitForURL(/q=btc&timeframe=1h&sort=missing&order=desc/);
      const names = await page.locator("section[aria-labelledby=series] tbody th").allInnerTexts();
      ok(names.length > 0 && names.every((name) => /BTC.* 1h$/.test(name)), names.join());
      equal(await page.locator("[aria-sort=descending]").innerText(), "Missing\n▼");
      await context.close();
    });

    await t.step(
      "a guide leads to its sections, to other guides and to the reference",
      async () => {
        const { context, page, errors } = await openPage(browser, { width: 1280 });
        await page.goto(`${url}/guides`);
        await page.getByRole("link", { name: "The API" }).click();
        await page.waitForURL(/\/guides\/api$/);
        const contents = page.getByRole("navigation", { name: "On this page" });
        await contents.getByRole("link", { name: "Live", exact: true }).click();
        await page.waitForURL(/#live$/);
        ok(await page.locator("#live").evaluate((each) => each.getBoundingClientRect().top < 300));
        const hrefs = await page.locator("main article a").evaluateAll((links) =>
          links.map((link) => (link as HTMLAnchorElement).href)
        );
        for (const href of new Set(hrefs.filter((each) => each.startsWith(url)))) {
          const answer = await fetch(href);
          await answer.body?.cancel();
          equal(answer.status, 200, href);
        }
        deepEqual(errors, []);
        await context.close();
      },
    );

    await t.step("UI-23 scripts of the dashboard and the overviews are at most 30 kB", async () => {
      const { context, page } = await openPage(browser, { width: 1280 });
      for (const path of overviewPaths) {
        const sizes: Promise<number>[] = [];
        page.removeAllListeners("response");
        page.on("response", (response) => {
          if (response.request().resourceType() !== "script") return;
          sizes.push(response.body().then((body) => gzipSync(body).byteLength));
        });
        await page.goto(url + path, { waitUntil: "load" });
        await page.locator(".live[data-status=connected]").waitFor();
        const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
        console.log(`      scripts, gzip: ${path} ${total} bytes`);
        ok(total > 0 && total <= 30 * 1024, `${path} ${total} bytes`);
      }
      await context.close();
    });
  } finally {
    await browser.close();
    await product.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("UI-12 an open overview takes over newer figures, but not under the reader's hands", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const product = await startProduct(describeReplay(dataDir));
  const browser = await launchChromium();
  try {
    const { context, page } = await openPage(browser, { width: 1280 });
    await page.clock.install();
    await page.goto(`${product.url}/intelligence`);
    await page.locator(".live[data-status=connected]").waitFor();
    const before = await page.locator('[data-refresh="count"]').innerText();
    let asked = 0;
    await page.route(/\/intelligence$/, async (route) => {
      asked += 1;
      const answer = await route.fetch();
      const html = (await answer.text()).replaceAll(
        /(data-refresh="[^"]+">)/g,
        "$1<b class=newer>newer</b>",
      );
      await route.fulfill({ response: answer, body: html });
    });
    await page.locator('[data-refresh="mood"]').evaluate((part) => {
      const link = document.createElement("button");
      part.append(link);
      link.focus();
    });
    await page.clock.runFor(60_000);
    equal(asked, 0, "beside a stream it is not asked each 30 s");
    await page.clock.runFor(70_000);
    await page.locator('[data-refresh="count"] .newer').waitFor();
    equal(asked, 1);
    equal(await page.locator('[data-refresh="count"]').innerText(), `newer${before}`);
    equal(await page.locator('[data-refresh="mood"] .newer').count(), 0);
    await context.close();
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

Deno.test("UI-13 NEW-06 pages full of drawings, and full of nonsense, keep their shape", async (t) => {
  const browser = await launchChromium();
  try {
    for (const [name, data] of [["full", fullPages], ["hostile", hostilePages]] as const) {
      const server = servePages(data);
      for (const width of screens) {
        await t.step(`${name} at ${width} px`, async () => {
          const { context, page } = await openPage(browser, { width });
          const dialogs: string[] = [];
          page.on("dialog", (dialog) => {
            dialogs.push(dialog.message());
            return dialog.dismiss();
          });
          for (const path of [...overviewPaths, ...explorePaths]) {
            await page.goto(`http://127.0.0.1:${server.addr.port}${path}`);
            await checkShape(page, path, width);
          }
          deepEqual(dialogs, []);
          await context.close();
        });
      }
      await server.shutdown();
    }
  } finally {
    await browser.close();
  }
});

Deno.test("UI-13 a dot of the field leads to its signal", async () => {
  const server = servePages(fullPages);
  const browser = await launchChromium();
  try {
    const { context, page } = await openPage(browser, { width: 1280 });
    await page.goto(`http://127.0.0.1:${server.addr.port}/intelligence`);
    await page.locator(".scatter a").first().click();
    await page.waitForURL(/\/explore\/signals\?entity=ETHUSDT/);
    match(page.url(), /from=2024-01-01&to=2024-01-01#v1$/);
    await context.close();
  } finally {
    await browser.close();
    await server.shutdown();
  }
});
