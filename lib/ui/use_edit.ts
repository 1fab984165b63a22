/**
 * Saving edits from an island: through the outbox, which is brought when the first edit is made.
 *
 * @module
 */
import { type EditDraft, type EditResult, sendEdit } from "./edits.ts";

/** What takes edits. */
interface Keeper {
  save(draft: EditDraft): Promise<EditResult>;
}

let keeper: Promise<Keeper> | null = null;

/** What an island brings along. */
export interface SaveOptions {
  /** Says that no answer came. */
  offline: string;
  /** Wall time, epoch ms. */
  now(): number;
}

async function openKeeper({ now }: SaveOptions): Promise<Keeper> {
  const { openOutbox } = await import("../outbox/mod.ts");
  return openOutbox({ now });
}

/** Saves an edit; where the browser keeps nothing, it is sent at once or not at all. */
export async function saveEdit(draft: EditDraft, options: SaveOptions): Promise<EditResult> {
  try {
    keeper ??= openKeeper(options);
    return await (await keeper).save(draft);
  } catch {
    // A private window may refuse to keep anything, and a chunk may be out of reach.
    keeper = null;
    return await sendEdit(draft, {
      fetch: (path, init) => fetch(path, { ...init, credentials: "same-origin" }),
      createId: () => crypto.randomUUID(),
    }, options.offline);
  }
}
