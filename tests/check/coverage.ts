/** Compares the coverage of the last `deno task test` with the thresholds of each room. */
import { root } from "../support/source_files.ts";

/** Least share of lines that tests must run, in percent. */
const least = 80;

/** What only a browser can run is tried in one, by `tests/browser`. */
const browserOnly = "/lib/outbox/(browser|kept)\\.ts$";

const { stdout, success } = await new Deno.Command(Deno.execPath(), {
  args: [
    "coverage",
    "--lcov",
    "--include=/(lib|collectors)/",
    `--exclude=${browserOnly}`,
    "coverage",
  ],
  cwd: root,
  stderr: "null",
}).output();
if (!success) {
  console.error("Cannot judge coverage: run `deno task test` first.");
  Deno.exit(1);
}
const rooms = new Map<string, { found: number; hit: number }>();
let room = "";
for (const line of new TextDecoder().decode(stdout).split("\n")) {
  if (line.startsWith("SF:")) {
    const path = line.slice(3).replace(root, "").replace(/^\//, "");
    room = path.startsWith("lib/")
      ? path.split("/").slice(0, path.split("/").length > 2 ? 2 : 1).join("/")
      : path.split("/")[0]!;
  }
  const [, kind, count] = line.match(/^(LF|LH):(\d+)/) ?? [];
  if (!kind) continue;
  const sums = rooms.get(room) ?? { found: 0, hit: 0 };
  if (kind === "LF") sums.found += Number(count);
  else sums.hit += Number(count);
  rooms.set(room, sums);
}
const shares = [...rooms].map(([name, { found, hit }]) => ({ name, share: 100 * hit / found }));
for (const { name, share } of shares.toSorted((a, b) => a.share - b.share)) {
  console.log(`${share.toFixed(1).padStart(6)} % ${name}`);
}
const low = shares.filter(({ share }) => share < least);
if (low.length || !shares.length) {
  console.error(`Cannot accept coverage below ${least} %: ${low.map((r) => r.name).join(", ")}`);
  Deno.exit(1);
}
