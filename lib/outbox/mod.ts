/**
 * Edits that outlive the network: kept, sent once, merged, and shown where a person must decide.
 *
 * @module
 */
export { openOutbox, type Outbox, type Saved, syncTag } from "./browser.ts";
export { type KeptOutbox, openKeptOutbox } from "./kept.ts";
export {
  canUndo,
  type Choice,
  countEdits,
  listOwn,
  type Queue,
  type QueueCounts,
  showRecord,
} from "./queue.ts";
export type { Clash, Edit, EditDraft, EditState, Fields } from "./types.ts";
