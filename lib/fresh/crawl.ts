/**
 * Finds the files of a project: routes, islands, static files, sources with their age.
 *
 * @module
 */

import { join } from "./paths.ts";

const sourceFile = /\.(?:tsx?|jsx?|mjs)$/;
const testFile = /[._]test\.[^/]+$/;

/** Yields paths below a folder, sorted, relative to it; a missing folder is empty. */
export async function* walkFiles(dir: string, below = ""): AsyncGenerator<string> {
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(join(dir, below)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isDirectory) yield* walkFiles(dir, path);
    else yield path;
  }
}

/** Absolute paths of route and island modules; `ignore` patterns are tried on paths. */
export async function findModules(
  routeDir: string,
  islandDir: string,
  ignore: RegExp[],
): Promise<{ routes: { id: string; path: string }[]; islands: string[] }> {
  const isSource = (path: string) =>
    sourceFile.test(path) && !testFile.test(path) && !ignore.some((rule) => rule.test(path));
  const routes: { id: string; path: string }[] = [];
  const islands: string[] = [];
  for await (const file of walkFiles(islandDir)) {
    if (isSource(file)) islands.push(join(islandDir, file));
  }
  for await (const file of walkFiles(routeDir)) {
    if (!isSource(file)) continue;
    const folder = /(?:^|\/)\((_[^/)]*)\)\//.exec(file)?.[1];
    const path = join(routeDir, file);
    if (folder === "_islands") islands.push(path);
    else if (folder === undefined) routes.push({ id: file.replace(sourceFile, ""), path });
  }
  return { routes, islands };
}

async function findNewest(path: string): Promise<number> {
  let newestMs = 0;
  for await (const file of walkFiles(path)) {
    const { mtime } = await Deno.stat(join(path, file));
    newestMs = Math.max(newestMs, mtime?.getTime() ?? 0);
  }
  return newestMs;
}

const sourceDirs = ["routes", "islands", "lib", "collectors", "static"];

/**
 * Whether there is no build below the root, or sources changed after it: a file of `routes`,
 * `islands`, `lib`, `collectors` or `static`, `deno.json`, or a TypeScript file beside it.
 */
export async function isBuildStale(root: string, outDir = "_fresh"): Promise<boolean> {
  const built = await Deno.stat(join(root, outDir, "snapshot.js")).catch(() => null);
  if (built === null) return true;
  const builtMs = built.mtime?.getTime() ?? 0;
  for await (const { name, isFile } of Deno.readDir(root)) {
    if (!isFile || !(sourceFile.test(name) || name === "deno.json")) continue;
    const { mtime } = await Deno.stat(join(root, name));
    if ((mtime?.getTime() ?? 0) > builtMs) return true;
  }
  for (const dir of sourceDirs) {
    if (await findNewest(join(root, dir)) > builtMs) return true;
  }
  return false;
}
