/** What people type before the scripts of a page have come counts, whichever form it is. */
import { deepEqual, equal, match } from "node:assert/strict";
import type { Page } from "playwright-core";
import { openPage } from "../support/browser_pages.ts";
import { launchChromium } from "../support/chromium.ts";
import { joinByForm, makePossessions, recordPages } from "../support/own_browser.ts";
import { describeReplay, startProduct } from "../support/product.ts";

/** Pages with forms that islands draw, and what is typed and chosen there. */
const forms: [path: string, fields: [label: string, value: string][]][] = [
  ["/", [["Find a symbol", "eth"]]],
  ["/watchlists", [["Name", "Typed early"]]],
  [recordPages.list, [["Add a symbol", "ETHUSDT"], ["Name", "Renamed early"]]],
  ["/portfolio", [["Name", "Book of early"], ["Currency", "EUR"]]],
  [recordPages.book, [
    ["Quantity", "7.5"],
    ["Note", "typed early"],
    ["Kind", "sell"],
  ]],
  ["/alerts/new?symbol=BTCUSDT", [["Level", "12345"], ["Symbol", "ETHUSDT"]]],
];

const pick = (page: Page, label: string) => page.getByLabel(label, { exact: true }).first();

Deno.test("what is typed before the scripts come", async (t) => {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const product = await startProduct(describeReplay(dataDir));
  const { url } = product;
  const browser = await launchChromium();
  const { context, page, errors } = await openPage(browser, { width: 1280 });
  let hold = Promise.withResolvers<void>();
  /** Opens a page whose scripts come only after `type` was done. */
  const typeEarly = async (path: string, type: () => Promise<void>) => {
    hold = Promise.withResolvers<void>();
    await page.goto(url + path, { waitUntil: "commit" });
    await type();
    hold.resolve();
    await page.locator(".live[data-status=connected]").waitFor();
  };
  try {
    await joinByForm(page, url, "early@example.org");
    await makePossessions(page);
    await page.route(/\/_fresh\/js\//, async (route) => {
      await hold.promise;
      await route.continue();
    });

    for (const [path, fields] of forms) {
      await t.step(`stays on ${path}`, async () => {
        await typeEarly(path, async () => {
          for (const [label, value] of fields) {
            const field = pick(page, label);
            const name = await field.evaluate((one) => one.localName);
            if (name === "select") await field.selectOption(value);
            else await field.fill(value);
          }
        });
        for (const [label, value] of fields) {
          equal(await pick(page, label).inputValue(), value, label);
        }
      });
    }

    await t.step("is what is saved", async () => {
      await typeEarly("/watchlists", () => pick(page, "Name").fill("Typed early"));
      await page.getByRole("button", { name: "Make the list" }).click();
      await page.waitForURL(/\/watchlists\/[\da-f-]{36}$/);
      match(await page.locator("h1").innerText(), /Typed early/);
    });

    await t.step("is sent once: what nobody touched is not", async () => {
      const writes: string[] = [];
      page.on("request", (request) => {
        if (request.method() === "PUT") writes.push(JSON.parse(request.postData()!).isPublic);
      });
      const box = page.getByLabel("Anybody with the address");
      await typeEarly(recordPages.list, () => box.check());
      await page.locator('[role="status"]').filter({ hasText: /^Saved$/ }).waitFor();
      await page.goto(url + recordPages.list);
      await page.locator(".live[data-status=connected]").waitFor();
      equal(await box.isChecked(), true);
      await typeEarly("/watchlists", () => Promise.resolve());
      deepEqual(writes, [true]);
    });

    await t.step("is what a table is searched by", async () => {
      await typeEarly("/", () => pick(page, "Find a symbol").fill("eth"));
      const rows = page.locator("table.prices tbody tr");
      await rows.filter({ hasText: "BTCUSDT" }).first().waitFor({ state: "detached" });
      match(await rows.first().innerText(), /ETH/);
    });
    equal(errors.join("\n"), "");
  } finally {
    await context.close();
    await browser.close();
    await product.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});
