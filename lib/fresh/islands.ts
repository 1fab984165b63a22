/**
 * Registers which functions are islands, for all builds of this process.
 *
 * @module
 */

import type { Snapshot } from "./types.ts";

/** Where the browser finds an island. */
export interface Island {
  /** Index of its module in the snapshot. */
  moduleIndex: number;
  exportName: string;
}

const everyIsland = new WeakSet<object>();

/** Whether the value is an island of any build. */
export function isIsland(value: unknown): boolean {
  return typeof value === "function" && everyIsland.has(value);
}

/** Returns each exported function of the snapshot's island modules, and remembers them all. */
export function registerIslands(snapshot: Snapshot): Map<unknown, Island> {
  const islands = new Map<unknown, Island>();
  snapshot.islands.forEach(({ module }, moduleIndex) => {
    for (const [exportName, value] of Object.entries(module)) {
      if (typeof value !== "function") continue;
      everyIsland.add(value);
      islands.set(value, { moduleIndex, exportName });
    }
  });
  return islands;
}
