/**
 * The reading of a file to be imported, in pieces that can be handed from thread to thread.
 *
 * @module
 */
import { BadRequestError, type InputError } from "../contracts/errors.ts";
import type { ActivityRecord } from "../contracts/owned.ts";
import {
  type ImportOptions,
  type ImportPreview,
  type ImportRow,
  makeActivities,
  previewImport,
} from "../portfolio/import_preview.ts";

/** What is to be read. */
export interface ImportTask {
  bytes: Uint8Array<ArrayBuffer>;
  options: ImportOptions;
  /** Which rows are shown; null for none. */
  show: { status?: ImportRow["status"] | undefined; offset: number; limit: number } | null;
  /** Whose activities they become; null where nothing is to be written. */
  owner: { importId: string; portfolioId: string; userId: string } | null;
}

/** A piece of what was read; the last one is the preview or why there is none. */
export type ImportPiece =
  | { kind: "activities"; activities: ActivityRecord[] }
  /** With the rows that are to be shown; `total` counts those of the asked status. */
  | { kind: "preview"; preview: ImportPreview; total: number }
  | { kind: "refused"; message: string; errors: readonly InputError[] }
  | { kind: "failed"; message: string };

/** Activities of a piece: as many as the receiver unpacks within a few milliseconds. */
const pieceActivities = 1_000;

/** Reads a file and hands over what became of it. Never throws. */
export function workImport(
  { bytes, options, show, owner }: ImportTask,
  post: (piece: ImportPiece) => void,
): void {
  try {
    const preview = previewImport(bytes, options);
    const activities = owner ? makeActivities(preview, owner) : [];
    for (let start = 0; start < activities.length; start += pieceActivities) {
      post({ kind: "activities", activities: activities.slice(start, start + pieceActivities) });
    }
    const { status, offset = 0, limit = 0 } = show ?? {};
    const asked = status ? preview.rows.filter((row) => row.status === status) : preview.rows;
    const rows = asked.slice(offset, offset + limit);
    post({ kind: "preview", preview: { ...preview, rows }, total: asked.length });
  } catch (error) {
    if (error instanceof BadRequestError) {
      post({ kind: "refused", message: error.message, errors: error.errors });
    } else post({ kind: "failed", message: String(error) });
  }
}
