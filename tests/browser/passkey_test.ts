/** Proving who one is, in a real browser: passkeys that fail, passwords as managers fill them, signing out. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Browser, CDPSession, Page } from "playwright-core";
import { callApi } from "../support/account_browser.ts";
import { openPage } from "../support/browser_pages.ts";
import { launchChromium } from "../support/chromium.ts";
import { describeReplay, startProduct } from "../support/product.ts";

const password = "tram lemon quartz 91";
const publicPages = ["/", "/explore/signals", "/explore/dex", "/quality", "/continuity", "/guides"];
const ownPages = [
  "/alerts",
  "/portfolio",
  "/watchlists",
  "/exports",
  "/notifications",
  "/settings",
  "/settings/devices",
  "/settings/security",
  "/settings/keys",
  "/settings/account",
];

async function signIn(page: Page, url: string, email: string, isNew = false): Promise<void> {
  await page.goto(`${url}/signin${isNew ? "?new=1" : ""}`);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  const name = isNew ? "Create an account" : "Sign in";
  await page.getByRole("button", { name, exact: true }).click();
  await page.waitForURL((address) => address.pathname !== "/signin");
}

async function signOut(page: Page, email: string): Promise<void> {
  await page.getByRole("button", { name: `Account of ${email}` }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByText("You are signed out.").waitFor();
}

/** Gives the browser a device that makes passkeys; `isVerified` says whether a finger fits. */
async function addDevice(page: Page, { isVerified }: { isVerified: boolean }) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: isVerified,
      automaticPresenceSimulation: true,
    },
  });
  return { devtools, authenticatorId };
}

const countCredentials = async (devtools: CDPSession, authenticatorId: string) =>
  (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length;

async function addPasskey(page: Page, url: string, name: string, proof = password): Promise<void> {
  await page.goto(`${url}/settings/security`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Your password, once more").fill(proof);
  await page.getByRole("button", { name: "Add a passkey" }).click();
}

async function checkPasskeys(browser: Browser, url: string): Promise<void> {
  const email = "key@example.org";
  const { context, page } = await openPage(browser, { width: 1280 });
  const { devtools, authenticatorId } = await addDevice(page, { isVerified: true });
  await signIn(page, url, email, true);
  await addPasskey(page, url, "Stolen laptop", "not the password at all");
  await page.locator("[data-field=password] .field-error").first().waitFor();
  equal(await countCredentials(devtools, authenticatorId), 0, "none without the password");
  await addPasskey(page, url, "Laptop");
  await page.locator("strong", { hasText: "Laptop" }).waitFor();
  equal(await countCredentials(devtools, authenticatorId), 1);
  await signOut(page, email);

  const press = () => page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await press();
  await page.locator(".passkey [role=status]", { hasText: /\w{4}/ }).waitFor();
  match(page.url(), /\/signin/);
  await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  await press();
  await page.getByRole("button", { name: `Account of ${email}` }).waitFor();

  await page.goto(`${url}/settings/security`);
  await page.getByRole("button", { name: "Remove Laptop" }).click();
  await page.locator("strong", { hasText: "Laptop" }).waitFor({ state: "detached" });
  await signOut(page, email);
  await press();
  await page.locator(".passkey [role=status]", { hasText: /\w{4}/ }).waitFor();
  await page.goto(`${url}/settings`);
  match(page.url(), /\/signin/, "a removed passkey opens nothing");
  await context.close();
}

/** Pastes through the clipboard, as a manager of passwords or its owner does. */
async function checkPaste(page: Page, label: string): Promise<void> {
  const field = page.getByLabel(label);
  await field.focus();
  await page.evaluate((text) => navigator.clipboard.writeText(text), password);
  await page.keyboard.press("Control+V");
  equal(await field.inputValue(), password, label);
  equal(await field.getAttribute("type"), "password");
  match((await field.getAttribute("autocomplete"))!, /^(current|new)-password$/);
  ok(Number(await field.getAttribute("maxlength")) >= 128, "the longest one fits");
}

async function checkFields(browser: Browser, url: string): Promise<void> {
  const { context, page } = await openPage(browser, { width: 1280 });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: url });
  for (const path of ["/signin", "/signin?new=1"]) {
    await page.goto(url + path);
    await checkPaste(page, "Password");
    const name = page.getByLabel("E-mail address");
    equal(await name.getAttribute("autocomplete"), "username");
  }
  await signIn(page, url, "paste@example.org", true);
  await page.goto(`${url}/settings/security`);
  const labels = await page.locator("label").allInnerTexts();
  const asked = labels.filter((text) => /password/i.test(text)).map((text) => text.split("\n")[0]!);
  ok(asked.length >= 3, asked.join(", "));
  for (const field of await page.locator("main input[type=password]").all()) {
    await field.focus();
    await page.keyboard.press("Control+V");
    equal(await field.inputValue(), password);
  }
  await context.close();
}

async function checkRefusal(browser: Browser, url: string): Promise<void> {
  const { context, page } = await openPage(browser, { width: 360 });
  await page.goto(`${url}/signin?new=1`);
  await page.getByLabel("E-mail address").fill("known@example.org");
  await page.getByLabel("Password").fill("FinalFantasy");
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByText("public lists of stolen passwords").first().waitFor();
  match(page.url(), /\/signin/);
  await context.close();
}

/** Lists what of a person is left in the browser: in storage, caches, databases or the page. */
async function listTraces(page: Page, words: string[]): Promise<string[]> {
  return await page.evaluate(async (words) => {
    const found: string[] = [];
    const look = (where: string, text: string) => {
      for (const word of words) if (text.includes(word)) found.push(`${where}: ${word}`);
    };
    look("page", document.documentElement.outerHTML);
    look("cookies", document.cookie);
    look("local storage", JSON.stringify({ ...localStorage }));
    look("session storage", JSON.stringify({ ...sessionStorage }));
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        look(`cache of ${request.url}`, await (await cache.match(request))!.clone().text());
      }
    }
    for (const { name } of await indexedDB.databases()) {
      const opened = indexedDB.open(name!);
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        opened.onsuccess = () => resolve(opened.result);
        opened.onerror = () => reject(opened.error);
      });
      for (const store of database.objectStoreNames) {
        const asked = database.transaction(store).objectStore(store).getAll();
        const all = await new Promise((resolve) => asked.onsuccess = () => resolve(asked.result));
        look(`database ${name}/${store}`, JSON.stringify(all));
      }
      database.close();
    }
    return found;
  }, words);
}

/** With the service worker, unlike most tests: it is what keeps pages. */
async function checkTraces(browser: Browser, url: string): Promise<void> {
  const email = "trace@example.org";
  const context = await browser.newContext({ viewport: { width: 1280, height: 844 } });
  const page = await context.newPage();
  await signIn(page, url, email, true);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  const { status } = await callApi(page, "POST", "/api/v1/alerts", {
    symbol: "BTCUSDT",
    condition: "PRICE_ABOVE",
    threshold: 1e9,
    name: "a name nobody else gives",
  });
  equal(status, 201);
  for (const path of ["/alerts", "/portfolio", "/settings/account", "/"]) {
    await page.goto(url + path);
    await page.locator("main").waitFor();
  }
  await page.goto(`${url}/settings/account`);
  ok((await page.content()).includes(email), "it was there");
  await signOut(page, email);
  const words = [email, "a name nobody else gives"];
  deepEqual(await listTraces(page, words), []);
  deepEqual((await context.cookies()).map(({ name }) => name), []);
  await page.goBack();
  await page.getByLabel("E-mail address").waitFor();
  ok(!(await page.locator("html").innerHTML()).includes(email), "the way back shows nothing");
  await context.setOffline(true);
  await page.goto(`${url}/settings/account`).catch(() => null);
  await page.waitForLoadState("networkidle");
  ok(!(await page.locator("html").innerHTML()).includes(email), "nor does it without a network");
  await context.close();
}

Deno.test("proving who one is, and leaving, in a real browser", async (t) => {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const product = await startProduct(describeReplay(dataDir));
  // Passkeys are bound to a name, not to an address.
  const url = product.url.replace("127.0.0.1", "localhost");
  const browser = await launchChromium();
  try {
    await t.step(
      "AUT-06 a passkey asks for the password and for its owner, and ends when removed",
      () => checkPasskeys(browser, url),
    );
    await t.step(
      "AUT-03 fields of passwords are masked, take what is pasted, and say what they are",
      () => checkFields(browser, url),
    );
    await t.step(
      "AUT-03 a password that was stolen elsewhere is refused in words",
      () => checkRefusal(browser, url),
    );
    await t.step(
      "AUT-04 pages of a person ask visitors to sign in, and others do not",
      async () => {
        for (const path of ownPages) {
          const answer = await fetch(product.url + path, { redirect: "manual" });
          const text = await answer.text();
          const asks = answer.status === 303
            ? answer.headers.get("location")!
            : /<main.*href="(\/signin\?next=[^"]+)"/s.exec(text)?.[1] ?? "nowhere";
          equal(asks, `/signin?next=${encodeURIComponent(path)}`, path);
        }
        for (const path of publicPages) {
          const answer = await fetch(product.url + path, { redirect: "manual" });
          await answer.body?.cancel();
          equal(answer.status, 200, path);
        }
      },
    );
    await t.step("AUT-04 every page has the way out", async () => {
      const email = "out@example.org";
      const { context, page } = await openPage(browser, { width: 1280, hasScripts: false });
      await signIn(page, url, email, true);
      for (const path of [...publicPages, ...ownPages]) {
        await page.goto(url + path);
        equal(await page.locator("button[value=sign-out]").count(), 1, path);
      }
      await context.close();
    });
    await t.step(
      "signing out leaves nothing of the person in the browser",
      () => checkTraces(browser, url),
    );
  } finally {
    await browser.close();
    await product.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});
