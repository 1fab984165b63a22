/** Keeps the house: who may import whom, how files begin, how long they and their functions are. */
import { deepEqual, ok } from "node:assert/strict";
import { listImports, readSources } from "./support/source_files.ts";

const isCode = (path: string) => /\.tsx?$/.test(path);
const folders = ["lib", "collectors", "routes", "islands"];
const code = [
  ...folders.flatMap((folder) => readSources(folder, isCode)),
  ...readSources("", (path) => /^(main|dev|fresh\.config)\.ts$/.test(path)),
];
const tests = readSources("tests", (path) => isCode(path));
const imports = code.flatMap(listImports);

/** Rooms of lib from the top row to the bottom one; a file imports from rows below its own. */
const rows = [
  ["world"],
  ["api"],
  ["pipeline", "jobs"],
  // The client is what users import: types of contracts, a clock, nothing else of the server.
  ["live", "notify", "client", "accounts"],
  ["cache"],
  ["store"],
  ["config", "settings", "clock", "log", "metrics"],
  ["alerts", "backtest", "portfolio", "payments", "arbitrage"],
  ["signals", "patterns", "analytics"],
  ["ml"],
  ["features", "ui", "export", "worker"],
  ["indicators", "quality", "bars", "chart", "outbox", "visits"],
  ["contracts", "resilience", "format"],
  ["market", "assert"],
];
const purest = rows.findIndex((row) => row.includes("alerts"));
const rowOf = (room: string) => rows.findIndex((row) => row.includes(room));
const roomOf = (path: string) => path.split("/")[1]!.replace(/\.tsx?$/, "");

/** Says whether a file lies in lib itself, as config, clock, log and metrics do. */
const isLoose = (path: string) => path.split("/").length === 2;

function list(problems: readonly string[], advice: string): void {
  deepEqual(problems, [], `${advice}\n  ${problems.join("\n  ")}`);
}

Deno.test("imports inside lib only go down the rows", () => {
  const wrong = imports.filter(({ from, target }) => {
    if (!from.startsWith("lib/") || !target?.startsWith("lib/")) return false;
    const [a, b] = [roomOf(from), roomOf(target)];
    const isOwnFolder = a === b || (isLoose(from) && isLoose(target));
    return !isOwnFolder && !(rowOf(b) > rowOf(a));
  });
  list(
    wrong.map(({ from, target }) => `${from} → ${target}`),
    "Move what both need down a row, or pass it in as an argument:",
  );
});

Deno.test("every room of lib has its place in the rows", () => {
  const rooms = new Set(
    code.filter(({ path }) => path.startsWith("lib/")).map((f) => roomOf(f.path)),
  );
  list(
    [...rooms].filter((room) => room !== "fresh" && rowOf(room) < 0),
    "Name the room in the rows above:",
  );
});

const allowed: Record<string, RegExp> = {
  routes: /^(routes|islands|lib)\//,
  islands: /^(islands|lib)\//,
  collectors:
    /^(collectors\/|lib\/(pipeline|store|resilience|contracts|market)\/|lib\/(config|clock|log|metrics|assert)\.ts)/,
  lib: /^lib\//,
};
Deno.test("each top folder imports only what the plan allows", () => {
  const wrong = imports.filter(({ from, target }) => {
    const rule = allowed[from.split("/")[0]!];
    return rule && target !== null && !rule.test(target);
  });
  list(wrong.map(({ from, target }) => `${from} → ${target}`), "See which way imports go:");
});

Deno.test("the framework knows nothing of markets", () => {
  const wrong = imports.filter(({ from, target }) =>
    from.startsWith("lib/fresh/") && target !== null && !target.startsWith("lib/fresh/")
  );
  list(wrong.map(({ from, target }) => `${from} → ${target}`), "lib/fresh stands apart:");
});

Deno.test("islands take nothing but the pure half of lib, and only types from contracts", () => {
  const wrong = imports.filter(({ from, target, isType, specifier }) => {
    if (!from.startsWith("islands/")) return false;
    if (specifier === "fresh" || specifier.startsWith("node:")) return true;
    if (!target?.startsWith("lib/")) return false;
    const room = roomOf(target);
    if (room === "contracts") return !isType;
    return room !== "fresh" && rowOf(room) < purest && target !== "lib/live/client.ts" && !isType;
  });
  list(wrong.map(({ from, specifier }) => `${from} → ${specifier}`), "Pass it as a prop:");
});

Deno.test("no file is part of an import circle", () => {
  const edges = new Map<string, string[]>();
  for (const { from, target, isType } of imports) {
    if (target && !isType) edges.set(from, [...(edges.get(from) ?? []), target]);
  }
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: string[]) => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    if (done.has(path)) return;
    done.add(path);
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
  };
  for (const path of edges.keys()) visit(path, []);
  list(circles, "Name the third thing that both need, below both:");
});

Deno.test("a library is imported in one folder only", () => {
  const free = /^(preact|@preact\/signals|zod|fresh|node:)/;
  const places = new Map<string, Set<string>>();
  for (const { from, specifier, target } of imports) {
    if (target !== null || free.test(specifier)) continue;
    const name = specifier.match(/^(@[^/]+\/[^/]+|[^/]+)/)![0];
    const folder = from.split("/").slice(0, from.startsWith("lib/") ? 2 : 1).join("/");
    places.set(name, (places.get(name) ?? new Set()).add(folder));
  }
  const most = (name: string) => name === "@hono/zod-openapi" ? 2 : 1;
  list(
    [...places].filter(([name, at]) => at.size > most(name)).map(([name, at]) =>
      `${name}: ${[...at].join(", ")}`
    ),
    "Give the library one home and call that:",
  );
});

Deno.test("every file of lib and collectors says in its first line what it is", () => {
  const wrong = code.filter(({ path, text }) =>
    /^(lib|collectors)\//.test(path) &&
    !/^(\/\/\/.*\n)?\/\*\*[\s\S]*?@module[\s\S]*?\*\//.test(text)
  );
  list(wrong.map(({ path }) => path), "Begin with /** One sentence. @module */:");
});

Deno.test("no file is longer than 400 lines, a table or parser than 600", () => {
  const wrong = [...code, ...tests].filter(({ text, path }) => {
    const most = /(contracts|sources|strings|_test|fixture)/.test(path) ? 600 : 400;
    return text.split("\n").length - 1 > most;
  });
  list(
    wrong.map(({ path, text }) => `${path}: ${text.split("\n").length - 1}`),
    "Split the file where a noun is hiding:",
  );
});

interface Forbidden {
  what: string;
  pattern: RegExp;
  except: RegExp;
  advice: string;
  /** It is a comment itself. */
  inComments?: boolean;
  /** A comment says why it is there. */
  isExcusedByComment?: boolean;
}

const forbidden: Forbidden[] = [
  {
    what: "the machine's chance",
    pattern: /\bMath\.random\b/,
    except: /^lib\/clock\.ts$/,
    advice: "Take a Clock or the number as an argument:",
  },
  {
    what: "the machine's clock",
    pattern: /\bDate\.now\(|\bsetTimeout\(|\bsetInterval\(|\bperformance\.now\(/,
    except: /^(lib\/clock\.ts|lib\/fresh\/|lib\/live\/client|islands\/|main\.ts|dev\.ts)/,
    advice: "Take a Clock or the time as an argument:",
  },
  { what: "any", pattern: /:\s*any\b|\bas any\b|<any>/, except: /^$/, advice: "Name the type:" },
  {
    what: "an empty catch",
    pattern: /catch\s*(\([^)]*\))?\s*\{\s*\}/,
    except: /^$/,
    isExcusedByComment: true,
    advice: "Handle it or say why not:",
  },
  {
    what: "the console",
    pattern: /\bconsole\.(log|warn|error|info|debug)\(/,
    except: /^(lib\/log\.ts|lib\/fresh\/|dev\.ts)/,
    advice: "Write to the logger:",
  },
  {
    what: "unfinished marks",
    pattern: /\b(TODO|FIXME|XXX|HACK)\b/,
    except: /^tests\/tidy_test\.ts$/,
    inComments: true,
    advice: "Finish it:",
  },
  {
    what: "type or lint escapes",
    pattern: /@ts-ignore|@ts-nocheck|@ts-expect-error|deno-lint-ignore/,
    except: /^tests\/tidy_test\.ts$/,
    inComments: true,
    advice: "Say it in types:",
  },
];
for (const { what, pattern, except, advice, inComments, isExcusedByComment } of forbidden) {
  Deno.test(`no source uses ${what}`, () => {
    // What stands in comments is looked for in tests, too: there it would hide a fault as well.
    const read = inComments ? [...code, ...tests, ...readSources("static", isCode)] : code;
    const wrong = read.filter(({ path, text }) =>
      !except.test(path) &&
      pattern.test(inComments || isExcusedByComment ? text : withoutComments(text))
    );
    list(wrong.map(({ path }) => path), advice);
  });
}

Deno.test("a page never shares its path with JSON", () => {
  const json =
    /^\/(api|health|signals|dex|market-data|market-analysis|collect|dashboard\/api|x402|udf|metrics|openapi\.json|docs)(\/|$)/;
  const pages = code.filter(({ path }) => /^routes\/[^_].*\.tsx$/.test(path));
  const urls = pages.map(({ path }) => path.replace(/^routes|(\/index)?\.tsx$/g, ""));
  list(urls.filter((url) => json.test(url)), "Give the page another path:");
});

const registries = [
  { folder: "collectors/sources", registry: "collectors/mod.ts" },
  { folder: "lib/api", registry: "lib/api/mod.ts" },
];
for (const { folder, registry } of registries) {
  Deno.test(`every file of ${folder} is reached from ${registry}`, () => {
    const reached = new Set<string>([registry]);
    const queue = [registry];
    for (let at = queue.pop(); at; at = queue.pop()) {
      for (const { from, target } of imports) {
        if (from !== at || !target || reached.has(target)) continue;
        reached.add(target);
        queue.push(target);
      }
    }
    const files = code.filter(({ path }) => path.startsWith(`${folder}/`)).map(({ path }) => path);
    list(files.filter((path) => !reached.has(path)), `Add the line to ${registry}:`);
  });
}

/** Functions that were longer than a screen when the rule came; their lines may only shrink. */
const giants: Record<string, number> = {};

Deno.test("functions stay short: nine in ten within 40 lines, none new over 70", () => {
  const lengths = code.flatMap(({ path, text }) =>
    listFunctions(text).map((found) => ({ path, ...found }))
  );
  const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
  ok(sorted[Math.floor(sorted.length * 0.9)]! <= 40, "Nine in ten functions fit in 40 lines");
  const long = lengths.filter(({ path, lines }) => lines > Math.max(70, giants[path] ?? 0));
  list(long.map(({ path, line, lines }) => `${path}:${line} ${lines}`), "Split at the next noun:");
});

/** Blanks comments, keeping the lines. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, (c) => c.replace(/[^\n]/g, " "));
}

/** Finds functions declared at the left margin or as methods, by their closing brace's indent. */
function listFunctions(text: string): { line: number; lines: number }[] {
  const lines = text.split("\n");
  const found: { line: number; lines: number }[] = [];
  const start =
    /^(\s*)(export )?(default )?(async )?(function\b|(static |private |#)?\w+\(.*\)(: .+)? \{$)/;
  lines.forEach((line, index) => {
    const match = line.match(start);
    if (!match || /^\s*(if|for|while|switch|catch)\b/.test(line)) return;
    const close = lines.findIndex((other, i) => i > index && other.startsWith(`${match[1]}}`));
    if (close > index) found.push({ line: index + 1, lines: close - index + 1 });
  });
  return found;
}
