/** The guide to security is whole, names tests that exist, and says the numbers that the code has. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { idleMs, longestMs } from "../../lib/accounts/sessions.ts";
import { passwordCharsMax, passwordCharsMin } from "../../lib/accounts/passwords.ts";
import { recentMs } from "../../lib/accounts/recent.ts";
import { mailedLiveMs } from "../../lib/accounts/forgot.ts";
import { resetLiveMs } from "../../lib/accounts/directory.ts";
import { setupLiveMs } from "../../lib/accounts/sign_in.ts";
import { throttleLimits } from "../../lib/accounts/throttle.ts";
import { scopes } from "../../lib/contracts/owned.ts";
import { root } from "../support/source_files.ts";

const guide = await Deno.readTextFile(`${root}static/guides/security.md`);
const words = guide.replace(/\s+/g, " ");

/**
 * How many requirements each section of ASVS 5.0.0 has, and which of them are of level 3 only.
 * Counted in the standard's own table.
 */
const sections: Record<string, [number, number[]?]> = {
  "1.1": [2],
  "1.2": [10, [10]],
  "1.3": [12, [12]],
  "1.4": [3],
  "1.5": [3, [3]],
  "2.1": [3],
  "2.2": [3],
  "2.3": [5, [5]],
  "2.4": [2, [2]],
  "3.1": [1, [1]],
  "3.2": [3, [3]],
  "3.3": [5, [5]],
  "3.4": [8, [7, 8]],
  "3.5": [8, [6, 7, 8]],
  "3.6": [1, [1]],
  "3.7": [5, [3, 4, 5]],
  "4.1": [5, [4, 5]],
  "4.2": [5, [2, 3, 4, 5]],
  "4.3": [2],
  "4.4": [4],
  "5.1": [1],
  "5.2": [6, [4, 5, 6]],
  "5.3": [3, [3]],
  "5.4": [3],
  "6.1": [3],
  "6.2": [12],
  "6.3": [8, [5, 6, 7, 8]],
  "6.4": [6, [5, 6]],
  "6.5": [8, [6, 7, 8]],
  "6.6": [4, [4]],
  "6.7": [2, [1, 2]],
  "6.8": [4],
  "7.1": [3],
  "7.2": [4],
  "7.3": [2],
  "7.4": [5],
  "7.5": [3, [3]],
  "7.6": [2],
  "8.1": [4, [3, 4]],
  "8.2": [4, [4]],
  "8.3": [3, [2, 3]],
  "8.4": [2, [2]],
  "9.1": [3],
  "9.2": [4],
  "10.1": [2],
  "10.2": [3, [3]],
  "10.3": [5, [5]],
  "10.4": [16, [12, 13, 14, 15, 16]],
  "10.5": [5],
  "10.6": [2],
  "10.7": [3],
  "11.1": [4, [3, 4]],
  "11.2": [5, [4, 5]],
  "11.3": [5, [4, 5]],
  "11.4": [4],
  "11.5": [2, [2]],
  "11.6": [2, [2]],
  "11.7": [2, [1, 2]],
  "12.1": [5, [4, 5]],
  "12.2": [2],
  "12.3": [5, [5]],
  "13.1": [4, [2, 3, 4]],
  "13.2": [6, [6]],
  "13.3": [4, [3, 4]],
  "13.4": [7, [6, 7]],
  "14.1": [2],
  "14.2": [8, [5, 6, 7, 8]],
  "14.3": [3],
  "15.1": [5, [4, 5]],
  "15.2": [5, [4, 5]],
  "15.3": [7],
  "15.4": [4, [1, 2, 3, 4]],
  "16.1": [1],
  "16.2": [5],
  "16.3": [4],
  "16.4": [3],
  "16.5": [4, [4]],
  "17.1": [2, [2]],
  "17.2": [8, [5, 6, 7, 8]],
  "17.3": [2],
};
const required = Object.entries(sections).flatMap(([section, [count, level3 = []]]) =>
  Array.from({ length: count }, (_, i) => i + 1).filter((no) => !level3.includes(no))
    .map((no) => `${section}.${no}`)
);

const rows = guide.split("\n")
  .filter((line) => /^\| \d+\.\d+\.\d+ /.test(line))
  .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
  .map(([no, requirement, state, shown]) => ({
    no: no!,
    requirement: requirement!,
    state: state!,
    shown: shown!,
  }));

Deno.test("every requirement of levels 1 and 2 stands in the guide once, and no other", () => {
  equal(required.length, 253);
  deepEqual(rows.map(({ no }) => no), required);
});

Deno.test("what is held is shown by a test that exists, or by a reason", async () => {
  const states = new Set(["held", "none here", "operator", "open"]);
  for (const { no, requirement, state, shown } of rows) {
    ok(states.has(state), `${no}: ${state}`);
    ok(requirement.length > 2, no);
    if (state === "held" || state === "open") ok(shown.length > 5, `${no} gives no reason`);
    for (const [, path] of shown.matchAll(/`(tests\/[^`]+)`/g)) {
      ok((await Deno.stat(root + path)).isFile, `${no}: ${path}`);
    }
  }
  ok(rows.filter(({ shown }) => shown.includes("`tests/")).length >= 120);
});

Deno.test("what is open is said, with a reason of more than a word", () => {
  const open = rows.filter(({ state }) => state === "open");
  ok(open.length > 0, "nobody believes a table without a gap");
  for (const { no, shown } of open) ok(shown.split(" ").length >= 4, no);
});

const minuteMs = 60_000;
const dayMs = 86_400_000;
const said: [string, RegExp][] = [
  [
    "the length of passwords",
    new RegExp(`At least ${passwordCharsMin} and at most ${passwordCharsMax} characters`),
  ],
  [
    "silence that ends a session",
    new RegExp(
      `after ${idleMs / dayMs} days of silence, after ${longestMs / dayMs} days in any case`,
    ),
  ],
  ["how fast others notice", new RegExp(recentMs === 5_000 ? "within five seconds" : "never")],
  ["the life of the set-up link", new RegExp(`good for ${setupLiveMs / 3_600_000} hours`)],
  [
    "the life of the link to a new password",
    new RegExp(resetLiveMs === 3_600_000 ? "once and for an hour" : "never"),
  ],
  ["the life of a mailed link", new RegExp(`good once and for ${mailedLiveMs / 60_000} minutes`)],
];
for (const [name, pattern] of said) {
  Deno.test(`the guide says ${name} as the code has it`, () => match(words, pattern));
}

Deno.test("the guide's table of tries is the code's", () => {
  const lines: [string, { capacity: number; windowMs: number }][] = [
    ["passwords from one address", throttleLimits.address],
    ["passwords for one account from one address", throttleLimits.pair],
    [
      "passwords for one account from addresses where its owner never signed in",
      throttleLimits.account,
    ],
    ["passkeys from one address", throttleLimits.address],
    ["new accounts and links from one address", throttleLimits.register],
    ["links asked for by mail from one address", throttleLimits.forgot],
    ["links asked for by mail for one account", throttleLimits.mailbox],
  ];
  for (const [name, { capacity, windowMs }] of lines) {
    const row = guide.split("\n").find((line) => line.startsWith(`| ${name} `));
    deepEqual(row?.split("|").slice(2, 4).map((cell) => cell.trim()), [
      String(capacity),
      `${windowMs / minuteMs} min`,
    ]);
  }
});

Deno.test("every scope stands in the guide", () => {
  deepEqual(scopes.filter((scope) => !guide.includes(`\`${scope}\``)), []);
});
