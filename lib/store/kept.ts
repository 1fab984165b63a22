/**
 * Answers that outlive the process: texts under a name, for a while, shared by all processes.
 *
 * @module
 */
import type { Gate } from "./gate.ts";
import { getKeptNoticeKey, getKeptPrefix } from "./keys.ts";
import { MAX_COMMIT_BYTES } from "./limits.ts";
import type { Collection, SeriesKey, WorldStore } from "./types.ts";

/** Bytes of one piece; below what a value may hold. */
const PIECE_BYTES = 60_000;
/** Longer texts are not kept: one commit has to hold all pieces. */
export const MAX_KEPT_BYTES = MAX_COMMIT_BYTES - 2 * PIECE_BYTES;
/** Notices that lie ready for processes that were slow to look; with names of at most this length. */
const MAX_NOTICES = 50;
const MAX_NAME_LENGTH = 300;
/** How often a notice is tried when others give notice at the same time. */
const MAX_TRIES = 20;

/** A text as it was kept. */
export interface KeptText {
  text: string;
  /** Wall time, epoch ms. */
  madeMs: number;
}

/** Something was dropped: everything, a whole family, or one name of it. */
export interface KeptNotice {
  /** Null for all families. */
  family: string | null;
  /** Null for the whole family. */
  name: string | null;
  /** Who dropped it. */
  by: string;
}

/** Names of the collections of a world. */
export type CollectionName = {
  [K in keyof WorldStore]-?: WorldStore[K] extends Collection<infer _T> ? K : never;
}[keyof WorldStore];

/** What is told of a write, by where it went: the series of bars, or the records. */
export type WrittenRecords =
  & { bars: SeriesKey }
  & { [K in CollectionName]: WorldStore[K] extends Collection<infer T> ? T : never };

/** Something is written to a world, or was. */
export interface Written {
  /** Null when everything changes. */
  to: keyof WrittenRecords | null;
  /** What is written; null where that is not known, as when something is deleted. */
  records: readonly WrittenRecords[keyof WrittenRecords][] | null;
}

/** Texts by family and name. */
export interface KeptTexts {
  get(family: string, name: string): Promise<KeptText | null>;
  /** Keeps a text for `ttlMs`; returns false for one that is too long. */
  put(family: string, name: string, kept: KeptText, ttlMs: number): Promise<boolean>;
  /** Removes a text, or with null all of a family, and tells nobody. */
  remove(family: string, name: string | null): Promise<void>;
  /** Tells all processes what to drop from their memory; none of these is lost. */
  tell(notices: readonly KeptNotice[]): Promise<void>;
  /** Removes a text, or a family of them, and tells all processes. */
  drop(notice: KeptNotice & { family: string }): Promise<void>;
  /** Calls back for each notice of any process until `signal` is aborted. */
  watch(listener: (notice: KeptNotice) => void, signal: AbortSignal): Promise<void>;
  /**
   * Calls back before and after each write of this process to the world. Absent where writes are
   * not told, see `tellWrites` in the cache.
   */
  onWritten?(listener: (written: Written) => Promise<void>): void;
}

/** Notices by rising number; of those up to `lost` some are no longer here. */
interface NoticeBoard {
  last: number;
  lost: number;
  notices: (KeptNotice & { n: number })[];
}

/** Returns the kept texts of a world. */
export function createKeptTexts({ gate, world }: { gate: Gate; world: string }): KeptTexts {
  const getHeadKey = (family: string, name: string): Deno.KvKey => [
    ...getKeptPrefix(world, family),
    name,
  ];
  const remove = (family: string, name: string | null) =>
    gate.run(async (kv) => {
      const prefix = getKeptPrefix(world, family);
      // Without its head a text is not there; its pieces expire by themselves.
      if (name !== null) await kv.delete([...prefix, name]);
      else for await (const { key } of kv.list({ prefix })) await kv.delete(key);
    });
  const tell = (notices: readonly KeptNotice[]) => postNotices(gate, world, notices);
  return {
    get: (family, name) => gate.run((kv) => readText(kv, getHeadKey(family, name))),
    async put(family, name, { text, madeMs }, ttlMs) {
      const bytes = new TextEncoder().encode(text);
      if (bytes.length > MAX_KEPT_BYTES) return false;
      const head = getHeadKey(family, name);
      const pieces = Math.max(1, Math.ceil(bytes.length / PIECE_BYTES));
      await gate.run((kv) => {
        const options = { expireIn: Math.max(1, Math.ceil(ttlMs)) };
        const atomic = kv.atomic().set(head, { madeMs, pieces }, options);
        for (let i = 0; i < pieces; i++) {
          const part = bytes.slice(i * PIECE_BYTES, (i + 1) * PIECE_BYTES);
          atomic.set([...head, i], { madeMs, bytes: part }, options);
        }
        return atomic.commit();
      });
      return true;
    },
    remove,
    tell,
    async drop(notice) {
      await remove(notice.family, notice.name);
      await tell([notice]);
    },
    watch: (listener, signal) => gate.run((kv) => watchNotices(kv, world, listener, signal)),
  };
}

async function readText(kv: Deno.Kv, head: Deno.KvKey): Promise<KeptText | null> {
  const { value } = await kv.get<{ madeMs: number; pieces: number }>(head);
  if (!value) return null;
  const found: Uint8Array[] = [];
  const range = { start: [...head, 0], end: [...head, value.pieces] };
  const pieces = kv.list<{ madeMs: number; bytes: Uint8Array }>(range);
  for await (const piece of pieces) {
    // A piece of another version: it is being written anew at this moment.
    if (piece.value.madeMs !== value.madeMs) return null;
    found.push(piece.value.bytes);
  }
  if (found.length !== value.pieces) return null;
  return { text: joinText(found), madeMs: value.madeMs };
}

/** Adds notices to the board; an older one of the same says nothing more and goes. */
async function postNotices(
  gate: Gate,
  world: string,
  notices: readonly KeptNotice[],
): Promise<void> {
  const key = getKeptNoticeKey(world);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const isDone = await gate.run(async (kv) => {
      const { value, versionstamp } = await kv.get<NoticeBoard>(key);
      const board = addNotices(value, notices);
      return (await kv.atomic().check({ key, versionstamp }).set(key, board).commit()).ok;
    });
    if (isDone) return;
  }
  throw new Error("Cannot give notice of what was dropped: too many others do at once");
}

/** Returns the board with these notices, each told under its whole family if its name is long. */
function addNotices(board: NoticeBoard | null, notices: readonly KeptNotice[]): NoticeBoard {
  let { last, lost } = readBoard(board);
  const byName = new Map(
    readBoard(board).notices.map((notice) => [formatNotice(notice), notice] as const),
  );
  for (const notice of notices) {
    const { family, by } = notice;
    const name = (notice.name?.length ?? 0) > MAX_NAME_LENGTH ? null : notice.name;
    const text = formatNotice({ family, name, by });
    byName.delete(text);
    byName.set(text, { family, name, by, n: ++last });
  }
  const all = [...byName.values()];
  const left = all.slice(-MAX_NOTICES);
  if (left.length < all.length) lost = all[all.length - left.length - 1]!.n;
  return { last, lost, notices: left };
}

const formatNotice = ({ family, name, by }: KeptNotice) => JSON.stringify([family, name, by]);

/** A board that another release wrote is empty. */
function readBoard(board: NoticeBoard | null): NoticeBoard {
  return board && Array.isArray(board.notices) ? board : { last: 0, lost: 0, notices: [] };
}

async function watchNotices(
  kv: Deno.Kv,
  world: string,
  listener: (notice: KeptNotice) => void,
  signal: AbortSignal,
): Promise<void> {
  const reader = kv.watch<[NoticeBoard]>([getKeptNoticeKey(world)]).getReader();
  const stop = () => void reader.cancel();
  signal.addEventListener("abort", stop, { once: true });
  // What was dropped before we came is nothing to us.
  let seen: number | null = null;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || signal.aborted) break;
    const board = readBoard(value[0].value);
    // The world was cleared, and its numbers begin anew; or more was dropped than the board holds.
    if (seen !== null && (board.last < seen || board.lost > seen)) {
      listener({ family: null, name: null, by: "" });
    } else if (seen !== null) {
      for (const { n, ...notice } of board.notices) if (n > seen) listener(notice);
    }
    seen = board.last;
  }
  signal.removeEventListener("abort", stop);
}

function joinText(pieces: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
}
