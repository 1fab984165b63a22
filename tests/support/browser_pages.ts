/** Opens pages in a real browser, and says what is wrong with them. */
import { deepEqual, ok } from "node:assert/strict";
import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";

/** A page, and what its console said of it. */
export interface Opened {
  context: BrowserContext;
  page: Page;
  /** Errors of the console, violations of the policy among them. */
  errors: string[];
}

/** Opens an empty page in a context of its own; the context is to be closed. */
export async function openPage(
  browser: Browser,
  { width, theme = "dark", hasScripts = true }: {
    width: number;
    theme?: string;
    hasScripts?: boolean;
  },
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width, height: 844 },
    serviceWorkers: "block",
    javaScriptEnabled: hasScripts,
  });
  await context.addInitScript(
    (theme) => localStorage.setItem("cryptointel.theme", theme),
    theme,
  );
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  return { context, page, errors };
}

/** Lists what of WCAG 2.2 AA the page violates, as axe tells. */
export async function listAxeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { axe } = globalThis as typeof globalThis & { axe: typeof import("axe-core") };
    const tags = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
    const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
    return violations.map(({ id, nodes }) =>
      `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`
    );
  });
}

/** Lists targets of the main area that are smaller than 24 px, but links within sentences. */
export async function listSmallTargets(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const targets = "main a, main button, main select, main summary, main input:not([type=hidden])";
    return [...document.querySelectorAll<HTMLElement>(targets)].flatMap((each) => {
      const area = each.matches("[type=checkbox], [type=radio]") ? each.closest("label")! : each;
      const { width, height } = area.getBoundingClientRect();
      const isText = each.tagName === "A" && getComputedStyle(each).display === "inline";
      if (width === 0 || each.tabIndex < 0 || isText || (width >= 24 && height >= 24)) return [];
      return `${each.outerHTML.slice(0, 80)} ${width}x${height}`;
    });
  });
}

/** Asserts that a page keeps to its width, with targets large enough, accessible in both themes. */
export async function checkShape(page: Page, path: string, width: number): Promise<void> {
  for (const summary of await page.locator("main summary").all()) await summary.click();
  // What has been scrolled below the header is hidden by it, for a moment.
  await page.evaluate(() => scrollTo(0, 0));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  ok(wide <= width, `${path} is ${wide} px wide`);
  deepEqual(await listSmallTargets(page), [], path);
  for (const theme of ["dark", "light"]) {
    await page.evaluate((theme) => document.documentElement.dataset.theme = theme, theme);
    deepEqual(await listAxeViolations(page), [], `${path} ${theme}`);
  }
}
