/** The guides say what the code does: nothing is left out, and nothing is named that is not there. */
import { deepEqual, ok } from "node:assert/strict";
import { parse } from "yaml";
import { pollSources, streamSources } from "../collectors/mod.ts";
import { variableNames } from "../lib/config.ts";
import { clientMessageSchema } from "../lib/contracts/live.ts";
import { readSettingsFiles } from "../lib/settings.ts";
import { anApi } from "./support/api.ts";
import { readSources, root, type SourceFile } from "./support/source_files.ts";

const pages = [
  ...readSources("", (path) => path === "README.md"),
  ...readSources("static/guides", (path) => path.endsWith(".md")),
];
const readPage = (name: string) => pages.find(({ path }) => path.endsWith(name))!.text;
const contributing = readPage("contributing.md");
const api = readPage("guides/api.md");
const settings = readPage("settings.md");
const sources = readPage("sources.md");
const thirdParty = readPage("third-party.md");

const readJson = (path: string) => JSON.parse(Deno.readTextFileSync(root + path));
const exists = (path: string) => Deno.stat(path).then(() => true, () => false);
const listMatches = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map((found) => found[1]!);
/** Lists what `find` gives for each page, with the page's path in front. */
const listOfPages = (find: (page: SourceFile) => string[]) =>
  pages.flatMap((page) => find(page).map((one) => `${page.path}: ${one}`));

/** Cells of the row of a table whose first cell is `name` in code. */
function readRow(page: string, name: string): string[] | null {
  const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\` `));
  return row ? row.split("|").slice(1, -1).map((cell) => cell.trim()) : null;
}

Deno.test("links between guides lead to files that exist", async () => {
  const dead: string[] = [];
  for (const { path, text } of pages) {
    for (const link of listMatches(text, /\]\(([^)#]+)[^)]*\)/g)) {
      if (/^https?:/.test(link)) continue;
      if (!await exists(new URL(link, `file://${root}${path}`).pathname)) {
        dead.push(`${path}: ${link}`);
      }
    }
  }
  deepEqual(dead, []);
});

Deno.test("the README leads to every guide, and its table to each but the notices", () => {
  const readme = readPage("README.md");
  const table = listMatches(readme, /^\| \[[^\]]+\]\(([^)]+)\) /gm);
  const guides = pages.map(({ path }) => path).filter((path) => path.startsWith("static/guides/"));
  deepEqual(guides.filter((path) => !readme.includes(`(${path})`)), []);
  deepEqual(table.toSorted(), guides.filter((path) => !path.endsWith("third-party.md")).toSorted());
});

Deno.test("paths that guides name in code are there", async () => {
  const missing: string[] = [];
  const named = /`((?:lib|collectors|routes|islands|static|tests)\/[^`*\s]*)`/g;
  for (const { path, text } of pages) {
    for (const one of listMatches(text, named)) {
      const isExample = /[A-Z]{4}/.test(one) && !one.endsWith(".md") || one.includes("NAME");
      if (!isExample && !await exists(root + one)) missing.push(`${path}: ${one}`);
    }
  }
  deepEqual(missing, []);
});

Deno.test("every task is in the guide, and guides call no other", () => {
  const { tasks } = readJson("deno.json");
  const names = Object.keys(tasks);
  deepEqual(names.filter((name) => !new RegExp(`deno task ${name}[\` ]`).test(contributing)), []);
  const called = listOfPages(({ text }) => listMatches(text, /\btask ([a-z][a-z:]*)/g))
    .filter((one) => !names.includes(one.split(" ")[1]!) && !/: (alone|that)$/.test(one));
  deepEqual(called, []);
});

interface Described {
  paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
}

const described: Described = await (await (await anApi()).api.request("/openapi.json")).json();

Deno.test("every endpoint stands in the guide, with its method", () => {
  const missing = Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
  ).filter((endpoint) => !api.includes(`\`${endpoint}\``));
  deepEqual(missing, []);
});

Deno.test("the guide names no endpoint that is not there", () => {
  const unknown = listMatches(api, /`((?:GET|POST|PUT|DELETE) \/[^`]+)`/g).filter((endpoint) => {
    const [method = "", path = ""] = endpoint.split(" ");
    return described.paths[path]?.[method.toLowerCase()] === undefined;
  });
  deepEqual(unknown, []);
});

Deno.test("examples ask for addresses and parameters that exist", () => {
  const asked = listMatches(
    api,
    /(?:\$BASE|\{base\}|127\.0\.0\.1:8000)(\/[^\s"`$]*(?:\$\(|\$\{)?[^\s"`]*)/g,
  );
  ok(asked.length > 20, `found ${asked.length}`);
  const wrong = asked.filter((text) => {
    const [path = "", query = ""] = text.replace(/\$\{.*/, "").split("?");
    if (path.startsWith("/ws") || path === "/udf") return false;
    const known = Object.keys(described.paths).find((one) =>
      new RegExp(`^${one.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path)
    );
    if (!known) return true;
    const parameters = Object.values(described.paths[known]!).flatMap((one) =>
      one.parameters?.map(({ name }) => name) ?? []
    );
    return [...new URLSearchParams(query).keys()]
      .some((name) => /^\w+$/.test(name) && !parameters.includes(name));
  });
  deepEqual(wrong, []);
});

Deno.test("messages that the guide shows for the live stream are understood", () => {
  const lines = api.split("\n").filter((line) => /^\{ "type": "(\w*subscribe|ping)"/.test(line));
  ok(lines.length >= 4, `found ${lines.length}`);
  for (const line of lines) ok(clientMessageSchema.safeParse(JSON.parse(line)).success, line);
});

Deno.test("every variable is in the guide, and guides name no other", () => {
  deepEqual(variableNames.filter((name) => readRow(settings, name) === null), []);
  const known = new Set(variableNames);
  const unknown = listOfPages(({ text }) => listMatches(text, /\b(CRYPTOINTEL_[A-Z_]+[A-Z])\b/g))
    .filter((one) => !known.has(one.split(" ")[1]!));
  deepEqual(unknown, []);
});

/** Dotted names of everything that a file sets; what is named freely goes by a word. */
function listSettings(text: string): string[] {
  const names: string[] = [];
  const walk = (value: unknown, path: string) => {
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isGroup) names.push(path);
    else {
      for (const [name, inner] of Object.entries(value)) {
        walk(inner, path === "" ? name : `${path}.${name}`);
      }
    }
  };
  walk(parse(text), "");
  return [
    ...new Set(
      names.map((name) =>
        name.replace(/^sources\.\w+/, "sources.NAME")
          .replace(/\.cadenceSeconds\..*/, ".cadenceSeconds.FEED")
      ),
    ),
  ];
}

Deno.test("every setting of both files is in the guide", async () => {
  const { exchanges, symbols } = await readSettingsFiles();
  const names = [...listSettings(exchanges), ...listSettings(symbols)];
  ok(names.length > 15, `found ${names.length}`);
  deepEqual(names.filter((name) => readRow(settings, name) === null), []);
});

Deno.test("every source is in the guide, with its key and every feed's name", () => {
  const all = [...streamSources.map((one) => ({ ...one, feeds: [] })), ...pollSources];
  const missing = all.flatMap(({ key, apiKey, feeds }) => {
    if (key.startsWith("news_") && key !== "news_binance_com") return [];
    const row = readRow(sources, key);
    if (!row) return [key];
    const variables = [apiKey?.variable, apiKey?.secretVariable].filter((name) => name);
    return [
      ...variables.filter((name) => !sources.includes(`\`${name}\``)),
      ...feeds.filter(({ name }) => name !== "announcements" && !sources.includes(`\`${name}\``))
        .map(({ name }) => `${key}: ${name}`),
    ];
  });
  deepEqual(missing, []);
});

Deno.test("limits and credits in the guide are those in force", async () => {
  const file: Record<string, Record<string, { limitPerMinute: number; creditsPerMonth?: number }>> =
    parse((await readSettingsFiles()).exchanges);
  const own = new Map(pollSources.map((source) => [source.key, source]));
  for (const [key, { limitPerMinute, creditsPerMonth }] of Object.entries(file.sources!)) {
    const row = readRow(sources, key)!;
    const numbers = row.slice(-2).map((cell) => Number(cell.replaceAll(/[^\d]/g, "")));
    const credits = creditsPerMonth ?? own.get(key)?.creditsPerMonth ?? 0;
    deepEqual({ key, numbers }, { key, numbers: [limitPerMinute, credits] });
  }
});

Deno.test("every package we import has its notice, and so do the dependencies of two of them", () => {
  const { imports } = readJson("deno.json");
  const { npm } = readJson("deno.lock");
  const direct = Object.values<string>(imports)
    .flatMap((to) => to.match(/^npm:(@?[^@]+)/)?.[1] ?? []);
  const bare = (id: string) => id.replace(/(?<=.)@.*$/, "");
  const needed = new Set<string>();
  const walk = (name: string) => {
    for (const [id, entry] of Object.entries<{ dependencies?: string[] }>(npm)) {
      if (bare(id) !== name || needed.has(name)) continue;
      needed.add(name);
      for (const inner of entry.dependencies ?? []) walk(bare(inner));
    }
  };
  for (const name of ["fast-xml-parser", "cli-progress"]) walk(name);
  ok(needed.size > 10, `found ${[...needed].join(", ")}`);
  const isNamed = (name: string) =>
    name.startsWith("workbox-")
      ? new RegExp(`workbox \\([^)]*\\b${name.slice("workbox-".length)}\\b`).test(thirdParty)
      : new RegExp(`[ |]${name.replaceAll(/[/.]/g, "\\$&")}[ ,|]`).test(thirdParty);
  deepEqual([...direct, ...needed].filter((name) => !isNamed(name)), []);
});

Deno.test("guides speak of the project, not of how it was written", () => {
  const words = /\.\.\/shared|\/work\/|\bTODO\b|\bsession [A-Z\d]|\b[A-Z]{2,4}-\d{2}\b/g;
  deepEqual(listOfPages(({ text }) => text.match(words) ?? []), []);
});
