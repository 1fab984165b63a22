/**
 * Runs the whole suite: makes sure that Chromium is there, builds the pages, runs every test with
 * coverage, and ends with one line that counts them. Arguments go to `deno test`.
 */
import { findChromium } from "./support/chromium.ts";
import { root } from "./support/source_files.ts";

const deno = (args: string[], pipe = false) =>
  new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    stdout: pipe ? "piped" : "inherit",
    stderr: "inherit",
    env: { NO_COLOR: "1" },
  }).spawn();

const chromium = await findChromium();
if (!chromium) {
  console.error("Cannot run the browser tests: Chromium is required (apt-get install chromium).");
  Deno.exit(1);
}
if (!(await deno(["run", "-A", "dev.ts", "build"]).status).success) Deno.exit(1);

await Deno.remove(`${root}coverage`, { recursive: true }).catch(() => undefined);
const suite = deno(["test", "-A", "--coverage=coverage", "tests/", ...Deno.args], true);
let text = "";
const decoder = new TextDecoder();
for await (const chunk of suite.stdout) {
  text += decoder.decode(chunk, { stream: true });
  await Deno.stdout.write(chunk);
}
const { code } = await suite.status;
const [, passed, failed] = text.match(/\| (\d+) passed.*\| (\d+) failed/) ?? [];
console.log(`${passed ?? 0} passed, ${failed ?? 0} failed`);
Deno.exit(code === 0 && !passed ? 1 : code);
