/**
 * What the endpoints of watchlists, portfolios and share links have in common: whose they are, and
 * writes that are decided within one transaction.
 *
 * @module
 */
import type { Context } from "hono";
import { isDeepStrictEqual } from "node:util";
import { requireIdentity, requireOwn } from "../accounts/mod.ts";
import { BadRequestError, ServiceUnavailableError } from "../contracts/errors.ts";
import type { Scope } from "../contracts/owned.ts";
import type { OwnedStore, Transaction } from "../store/mod.ts";
import type { Collection } from "../store/types.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { identify } from "./identity.ts";
import { linkNext, readPage } from "./paging.ts";
import { answerStale, isAsExpected, type Precondition } from "./preconditions.ts";
import { deleteRevised, nameRoom, readFirstRevision } from "./revisions.ts";
import { problem } from "./routes.ts";

/** A record that its owner changes by revision. */
export interface OwnedThing {
  id: string;
  userId: string;
  revision: number;
  created_at: number;
  updated_at: number;
}

/** The same as its owner sees it. */
type OwnedThingView = Omit<OwnedThing, "userId">;

/** Collections of such records. */
type ThingName = "watchlists" | "portfolios";
type Thing<Name extends ThingName> = NonNullable<Awaited<ReturnType<OwnedStore[Name]["get"]>>>;

/** What became of a write; `stale` where it is another one by now than its writer thought. */
export type Written<T> = { kind: "made" | "changed" | "same"; record: T } | {
  kind: "stale";
  record: T | null;
};

/** Problems of conditional writes. */
export const staleAnswer = {
  412: problem("It was changed meanwhile; `current` is what it is now"),
};
/** Problem of keys with other scopes. */
export const scopeAnswer = { 403: problem("This key is not for that") };

/** @throws {ServiceUnavailableError} Where nothing is kept for people. */
export function getOwned({ owned }: Pick<ApiDeps, "owned">): OwnedStore {
  if (owned) return owned;
  throw new ServiceUnavailableError("Cannot do this: nothing is kept for people here");
}

/** Returns the id of who asks; the guard of the path has let them pass. */
export async function readOwner(
  c: Context<ApiEnv>,
  deps: ApiDeps,
  scope: Scope = "portfolio",
): Promise<string> {
  return requireIdentity(await identify(c, deps), scope).userId;
}

/** Returns a person's own record. @throws {NotFoundError} For any other. */
export async function readOwn<Name extends ThingName>(
  owned: OwnedStore,
  name: Name,
  { id, userId }: { id: string; userId: string },
): Promise<Thing<Name>> {
  const record = await owned[name].get(id) as Thing<Name> | null;
  return requireOwn(record, (one) => one.userId, { userId }, describe(name));
}

/** Reads a page of a person's own records, newest first, and says where the next one is. */
export async function readOwnPage<Name extends ThingName>(
  c: Context<ApiEnv>,
  owned: OwnedStore,
  name: Name,
  { userId, limit, cursor }: { userId: string; limit: number; cursor?: string | undefined },
): Promise<{ items: Thing<Name>[]; next: string | null }> {
  const collection: Pick<Collection<OwnedThing>, "list"> = owned[name];
  const { items, cursor: next } = await readPage(collection, {
    index: "user",
    equals: [userId],
    limit,
    ...(cursor !== undefined && { cursor }),
  });
  linkNext(c, next);
  return { items: items as Thing<Name>[], next };
}

const describe = (name: ThingName) => `such a ${name.slice(0, -1)}`;

/**
 * Makes or replaces a record. What is as it was wished for is not written again: then the answer to
 * the first try was lost.
 *
 * @throws {NotFoundError} For somebody else's.
 * @throws {BadRequestError} When the person has `most` of them.
 */
export async function putOwn<Name extends ThingName>(
  owned: OwnedStore,
  name: Name,
  { id, userId, content, precondition, most, nowMs }: {
    id: string;
    userId: string;
    content: Partial<Thing<Name>>;
    precondition: Precondition;
    most: number;
    nowMs: number;
  },
): Promise<Written<Thing<Name>>> {
  const write = async (transaction: Transaction): Promise<Written<Thing<Name>>> => {
    const stored = await transaction.get(name, id) as Thing<Name> | null;
    const current = stored && requireOwn(stored, (one) => one.userId, { userId }, describe(name));
    if (current && isDeepStrictEqual({ ...current, ...content }, current)) {
      return { kind: "same", record: current } as const;
    }
    if (!isAsExpected(precondition, current)) return { kind: "stale", record: current } as const;
    if (!current) await takeRoom(owned, transaction, { name, userId, most });
    const revision = current
      ? current.revision + 1
      : await readFirstRevision(transaction, name, userId);
    const record = {
      ...(current ?? { id, userId, created_at: nowMs }),
      ...content,
      revision,
      updated_at: nowMs,
    } as Thing<Name>;
    await transaction.put(name, record as never);
    return { kind: current ? "changed" : "made", record } as const;
  };
  return await takeTurn(owned, `${userId} ${name}`, () => owned.transact(write));
}

/** Answers a write with the record as its owner sees it; `path` is that of its collection. */
export function answerWritten<T extends OwnedThing>(
  c: Context<ApiEnv>,
  written: Written<T>,
  { path, show }: { path: string; show: (record: T) => OwnedThingView },
): Response {
  const shown = written.record && show(written.record);
  if (written.kind === "stale" || !shown) return answerStale(c, shown);
  c.header("etag", `"${shown.revision}"`);
  if (written.kind !== "made") return c.json(shown, 200);
  c.header("location", `${path}/${shown.id}`);
  return c.json(shown, 201);
}

/** What is under way in each store, by person and kind. */
const turns = new WeakMap<OwnedStore, Map<string, Promise<unknown>>>();

/** Runs work of one key one after the other, so that it conflicts with other processes only. */
export async function takeTurn<T>(
  owned: OwnedStore,
  key: string,
  work: () => Promise<T>,
): Promise<T> {
  const waiting = turns.get(owned) ?? new Map<string, Promise<unknown>>();
  turns.set(owned, waiting);
  // However the one before ended, that is told to its own caller.
  const mine = (waiting.get(key) ?? Promise.resolve()).then(work, work);
  waiting.set(key, mine);
  try {
    return await mine;
  } finally {
    if (waiting.get(key) === mine) waiting.delete(key);
  }
}

/** What a person has of each kind, in words. */
const kindNames = { watchlists: "watchlists", portfolios: "portfolios", shares: "share links" };

/**
 * Makes room for one more record within the transaction that makes it. Two that do so at once for
 * one person conflict, so that the later one counts the earlier one's record as well.
 *
 * @throws {BadRequestError} When the person has `most` of them.
 */
export async function takeRoom(
  owned: OwnedStore,
  transaction: Transaction,
  { name, userId, most }: { name: ThingName | "shares"; userId: string; most: number },
): Promise<void> {
  const id = nameRoom(userId, name);
  const room = await transaction.get("rooms", id);
  // Read after the above: what is made from here on makes this transaction begin again.
  const { items } = await owned[name].list({ index: "user", equals: [userId], limit: most });
  if (items.length >= most) {
    const kind = kindNames[name];
    throw new BadRequestError(
      `Cannot make another of your ${kind}: one person has at most ${most}; delete some first`,
      [{ pointer: "/json", detail: `at most ${most} ${kind}` }],
    );
  }
  await transaction.put("rooms", { ...room, id, userId, made: (room?.made ?? 0) + 1 });
}

/** What became of a record that was to be deleted. */
export type Removed<T> =
  | { kind: "removed"; record: T }
  /** It is another one by now than its writer thought. */
  | { kind: "stale"; record: T }
  /** There is none. */
  | { kind: "gone" }
  /** It is somebody else's, which must be answered like one that is gone. */
  | { kind: "foreign" };

/** Deletes a person's record, and no other. */
export function removeOwn<Name extends ThingName>(
  owned: OwnedStore,
  name: Name,
  { id, userId, precondition }: { id: string; userId: string; precondition: Precondition },
): Promise<Removed<Thing<Name>>> {
  return owned.transact<Removed<Thing<Name>>>(async (transaction: Transaction) => {
    const record = await transaction.get(name, id) as Thing<Name> | null;
    if (!record) return { kind: "gone" };
    if (record.userId !== userId) return { kind: "foreign" };
    if (!isAsExpected(precondition, record)) return { kind: "stale", record };
    await deleteRevised(transaction, name, userId, [record]);
    return { kind: "removed", record };
  });
}
