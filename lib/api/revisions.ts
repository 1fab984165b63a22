/**
 * Where the revisions of a record begin: beyond those of every one of its kind that its person has
 * deleted. So what is made anew under an id, as taking back a deletion does, never has a revision that
 * its writer knows of the one before, and no late edit of that is taken for one of this.
 *
 * @module
 */
import type { Transaction } from "../store/mod.ts";

/** Kinds of records that count revisions and can be made again under their id. */
export type RevisedName = "alerts" | "watchlists" | "portfolios" | "activities";

/** Names what is counted of a person's records of a kind. */
export const nameRoom = (userId: string, name: string): string => `${userId} ${name}`;

/** Returns the revision of a record that its transaction makes. */
export async function readFirstRevision(
  transaction: Transaction,
  name: RevisedName,
  userId: string,
): Promise<number> {
  const room = await transaction.get("rooms", nameRoom(userId, name));
  return (room?.ended ?? 0) + 1;
}

/** A record that counts its revisions; one that never changed may hold none. */
interface Revised {
  id: string;
  revision?: number | undefined;
}

/** Deletes a person's records within one transaction, and notes what they had counted to. */
export async function deleteRevised(
  transaction: Transaction,
  name: RevisedName,
  userId: string,
  records: readonly Revised[],
): Promise<void> {
  for (const { id } of records) await transaction.delete(name, id);
  await noteEnded(transaction, name, userId, records);
}

/** Notes what a person's records had counted to, before or with their end. */
export async function noteEnded(
  transaction: Transaction,
  name: RevisedName,
  userId: string,
  records: readonly Revised[],
): Promise<void> {
  const id = nameRoom(userId, name);
  const room = await transaction.get("rooms", id);
  const ended = Math.max(room?.ended ?? 0, ...records.map(({ revision = 1 }) => revision));
  if (ended === room?.ended || records.length === 0) return;
  await transaction.put("rooms", { made: 0, ...room, id, userId, ended });
}
