/**
 * Bundles islands and the service worker with esbuild.
 *
 * @module
 */

import * as esbuild from "esbuild";
import { join } from "./paths.ts";

/** URL path of built modules. */
export const scriptBase = "/_fresh/js";

/** What came out of the bundler. */
export interface Bundle {
  /** Contents by URL. */
  files: Map<string, Uint8Array<ArrayBuffer>>;
  /** For each entry, in order: its URL and every chunk it needs at once. */
  entries: { url: string; preload: string[] }[];
}

const here = import.meta.dirname ?? "";

/** Server modules must not reach a browser; "fresh/runtime" is ours. */
const guard: esbuild.Plugin = {
  name: "fresh-guard",
  setup(build) {
    build.onResolve({ filter: /^(?:fresh(?:\/.*)?|node:.*|jsr:.*|npm:.*)$/ }, (args) => {
      if (args.path === "fresh/runtime") return { path: join(here, "runtime.ts") };
      const text = `Cannot use "${args.path}" in the browser: islands may import "fresh/runtime"`;
      return { errors: [{ text }] };
    });
  },
};

function createOptions(root: string, target: string[], isDev: boolean) {
  return {
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: "browser",
    target,
    minify: !isDev,
    sourcemap: isDev ? "inline" : false,
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    logLevel: "silent",
    plugins: [guard],
    tsconfigRaw: "{}",
  } satisfies esbuild.BuildOptions;
}

function createDefine(isDev: boolean): Record<string, string> {
  return { "process.env.NODE_ENV": JSON.stringify(isDev ? "development" : "production") };
}

/** Bundles the browser's entry and the island modules, absolute paths, to shared chunks. */
export async function bundleIslands(
  root: string,
  islands: string[],
  target: string[],
  isDev: boolean,
): Promise<Bundle> {
  const entryPoints = [join(here, "client.ts"), ...islands];
  const result = await esbuild.build({
    ...createOptions(root, target, isDev),
    define: createDefine(isDev),
    entryPoints,
    outdir: "/out",
    format: "esm",
    splitting: true,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    metafile: true,
  });
  const toUrl = (path: string) => `${scriptBase}/${path.slice(path.lastIndexOf("/") + 1)}`;
  const files = new Map(
    result.outputFiles.map(({ path, contents }) => [toUrl(path), new Uint8Array(contents)]),
  );
  const { outputs } = result.metafile;
  const byEntry = new Map(
    Object.entries(outputs).flatMap(([path, { entryPoint }]) =>
      entryPoint === undefined ? [] : [[join(root, entryPoint), path] as const]
    ),
  );
  const entries = entryPoints.map((entry) => {
    const path = byEntry.get(entry);
    if (path === undefined) throw new Error(`Cannot find the output of ${entry}`);
    return { url: toUrl(path), preload: findChunks(outputs, path).map(toUrl) };
  });
  return { files, entries };
}

/** Returns all outputs a module imports statically, at any depth; lazy ones stay lazy. */
function findChunks(outputs: esbuild.Metafile["outputs"], path: string): string[] {
  const found = new Set<string>();
  const visit = (current: string) => {
    for (const { path: next, kind } of outputs[current]?.imports ?? []) {
      if (kind !== "import-statement" || found.has(next) || outputs[next] === undefined) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(path);
  return [...found];
}

/** Bundles one script without exports, such as a service worker. */
export async function bundleScript(
  root: string,
  entry: string,
  target: string[],
  isDev: boolean,
  define: Record<string, string>,
): Promise<Uint8Array<ArrayBuffer>> {
  const result = await esbuild.build({
    ...createOptions(root, target, isDev),
    define: { ...createDefine(isDev), ...define },
    entryPoints: [join(root, entry)],
    format: "iife",
  });
  return new Uint8Array(result.outputFiles[0]?.contents ?? new Uint8Array());
}

/** Ends the bundler's process; a later build starts it again. */
export async function stopBundler(): Promise<void> {
  await esbuild.stop();
}
