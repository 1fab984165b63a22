/** The sources of this repository as text, for tests that keep the house. */
import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** The folder of the repository, with a slash at its end. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** One source file: its path from the root, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

const skipped = new Set(["node_modules", "_fresh", "data", "coverage", ".git", ".bench"]);

/** Reads every file below `folder` (from the root) whose name `isWanted`. */
export function readSources(folder: string, isWanted: (path: string) => boolean): SourceFile[] {
  const found: SourceFile[] = [];
  const walk = (path: string) => {
    for (const entry of Deno.readDirSync(join(root, path))) {
      const child = path === "" ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory && !skipped.has(entry.name)) walk(child);
      if (entry.isFile && isWanted(child)) {
        found.push({ path: child, text: Deno.readTextFileSync(join(root, child)) });
      }
    }
  };
  walk(folder);
  return found.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** One import of a file: what it names, where that leads, and whether only types come along. */
export interface Import {
  from: string;
  specifier: string;
  /** Path from the root for our own files, else null. */
  target: string | null;
  isType: boolean;
}

const importPattern =
  /^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;

/** Lists the imports of a file, static and dynamic. */
export function listImports(file: SourceFile): Import[] {
  const imports: Import[] = [];
  for (const [, type, fixed, dynamic] of file.text.matchAll(importPattern)) {
    const specifier = (fixed ?? dynamic)!;
    const target = specifier.startsWith(".")
      ? join(file.path, "..", specifier).replaceAll("\\", "/")
      : null;
    imports.push({ from: file.path, specifier, target, isType: type !== undefined });
  }
  return imports;
}
