/** Every kind of kept answers has a name that people read on the page on the cache. */
import { deepEqual, ok } from "node:assert/strict";
import { cacheStrings } from "../../lib/format/cache_strings.ts";
import { exchangesSchema } from "../../lib/settings/schema.ts";
import { readSources } from "../support/source_files.ts";

const named = new Set(Object.keys(cacheStrings.names));
const lifetimes = Object.keys(exchangesSchema.parse({ sources: {} }).answerSeconds);
/** `answers.family<…>("name", …)`, and what charts call themselves. */
const opened = readSources("lib", (path) => path.startsWith("lib/api/")).flatMap(({ text }) => [
  ...text.matchAll(/\.family(?:<[^(]*>)?\(\s*"(\w+)"/g),
  ...text.matchAll(/\bfamily: "(\w+)"/g),
]).map(([, name]) => name!);

Deno.test("each kind with a lifetime in the settings has a name", () => {
  ok(lifetimes.length >= 13, `${lifetimes.length} kinds`);
  deepEqual(lifetimes.filter((name) => !named.has(name)), []);
});

Deno.test("each kind that the API opens has a name, and no name is of a kind that nobody opens", () => {
  ok(opened.length >= 6, opened.join(", "));
  deepEqual(opened.filter((name) => !named.has(name)), []);
  const known = new Set([...opened, ...lifetimes, "charts"]);
  deepEqual([...named].filter((name) => !known.has(name)), []);
});

Deno.test("names are words, each of one kind", () => {
  const names = Object.values<string>(cacheStrings.names);
  deepEqual(new Set(names).size, names.length);
  for (const name of names) ok(/^[A-Z]/.test(name) && !name.includes("_"), name);
});
