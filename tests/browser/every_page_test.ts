/** Every page there is, as its first administrator sees it on a phone and on a desk. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { checkShape, openPage } from "../support/browser_pages.ts";
import { launchChromium } from "../support/chromium.ts";
import { moveIn } from "../support/every_page.ts";
import { describeReplay, startProduct } from "../support/product.ts";

Deno.test("every page is accessible in both themes, fits its width and reports no error", async (t) => {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const product = await startProduct(describeReplay(dataDir));
  const browser = await launchChromium();
  try {
    const { cookies, paths } = await moveIn(product);
    for (const width of [360, 1280]) {
      const { context, page, errors } = await openPage(browser, { width });
      await context.addCookies(cookies.map((cookie) => ({ ...cookie, url: product.url })));
      for (const path of paths) {
        await t.step(`${path.replace(/\/share_.*/, "/{token}")} at ${width} px`, async () => {
          const answer = await page.goto(new URL(path, product.url).href);
          equal(answer?.status(), 200);
          equal(await page.locator("h1").count(), 1, "one heading says what the page is");
          ok(await page.title(), "it has a title");
          await checkShape(page, path, width);
          deepEqual(errors.splice(0), []);
        });
      }
      await context.close();
    }
  } finally {
    await browser.close();
    await product.stop();
  }
});
