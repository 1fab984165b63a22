/**
 * Packed copies of large portfolios, so that a process that has just started need not read tens of
 * thousands of records for the first value.
 *
 * A copy is read only if it is of the very revision that is asked for and whole; otherwise the
 * records are read, and a new one is written afterwards. Without any copy every answer is the same.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { ActivityRecord, PortfolioRecord } from "../contracts/owned.ts";
import type { OwnedRecord, OwnedStore, Transaction } from "../store/mod.ts";
import {
  joinBytes,
  packActivities,
  packingFormat,
  unpackActivities,
} from "./portfolio_values_packing.ts";

type Head = OwnedRecord<"bookCopies">;

/** Below what a value may hold. */
const pieceBytes = 60_000;
/** Together they fill a commit to three quarters. */
const piecesOfCommit = 10;
/** More are not believed; these hold half a million activities. */
const piecesMax = 2_000;
/** Pieces that are removed before the next are looked for. */
const removedAtOnce = 200;

/**
 * Returns the activities of a portfolio from its copy; null where none is of this revision and
 * whole. They come in the order in which they were kept.
 */
export async function readCopy(
  owned: OwnedStore,
  portfolio: PortfolioRecord,
): Promise<ActivityRecord[] | null> {
  const { id, userId } = portfolio;
  const head = await owned.bookCopies.get(id);
  if (!head || !isOf(head, portfolio) || !(head.pieces >= 0 && head.pieces <= piecesMax)) {
    return null;
  }
  const pieces = await Promise.all(
    Array.from({ length: head.pieces }, (_, i) => owned.bookPieces.get(getPieceId(id, i))),
  );
  if (!pieces.every((piece) => piece?.bytes instanceof Uint8Array)) return null;
  const bytes = joinBytes(pieces.map((piece) => piece!.bytes));
  if (hashBytes(bytes) !== head.hash) return null;
  try {
    return unpackActivities(bytes, { portfolioId: id, userId });
  } catch {
    return null;
  }
}

/**
 * Writes the copy of a portfolio, given all its activities at this revision. Nothing more is written
 * once the portfolio is another one. Returns whether a copy of it is there now.
 *
 * @throws {StoreError} When the store is not there, or the portfolio is written all the time.
 */
export async function writeCopy(
  owned: OwnedStore,
  portfolio: PortfolioRecord,
  activities: readonly ActivityRecord[],
): Promise<boolean> {
  const { id, userId } = portfolio;
  const bytes = packActivities(activities, { portfolioId: id, userId });
  const pieces = bytes ? Math.ceil(bytes.byteLength / pieceBytes) : 0;
  if (!bytes || pieces > piecesMax) return false;
  const before = await owned.bookCopies.get(id);
  for (let start = 0; start < pieces; start += piecesOfCommit) {
    const isWritten = await writeIfCurrent(owned, portfolio, async (transaction) => {
      for (let i = start; i < Math.min(pieces, start + piecesOfCommit); i++) {
        const piece = bytes.slice(i * pieceBytes, (i + 1) * pieceBytes);
        const pieceId = getPieceId(id, i);
        await transaction.put("bookPieces", { id: pieceId, portfolioId: id, userId, bytes: piece });
      }
    });
    if (!isWritten) return false;
  }
  const head: Head = { ...describe(portfolio), pieces, hash: hashBytes(bytes) };
  const isWritten = await writeIfCurrent(
    owned,
    portfolio,
    (transaction) => transaction.put("bookCopies", head),
  );
  // What was deleted since must not lie about in pieces that are no longer read.
  for (let i = pieces; isWritten && i < Math.min(before?.pieces ?? 0, piecesMax); i++) {
    await owned.bookPieces.delete(getPieceId(id, i));
  }
  return isWritten;
}

/** Removes the copy of a portfolio; one that is not there is no problem. */
export async function removeCopy(owned: OwnedStore, portfolioId: string): Promise<void> {
  await owned.bookCopies.delete(portfolioId);
  for (;;) {
    const query = { index: "portfolio", equals: [portfolioId], limit: removedAtOnce };
    const { items } = await owned.bookPieces.list(query);
    if (items.length === 0) return;
    await Promise.all(items.map(({ id }) => owned.bookPieces.delete(id)));
  }
}

/** Writes only while the portfolio is as it was: no copy comes to one that is gone or changed. */
function writeIfCurrent(
  owned: OwnedStore,
  portfolio: PortfolioRecord,
  write: (transaction: Transaction) => Promise<void>,
): Promise<boolean> {
  return owned.transact(async (transaction) => {
    const stored = await transaction.get("portfolios", portfolio.id);
    if (!stored || !isOf({ ...describe(stored), pieces: 0, hash: "" }, portfolio)) return false;
    await write(transaction);
    return true;
  });
}

/** Returns what a copy of this portfolio is of. */
function describe(portfolio: PortfolioRecord): Omit<Head, "pieces" | "hash"> {
  const { id, userId, created_at: createdMs, bookRevision = 0 } = portfolio;
  return { id, userId, format: packingFormat, createdMs, bookRevision };
}

function isOf(head: Head, portfolio: PortfolioRecord): boolean {
  const wanted = describe(portfolio);
  return head.userId === wanted.userId && head.format === wanted.format &&
    head.createdMs === wanted.createdMs && head.bookRevision === wanted.bookRevision;
}

const getPieceId = (portfolioId: string, n: number) => `${portfolioId} ${n}`;

const hashBytes = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
