/** Edits of every kind that are made by the pages without a server: listed, taken back, sent once. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import { callApi } from "../support/account_browser.ts";
import { listAxeViolations } from "../support/browser_pages.ts";
import { down, type Fate, pass } from "../support/faulty_front.ts";
import { openInstalledApp, waitForWorker } from "../support/installed_app.ts";
import {
  joinByForm,
  makePossessions,
  marks,
  putRecord,
  recordPages,
  records,
} from "../support/own_browser.ts";

const preferences = "/api/v1/preferences";
const lists = ["/alerts", "/watchlists", "/portfolio", "/settings"];

/** Opens a page; without a server it is the kept one. */
async function open(page: Page, address: string): Promise<void> {
  await page.goto(address, { waitUntil: "commit" });
  await page.locator("h1").first().waitFor();
}

const mark = (page: Page, kind: string) =>
  page.locator(`main .waiting-mark[data-waiting="${kind}"]`).first();

/** Reads a record from the server, past the worker's own copy. */
async function read(page: Page, path: string): Promise<Record<string, unknown>> {
  const { status, body } = await callApi(page, "GET", path);
  equal(status, 200, path);
  return body as Record<string, unknown>;
}

const flush = (page: Page) => page.evaluate(() => dispatchEvent(new Event("cryptointel:flush")));

/** Waits until the page's own parts have come: the tray that sends, and the marks. */
const waitForTray = (page: Page, text: RegExp) =>
  page.locator(".tray button").filter({ hasText: text }).first().waitFor();

/** Changes a record as another device of the same person would. */
async function putElsewhere(
  context: BrowserContext,
  target: string,
  path: string,
  body: unknown,
): Promise<void> {
  const cookies = await context.cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const headers = { cookie, origin: target, "content-type": "application/json" };
  const answer = await fetch(target + path, {
    ...{ method: "PUT", headers, body: JSON.stringify(body) },
  });
  equal(answer.status, 200, await answer.text());
}

/** Makes, changes and deletes one of everything by the buttons of the pages. */
async function editEverything(page: Page, url: string): Promise<void> {
  await open(page, url + "/alerts");
  await page.locator('form.acts button[value="off"]').click();
  await mark(page, "changed").waitFor();
  match(await mark(page, "changed").innerText(), /waiting: changed[\s\S]*On: no/);

  await open(page, url + "/watchlists");
  await page.getByLabel("Name").fill("Second list");
  await page.getByRole("button", { name: "Make the list" }).click();
  await mark(page, "new").waitFor();
  match(await page.locator(".waiting-list").innerText(), /Second list[\s\S]*waiting: new/);

  await open(page, url + recordPages.list);
  await page.getByRole("button", { name: "Remove ETHUSDT" }).click();
  await mark(page, "changed").waitFor();

  await open(page, url + "/portfolio");
  await page.getByLabel("Name").fill("Second book");
  await page.getByRole("button", { name: "Make the portfolio" }).click();
  await mark(page, "new").waitFor();

  await open(page, url + recordPages.book);
  await page.getByRole("button", { name: /^Delete .*ETHUSDT/ }).click();
  await mark(page, "deleted").waitFor();
  const fields = { timestamp: "2022-11-04T12:00:00", symbol: "BTCUSDT", quantity: "2", price: "7" };
  for (const [name, value] of Object.entries(fields)) {
    await page.locator(`#activity-form [name="${name}"]`).fill(value);
  }
  await page.getByRole("button", { name: "Book it" }).click();
  await mark(page, "new").waitFor();

  await open(page, url + "/settings");
  await page.locator('[name="timeZone"]').fill("Europe/Istanbul");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await mark(page, "changed").waitFor();
}

/** Each list shows what waits, as its person left it. */
async function assertMarked(page: Page, url: string): Promise<void> {
  const rows: [string, string, RegExp][] = [
    ["/alerts", "changed", /On: no/],
    ["/watchlists", "changed", /Symbols: BTCUSDT/],
    ["/watchlists", "new", /waiting: new/],
    [recordPages.list, "changed", /Symbols: BTCUSDT/],
    ["/portfolio", "new", /waiting: new/],
    [recordPages.book, "new", /waiting: new/],
    [recordPages.book, "deleted", /waiting: deleted/],
    ["/settings", "changed", /Time zone: Europe\/Istanbul/],
  ];
  for (const [path, kind, text] of rows) {
    await open(page, url + path);
    await mark(page, kind).waitFor();
    match(await mark(page, kind).innerText(), text, path);
    match(await mark(page, kind).locator(".visually-hidden").innerText(), /not sent yet/);
  }
  equal(await page.locator('[name="timeZone"]').inputValue(), "Europe/Istanbul");
  await open(page, url + recordPages.list);
  await mark(page, "changed").waitFor();
  equal(await page.getByRole("button", { name: "Remove ETHUSDT" }).count(), 0);
  equal(await page.getByRole("button", { name: "Remove BTCUSDT" }).count(), 1);
}

Deno.test("PWA-04 what is edited without a server", async (t) => {
  const app = await openInstalledApp();
  const { product, front, url } = app;
  let { context, page } = app;
  try {
    await page.goto(`${url}/guides`);
    await waitForWorker(page);
    await joinByForm(page, url, marks.email);
    await makePossessions(page);
    for (const path of [...lists, recordPages.list, recordPages.book]) {
      await page.goto(url + path);
      // The chunks that edits need come with the first page that needs them.
      await page.locator(".live[data-status=connected]").waitFor();
    }
    front.decide = down;

    await t.step("is marked in its list at once", () => editEverything(page, url));

    await t.step(
      "is there after the browser was started anew, and goes on from there",
      async () => {
        await app.restart();
        ({ context, page } = app);
        await open(page, `${url}/alerts`);
        await waitForTray(page, /^7 changes wait$/);
        await assertMarked(page, url);
      },
    );

    await t.step("is shown accessibly, on a phone too", async () => {
      await page.setViewportSize({ width: 360, height: 800 });
      for (const path of ["/watchlists", recordPages.book]) {
        await open(page, url + path);
        await mark(page, "new").waitFor();
        ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360, path);
        for (const theme of ["dark", "light"]) {
          await page.evaluate((theme) => document.documentElement.dataset.theme = theme, theme);
          deepEqual(await listAxeViolations(page), [], `${path} ${theme}`);
        }
      }
      await page.setViewportSize({ width: 1280, height: 800 });
    });

    await t.step("is taken back by a button", async () => {
      await open(page, `${url}/portfolio`);
      await page.getByRole("button", { name: "Undo what waits for Second book" }).click();
      await mark(page, "new").waitFor({ state: "detached" });
      await waitForTray(page, /^6 changes wait$/);
    });

    await t.step("is sent once whatever fails, and loses its marks", async () => {
      await open(page, `${url}/watchlists`);
      await waitForTray(page, /^6 changes wait$/);
      const fates: Fate[] = ["503", "lost", "lost", "503", "pass", "lost"];
      front.passed.length = 0;
      front.decide = (method) =>
        ["PUT", "DELETE"].includes(method) ? fates.shift() ?? "pass" : "pass";
      for (let tries = 0; tries < 40 && await page.locator(".tray").count() > 0; tries++) {
        await flush(page);
        await page.waitForTimeout(250);
      }
      await page.locator(".tray").waitFor({ state: "detached" });
      await page.locator("tbody").filter({ hasText: "Second list" }).waitFor();
      equal(await page.locator("main .waiting-mark").count(), 0);
      const alert = await read(page, records.alert);
      deepEqual([alert.is_active, alert.revision], [false, 2]);
      const list = await read(page, records.list);
      deepEqual([list.symbols, list.revision], [["BTCUSDT"], 2]);
      const { watchlists } = await read(page, "/api/v1/watchlists") as { watchlists: unknown[] };
      equal(watchlists.length, 2);
      const { activities } = await read(page, `${records.book}/activities`) as {
        activities: { symbol: string; quantity: string }[];
      };
      deepEqual(activities.map(({ symbol, quantity }) => `${symbol} ${quantity}`), [
        ...["BTCUSDT 2", "BTCUSDT 0.5"],
      ]);
      deepEqual([(await read(page, preferences)).timeZone], ["Europe/Istanbul"]);
      equal((await read(page, preferences)).revision, 1);
      const { portfolios } = await read(page, "/api/v1/portfolios") as { portfolios: unknown[] };
      equal(portfolios.length, 1, "what was taken back was never sent");
      ok(front.passed.length > 6, "some were sent again");
    });

    await t.step("and changed elsewhere, too, is shown to its person, who decides", async () => {
      await page.goto(`${url}/settings`);
      await page.locator(".live[data-status=connected]").waitFor();
      front.decide = down;
      await page.locator('[name="timeZone"]').fill("Asia/Tokyo");
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await mark(page, "changed").waitFor();
      await putElsewhere(context, product.url, preferences, {
        ...{ timeZone: "America/New_York", sound: true },
      });
      front.decide = pass;
      await flush(page);
      await waitForTray(page, /^1 change needs your decision$/);
      await mark(page, "changed").filter({ hasText: "needs your decision" }).waitFor();
      if (!await page.locator(".tray .conflict").isVisible()) {
        await page.locator(".tray .tray-button").click();
      }
      match(
        await page.locator(".tray fieldset").innerText(),
        /Asia\/Tokyo[\s\S]*America\/New_York/,
      );
      await page.locator(".tray").getByLabel(/This device/).check();
      await page.getByRole("button", { name: "Apply the choice" }).click();
      await page.locator(".tray").waitFor({ state: "detached" });
      const { timeZone, sound } = await read(page, preferences);
      deepEqual([timeZone, sound], ["Asia/Tokyo", true], "what the other device alone did stays");
    });

    await t.step("is nobody else's: another person sees neither marks nor titles", async () => {
      await putRecord(page, records.list, { name: marks.list, symbols: [], isPublic: false });
      await page.goto(`${url}/watchlists`);
      front.decide = (method) => ["PUT", "DELETE"].includes(method) ? "503" : "pass";
      await page.getByLabel("Name").fill("Secret list");
      await page.getByRole("button", { name: "Make the list" }).click();
      await mark(page, "new").waitFor();
      await page.getByRole("button", { name: `Account of ${marks.email}` }).click();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.waitForURL(/\/signin\?out=1$/);
      await joinByForm(page, url, "eve@example.org");
      await page.goto(`${url}/watchlists`);
      await page.locator(".tray .tray-button").click();
      match(await page.locator(".tray").innerText(), /1 change is another account's/);
      equal(await page.getByText("Secret list").count(), 0);
      equal(await page.locator(".waiting-mark").count(), 0);
    });
  } finally {
    await app.close();
  }
});
