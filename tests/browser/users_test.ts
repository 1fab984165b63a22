/** Administrators and users in the running product, in a real browser: links, roles, lost passwords by mail. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { callApi } from "../support/account_browser.ts";
import { checkShape, openPage } from "../support/browser_pages.ts";
import { launchChromium } from "../support/chromium.ts";
import { describeReplay, startProduct } from "../support/product.ts";
import { type ReceivedMail, withPlainMailServer } from "../support/users_browser.ts";

const password = "tram lemon quartz 91";
const next = "another good one 77";
const root = "root@example.org";
const mara = "mara@example.org";
const nils = "nils@example.org";
/** Where links in mail lead, whatever host a request names. */
const publicUrl = "https://intel.example.org";

/** Opens a page that waits no longer than a person would. */
async function open(browser: Browser, options: Parameters<typeof openPage>[1]) {
  const opened = await openPage(browser, options);
  opened.page.setDefaultTimeout(15_000);
  return opened;
}

async function signIn(page: Page, url: string, email: string, word = password): Promise<void> {
  await page.goto(`${url}/signin`);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(word);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL((address) => address.pathname !== "/signin");
}

/** Makes the administrator and two users. */
async function moveIn(browser: Browser, url: string, output: string): Promise<void> {
  const { context, page } = await open(browser, { width: 1280 });
  const token = decodeURIComponent(/\/setup#(\S+)/.exec(output)?.[1] ?? "");
  await page.goto(`${url}/help`);
  const body = { password, cookie: false };
  const made = [
    await callApi(page, "POST", "/api/v1/auth/setup", { ...body, token, email: root }),
    await callApi(page, "POST", "/api/v1/auth/register", { ...body, email: mara }),
    await callApi(page, "POST", "/api/v1/auth/register", { ...body, email: nils }),
  ];
  deepEqual(made.map(({ status }) => status), [200, 200, 200]);
  await context.close();
}

const rowOf = (page: Page, email: string) => page.locator("tbody tr", { hasText: email });

/** Opens what can be done with somebody, and presses a button of it. */
async function press(page: Page, email: string, name: string): Promise<void> {
  const row = rowOf(page, email);
  await row.getByText(`Change ${email}`).click();
  await row.getByRole("button", { name: `${name} ${email}` }).click();
}

/** Sets a password by a link that is open. */
async function setPassword(page: Page, word: string): Promise<void> {
  await page.getByLabel("New password", { exact: true }).fill(word);
  await page.getByRole("button", { name: "Set the password" }).click();
}

async function checkLists(browser: Browser, url: string): Promise<void> {
  const { context, page, errors } = await open(browser, { width: 1280 });
  await signIn(page, url, root);
  await page.goto(`${url}/settings`);
  await page.getByRole("link", { name: "Users", exact: true }).click();
  await page.waitForURL(`${url}/settings/users`);
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 844 });
    await page.goto(`${url}/settings/users`);
    await page.locator(".live[data-status=connected]").waitFor();
    equal(await page.locator("tbody tr").count(), 3);
    match(await rowOf(page, root).innerText(), /you[\s\S]*Administrator/);
    await checkShape(page, "/settings/users", width);
  }
  deepEqual(errors, []);
  await context.close();
}

/** By an administrator's link: made, copied, opened elsewhere, good once. */
async function checkLink(browser: Browser, url: string): Promise<void> {
  const old = await open(browser, { width: 1280 });
  await signIn(old.page, url, mara);
  const office = await open(browser, { width: 1280 });
  await office.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: url });
  await signIn(office.page, url, root);
  await office.page.goto(`${url}/settings/users`);
  await press(office.page, mara, "Make a link to a new password");
  const link = await office.page.locator("code.secret").innerText();
  ok(link.startsWith(`${url}/reset#`), link);
  await office.page.getByRole("button", { name: "Copy", exact: true }).click();
  await office.page.getByText("Copied").waitFor();
  equal(await office.page.evaluate(() => navigator.clipboard.readText()), link);
  await checkShape(office.page, "/settings/users with a link", 1280);
  await office.page.goto(`${url}/settings/users`);
  ok(!(await office.page.content()).includes(link), "it is shown once");
  deepEqual(office.errors, []);

  const phone = await open(browser, { width: 360 });
  const { page } = phone;
  const asked: string[] = [];
  page.on("request", (request) => asked.push(`${request.url()} ${request.headers().referer}`));
  await page.goto(link);
  await page.waitForFunction(() => location.hash === "");
  const token = link.split("#")[1]!;
  ok(!asked.some((each) => each.includes(token)), "the code goes to nobody before it is sent");
  equal(await page.getByLabel("Code of the link").isVisible(), false);
  await checkShape(page, "/reset", 360);
  const field = page.getByLabel("New password", { exact: true });
  equal(await field.getAttribute("autocomplete"), "new-password");
  await setPassword(page, "FinalFantasy");
  await page.getByText("public lists of stolen passwords").first().waitFor();
  await field.fill(next);
  equal(await field.getAttribute("type"), "password");
  await page.locator(".live[data-status=connected]").waitFor();
  await page.getByRole("button", { name: "Show the password" }).click();
  equal(await field.getAttribute("type"), "text");
  await page.getByRole("button", { name: "Hide the password" }).click();
  equal(await field.getAttribute("type"), "password");
  await setPassword(page, next);
  await page.waitForURL(`${url}/settings/security?changed=1`);
  match(await page.locator("main").innerText(), /The password is changed/);
  equal(await page.locator("section[aria-labelledby=sessions] tbody tr").count(), 1);
  await old.page.goto(`${url}/settings`);
  match(old.page.url(), /\/signin/, "every other device is signed out");
  await old.context.close();
  await office.context.close();

  await page.goto(link);
  await page.waitForFunction(() => location.hash === "");
  await setPassword(page, `${next}!`);
  await page.getByText("was used already").waitFor();
  await checkShape(page, "/reset of a used link", 360);
  await page.getByRole("link", { name: "Ask for another link" }).click();
  await page.waitForURL(`${url}/forgot`);
  await phone.context.close();
}

/** Roles, disabling and removal, without scripts. */
async function checkActs(browser: Browser, url: string): Promise<void> {
  const { context, page } = await open(browser, { width: 1280, hasScripts: false });
  await signIn(page, url, root);
  await page.goto(`${url}/settings/users?email=${encodeURIComponent(nils)}`);
  equal(await page.locator("tbody tr").count(), 1);
  await press(page, nils, "Make administrator");
  await page.getByText("They are an administrator now").waitFor();
  match(await rowOf(page, nils).innerText(), /Administrator/);
  await press(page, nils, "Make an ordinary user");
  await page.getByText("They are an ordinary user now").waitFor();
  await press(page, nils, "Disable");
  await page.getByText("The account is disabled").waitFor();
  match(await rowOf(page, nils).innerText(), /disabled/);
  await page.getByRole("link", { name: "All users" }).click();
  await press(page, nils, "Delete the account");
  await page.getByText("Nothing was deleted").waitFor();
  const row = rowOf(page, nils);
  await row.getByText(`Change ${nils}`).click();
  await row.getByLabel("Everything of this account is to be deleted").check();
  await row.getByRole("button", { name: `Delete the account ${nils}` }).click();
  await page.getByText("The account is deleted").waitFor();
  equal(await rowOf(page, nils).count(), 0);
  await context.close();
  const user = await open(browser, { width: 1280, hasScripts: false });
  await signIn(user.page, url, mara, next);
  equal((await user.page.goto(`${url}/settings/users`))?.status(), 403);
  ok(!(await user.page.content()).includes(root));
  equal(await user.page.getByRole("link", { name: "Users", exact: true }).count(), 0);
  await user.context.close();
}

/** By mail: asked for without scripts, with a link that arrives. */
async function checkMail(
  browser: Browser,
  url: string,
  receive: () => Promise<ReceivedMail>,
): Promise<void> {
  const { context, page } = await open(browser, { width: 360, hasScripts: false });
  await page.goto(`${url}/signin`);
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  const told: string[] = [];
  for (const email of ["nobody@example.org", mara]) {
    await page.goto(`${url}/forgot`);
    await page.getByLabel("E-mail address").fill(email);
    await page.getByRole("button", { name: "Mail me a link" }).click();
    await page.waitForURL(`${url}/forgot?sent=1`);
    told.push(await page.locator("main").innerText());
  }
  equal(told[0], told[1], "nobody learns who has an account");
  await context.close();
  const { to, text } = await receive();
  deepEqual(to, [mara]);
  const link = text.split(/\s+/).find((word) => word.startsWith(`${publicUrl}/reset#`));
  ok(link, text);
  const phone = await open(browser, { width: 360 });
  await phone.page.goto(`${url}/forgot`);
  await checkShape(phone.page, "/forgot", 360);
  await phone.page.goto(link.replace(publicUrl, url));
  await phone.page.waitForFunction(() => location.hash === "");
  await setPassword(phone.page, password);
  await phone.page.waitForURL((address) => address.pathname === "/settings/security");
  await phone.context.close();
}

Deno.test("users and lost passwords in a real browser", async (t) => {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const browser = await launchChromium();
  await withPlainMailServer(async ({ port, next: receive, count }) => {
    const product = await startProduct(describeReplay(dataDir, {
      SMTP_HOST: "127.0.0.1",
      SMTP_PORT: String(port),
      SMTP_SECURITY: "none",
      SMTP_FROM: "CryptoIntel <intel@example.org>",
      CRYPTOINTEL_PUBLIC_URL: publicUrl,
    }));
    const { url } = product;
    try {
      await moveIn(browser, url, product.output());
      await t.step(
        "API-48 users are listed on desktop and phone, accessible",
        () => checkLists(browser, url),
      );
      await t.step(
        "a link is made, copied, and sets a new password once",
        () => checkLink(browser, url),
      );
      await t.step(
        "AUT-04 roles, disabling and removal need no scripts",
        () => checkActs(browser, url),
      );
      await t.step("who forgot their password is mailed a link", async () => {
        await checkMail(browser, url, receive);
        equal(count(), 1, "nobody else was mailed");
      });
    } finally {
      await browser.close();
      await product.stop();
      await Deno.remove(dataDir, { recursive: true });
    }
  });
});
