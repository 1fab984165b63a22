/** Starts the whole product as a person would, in a process of its own, on a free port. */
import { root } from "./source_files.ts";

/** A product that runs, and how to end it. */
export interface RunningProduct {
  url: string;
  /** Everything it has printed so far. */
  output(): string;
  /** Ends it gently, or with kill -9; one that has ended is left alone. */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** Environment of a product that plays its recording and keeps its data in `dataDir`. */
export function describeReplay(dataDir: string, more: Record<string, string> = {}) {
  return {
    PORT: "0",
    LOG_LEVEL: "warn",
    CRYPTOINTEL_MODE: "replay",
    CRYPTOINTEL_DATA_DIR: dataDir,
    CRYPTOINTEL_RATE_LIMIT: "1000000",
    ...more,
  };
}

/** Starts `deno task start` without the task runner, and resolves when it has printed its address. */
export async function startProduct(env: Record<string, string>): Promise<RunningProduct> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "dev.ts", "start"],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  let isEnded = false;
  const address = Promise.withResolvers<string>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      output += decoder.decode(bytes, { stream: true });
      const found = output.match(/CryptoIntel\s+(http:\S+)/);
      if (found) address.resolve(found[1]!);
    }
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  child.status.then(() => {
    isEnded = true;
    address.reject(new Error(`Cannot use the product: it ended\n${output}`));
  });
  return {
    url: await address.promise,
    output: () => output,
    async stop(signal = "SIGTERM") {
      if (!isEnded) child.kill(signal);
      await child.status;
      await reading;
    },
  };
}
