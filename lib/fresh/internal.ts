/**
 * For generated files and programs with a server of their own: how an app gets its build.
 *
 * @module
 */

import { join, toFileUrl } from "./paths.ts";
import { type App, setBuildSnapshot } from "./app.ts";
import type { Snapshot, StaticFile } from "./types.ts";

export { setBuildSnapshot };
export type { Snapshot };

/** What the generated `snapshot.js` knows beside the modules; paths are relative to the root. */
export interface Manifest {
  buildId: string;
  entry: string;
  entryPreload: string[];
  /** Ids of the route modules, in the order they are given. */
  routes: string[];
  islands: { url: string; preload: string[] }[];
  files: Record<string, StaticFile>;
}

/** Puts a manifest and the modules it describes together; `root` is absolute. */
export function createSnapshot(
  root: string,
  manifest: Manifest,
  routes: Record<string, unknown>[],
  islands: Record<string, unknown>[],
): Snapshot {
  const { buildId, entry, entryPreload } = manifest;
  const resolve = (path: string | undefined) => path === undefined ? undefined : join(root, path);
  const files = Object.entries(manifest.files).map(([url, file]) =>
    [url, {
      ...file,
      path: join(root, file.path),
      br: resolve(file.br),
      gz: resolve(file.gz),
    }] as const
  );
  return {
    buildId,
    mode: "production",
    entry,
    entryPreload,
    routes: manifest.routes.map((id, index) => ({ id, module: routes[index] ?? {} })),
    islands: manifest.islands.map((island, index) => ({ ...island, module: islands[index] ?? {} })),
    files: new Map(files),
  };
}

/** Gives the app the build in `_fresh` below the root; throws if there is none. */
export async function useBuild<State>(
  app: App<State>,
  root: string,
  outDir = "_fresh",
): Promise<void> {
  const { default: snapshot } = await import(toFileUrl(join(root, outDir, "snapshot.js")));
  setBuildSnapshot(app, snapshot);
}
