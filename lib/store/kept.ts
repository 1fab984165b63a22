/**
 * Answers that outlive the process: texts under a name, for a while, shared by all processes.
 *
 * @module
 */
import type { Gate } from "./gate.ts";
import { getKeptNoticeKey, getKeptPrefix } from "./keys.ts";
import { MAX_COMMIT_VALUE_BYTES } from "./limits.ts";

/** Bytes of one piece; below what a value may hold. */
const PIECE_BYTES = 60_000;
/** Longer texts are not kept: one commit has to hold all pieces. */
export const MAX_KEPT_BYTES = MAX_COMMIT_VALUE_BYTES - 2 * PIECE_BYTES;

/** A text as it was kept. */
export interface KeptText {
  text: string;
  /** Wall time, epoch ms. */
  madeMs: number;
}

/** Something was dropped: a whole family, or one name of it. */
export interface KeptNotice {
  family: string;
  /** Null for the whole family. */
  name: string | null;
  /** Who dropped it. */
  by: string;
}

/** Texts by family and name. */
export interface KeptTexts {
  get(family: string, name: string): Promise<KeptText | null>;
  /** Keeps a text for `ttlMs`; returns false for one that is too long. */
  put(family: string, name: string, kept: KeptText, ttlMs: number): Promise<boolean>;
  /** Drops a text, or a family of them, here and, by a notice, in the memory of other processes. */
  drop(notice: KeptNotice): Promise<void>;
  /** Calls back for each notice of any process until `signal` is aborted. */
  watch(listener: (notice: KeptNotice) => void, signal: AbortSignal): Promise<void>;
}

/** Returns the kept texts of a world. */
export function createKeptTexts({ gate, world }: { gate: Gate; world: string }): KeptTexts {
  const getHeadKey = (family: string, name: string): Deno.KvKey => [
    ...getKeptPrefix(world, family),
    name,
  ];
  return {
    async get(family, name) {
      const head = getHeadKey(family, name);
      return await gate.run(async (kv) => {
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
      });
    },
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
    async drop(notice) {
      const { family, name } = notice;
      const prefix = getKeptPrefix(world, family);
      await gate.run(async (kv) => {
        // Without its head a text is not there; its pieces expire by themselves.
        if (name !== null) await kv.delete([...prefix, name]);
        else for await (const { key } of kv.list({ prefix })) await kv.delete(key);
        await kv.set(getKeptNoticeKey(world), { ...notice, id: crypto.randomUUID() });
      });
    },
    async watch(listener, signal) {
      await gate.run(async (kv) => {
        const reader = kv.watch<[KeptNotice]>([getKeptNoticeKey(world)]).getReader();
        const stop = () => void reader.cancel();
        signal.addEventListener("abort", stop, { once: true });
        let isFirst = true;
        for (;;) {
          const { done, value } = await reader.read();
          if (done || signal.aborted) break;
          const notice = value[0].value;
          // The first is what was dropped before we came.
          if (!isFirst && notice) listener(notice);
          isFirst = false;
        }
        signal.removeEventListener("abort", stop);
      });
    },
  };
}

function joinText(pieces: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
}
