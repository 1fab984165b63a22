/**
 * How much room the disk has, so that collecting stops before it is full.
 *
 * @module
 */
import { statfs } from "node:fs/promises";

/** Below this many free bytes nothing new is collected. */
const LEAST_FREE_BYTES = 256 * 1024 * 1024;

/** Returns the bytes that may still be written on the disk of an existing `path`. */
export async function getFreeBytes(path: string): Promise<number> {
  const disk = await statfs(path);
  return disk.bavail * disk.bsize;
}

/** Says whether the disk of `path` has fewer than `leastBytes` left. */
export async function isDiskLow(path: string, leastBytes = LEAST_FREE_BYTES): Promise<boolean> {
  return await getFreeBytes(path) < leastBytes;
}

/** Returns the bytes of a store file with its journal; 0 for storage that is not a file. */
export async function measureStoreFile(path: string): Promise<number> {
  let bytes = 0;
  for (const name of [path, `${path}-wal`, `${path}-shm`]) {
    bytes += await Deno.stat(name).then((info) => info.size, () => 0);
  }
  return bytes;
}
