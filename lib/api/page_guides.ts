/**
 * The guides that come with the product, as pages list and show them.
 *
 * @module
 */
import type { GuideView } from "../ui/state.ts";

/** Where guides lie; the same files are served as they are under `/guides/`. */
const folder = new URL("../../static/guides/", import.meta.url);
/** Guides in the order in which a newcomer wants them; others follow by name. */
const order = [
  "architecture",
  "api",
  "sources",
  "settings",
  "security",
  "contributing",
  "third-party",
];
const summaryMax = 240;

/** Lists the guides of a folder; none where there is no folder. */
export async function listGuides(from: URL = folder): Promise<GuideView[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(from)) {
      if (isFile && name.endsWith(".md")) names.push(name.slice(0, -3));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const place = (name: string) => order.includes(name) ? order.indexOf(name) : order.length;
  names.sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
  return await Promise.all(names.map(async (name) => ({
    name,
    ...describeGuide(name, await readGuide(name, from) ?? ""),
  })));
}

/** Reads the Markdown of a guide; null for a name that there is none of, or that is no name. */
export async function readGuide(name: string, from: URL = folder): Promise<string | null> {
  // A name is letters, digits and hyphens: nothing that could lead out of the folder.
  if (!/^[a-z0-9-]{1,64}$/.test(name)) return null;
  try {
    return await Deno.readTextFile(new URL(`${name}.md`, from));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Returns the title and the first paragraph of a guide, without Markdown's marks. */
export function describeGuide(
  name: string,
  markdown: string,
): Pick<GuideView, "title" | "summary"> {
  const title = markdown.match(/^# +(.+)$/m)?.[1]?.trim() ?? name;
  const paragraphs = markdown.split(/\n{2,}/).map((part) => part.trim());
  // Lists, tables, fences and headings are no sentence to begin with.
  const first = paragraphs.find((part) => /^[\p{L}_*`[]/u.test(part) && !part.startsWith("```"));
  const plain = (first ?? "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[`*]/g, "")
    .replace(/\s+/g, " ")
    // What the colon announces is not here.
    .replace(/:$/, ".");
  const isLong = plain.length > summaryMax;
  return { title, summary: isLong ? `${plain.slice(0, summaryMax).trimEnd()}…` : plain };
}
