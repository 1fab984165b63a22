/** Accounts in the running product, in a real browser: set up, sign in, settings, sign out. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { checkShape, openPage } from "../support/browser_pages.ts";
import { launchChromium } from "../support/chromium.ts";
import { describeReplay, startProduct } from "../support/product.ts";

const password = "tram lemon quartz 91";
const settingsPaths = [
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
  await page.getByRole("button", {
    name: isNew ? "Create an account" : "Sign in",
    exact: true,
  }).click();
  await page.waitForURL((address) => address.pathname !== "/signin");
}

async function checkPasskey(browser: Browser, url: string): Promise<void> {
  const { context, page, errors } = await openPage(browser, { width: 1280 });
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await signIn(page, url, "mara@example.org");
  await page.goto(`${url}/settings/security`);
  await page.getByLabel("Name").fill("This laptop");
  await page.getByLabel("Your password, once more").fill(password);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.locator("strong", { hasText: "This laptop" }).waitFor();
  await page.getByRole("button", { name: "Account of mara@example.org" }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByText("You are signed out.").waitFor();
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByRole("button", { name: "Account of mara@example.org" }).waitFor();
  deepEqual(errors, []);
  await context.close();
}

Deno.test("accounts in a real browser", async (t) => {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const product = await startProduct(describeReplay(dataDir));
  // Passkeys are bound to a name, not to an address.
  const url = product.url.replace("127.0.0.1", "localhost");
  const browser = await launchChromium();
  try {
    await t.step("AUT-07 the one-time link makes the first administrator, once", async () => {
      const link = /http\S+\/setup#\S+/.exec(product.output())?.[0].replace(
        "127.0.0.1",
        "localhost",
      );
      ok(link, product.output());
      const { context, page, errors } = await openPage(browser, { width: 360 });
      await page.goto(link);
      await page.waitForFunction(() => location.hash === "");
      await checkShape(page, "/setup", 360);
      await page.getByLabel("E-mail address").fill("root@example.org");
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Create the administrator" }).click();
      await page.getByRole("button", { name: "Account of root@example.org" }).waitFor();
      await page.goto(`${url}/setup`);
      match(await page.locator("main").innerText(), /has its administrator/);
      deepEqual(errors, []);
      await context.close();
    });

    await t.step(
      "AUT-03 a wrong password is said beside the form, a right one goes on",
      async () => {
        const { context, page } = await openPage(browser, { width: 360 });
        await signIn(page, url, "mara@example.org", true);
        await context.clearCookies();
        await page.goto(`${url}/alerts`);
        match(page.url(), /\/signin\?next=%2Falerts$/);
        await page.getByLabel("E-mail address").fill("mara@example.org");
        await page.getByLabel("Password").fill("not the password");
        await page.getByRole("button", { name: "Sign in", exact: true }).click();
        await page.getByRole("alert").waitFor();
        equal(await page.getByLabel("E-mail address").inputValue(), "mara@example.org");
        await checkShape(page, "/signin", 360);
        await page.getByLabel("Password").fill(password);
        await page.getByRole("button", { name: "Sign in", exact: true }).click();
        await page.waitForURL(`${url}/alerts`);
        await context.close();
      },
    );

    await t.step("AUT-06 a passkey is added and signs in", () => checkPasskey(browser, url));

    for (const width of [360, 1280]) {
      await t.step(`UI-22 settings at ${width} px: in their width, accessible`, async () => {
        const { context, page, errors } = await openPage(browser, { width });
        await signIn(page, url, "mara@example.org");
        for (const path of settingsPaths) {
          await page.goto(url + path);
          await page.locator(".live[data-status=connected]").waitFor();
          await checkShape(page, path, width);
        }
        deepEqual(errors, []);
        await context.close();
      });
    }

    await t.step("AUT-05 without scripts a key is made, works, and is revoked", async () => {
      const { context, page } = await openPage(browser, { width: 1280, hasScripts: false });
      await signIn(page, url, "mara@example.org");
      await page.goto(`${url}/settings/keys`);
      await page.getByLabel("Name").fill("A bot");
      await page.getByLabel("Alerts", { exact: true }).check();
      await page.getByRole("button", { name: "Make a key" }).click();
      const secret = await page.locator("code.secret").innerText();
      const ask = async () => {
        const headers = { "x-api-key": secret };
        const answer = await fetch(`${product.url}/api/v1/alerts`, { headers });
        await answer.body?.cancel();
        return answer.status;
      };
      equal(await ask(), 200);
      await page.goto(`${url}/settings/keys`);
      ok(!(await page.content()).includes(secret), "the secret is shown once");
      await page.getByRole("button", { name: "Revoke A bot" }).click();
      await page.getByText("No key yet.").waitFor();
      equal(await ask(), 401);
      await context.close();
    });

    await t.step("ALR-07 preferences are kept, and a stale form changes nothing", async () => {
      const { context, page } = await openPage(browser, { width: 1280, hasScripts: false });
      await signIn(page, url, "mara@example.org");
      await page.goto(`${url}/settings`);
      const other = await context.newPage();
      await other.goto(`${url}/settings`);
      await page.getByLabel("Be quiet at night").check();
      await page.getByLabel("From").fill("23:15");
      await page.getByLabel("Time zone").fill("Europe/Istanbul");
      await page.getByLabel("Play a sound with them").check();
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Saved.").waitFor();
      await other.getByLabel("Time zone").fill("Asia/Tokyo");
      await other.getByRole("button", { name: "Save" }).click();
      await other.getByRole("alert").waitFor();
      await page.goto(`${url}/settings`);
      equal(await page.getByLabel("From").inputValue(), "23:15");
      equal(await page.getByLabel("Time zone").inputValue(), "Europe/Istanbul");
      equal(await page.getByLabel("Play a sound with them").isChecked(), true);
      await page.getByRole("button", { name: "Test Slack" }).click();
      await page.getByText(/Slack: This channel is not set up/).waitFor();
      await context.close();
    });

    await t.step("sessions are listed, and the others signed out at once", async () => {
      const first = await openPage(browser, { width: 1280 });
      await signIn(first.page, url, "mara@example.org");
      const second = await openPage(browser, { width: 1280, hasScripts: false });
      await signIn(second.page, url, "mara@example.org");
      await second.page.goto(`${url}/settings/security`);
      await second.page.getByRole("button", { name: "Sign out all others" }).click();
      await second.page.waitForURL(`${url}/settings/security`);
      equal(await second.page.locator("section[aria-labelledby=sessions] tbody tr").count(), 1);
      await first.page.goto(`${url}/settings`);
      match(first.page.url(), /\/signin/);
      await first.context.close();
      await second.context.close();
    });

    await t.step("signing out leaves nothing of the person behind", async () => {
      const { context, page } = await openPage(browser, { width: 1280, hasScripts: false });
      // Somebody else: of one account only so many sign-ins are taken in five minutes.
      await signIn(page, url, "nils@example.org", true);
      await page.getByRole("button", { name: "Account of nils@example.org" }).click();
      await page.getByRole("button", { name: "Sign out", exact: true }).click();
      await page.waitForURL(`${url}/signin?out=1`);
      deepEqual(await context.cookies(), []);
      await page.goto(url);
      equal(await page.getByRole("link", { name: "Sign in" }).count(), 1);
      ok(!(await page.content()).includes("nils@"));
      await context.close();
    });
  } finally {
    await browser.close();
    await product.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});
