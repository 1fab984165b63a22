/** What belongs to one person, without a server: kept with its age, and for that person alone. */
import { equal, match, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { callApi } from "../support/account_browser.ts";
import { down, pass } from "../support/faulty_front.ts";
import { openInstalledApp, waitForWorker } from "../support/installed_app.ts";
import {
  assertNotOfMara,
  joinByForm,
  makePossessions,
  marks,
  password,
  recordPages,
} from "../support/own_browser.ts";

/** Pages behind the sign-in, and what of mara's each of them shows. */
const ownPages: readonly (readonly [path: string, shown: string])[] = [
  ["/alerts", marks.alert],
  [recordPages.alert, marks.alert],
  ["/alerts/history", "History"],
  ["/watchlists", marks.list],
  [recordPages.list, marks.list],
  ["/portfolio", marks.book],
  [recordPages.book, marks.note],
  ["/notifications", "Notifications"],
  ["/settings", "How you are told"],
  ["/settings/account", "Your data"],
  ["/settings/devices", "Devices that get push"],
  ["/settings/security", "Sign-in"],
  ["/settings/keys", "API keys"],
  ["/exports", marks.list],
];

/** Everything that the caches hold of answers, as text. */
async function readKept(page: Page): Promise<string> {
  return await page.evaluate(async () => {
    const texts: string[] = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        if (/\.(js|css|png|woff2)/.test(new URL(request.url).pathname)) continue;
        const answer = await cache.match(request);
        texts.push(`${request.url}\n${await answer?.text()}`);
      }
    }
    return texts.join("\n");
  });
}

/** Opens each page online, so that it is kept as its person saw it. */
async function visitAll(page: Page, url: string): Promise<void> {
  for (const [path, shown] of ownPages) {
    await page.goto(url + path);
    const text = await page.locator("body").innerText();
    ok(new RegExp(shown, "i").test(text), `${path}: ${text}`);
  }
}

/** Without a server each page stands with what was kept, says so, and how old it is. */
async function assertKept(page: Page, url: string): Promise<void> {
  for (const [path, shown] of ownPages) {
    await page.goto(url + path, { waitUntil: "commit" });
    await page.locator(".offline").waitFor();
    equal(new URL(page.url()).pathname, path);
    const text = await page.locator("body").innerText();
    match(await page.locator(".offline").innerText(), /Offline.*as of \d+ Nov 2022/, path);
    match(text, new RegExp(shown, "i"), path);
    ok(!/You are offline|cannot be read/i.test(text), `${path}: ${text.slice(0, 400)}`);
    ok((await page.locator("main").innerText()).length > 40, path);
    // Each figure that has an age has it as a date: nobody counts on, and none is of now.
    await page.waitForFunction(
      () =>
        [...document.querySelectorAll("main time[data-age]")].every((age) =>
          age.textContent?.startsWith("as of ")
        ),
      undefined,
      { timeout: 5_000 },
    );
  }
}

/** Without a server no page shows anything of mara's, and none is blank. */
async function assertNothingOfMara(page: Page, url: string): Promise<void> {
  for (const [path] of ownPages) {
    await page.goto(url + path, { waitUntil: "commit" });
    await page.locator("h1").first().waitFor();
    const text = await page.content();
    assertNotOfMara(text, path);
    ok((await page.locator("body").innerText()).length > 100, path);
  }
}

Deno.test("PWA-03 NEW-02 what is one's own without a server", async (t) => {
  const app = await openInstalledApp();
  const { front, url } = app;
  let { context, page } = app;
  try {
    await page.goto(`${url}/guides`);
    await waitForWorker(page);
    await joinByForm(page, url, marks.email);
    await makePossessions(page);
    await visitAll(page, url);

    await t.step(
      "what is changed is kept as it is then, though its page is not visited",
      async () => {
        await page.goto(`${url}/guides`);
        const path = `/api/v1/watchlists/${crypto.randomUUID()}`;
        const list = { name: "Made a minute ago", symbols: ["ETHUSDT"] };
        equal((await callApi(page, "PUT", path, list)).status, 201);
        await page.waitForFunction(async (name) => {
          const kept = await caches.match("/watchlists");
          return (await kept?.text())?.includes(name) ?? false;
        }, list.name);
      },
    );

    await t.step("every page opens with what was kept, and says how old it is", async () => {
      front.decide = down;
      await assertKept(page, url);
    });

    await t.step("so it does in a browser that was started anew", async () => {
      await app.restart();
      ({ context, page } = app);
      await assertKept(page, url);
    });

    await t.step("signing out without a server says that it could not be done", async () => {
      await page.goto(`${url}/watchlists`, { waitUntil: "commit" });
      await page.getByRole("button", { name: `Account of ${marks.email}` }).click();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "You are offline" }).waitFor();
      front.decide = pass;
      await page.goto(`${url}/watchlists`);
      match(await page.locator("main").innerText(), new RegExp(marks.list));
    });

    await t.step("whoever signs out leaves no page and no answer of theirs", async () => {
      ok((await readKept(page)).includes(marks.list));
      await page.getByRole("button", { name: `Account of ${marks.email}` }).click();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.waitForURL(/\/signin\?out=1$/);
      assertNotOfMara(await readKept(page), "what is kept");
      front.decide = down;
      await assertNothingOfMara(page, url);
      front.decide = pass;
    });

    await t.step("another person never sees them, and has their own", async () => {
      await joinByForm(page, url, "eve@example.org");
      front.decide = down;
      await assertNothingOfMara(page, url);
      front.decide = pass;
      await page.goto(`${url}/watchlists`);
      front.decide = down;
      await page.goto(`${url}/watchlists`, { waitUntil: "commit" });
      await page.locator(".offline").waitFor();
      match(await page.locator("main").innerText(), /No watchlist yet/);
      front.decide = pass;
    });

    await t.step("so it is where nobody signed out before", async () => {
      await page.goto(`${url}/watchlists`);
      await page.getByRole("button", { name: "Account of eve@example.org" }).click();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.waitForURL(/\/signin\?out=1$/);
      await page.getByLabel("E-mail address").fill(marks.email);
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.waitForURL((address) => address.pathname !== "/signin");
      await visitAll(page, url);
      // Her session ends without a word to this browser.
      await context.clearCookies();
      await joinByForm(page, url, "ida@example.org");
      front.decide = down;
      await assertNothingOfMara(page, url);
    });
  } finally {
    await app.close();
  }
});
