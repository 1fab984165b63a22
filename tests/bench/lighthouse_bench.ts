/**
 * How every page scores in Lighthouse on a simulated phone with slow 4G (its default): the product
 * in a process of its own plays its recording, its administrator has one of everything, Chromium
 * opens each page anew for each run. The median of the runs counts; first views are run thrice and
 * measured in more detail.
 *
 * Needs `npx` and Chromium; `npx` fetches the tool on first use.
 */
import { findChromium } from "../support/chromium.ts";
import { moveIn } from "../support/every_page.ts";
import { describeReplay, startProduct } from "../support/product.ts";
import { withFolder } from "../support/store.ts";
import { type Figure, pickShare, printFigures } from "./figure.ts";

const tool = "lighthouse@13.5.0";
/** What somebody sees first. */
const firstViews = ["/", "/enhanced-dashboard"];
/** What is only for people who are not signed in. */
const openPages = ["/signin", "/setup"];
/** Least score of each category, of 100. */
const targets = { performance: 95, accessibility: 100, "best-practices": 100 } as const;
/** Most of each measurement, by the tool's own name. */
const limits = {
  "largest-contentful-paint": { unit: "ms", most: 2_500 },
  "total-blocking-time": { unit: "ms", most: 200 },
  "cumulative-layout-shift": { unit: "", most: 0.1 },
  "total-byte-weight": { unit: "bytes", most: 200_000 },
} as const;
/** Bars that have to be stored before pages are measured as people see them. */
const barsLeast = 500;

/** The part of a report that is read. */
interface Report {
  categories: Record<string, { score: number | null }>;
  audits: Record<string, { numericValue?: number }>;
}

/** Measures first views `runs` times, every other page once; with `only`, those pages alone. */
export async function runLighthouseBench(
  { runs = 3, only = [] }: { runs?: number; only?: readonly string[] } = {},
): Promise<Figure[]> {
  const chromium = await findChromium();
  if (!chromium) throw new Error("Cannot measure: no Chromium is installed");
  const figures: Figure[] = [];
  await withFolder(async (folder) => {
    const product = await startProduct(describeReplay(folder));
    try {
      const url = product.url.replace(/\/$/, "");
      await waitForHistory(url);
      const { cookies, paths } = await moveIn(product);
      const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
      const read = (page: string, headers: Record<string, string>) =>
        readReport(url + page, { path: `${folder}/report.json`, chromium, headers });
      const isWanted = (page: string) => only.length === 0 || only.includes(page);
      for (const page of firstViews.filter(isWanted)) {
        const reports: Report[] = [];
        for (let i = 0; i < runs; i++) reports.push(await read(page, {}));
        figures.push(...describeScores(page, reports), ...describeMeasurements(page, reports));
      }
      for (const page of paths.filter((path) => !firstViews.includes(path) && isWanted(path))) {
        const headers: Record<string, string> = openPages.includes(page) ? {} : { cookie };
        const name = page.replace(/share_[\w-]+/, "{token}");
        figures.push(...describeScores(name, [await read(page, headers)]));
      }
    } finally {
      await product.stop();
    }
  });
  return figures;
}

async function waitForHistory(url: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const answer = await fetch(`${url}/api/v1/charts/BTCUSDT?timeframe=1m&limit=${barsLeast}`);
    const { bars } = await answer.json();
    if (Array.isArray(bars) && bars.length >= barsLeast) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Cannot measure: the history of the recording did not arrive");
}

/** How often the tool is run for one page: it asks for another run where it lost its trace. */
const triesMax = 3;

/** Runs the tool on one page, by the command that anyone can type. */
async function readReport(
  url: string,
  given: { path: string; chromium: string; headers: Record<string, string> },
): Promise<Report> {
  for (let tries = 1;; tries++) {
    const { success, told } = await runTool(url, given);
    if (success) return JSON.parse(await Deno.readTextFile(given.path));
    const isToRunAgain = told.includes("run Lighthouse again") && tries < triesMax;
    if (!isToRunAgain) throw new Error(`Cannot measure ${url}: ${told}`);
  }
}

async function runTool(
  url: string,
  { path, chromium, headers }: { path: string; chromium: string; headers: Record<string, string> },
): Promise<{ success: boolean; told: string }> {
  const { success, stderr } = await new Deno.Command("npx", {
    args: [
      "-y",
      tool,
      url,
      "--quiet",
      "--chrome-flags=--headless=new --no-sandbox",
      `--extra-headers=${JSON.stringify(headers)}`,
      "--output=json",
      `--output-path=${path}`,
    ],
    env: { CHROME_PATH: chromium },
    stdout: "null",
    stderr: "piped",
  }).output();
  return { success, told: new TextDecoder().decode(stderr) };
}

function describeScores(page: string, reports: readonly Report[]): Figure[] {
  return Object.entries(targets).map(([category, least]) => ({
    name: `${page} ${category}`,
    value: takeMedian(reports, ({ categories }) => (categories[category]?.score ?? 0) * 100),
    unit: "of 100",
    target: { least },
  }));
}

function describeMeasurements(page: string, reports: readonly Report[]): Figure[] {
  return Object.entries(limits).map(([audit, { unit, most }]) => ({
    name: `${page} ${audit}`,
    value: takeMedian(reports, ({ audits }) => audits[audit]?.numericValue ?? NaN),
    unit,
    target: { most },
  }));
}

const takeMedian = (reports: readonly Report[], read: (report: Report) => number) =>
  pickShare(reports.map(read), 0.5);

if (import.meta.main) await printFigures(await runLighthouseBench({ only: Deno.args }));
