/**
 * The end of an account: everything that belongs to a person is removed, and work that was
 * interrupted is done later.
 *
 * @module
 */
import type { OwnedName, OwnedStore, Transaction } from "../store/mod.ts";
import type { AccountParts } from "./parts.ts";

/** Topic of the queued work that removes what is left of an account. */
export const removalTopic = "account_removal";

/** If the removal at once was interrupted, it is done again after this time, ms. */
const againMs = 60_000;
const pageRecords = 200;

/** Collections whose records name their user in an index. */
const ofUser = [
  "sessions",
  "apiKeys",
  "passkeys",
  "firings",
  "deliveries",
  "notifications",
  "pushSubscriptions",
  "watchlists",
  "shares",
  "bookCopies",
  "bookPieces",
  "rooms",
  "answered",
] as const satisfies OwnedName[];

/**
 * Takes a person out in one commit: nobody can sign in any more, the address is free again, and the
 * removal of the rest is queued with it.
 */
export async function removeUser(
  { owned }: Pick<AccountParts, "owned">,
  userId: string,
  check: (transaction: Transaction) => Promise<void>,
): Promise<void> {
  await owned.transact(async (transaction) => {
    await check(transaction);
    const user = await transaction.get("users", userId);
    if (user) await transaction.delete("emails", user.emailKey);
    await transaction.delete("users", userId);
    const id = `${removalTopic} ${userId}`;
    transaction.enqueue(removalTopic, { userId }, { id, delayMs: againMs });
  });
}

/** Removes all records of a person who is gone; doing it again changes nothing. */
export async function removeRecords(
  { owned }: Pick<AccountParts, "owned">,
  userId: string,
): Promise<void> {
  await owned.preferences.delete(userId);
  // What waits to be told together is told nobody any more.
  await owned.batches.delete(userId);
  await removeHolders(
    owned,
    { name: "portfolios", parts: "activities", index: "portfolio" },
    userId,
  );
  await removeHolders(owned, { name: "alerts", parts: "alertStates", index: "alert" }, userId);
  for (const name of ofUser) await removeListed(owned, name, "user", userId);
}

/** Parts go before what holds them, so that none is left without a way to it. */
async function removeHolders(
  owned: OwnedStore,
  { name, parts, index }: {
    name: "portfolios" | "alerts";
    parts: "activities" | "alertStates";
    index: string;
  },
  userId: string,
): Promise<void> {
  const collection = owned[name];
  for (;;) {
    const query = { index: "user", equals: [userId], limit: pageRecords };
    const { items } = await collection.list(query);
    if (items.length === 0) return;
    for (const { id } of items) {
      await removeListed(owned, parts, index, id);
      await collection.delete(id);
    }
  }
}

async function removeListed(
  owned: OwnedStore,
  name: (typeof ofUser)[number] | "activities" | "alertStates",
  index: string,
  value: string,
): Promise<void> {
  const collection = owned[name];
  for (;;) {
    const { items } = await collection.list({ index, equals: [value], limit: pageRecords });
    if (items.length === 0) return;
    for (const { id } of items) await collection.delete(id);
  }
}
