/**
 * Lets `Head` and `asset` reach the renderer and the build without importing them.
 *
 * @module
 */

import type { ComponentChildren } from "preact";

/** What the server's renderer or the browser's entry fills in. */
export const headSink: {
  /** Takes the children of a `Head` while a document renders on the server. */
  add: ((children: ComponentChildren) => void) | null;
  /** Id of the running build, `""` before one is known. */
  buildId: string;
} = { add: null, buildId: "" };
