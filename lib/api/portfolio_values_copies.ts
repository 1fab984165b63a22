/**
 * Packed copies of large portfolios, and what their books sum up to, so that a process that has just
 * started need neither read nor book tens of thousands of records for the first value.
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
import { type MadeSums, type Outline, sumsFormat, unpackSums } from "./portfolio_values_sums.ts";

type Head = OwnedRecord<"bookCopies">;

/** Below what a value may hold. */
const pieceBytes = 60_000;
/** Together they fill a commit to three quarters. */
const piecesOfCommit = 10;
/** More are not believed; these hold half a million activities. */
const piecesMax = 2_000;
/** Pieces that are removed before the next are looked for. */
const removedAtOnce = 200;

/** What is kept of a portfolio: all activities, and what their book sums up to. */
const parts = {
  activities: { suffix: "", format: packingFormat },
  sums: { suffix: " sums", format: sumsFormat },
};
type PartName = keyof typeof parts;
const partNames = ["activities", "sums"] as const;

/**
 * Returns the activities of a portfolio from its copy; null where none is of this revision and
 * whole. They come in the order in which they were kept.
 */
export async function readCopy(
  owned: OwnedStore,
  portfolio: PortfolioRecord,
): Promise<ActivityRecord[] | null> {
  const { id: portfolioId, userId } = portfolio;
  const bytes = await readBytes(owned, portfolio, "activities");
  return bytes && tryUnpack(() => unpackActivities(bytes, { portfolioId, userId }));
}

/** Returns what the book of a portfolio summed up to; null where that is not known any more. */
export async function readSums(
  owned: OwnedStore,
  portfolio: PortfolioRecord,
  release: string,
): Promise<{ told: Outline; made: MadeSums } | null> {
  const bytes = await readBytes(owned, portfolio, "sums");
  return bytes && tryUnpack(() => unpackSums(bytes, release));
}

/** What cannot be read is not there. */
function tryUnpack<T>(unpack: () => T): T | null {
  try {
    return unpack();
  } catch {
    return null;
  }
}

async function readBytes(
  owned: OwnedStore,
  portfolio: PortfolioRecord,
  name: PartName,
): Promise<Uint8Array | null> {
  const id = getHeadId(portfolio.id, name);
  const head = await owned.bookCopies.get(id);
  if (!head || !isOf(head, portfolio, name) || !(head.pieces >= 0 && head.pieces <= piecesMax)) {
    return null;
  }
  const pieces = await Promise.all(
    Array.from({ length: head.pieces }, (_, i) => owned.bookPieces.get(getPieceId(id, i))),
  );
  if (!pieces.every((piece) => piece?.bytes instanceof Uint8Array)) return null;
  const bytes = joinBytes(pieces.map((piece) => piece!.bytes));
  return hashBytes(bytes) === head.hash ? bytes : null;
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
  const { id: portfolioId, userId } = portfolio;
  const bytes = packActivities(activities, { portfolioId, userId });
  return bytes !== null && await writeBytes(owned, portfolio, "activities", bytes);
}

/** Writes what the book of a portfolio sums up to, as `packSums` gave it, in the same way. */
export async function writeSums(
  owned: OwnedStore,
  portfolio: PortfolioRecord,
  bytes: Uint8Array,
): Promise<boolean> {
  return await writeBytes(owned, portfolio, "sums", bytes);
}

async function writeBytes(
  owned: OwnedStore,
  portfolio: PortfolioRecord,
  name: PartName,
  bytes: Uint8Array,
): Promise<boolean> {
  const { id: portfolioId, userId } = portfolio;
  const id = getHeadId(portfolioId, name);
  const pieces = Math.ceil(bytes.byteLength / pieceBytes);
  if (pieces > piecesMax) return false;
  const before = await owned.bookCopies.get(id);
  for (let start = 0; start < pieces; start += piecesOfCommit) {
    const isWritten = await writeIfCurrent(owned, portfolio, async (transaction) => {
      for (let i = start; i < Math.min(pieces, start + piecesOfCommit); i++) {
        const piece = bytes.slice(i * pieceBytes, (i + 1) * pieceBytes);
        await transaction.put("bookPieces", {
          ...{ id: getPieceId(id, i), portfolioId, userId, bytes: piece },
        });
      }
    });
    if (!isWritten) return false;
  }
  const head: Head = { ...describe(portfolio, name), pieces, hash: hashBytes(bytes) };
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

/** Says whether anything is kept of a portfolio, of whatever revision. */
export async function hasCopy(owned: OwnedStore, portfolioId: string): Promise<boolean> {
  const heads = partNames.map((name) => owned.bookCopies.get(getHeadId(portfolioId, name)));
  return (await Promise.all(heads)).some((head) => head !== null);
}

/** Removes the copy of a portfolio; one that is not there is no problem. */
export async function removeCopy(owned: OwnedStore, portfolioId: string): Promise<void> {
  for (const name of partNames) await owned.bookCopies.delete(getHeadId(portfolioId, name));
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
    if (!stored || !isSame(stored, portfolio)) return false;
    await write(transaction);
    return true;
  });
}

/** Returns what a part of this portfolio is of. */
function describe(portfolio: PortfolioRecord, name: PartName): Omit<Head, "pieces" | "hash"> {
  const { id, userId, created_at: createdMs, bookRevision = 0 } = portfolio;
  const { format } = parts[name];
  return { id: getHeadId(id, name), userId, format, createdMs, bookRevision };
}

function isOf(head: Head, portfolio: PortfolioRecord, name: PartName): boolean {
  const wanted = describe(portfolio, name);
  return head.userId === wanted.userId && head.format === wanted.format &&
    head.createdMs === wanted.createdMs && head.bookRevision === wanted.bookRevision;
}

function isSame(a: PortfolioRecord, b: PortfolioRecord): boolean {
  return a.userId === b.userId && a.created_at === b.created_at &&
    (a.bookRevision ?? 0) === (b.bookRevision ?? 0);
}

const getHeadId = (portfolioId: string, name: PartName) => `${portfolioId}${parts[name].suffix}`;

const getPieceId = (headId: string, n: number) => `${headId} ${n}`;

const hashBytes = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
