/**
 * The lock that keeps a second process off a store file. The system lets go of it when a process
 * dies, however it dies, so that no stale lock remains.
 *
 * @module
 */
import { StoreError } from "./errors.ts";

/** Lets go of the lock. */
export type Unlock = () => void;

/**
 * Locks `<path>.lock` and writes our process id into it. Throws `StoreError` (`in_use`) with one
 * clear line when another store, of this or another process, has it.
 */
export async function lockStoreFile(path: string): Promise<Unlock> {
  const file = await Deno.open(`${path}.lock`, { create: true, read: true, write: true });
  if (!await file.tryLock(true)) {
    const owner = new TextDecoder().decode(await readAll(file)).trim();
    file.close();
    throw new StoreError(
      "in_use",
      `The store ${path} is in use by ${owner ? `process ${owner}` : "another process"}: ` +
        "stop it first, or start with another data folder",
    );
  }
  await file.truncate(0);
  await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  return () => file.close();
}

async function readAll(file: Deno.FsFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(32);
  return bytes.subarray(0, await file.read(bytes) ?? 0);
}
