/** Finds Prometheus' own checker, and installs Debian's where that is possible. */
const places = ["/usr/bin/promtool", "/usr/local/bin/promtool", "/opt/homebrew/bin/promtool"];

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((stat) => stat.isFile, () => false);
}

async function findInstalled(): Promise<string | null> {
  for (const path of places) if (await isFile(path)) return path;
  return null;
}

async function run(command: string, args: string[]): Promise<void> {
  await new Deno.Command(command, {
    args,
    stdout: "null",
    stderr: "null",
    env: { DEBIAN_FRONTEND: "noninteractive" },
  }).output();
}

/** Returns promtool's path; as root on Debian it is installed first where missing. */
export async function requirePromtool(): Promise<string> {
  const found = await findInstalled();
  if (found) return found;
  if (Deno.uid() === 0 && await isFile("/usr/bin/apt-get")) {
    console.log("Installing promtool for the test of metrics (apt-get install prometheus).");
    await run("apt-get", ["update", "-qq"]);
    await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "prometheus"]);
  }
  const installed = await findInstalled();
  if (installed) return installed;
  throw new Error("Cannot check metrics: promtool is required (apt-get install prometheus)");
}

/** Returns what promtool has against a text of metrics, one line each. */
export async function checkMetrics(text: string): Promise<string[]> {
  const child = new Deno.Command(await requirePromtool(), {
    args: ["check", "metrics"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return (decoder.decode(stdout) + decoder.decode(stderr)).split("\n").filter(Boolean);
}
