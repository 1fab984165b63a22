/**
 * Secrets that are made at the first start and kept beside the store, readable by their owner only.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";

/** Bytes of a made secret. */
const SECRET_BYTES = 32;

/**
 * Returns the secret that is kept in `folder` under `name`, making it (64 hex digits, mode 600)
 * where there is none. Two that start at once agree on one.
 */
export async function openSecretFile(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const made = randomBytes(SECRET_BYTES).toString("hex");
  try {
    await Deno.writeTextFile(path, made + "\n", { createNew: true, mode: 0o600 });
    return made;
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  const kept = (await Deno.readTextFile(path)).trim();
  if (kept.length < SECRET_BYTES) {
    throw new Error(
      `Cannot use ${path}: at least ${SECRET_BYTES} characters are required, was ${kept.length}; ` +
        "delete it to have a new one made",
    );
  }
  return kept;
}
