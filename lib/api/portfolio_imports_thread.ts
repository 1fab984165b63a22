/**
 * Where files to be imported are read: small ones at once, large ones in a thread, one by one.
 *
 * @module
 */
import { BadRequestError } from "../contracts/errors.ts";
import type { ActivityRecord } from "../contracts/owned.ts";
import type { ImportPreview } from "../portfolio/import_preview.ts";
import { type ImportPiece, type ImportTask, workImport } from "./portfolio_imports_work.ts";
import type { ImportScope } from "./portfolio_imports_worker.ts";

/** What a file comes to. */
export interface ReadImport {
  preview: ImportPreview;
  total: number;
  activities: ActivityRecord[];
}

/** Reads files. */
export type ImportReader = (task: ImportTask) => Promise<ReadImport>;

/** Files up to this size take some 50 ms. */
const inlineBytes = 131_072;

/** Returns a reader; large files wait for each other, so that they take one core at most. */
export function createImportReader(): ImportReader {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    if (task.bytes.byteLength <= inlineBytes) {
      return new Promise((resolve, reject) => workImport(task, gather(resolve, reject)));
    }
    const next = last.then(() => readApart(task));
    // Whoever waits behind it does not care how it ended.
    last = next.catch(() => null);
    return next;
  };
}

function readApart(task: ImportTask): Promise<ReadImport> {
  const thread = new Worker(new URL("./portfolio_imports_worker.ts", import.meta.url), {
    type: "module",
  });
  const read = new Promise<ReadImport>((resolve, reject) => {
    const take = gather(resolve, reject);
    thread.onmessage = ({ data }: MessageEvent<Parameters<ImportScope["postMessage"]>[0]>) =>
      take(data);
    thread.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`Cannot read a file to import: ${event.message}`));
    };
    thread.postMessage(task);
  });
  return read.finally(() => thread.terminate());
}

/** Returns a function that takes pieces until the last one. */
function gather(
  resolve: (read: ReadImport) => void,
  reject: (error: Error) => void,
): (piece: ImportPiece) => void {
  const activities: ActivityRecord[] = [];
  return (piece) => {
    if (piece.kind === "activities") { for (const one of piece.activities) activities.push(one); }
    else if (piece.kind === "preview") {
      resolve({ preview: piece.preview, total: piece.total, activities });
    } else if (piece.kind === "refused") reject(new BadRequestError(piece.message, piece.errors));
    else reject(new Error(`Cannot read a file to import: ${piece.message}`));
  };
}
