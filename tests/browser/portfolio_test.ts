/** Portfolios, watchlists, exports and share links of the running product, in a real browser. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { callApi, signUp } from "../support/account_browser.ts";
import { checkShape, openPage } from "../support/browser_pages.ts";
import { launchChromium } from "../support/chromium.ts";
import { describeReplay, startProduct } from "../support/product.ts";

/** Rows of a file: two new ones, one of them twice as another program might, and a faulty one. */
const file = [
  "date,type,symbol,quantity,price,currency,exchange",
  "2022-11-03T10:00:00Z,buy,ETHUSDT,2,1500,USDT,binance",
  "2022-11-04T10:00:00Z,sell,ETHUSDT,0.5,1600,USDT,binance",
  "2022-11-05T10:00:00Z,buy,ETHUSDT,many,1500,USDT,binance",
].join("\n");

async function waitForText(page: Page, selector: string, wanted: RegExp): Promise<void> {
  await page.locator(selector).filter({ hasText: wanted }).first().waitFor({ timeout: 15_000 });
}

const fill = async (page: Page, fields: Record<string, string>) => {
  for (const [name, value] of Object.entries(fields)) {
    await page.locator(`#activity-form [name="${name}"]`).fill(value);
  }
};

Deno.test("portfolios, watchlists, exports and share links", async (t) => {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const product = await startProduct(describeReplay(dataDir));
  const { url } = product;
  const browser = await launchChromium();
  const { context, page, errors } = await openPage(browser, { width: 1280 });
  const visitor = await openPage(browser, { width: 1280 });
  const open = async (path: string) => {
    await page.goto(url + path);
    await page.locator(".live[data-status=connected]").waitFor();
  };
  let book = "";
  let list = "";
  try {
    await t.step("a visitor is led to the sign-in, and back once signed in", async () => {
      await open("/portfolio");
      equal(
        await page.locator("main").getByRole("link", { name: "Sign in" }).getAttribute("href"),
        "/signin?next=%2Fportfolio",
      );
      await signUp(page);
      await open("/portfolio");
      await waitForText(page, ".empty", /No portfolio yet/);
    });

    await t.step("PRT-01 a portfolio is made and opens", async () => {
      await page.getByLabel("Name").fill("Long term");
      await page.getByRole("button", { name: "Make the portfolio" }).click();
      await page.waitForURL(/\/portfolio\/[\da-f-]{36}$/);
      book = new URL(page.url()).pathname;
      await waitForText(page, "h1", /^Long term$/);
    });

    await t.step("UI-18 what is booked is shown at once, valued by the live price", async () => {
      await page.locator(".live[data-status=connected]").waitFor();
      await fill(page, {
        timestamp: "2022-11-02T12:00:00",
        symbol: "BTCUSDT",
        quantity: "0.5",
        price: "20000",
        fee: "10",
        feeCurrency: "USDT",
        exchange: "binance",
      });
      await page.getByRole("button", { name: "Book it" }).click();
      await waitForText(page, '[role="status"]', /Booked/);
      await waitForText(page, "#holdings ~ .table-scroll tbody tr", /BTCUSDT[\s\S]*0\.5/);
      const value = page.locator(".money .stat .number").first();
      match(await value.innerText(), /^[89],\d{3}\.\d\d$/);
      // BTCUSDT trades every 15 s of the recording.
      const before = await value.innerText();
      await page.waitForFunction(
        (before) => document.querySelector(".money .stat .number")?.textContent !== before,
        before,
        { timeout: 20_000 },
      );
    });

    await t.step("an entry is changed, deleted and brought back", async () => {
      const row = "#activities ~ .table-scroll tbody tr";
      await page.getByRole("button", { name: "Edit Buy 0.5 BTCUSDT" }).click();
      await fill(page, { quantity: "0.75" });
      await page.getByRole("button", { name: "Save", exact: true }).first().click();
      await waitForText(page, row, /0\.75/);
      await page.getByRole("button", { name: "Delete Buy 0.75 BTCUSDT" }).click();
      await waitForText(page, ".empty", /Nothing is booked yet/);
      await page.getByRole("button", { name: "Undo", exact: true }).click();
      await waitForText(page, row, /0\.75/);
      await page.reload();
      await waitForText(page, row, /0\.75/);
    });

    await t.step("what the API refuses is said, and the form keeps what was typed", async () => {
      await page.locator(".live[data-status=connected]").waitFor();
      await fill(page, { symbol: "BTCUSDT", quantity: "a lot", price: "1" });
      await page.getByRole("button", { name: "Book it" }).click();
      await waitForText(page, '[role="status"] .field-error', /./);
      equal(await page.locator('#activity-form [name="quantity"]').inputValue(), "a lot");
      errors.splice(0, errors.length, ...errors.filter((text) => !/status of 400/.test(text)));
    });

    await t.step(
      "PRT-01 a file is looked at first: new rows, faults; booked; taken out",
      async () => {
        const upload = async () => {
          await page.locator('input[type="file"]').setInputFiles({
            name: "trades.csv",
            mimeType: "text/csv",
            buffer: Buffer.from(file),
          });
          await page.getByRole("button", { name: "Look at it first" }).click();
        };
        await upload();
        await waitForText(page, "main", /2 new, 0 booked already, 1 with errors/);
        await waitForText(page, "td", /must be .*was “many”/);
        await page.getByRole("button", { name: "Book 2 new rows" }).click();
        await waitForText(page, '[role="status"]', /2 rows booked/);
        await waitForText(page, "#holdings ~ .table-scroll tbody tr", /ETHUSDT[\s\S]*1\.5/);
        await upload();
        await waitForText(page, "main", /0 new, 2 booked already, 1 with errors/);
        await page.getByRole("button", { name: "Leave it" }).click();
        await page.getByRole("button", { name: "Undo the import of trades.csv" }).click();
        await waitForText(page, '[role="status"]', /2 entries removed/);
        await page.locator("#holdings ~ .table-scroll tbody tr", { hasText: "ETHUSDT" })
          .waitFor({ state: "detached" });
      },
    );

    await t.step("PRT-04 a watchlist is made, filled, ordered and mended", async () => {
      await open("/watchlists");
      await page.getByLabel("Name").fill("Majors");
      await page.getByRole("button", { name: "Make the list" }).click();
      await page.waitForURL(/\/watchlists\/[\da-f-]{36}$/);
      list = new URL(page.url()).pathname;
      await page.locator(".live[data-status=connected]").waitFor();
      const names = async () => (await page.locator("tbody th a").allInnerTexts()).join();
      for (const symbol of ["BTCUSDT", "ethusdt", "SOLUSDT"]) {
        await page.getByLabel("Add a symbol").fill(symbol);
        await page.getByRole("button", { name: "Add", exact: true }).click();
        await page.locator("tbody th", { hasText: symbol.toUpperCase() }).waitFor();
      }
      await page.getByRole("button", { name: "Move SOLUSDT up" }).click();
      equal(await names(), "BTCUSDT,SOLUSDT,ETHUSDT");
      await page.getByRole("button", { name: "Remove BTCUSDT" }).click();
      await waitForText(page, '[role="status"]', /BTCUSDT removed/);
      await page.getByRole("button", { name: "Undo" }).click();
      await waitForText(page, '[role="status"]', /Saved/);
      equal(await names(), "BTCUSDT,SOLUSDT,ETHUSDT");
      await page.waitForFunction(() =>
        [...document.querySelectorAll("tbody td:nth-child(2)")]
          .every((cell) => /\d/.test(cell.textContent ?? ""))
      );
      await page.getByLabel("Anybody with the address").check();
      await waitForText(page, '[role="status"]', /Saved/);
      await page.reload();
      equal(await names(), "BTCUSDT,SOLUSDT,ETHUSDT");
    });

    await t.step(
      "PWA-04 a change without a network is kept, and sent once there is one",
      async () => {
        await page.locator(".live[data-status=connected]").waitFor();
        await context.setOffline(true);
        await page.getByRole("button", { name: "Move ETHUSDT up" }).click();
        await waitForText(page, '[role="status"]', /Kept on this device/);
        await context.setOffline(false);
        await page.getByRole("button", { name: "Move ETHUSDT up" }).click();
        await waitForText(page, '[role="status"]', /^Saved$/);
        await page.reload();
        const names = (await page.locator("tbody th a").allInnerTexts()).join();
        equal(names, "ETHUSDT,BTCUSDT,SOLUSDT");
        errors.splice(
          0,
          errors.length,
          ...errors.filter((text) => !/ERR_INTERNET|status of 412/.test(text)),
        );
      },
    );

    await t.step(
      "NEW-08 a public list lives for a visitor, who is asked nothing unasked",
      async () => {
        const watch = list.replace("/watchlists/", "/watch/");
        await visitor.page.goto(url + watch);
        await visitor.page.locator(".live[data-status=connected]").waitFor();
        const prices = () => visitor.page.locator("[data-price]").allInnerTexts();
        const before = (await prices()).join();
        match(before, /^[\d,.]+$/);
        ok(await visitor.page.getByRole("button", { name: "Tell me of signals" }).isVisible());
        await visitor.page.waitForFunction(
          (before) =>
            [...document.querySelectorAll("[data-price]")].map((each) => each.textContent)
              .join() !== before,
          before,
          { timeout: 20_000 },
        );
        equal(await visitor.page.evaluate(() => Notification.permission), "default");
        for (const width of [360, 1280]) {
          await visitor.page.setViewportSize({ width, height: 800 });
          await checkShape(visitor.page, watch, width);
        }
        // A private list is like none.
        await open(list);
        await page.getByLabel("Anybody with the address").uncheck();
        await waitForText(page, '[role="status"]', /Saved/);
        equal((await visitor.page.goto(url + watch))?.status(), 404);
        visitor.errors.splice(0);
      },
    );

    await t.step("UI-20 a page's data is taken along as a file, without scripts too", async () => {
      await open("/explore/signals");
      await page.getByText("Export and share", { exact: true }).first().click();
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: "Export", exact: true }).click();
      match((await download).suggestedFilename(), /^cryptointel-signals-.*\.csv$/);
      const plain = await openPage(browser, { width: 360, hasScripts: false });
      await plain.page.goto(`${url}/exports`);
      await plain.page.getByLabel("Symbol, for bars").fill("BTCUSDT");
      await plain.page.getByLabel("Format").selectOption("json");
      const bars = plain.page.waitForEvent("download");
      await plain.page.getByRole("button", { name: "Make the file" }).click();
      match((await bars).suggestedFilename(), /BTCUSDT-1h.*\.json$/);
      await plain.context.close();
    });

    await t.step(
      "EXP-06 a link shows a portfolio to whoever has it, until it is revoked",
      async () => {
        await open(book);
        await page.getByText("Export and share", { exact: true }).first().click();
        await page.getByRole("link", { name: "Share by a link" }).click();
        await page.getByRole("button", { name: "Make the link" }).click();
        const link = await page.getByRole("textbox", { name: "New link" }).inputValue();
        match(link, /\/shared\/share_/);
        equal((await visitor.page.goto(link))?.status(), 200);
        match(await visitor.page.locator("main").innerText(), /Long term[\s\S]*BTCUSDT/);
        equal(await visitor.page.locator("main button").count(), 0);
        for (const width of [360, 1280]) {
          await visitor.page.setViewportSize({ width, height: 800 });
          await checkShape(visitor.page, "/shared", width);
        }
        await page.getByRole("button", { name: /^Revoke/ }).click();
        await waitForText(page, '[role="status"]', /The link is revoked/);
        equal((await visitor.page.goto(link))?.status(), 404);
        visitor.errors.splice(0);
      },
    );

    for (const width of [360, 1280]) {
      await t.step(`UI-22 at ${width} px: in its width, accessible in both themes`, async () => {
        await page.setViewportSize({ width, height: 800 });
        for (const path of ["/portfolio", book, "/watchlists", list, "/exports"]) {
          await open(path);
          await checkShape(page, path, width);
        }
      });
    }

    await t.step("without scripts a portfolio and a watchlist are complete", async () => {
      const cookies = await context.cookies();
      const plain = await openPage(browser, { width: 390, hasScripts: false });
      await plain.context.addCookies(cookies);
      await plain.page.goto(url + book);
      match(await plain.page.locator("main").innerText(), /0\.75[\s\S]*Allocation[\s\S]*Buy/);
      equal(await plain.page.getByRole("button", { name: "Delete" }).count(), 0);
      await plain.page.goto(url + list);
      match(await plain.page.locator("main").innerText(), /ETHUSDT[\s\S]*binance ·/);
      await plain.context.close();
    });

    await t.step("what is deleted is gone", async () => {
      await open(list);
      await page.getByRole("button", { name: "Delete the list" }).click();
      await page.getByRole("button", { name: "Really delete" }).click();
      await page.waitForURL(/\/watchlists$/);
      await waitForText(page, ".empty", /No watchlist yet/);
      equal((await callApi(page, "GET", `/api/v1${list}`)).status, 404);
      errors.splice(0, errors.length, ...errors.filter((text) => !/status of 404/.test(text)));
    });

    await t.step("nothing of this wrote an error", () => {
      deepEqual(errors, []);
      deepEqual(visitor.errors, []);
    });
  } finally {
    await context.close();
    await visitor.context.close();
    await browser.close();
    await product.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});
