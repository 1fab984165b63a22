/**
 * "fresh/dev": builds the islands to `_fresh` or to memory, and serves while developing.
 *
 * @module
 */

import { type App, setBuildSnapshot } from "./app.ts";
import { bundleIslands, bundleScript, stopBundler } from "./bundle.ts";
import { findModules, isBuildStale } from "./crawl.ts";
import type { Manifest } from "./internal.ts";
import { describeBundle, describeContent, describeStatic, hashBytes } from "./output.ts";
import { writeFile, writeFiles } from "./output.ts";
import { join, relative, toFileUrl } from "./paths.ts";
import type { ListenOptions, Snapshot, StaticFile } from "./types.ts";

export { isBuildStale };

/** A file a service worker keeps; a revision of `null` means the URL names the content. */
export interface PrecacheEntry {
  url: string;
  revision: string | null;
}

/**
 * A service worker to bundle; it sees `__PRECACHE__` (the chosen entries) and `__BUILD_ID__`.
 * Declare them in the worker: `declare const __PRECACHE__: PrecacheEntry[]`.
 */
export interface WorkerOptions {
  /** Path of the worker's module, relative to the root. */
  entry: string;
  /** URL path it is served at, such as `/sw.js`. */
  path: string;
  /** Chooses what the worker keeps, of all built modules and static files; all by default. */
  precache?: (files: PrecacheEntry[]) => PrecacheEntry[];
  /** Headers it is served with, such as the policy it then works under. */
  headers?: Record<string, string>;
}

/** Settings of a `Builder`; folders are relative to `root`. */
export interface BuildOptions {
  /** Absolute path of the project; the current folder by default. */
  root?: string;
  outDir?: string;
  staticDir?: string;
  islandDir?: string;
  routeDir?: string;
  /** The module that exports `app`. */
  serverEntry?: string;
  /** Browsers to build for, as esbuild names them. */
  target?: string | string[];
  /** Files to leave out; tried on paths relative to their folder. */
  ignore?: RegExp[];
  worker?: WorkerOptions;
}

/** How one build is made. */
export interface BuildCall {
  mode?: "production" | "development";
  /** Where the result goes: files for `server.js`, or this process only. */
  snapshot?: "disk" | "memory";
}

/** Gives a finished build to an app, before its `handler()` is called. */
export type ApplySnapshot = <State>(app: App<State>) => void;

interface Made {
  buildId: string;
  entry: { url: string; preload: string[] };
  islandEntries: { url: string; preload: string[] }[];
  islands: string[];
  routes: { id: string; path: string }[];
  files: Map<string, StaticFile>;
}

const defaultTarget = ["chrome111", "firefox114", "safari16.4"];

/** Builds a project, or serves it while developing. */
export class Builder {
  readonly root: string;
  #options: Required<Omit<BuildOptions, "worker" | "target">>;
  #target: string[];
  #worker: WorkerOptions | undefined;

  constructor(options: BuildOptions = {}) {
    const { worker, target = defaultTarget, ...rest } = options;
    this.root = join(Deno.cwd(), options.root ?? ".");
    this.#options = {
      outDir: "_fresh",
      staticDir: "static",
      islandDir: "islands",
      routeDir: "routes",
      serverEntry: "main.ts",
      ignore: [],
      ...rest,
      root: this.root,
    };
    this.#target = [target].flat();
    this.#worker = worker;
  }

  /** Whether there is no build on disk or sources changed after it. */
  isStale(): Promise<boolean> {
    return isBuildStale(this.root, this.#options.outDir);
  }

  /**
   * Builds; to disk and for production unless told otherwise. Returns a function that gives the
   * build to an app of this process. Throws what esbuild could not bundle.
   */
  async build(
    { mode = "production", snapshot = "disk" }: BuildCall = {},
  ): Promise<ApplySnapshot> {
    const made = await this.#make(mode);
    if (snapshot === "disk") await this.#write(made);
    const loaded = await this.#load(made, mode);
    return (app) => setBuildSnapshot(app, loaded);
  }

  /**
   * Builds in memory, serves `app` of the imported module, and reloads open pages whenever the
   * process comes back (start it with `deno run --watch`).
   */
  async listen<State>(
    importMain: () => Promise<{ app: App<State> }>,
    options: ListenOptions = {},
  ): Promise<Deno.HttpServer<Deno.NetAddr>> {
    const apply = await this.build({ mode: "development", snapshot: "memory" });
    const { app } = await importMain();
    apply(app);
    return Deno.serve(options as Deno.ServeTcpOptions, app.handler());
  }

  #path(name: "outDir" | "staticDir" | "islandDir" | "routeDir" | "serverEntry"): string {
    return join(this.root, this.#options[name]);
  }

  async #make(mode: "production" | "development"): Promise<Made> {
    const { ignore } = this.#options;
    const isDev = mode === "development";
    try {
      const found = await findModules(this.#path("routeDir"), this.#path("islandDir"), ignore);
      const { routes, islands } = found;
      const [bundle, files] = await Promise.all([
        bundleIslands(this.root, islands, this.#target, isDev),
        describeStatic(this.#path("staticDir"), ignore),
      ]);
      for (const [url, file] of await describeBundle(bundle)) files.set(url, file);
      const buildId = await hashBuild(routes.map(({ path }) => path), files);
      if (this.#worker !== undefined) {
        await this.#addWorker(this.#worker, files, buildId, isDev);
      }
      const [entry = { url: "", preload: [] }, ...islandEntries] = bundle.entries;
      return { buildId, entry, islandEntries, islands, routes, files };
    } finally {
      await stopBundler();
    }
  }

  async #addWorker(
    { entry, path, precache = (all) => all, headers = {} }: WorkerOptions,
    files: Map<string, StaticFile>,
    buildId: string,
    isDev: boolean,
  ): Promise<void> {
    const all = [...files].map(([url, { hash, immutable }]) => ({
      url: encodeURI(url),
      revision: immutable ? null : hash,
    }));
    const content = await bundleScript(this.root, entry, this.#target, isDev, {
      __PRECACHE__: JSON.stringify(precache(all)),
      __BUILD_ID__: JSON.stringify(buildId),
    });
    const file = await describeContent(path, content, false);
    files.set(path, {
      ...file,
      headers: { ...headers, "service-worker-allowed": "/", "cache-control": "no-cache" },
    });
  }

  async #load(made: Made, mode: "production" | "development"): Promise<Snapshot> {
    const { buildId, entry, islandEntries, islands, routes, files } = made;
    const load = (path: string): Promise<Record<string, unknown>> => import(toFileUrl(path));
    return {
      buildId,
      mode,
      entry: entry.url,
      entryPreload: entry.preload,
      routes: await Promise.all(
        routes.map(async ({ id, path }) => ({ id, module: await load(path) })),
      ),
      islands: await Promise.all(
        islandEntries.map(async (one, index) => ({
          ...one,
          module: await load(islands[index] ?? ""),
        })),
      ),
      files,
    };
  }

  async #write(made: Made): Promise<void> {
    const outDir = this.#path("outDir");
    await Deno.remove(outDir, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    const manifest: Manifest = {
      buildId: made.buildId,
      entry: made.entry.url,
      entryPreload: made.entry.preload,
      routes: made.routes.map(({ id }) => id),
      islands: made.islandEntries,
      files: await writeFiles(this.root, outDir, made.files),
    };
    const routes = made.routes.map(({ path }) => relative(outDir, path));
    const islands = made.islands.map((path) => relative(outDir, path));
    const main = JSON.stringify(relative(outDir, this.#path("serverEntry")));
    await writeFile(join(outDir, "server.js"), createServerCode(main));
    await writeFile(join(outDir, "compiled-entry.js"), createEntryCode(main));
    const rootPath = JSON.stringify(relative(outDir, this.root));
    // Last, as its age tells how old the build is.
    await writeFile(
      join(outDir, "snapshot.js"),
      createSnapshotCode(rootPath, manifest, routes, islands),
    );
  }
}

/** Returns a digest of all public files and route modules: same sources, same id. */
async function hashBuild(routes: string[], files: Map<string, StaticFile>): Promise<string> {
  const lines = [...files].map(([url, { hash }]) => `${url} ${hash}`).sort();
  for (const path of routes) lines.push(await hashBytes(await Deno.readFile(path)));
  return await hashBytes(new TextEncoder().encode(lines.join("\n")));
}

function createSnapshotCode(
  root: string,
  manifest: Manifest,
  routes: string[],
  islands: string[],
): string {
  const importAll = (letter: string, paths: string[]) =>
    paths.map((path, index) => `import * as ${letter}${index} from ${JSON.stringify(path)};\n`)
      .join("");
  const list = (letter: string, paths: string[]) =>
    `[${paths.map((_, index) => `${letter}${index}`).join(", ")}]`;
  return `// Generated by the build.
import { createSnapshot } from "fresh/internal";
${importAll("r", routes)}${importAll("i", islands)}
const root = decodeURIComponent(new URL(${root}, import.meta.url).pathname);
const manifest = ${JSON.stringify(manifest, null, 1)};
export default createSnapshot(root, manifest, ${list("r", routes)}, ${list("i", islands)});
`;
}

function createServerCode(main: string): string {
  return `// Generated by the build.
import { setBuildSnapshot } from "fresh/internal";
import { app } from ${main};
import snapshot from "./snapshot.js";
setBuildSnapshot(app, snapshot);
export default { fetch: app.handler() };
`;
}

function createEntryCode(main: string): string {
  return `// Generated by the build: a program's own start() comes first, else the app is served.
import { setBuildSnapshot } from "fresh/internal";
import * as main from ${main};
import snapshot from "./snapshot.js";
setBuildSnapshot(main.app, snapshot);
if (typeof main.start === "function") await main.start();
else {
  const port = Number(Deno.env.get("PORT") ?? 8000);
  Deno.serve({ port, hostname: Deno.env.get("HOSTNAME") ?? "0.0.0.0" }, main.app.handler());
}
`;
}
