/** Keys that work on every page of the running product, in a real browser. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { checkShape, listAxeViolations, openPage } from "../support/browser_pages.ts";
import { launchChromium } from "../support/chromium.ts";
import { describeReplay, startProduct } from "../support/product.ts";

Deno.test("keys, the palette and help", async (t) => {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const product = await startProduct(describeReplay(dataDir));
  const { url } = product;
  const browser = await launchChromium();
  const { context, page, errors } = await openPage(browser, { width: 1280 });
  const scripts: string[] = [];
  page.on("response", (answer) => {
    if (answer.request().resourceType() === "script") scripts.push(answer.url());
  });
  const open = async (path: string) => {
    await page.goto(url + path);
    await page.locator(".live[data-status=connected]").waitFor();
  };
  const palette = page.locator("dialog.palette[open]");
  try {
    await t.step("UI-24 Ctrl+K brings the palette, which no page carries before", async () => {
      await open("/jobs");
      const before = scripts.length;
      await page.keyboard.press("Control+k");
      await palette.waitFor();
      ok(scripts.length > before, "nothing was brought");
      equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "combobox");
      deepEqual(await listAxeViolations(page), []);
      await page.keyboard.press("Escape");
      await palette.waitFor({ state: "hidden" });
    });

    await t.step("UI-24 a few letters and Enter lead to a page, a symbol and a guide", async () => {
      const places: [string, RegExp][] = [
        ["contin", /\/continuity$/],
        ["btcusdt", /\/explore\/market\/BTCUSDT$/],
        ["security", /\/guides\/security$/],
      ];
      for (const [typed, place] of places) {
        await open("/jobs");
        await page.keyboard.press("Control+k");
        await palette.waitFor();
        await page.keyboard.type(typed);
        const first = palette.locator('[role="option"][aria-selected="true"]');
        await first.filter({ hasText: new RegExp(typed, "i") }).waitFor();
        await page.keyboard.press("Enter");
        await page.waitForURL(place);
      }
    });

    await t.step("UI-24 arrows choose and go round; an action is done at once", async () => {
      await open("/jobs");
      await page.keyboard.press("Control+k");
      await palette.waitFor();
      await page.keyboard.press("ArrowUp");
      const chosen = await page.locator("[role=combobox]").getAttribute("aria-activedescendant");
      const count = await palette.locator("[role=option]").count();
      ok(count > 12, `${count} options`);
      match(chosen ?? "", /^palette-\d+$/);
      ok(chosen !== "palette-0");
      const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
      const before = await theme();
      await page.keyboard.type("dark and light");
      await page.keyboard.press("Enter");
      await palette.waitFor({ state: "hidden" });
      ok(await theme() !== before);
    });

    await t.step("UI-24 the palette leads on to the keys and colours, which are kept", async () => {
      await page.keyboard.press("Control+k");
      await palette.waitFor();
      await page.keyboard.type("keys and");
      await page.keyboard.press("Enter");
      const help = page.locator("dialog.help[open]:not(.palette)");
      await help.waitFor();
      await page.getByLabel("Red rises, green falls").check();
      await page.keyboard.press("Escape");
      await help.waitFor({ state: "hidden" });
      await page.reload();
      equal(await page.evaluate(() => document.documentElement.dataset.directions), "red-up");
    });

    await t.step(
      "UI-24 / goes to the search, and where there is none opens the palette",
      async () => {
        await open("/explore/markets");
        await page.keyboard.press("/");
        equal(await page.evaluate(() => document.activeElement?.getAttribute("type")), "search");
        await page.keyboard.type("/?");
        equal(await page.getByLabel("Symbol or name").inputValue(), "/?");
        equal(await page.locator("dialog[open]").count(), 0);
        await open("/jobs");
        await page.keyboard.press("/");
        await palette.waitFor();
        equal(await page.locator("[role=combobox]").inputValue(), "");
      },
    );

    await t.step("UI-24 help is a page for touch and for readers without scripts", async () => {
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await open("/help");
        await checkShape(page, "/help", width);
      }
      const plain = await openPage(browser, { width: 360, hasScripts: false });
      await plain.page.goto(`${url}/help`);
      match(await plain.page.locator("main").innerText(), /By touch[\s\S]*Without scripts/);
      await plain.context.close();
    });

    await t.step("nothing of this wrote an error", () => deepEqual(errors, []));
  } finally {
    await context.close();
    await browser.close();
    await product.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});
