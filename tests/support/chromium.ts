/** Finds the browser for browser tests, and installs Debian's where that is possible. */
import { type Browser, chromium } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((stat) => stat.isFile, () => false);
}

async function listInstalled(): Promise<string | null> {
  for (const path of [Deno.env.get("CHROMIUM_BIN") ?? "", ...places]) {
    if (path && await isFile(path)) return path;
  }
  return null;
}

async function run(command: string, args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(command, {
    args,
    stdout: "null",
    env: { DEBIAN_FRONTEND: "noninteractive" },
  }).output();
  return success;
}

/** Returns Chromium's path; as root on Debian it is installed first where missing. Null if not had. */
export async function findChromium(): Promise<string | null> {
  const found = await listInstalled();
  if (found || Deno.uid() !== 0 || !await isFile("/usr/bin/apt-get")) return found;
  console.log("Installing Chromium for the browser tests (apt-get install chromium).");
  await run("apt-get", ["update", "-qq"]);
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"]);
  return await listInstalled();
}

/** Flags for a quiet Chromium that may run as root and talks to nobody but the page. */
export const chromiumArgs = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts headless Chromium; the caller closes it. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = await findChromium();
  if (!executablePath) {
    throw new Error("Cannot start Chromium: none is installed (apt-get install chromium)");
  }
  return await chromium.launch({ executablePath, args: chromiumArgs });
}
