/**
 * What Deno KV accepts at most, with the units in the names, and how a batch is cut to fit.
 *
 * @module
 */

/** Largest value of one key. */
export const MAX_VALUE_BYTES = 65_536;
/** Most sets, deletes and sums in one commit. */
export const MAX_COMMIT_MUTATIONS = 1_000;
/** Most versionstamp checks in one commit. */
export const MAX_COMMIT_CHECKS = 100;
/** Most bytes of one commit, of its values and twice those of its keys, as measured with Deno 2.9. */
export const MAX_COMMIT_BYTES = 819_200;
/** Most bytes of keys in one commit. */
export const MAX_COMMIT_KEY_BYTES = 81_920;
/** Most keys of one `getMany`. */
export const MAX_GET_MANY_KEYS = 10;
/** Largest `batchSize` of a `list`. */
export const MAX_LIST_BATCH_KEYS = 1_000;

/** What a commit has used up so far, in the units of the limits. */
export interface CommitSize {
  mutations: number;
  checks: number;
  valueBytes: number;
  keyBytes: number;
}

/** Returns the size of a commit in which nothing is yet. */
export function createCommitSize(): CommitSize {
  return { mutations: 0, checks: 0, valueBytes: 0, keyBytes: 0 };
}

/** Says whether a commit of size `used` still takes `more`. */
export function hasRoom(used: CommitSize, more: CommitSize): boolean {
  return used.mutations + more.mutations <= MAX_COMMIT_MUTATIONS &&
    used.checks + more.checks <= MAX_COMMIT_CHECKS &&
    used.keyBytes + more.keyBytes <= MAX_COMMIT_KEY_BYTES &&
    used.valueBytes + more.valueBytes + 2 * (used.keyBytes + more.keyBytes) <= MAX_COMMIT_BYTES;
}

/** Adds `more` to `used`. */
export function addCommitSize(used: CommitSize, more: CommitSize): void {
  used.mutations += more.mutations;
  used.checks += more.checks;
  used.valueBytes += more.valueBytes;
  used.keyBytes += more.keyBytes;
}

/**
 * Returns an upper bound of the encoded length of a key in bytes: a text takes its UTF-8 length
 * and 2, a number 9, a boolean 1; a zero byte within a text is escaped and takes one more.
 */
export function measureKey(key: Deno.KvKey): number {
  let bytes = 0;
  for (const part of key) {
    if (typeof part === "string") bytes += measureText(part);
    else if (part instanceof Uint8Array) bytes += 2 * part.length + 2;
    else if (typeof part === "bigint") bytes += 2 + part.toString(16).length;
    else bytes += 9;
  }
  return bytes;
}

function measureText(text: string): number {
  let bytes = 2;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes += unit === 0 ? 2 : unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
  }
  return bytes;
}
