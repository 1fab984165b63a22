/**
 * Checks a store file in a child process before it is opened, and sets a damaged one aside.
 *
 * @module
 */
import type { Logger } from "../log.ts";

/** What the check found: `unchecked` where no child process may be started. */
export type FileVerdict =
  | { state: "absent" | "sound" }
  | { state: "unchecked" | "damaged"; reason: string };

/** Exit code of the child for a damaged file. */
const DAMAGED_CODE = 3;
const decoder = new TextDecoder();

/** Checks the store file at `path`; never throws for what is in the file. */
export async function checkStoreFile(path: string): Promise<FileVerdict> {
  const info = await Deno.stat(path).catch(() => null);
  if (info === null || info.size === 0) return { state: "absent" };
  try {
    const child = new URL("./precheck_child.ts", import.meta.url).href;
    const { code, signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-config", "--no-lock", "--unstable-kv", child, path],
      stdout: "piped",
      stderr: "piped",
    }).output();
    if (code === 0) return { state: "sound" };
    const reason = decoder.decode(stdout) || decoder.decode(stderr).trim().slice(0, 500);
    // A child killed by its own crash (SIGBUS, SIGSEGV) met damage; one that never ran did not.
    const crashed = signal !== null && signal !== "SIGKILL" && signal !== "SIGTERM";
    return code === DAMAGED_CODE || crashed
      ? { state: "damaged", reason: reason || `the check ended with ${signal}` }
      : { state: "unchecked", reason };
  } catch (error) {
    return { state: "unchecked", reason: String(error) };
  }
}

/**
 * Renames the file and its journal to `<name>.damaged-<time>`; `nowMs` is wall time. Returns the new
 * path.
 */
export async function setFileAside(path: string, nowMs: number): Promise<string> {
  const time = new Date(nowMs).toISOString().replaceAll(":", "-");
  const aside = `${path}.damaged-${time}`;
  await Deno.rename(path, aside);
  for (const suffix of ["-wal", "-shm"]) {
    await Deno.rename(path + suffix, aside + suffix).catch(ignoreAbsence);
  }
  return aside;
}

function ignoreAbsence(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** Checks the file; a damaged one is set aside and told of. Returns where it went, or null. */
export async function prepareStoreFile(
  { path, nowMs, log }: { path: string; nowMs: number; log: Logger },
): Promise<string | null> {
  const verdict = await checkStoreFile(path);
  if (verdict.state === "unchecked") {
    log.warn("store file opened without a check", { path, reason: verdict.reason });
  }
  if (verdict.state !== "damaged") return null;
  const aside = await setFileAside(path, nowMs);
  log.error("store file is damaged and was set aside", { path, aside, reason: verdict.reason });
  return aside;
}
