/**
 * Run in a process of its own: opens the store file named by its argument and ends with 0 when it is
 * sound, 3 when it is damaged, whatever SQLite does to the process on the way.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

/** Throws when SQLite finds the file damaged. */
function checkPages(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = database.prepare("PRAGMA quick_check(1)").all();
    const verdict = Object.values(rows[0] ?? {})[0];
    if (verdict !== "ok") throw new Error(String(verdict ?? "no verdict"));
  } finally {
    database.close();
  }
}

/** Throws when Deno KV cannot read the file. */
async function checkKv(path: string): Promise<void> {
  using kv = await Deno.openKv(path);
  await kv.get(["schema"]);
}

if (import.meta.main) {
  const [path = ""] = Deno.args;
  try {
    checkPages(path);
    await checkKv(path);
    Deno.exit(0);
  } catch (error) {
    await Deno.stdout.write(
      new TextEncoder().encode(error instanceof Error ? error.message : String(error)),
    );
    Deno.exit(3);
  }
}
