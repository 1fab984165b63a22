/** The product as an installed app has it: a browser profile that lasts, and a server that fails on wish. */
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { chromiumArgs, findChromium } from "./chromium.ts";
import { type FaultyFront, openFaultyFront } from "./faulty_front.ts";
import { describeReplay, type RunningProduct, startProduct } from "./product.ts";

/** A product, the front before it that fails on wish, and a page of a browser that may be started anew. */
export interface InstalledApp {
  product: RunningProduct;
  front: FaultyFront;
  /** The front's address, which the pages use. */
  url: string;
  context: BrowserContext;
  page: Page;
  /** Ends the browser and starts it anew over its profile; `context` and `page` are new ones then. */
  restart(): Promise<void>;
  /** Ends everything and removes what it kept. */
  close(): Promise<void>;
}

/** Starts a product that plays its recording, and opens a page of a profile of its own. */
export async function openInstalledApp(
  { permissions = [] }: { permissions?: string[] } = {},
): Promise<InstalledApp> {
  const executablePath = await findChromium();
  if (!executablePath) throw new Error("Cannot start Chromium: none is installed");
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const profile = await Deno.makeTempDir({ prefix: "chromium-" });
  const options = { executablePath, args: chromiumArgs, permissions };
  const product = await startProduct(describeReplay(dataDir));
  const front = await openFaultyFront(product.url);
  const context = await chromium.launchPersistentContext(profile, options);
  const app: InstalledApp = {
    ...{ product, front, url: front.url, context, page: await context.newPage() },
    async restart() {
      await app.context.close();
      app.context = await chromium.launchPersistentContext(profile, options);
      app.page = await app.context.newPage();
    },
    async close() {
      await app.context.close();
      await front.close();
      await product.stop();
      await Deno.remove(profile, { recursive: true });
      await Deno.remove(dataDir, { recursive: true });
    },
  };
  return app;
}

/** Waits until the service worker answers for the page. */
export async function waitForWorker(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}
