/** Edits that are made without a server: kept, sent once, merged, and shown where one must decide. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { bundleScript, stopBundler } from "../../lib/fresh/bundle.ts";
import { listAxeViolations } from "../support/browser_pages.ts";
import { down, type FaultyFront, pass } from "../support/faulty_front.ts";
import { openInstalledApp, waitForWorker } from "../support/installed_app.ts";
import { createChance } from "../support/outbox.ts";
import type {} from "../support/outbox_page.ts";
import { root } from "../support/source_files.ts";

const lists = "/api/v1/watchlists";
const id = (n: number) => `0f8fad5b-d9cb-469f-a165-70867728950${n}`;
const person = { email: "somebody@example.org", password: "a long pass phrase of mine" };

/** Bundles the page's outbox, to be run in a page. */
async function bundleOutbox(): Promise<string> {
  try {
    const bytes = await bundleScript(
      root,
      "tests/support/outbox_page.ts",
      ["chrome120"],
      false,
      {},
    );
    return new TextDecoder().decode(bytes);
  } finally {
    await stopBundler();
  }
}

/** Saves a list in the page, as its islands do; resolves to what became of it. */
function save(page: Page, n: number, symbols: string[], name = "List", base: unknown = null) {
  return page.evaluate(
    async ([path, name, symbols, base]) => {
      const body = { name, symbols, isPublic: false } as Record<string, unknown>;
      const draft = { method: "PUT", path, body, base, title: `List ${path.slice(-1)}` } as const;
      return (await outbox.save(draft as Parameters<typeof outbox.save>[0])).kind;
    },
    [`${lists}/${id(n)}`, name, symbols, base] as const,
  );
}

/** Reads a list from the server, by the page's own session. */
async function readList(page: Page, n: number) {
  return await page.evaluate(async (path) => {
    const answer = await fetch(path, { cache: "no-store" });
    if (answer.headers.get("x-kept-ms")) return null;
    return answer.ok ? await answer.json() : null;
  }, `${lists}/${id(n)}`) as
    | { name: string; symbols: string[]; revision: number }
    | null;
}

async function open(page: Page, url: string, code: string): Promise<void> {
  await page.goto(url, { waitUntil: "commit" });
  await page.locator("h1").first().waitFor();
  await page.evaluate(code);
}

/** Symbols that the product knows. */
async function listSymbols(page: Page): Promise<string[]> {
  const text = await page.evaluate(async () =>
    await (await fetch("/api/v1/symbols", { cache: "no-store" })).text()
  );
  return [...new Set([...text.matchAll(/"symbol":"([^"]+)"/g)].map((found) => found[1]!))];
}

/** Puts symbols into four lists and takes them out; resolves to what the lists are to hold. */
async function editAtRandom(
  page: Page,
  front: FaultyFront,
  { symbols, code, chance }: { symbols: readonly string[]; code: string; chance(): number },
): Promise<Map<number, Set<string>>> {
  const fates = ["pass", "pass", "down", "503", "lost"] as const;
  const wanted = new Map<number, Set<string>>();
  front.decide = (method) =>
    method === "PUT" ? fates[Math.floor(chance() * fates.length)]! : "pass";
  for (let i = 0; i < 50; i++) {
    const n = 3 + Math.floor(chance() * 4);
    const list = wanted.get(n) ?? new Set();
    wanted.set(n, list);
    const symbol = symbols[Math.floor(chance() * symbols.length)]!;
    if (!list.delete(symbol)) list.add(symbol);
    await save(page, n, [...list], "List", await readList(page, n));
    // The page ends in the midst of it.
    if (i % 12 === 11) await open(page, `${front.url}/guides`, code);
  }
  return wanted;
}

Deno.test("edits without a server", async (t) => {
  const code = await bundleOutbox();
  const app = await openInstalledApp();
  const { front, url } = app;
  let { page } = app;
  const tray = () => page.locator(".tray");
  try {
    await page.goto(`${url}/guides`);
    await waitForWorker(page);
    const status = await page.evaluate(async (person) => {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ ...person, cookie: true });
      return (await fetch("/api/v1/auth/register", { method: "POST", headers, body })).status;
    }, person);
    equal(status, 200);
    await open(page, `${url}/guides`, code);

    await t.step("with a server an edit is done at once", async () => {
      equal(await save(page, 1, ["BTCUSDT"]), "done");
      deepEqual((await readList(page, 1))?.symbols, ["BTCUSDT"]);
    });

    await t.step("without one it is kept, and the page says that it waits", async () => {
      front.decide = down;
      const base = { name: "List", symbols: ["BTCUSDT"], isPublic: false, revision: 1 };
      equal(await save(page, 1, ["BTCUSDT", "ETHUSDT"], "List", base), "kept");
      equal(await save(page, 2, ["BTCUSDT"]), "kept");
      await tray().locator("button", { hasText: "2 changes wait" }).waitFor();
    });

    await t.step("it outlives the browser", async () => {
      await app.restart();
      ({ page } = app);
      await open(page, `${url}/guides`, code);
      await tray().locator("button", { hasText: "2 changes wait" }).click();
      match(await tray().innerText(), /List 1.*\n?.*waits/);
    });

    await t.step("a 503 and a lost answer cost nothing; each edit is done once", async () => {
      const fates = ["503", "lost"] as const;
      let n = 0;
      front.passed.length = 0;
      front.decide = (method) => method === "PUT" ? fates[n++] ?? "pass" : "pass";
      for (let tries = 0; tries < 3; tries++) await page.evaluate(() => outbox.flush());
      front.decide = pass;
      await tray().waitFor({ state: "detached" });
      deepEqual((await readList(page, 1))?.symbols, ["BTCUSDT", "ETHUSDT"]);
      equal((await readList(page, 1))?.revision, 2);
      equal((await readList(page, 2))?.revision, 1);
      ok(front.passed.filter(({ method }) => method === "PUT").length >= 3);
    });

    await t.step("a conflict is shown, and its person decides", async () => {
      const base = await readList(page, 2);
      front.decide = down;
      equal(await save(page, 2, ["BTCUSDT"], "Mine", base), "kept");
      front.decide = pass;
      // Another device has named it meanwhile.
      await page.evaluate(async (path) => {
        const body = JSON.stringify({ name: "Theirs", symbols: ["BTCUSDT"], isPublic: false });
        const headers = { "content-type": "application/json" };
        await fetch(path, { method: "PUT", headers, body });
      }, `${lists}/${id(2)}`);
      await page.evaluate(() => outbox.flush());
      await tray().locator("button", { hasText: "1 change needs your decision" }).waitFor();
      if (!await tray().locator(".conflict").isVisible()) {
        await tray().locator(".tray-button").click();
      }
      match(await tray().locator("fieldset").innerText(), /Name[\s\S]*Mine[\s\S]*Theirs/);
      for (const theme of ["dark", "light"]) {
        await page.evaluate((theme) => document.documentElement.dataset.theme = theme, theme);
        deepEqual(await listAxeViolations(page), [], theme);
      }
      await page.setViewportSize({ width: 360, height: 800 });
      const { wide, heights } = await tray().evaluate((tray) => ({
        wide: document.documentElement.scrollWidth,
        heights: [...tray.querySelectorAll("button, label")].map((one) =>
          one.getBoundingClientRect().height
        ),
      }));
      ok(wide <= 360 && heights.every((height) => height >= 44), `${wide}: ${heights}`);
      await tray().getByLabel(/This device/).check();
      await tray().getByRole("button", { name: "Apply the choice" }).click();
      await tray().waitFor({ state: "detached" });
      equal((await readList(page, 2))?.name, "Mine");
    });

    await t.step("50 random edits while everything fails: none lost, none done twice", async () => {
      const symbols = await listSymbols(page);
      ok(symbols.length >= 5, `${symbols.length} symbols`);
      front.passed.length = 0;
      const wanted = await editAtRandom(page, front, { symbols, code, chance: createChance(11) });
      front.decide = pass;
      for (let tries = 0; tries < 5; tries++) await page.evaluate(() => outbox.flush());
      deepEqual(await page.evaluate(async () => (await outbox.list()).length), 0);
      let revisions = 0;
      for (const [n, list] of wanted) {
        const found = await readList(page, n);
        deepEqual(new Set(found?.symbols), list);
        revisions += found!.revision;
      }
      // What was sent again under its key was answered alike, and counted once by the record.
      const keys = new Set(front.passed.filter(({ status }) => status < 300).map(({ key }) => key));
      ok(revisions <= keys.size, `${revisions} revisions by ${keys.size} requests`);
      ok(front.passed.length > keys.size, "some were sent again");
    });

    await t.step("whoever signs out leaves nothing of theirs in the caches", async () => {
      const readKept = () =>
        page.evaluate(async () => {
          const names = await caches.keys();
          const all = await Promise.all(names.map(async (one) => (await caches.open(one)).keys()));
          return all.flat().map(({ url }) => new URL(url).pathname);
        });
      const personal = (paths: string[]) => paths.filter((path) => path.startsWith(lists));
      ok(personal(await readKept()).length > 0);
      await page.evaluate(async () => {
        const headers = { "content-type": "application/json" };
        await fetch("/api/v1/auth/logout", { method: "POST", headers, body: "{}" });
      });
      deepEqual(personal(await readKept()), []);
      ok((await readKept()).some((path) => path.endsWith(".js")), "files are of nobody");
    });
  } finally {
    await app.close();
  }
});
