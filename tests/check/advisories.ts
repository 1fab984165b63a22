/**
 * Asks the registry for known vulnerabilities of what the lock file names. Critical and high ones end
 * the check; a registry that does not answer is said, and ends nothing: the check works offline.
 */
import { root } from "../support/source_files.ts";

/** What an audit said. */
export type Verdict = "clean" | "found" | "unreachable";

/** Reads the verdict from what `deno audit` prints and returns. */
export function judgeAudit({ code, text }: { code: number; text: string }): Verdict {
  if (/failed to get data|error sending request|registry responded/i.test(text)) {
    return "unreachable";
  }
  return code === 0 ? "clean" : "found";
}

/** Runs the audit; the whole of it takes no longer than 60 s. */
export async function auditPackages(): Promise<{ verdict: Verdict; text: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["audit", "--level=high", "--ignore-registry-errors"],
    cwd: root,
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(60_000),
  });
  const decoder = new TextDecoder();
  const { code, stdout, stderr } = await command.output();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  return { verdict: judgeAudit({ code, text }), text };
}
