/** Islands in a real browser, under a strict policy. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { App, csp, staticFiles } from "fresh";
import { Builder } from "fresh/dev";

const root = `${import.meta.dirname}/../fresh/fixture`;
const executablePath = "/usr/bin/chromium";
const hasBrowser = await Deno.stat(executablePath).then(() => true, () => false);

Deno.test({
  name: "islands live: counter, shared signal, slots, table rows, title, no console errors",
  ignore: !hasBrowser,
  fn: async (t) => {
    const app = new App<{ trail: string[] }>().use(csp(), staticFiles()).use((ctx) => {
      ctx.state.trail = [];
      return ctx.next();
    }).fsRoutes();
    (await new Builder({ root }).build({ snapshot: "memory" }))(app);
    const server = app.listen({ port: 0, hostname: "127.0.0.1", onListen: () => {} });
    const browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("console", (message) => {
      const isIcon = message.location().url.endsWith("/favicon.ico");
      if (message.type() === "error" && !isIcon) errors.push(message.text());
    });
    page.on("pageerror", (error) => errors.push(error.message));
    let bytes = 0;
    page.on("response", async (response) => {
      if (response.url().endsWith(".js")) bytes += gzipSync(await response.body()).byteLength;
    });
    const text = (selector: string) => page.locator(selector).first().textContent();
    try {
      await page.goto(`http://127.0.0.1:${server.addr.port}/islands`);
      await t.step("I7 a counter becomes enabled, counts, and sets the title", async () => {
        await page.click("main > .counter");
        await page.waitForFunction(() => document.title === "Count 2");
        assert.equal(await text("main > .counter"), "2");
      });
      await t.step("I3 I4 one signal in two islands is one, a computed one stays", async () => {
        await page.click("#one");
        await page.click("#two");
        assert.equal(await text("#one"), "5/6");
        assert.equal(await text("#two"), "5/6");
        assert.equal(await page.getAttribute("#one", "title"), "</script><!--");
      });
      await t.step("I2 a table row is an island without a wrapper", async () => {
        await page.click("tbody > .row");
        assert.equal(await text("tbody > .row td:last-child"), "1");
      });
      await t.step("I5 an island in a slot lives, and survives toggling", async () => {
        await page.click("#shown .counter");
        assert.equal(await text("#shown .counter"), "11");
        assert.equal(await page.locator("#shown p button[type=button]").first().isDisabled(), true);
        await page.click("#shown .toggle");
        assert.equal(await text("#shown i"), "closed");
        await page.click("#shown .toggle");
        assert.match(await text("#shown .slot") ?? "", /^slotted off 10$/);
        await page.click("#shown .counter");
        assert.equal(await text("#shown .counter"), "11");
      });
      await t.step("I5 a hidden slot appears", async () => {
        await page.click("#hidden .toggle");
        assert.equal(await text("#hidden .slot"), "waiting");
      });
      await t.step("budget: all of this is at most 14 kB of script, compressed", () => {
        assert.ok(bytes > 0 && bytes <= 14 * 1024, `${bytes} bytes`);
      });
      await t.step("a lazy module comes when asked for, not before", async () => {
        assert.equal(await text("#lazy"), "load");
        await page.click("#lazy");
        await page.locator("#lazy", { hasText: "loaded late" }).waitFor();
      });
      await t.step("I8 a page without islands asks for no script", async () => {
        const before = bytes;
        await page.goto(`http://127.0.0.1:${server.addr.port}/a`);
        assert.equal(await page.locator("script").count(), 0);
        assert.equal(bytes, before);
      });
      assert.deepEqual(errors, []);
    } finally {
      await browser.close();
      await server.shutdown();
    }
  },
});
