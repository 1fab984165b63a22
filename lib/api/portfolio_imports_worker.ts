/**
 * The thread that reads files to be imported, so that a hundred thousand rows delay no trade.
 *
 * @module
 */
import { type ImportPiece, type ImportTask, workImport } from "./portfolio_imports_work.ts";

/** The part of a worker's global scope that is used here. */
export interface ImportScope {
  onmessage: ((event: MessageEvent<ImportTask>) => void) | null;
  postMessage(piece: ImportPiece): void;
}

const scope = self as unknown as ImportScope;

scope.onmessage = ({ data }) => workImport(data, (piece) => scope.postMessage(piece));
