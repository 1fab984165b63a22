/**
 * Reads the two files: what they say, or the one thing that is wrong, with its line and column.
 *
 * @module
 */
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { z } from "zod";
import {
  exchangesSchema,
  listKeys,
  type Settings,
  type SettingsFile,
  settingsFiles,
  type SettingsTexts,
  symbolsSchema,
} from "./schema.ts";
import { getIn } from "./values.ts";

/** A file that cannot be used; the message names the file, the place, what it takes and what was. */
export class SettingsError extends Error {
  override name = "SettingsError";

  /** @param file Which of the files it is about. */
  constructor(readonly file: SettingsFile, place: string, problem: string) {
    super(`Cannot use ${settingsFiles[file]}${place}: ${problem}`);
  }
}

/** Names that a file may use where the schema takes any; each with the names inside of it. */
export interface KnownNames {
  /** Sources and their feeds. */
  sources: Readonly<Record<string, readonly string[]>>;
  /** Types of signals and their thresholds. */
  signals: Readonly<Record<string, readonly string[]>>;
  dexSignals: Readonly<Record<string, readonly string[]>>;
}

/** Longest text of one file, characters: both have to fit into one value of the store. */
const TEXT_CHARS_MAX = 15_000;

/** How a text is judged. */
export interface Judging {
  /** Names that may be used; null for any. */
  known: KnownNames | null;
  /** Returns what was probably meant by a name. */
  findNearest(name: string, candidates: readonly string[]): string;
}

/**
 * Reads both files, as `parseSettings` says.
 *
 * @throws {SettingsError} If one of them cannot be used.
 */
export function readTexts(texts: SettingsTexts, { known, findNearest }: Judging): Settings {
  const exchanges = new FileText("exchanges", texts.exchanges, findNearest);
  const symbols = new FileText("symbols", texts.symbols, findNearest);
  const settings = { ...exchanges.read(exchangesSchema), ...symbols.read(symbolsSchema) };
  if (!known) return settings;
  const cadences = Object.entries(settings.sources)
    .filter(([source]) => !source.startsWith("news_"))
    .map(([source, { cadenceSeconds = {} }]): [string, object] => [source, cadenceSeconds]);
  exchanges.require(["sources"], Object.fromEntries(cadences), known.sources, "cadenceSeconds");
  symbols.require(["signals"], settings.signals, known.signals);
  symbols.require(["dexSignals"], settings.dexSignals, known.dexSignals);
  return settings;
}

/** One file's text, and where in it things stand. */
class FileText {
  readonly #file: SettingsFile;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;
  readonly #findNearest: Judging["findNearest"];

  /** @throws {SettingsError} If it is no YAML. */
  constructor(file: SettingsFile, text: string, findNearest: Judging["findNearest"]) {
    this.#file = file;
    this.#findNearest = findNearest;
    if (text.length > TEXT_CHARS_MAX) {
      const problem = `at most ${TEXT_CHARS_MAX} characters are required, was ${text.length}`;
      throw new SettingsError(file, "", problem);
    }
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const error = this.#document.errors[0];
    if (!error) return;
    throw this.#refuseAt(error.pos[0], `it must be YAML, was not (${error.message})`);
  }

  /** @throws {SettingsError} For the first thing that the schema does not take. */
  read<S extends z.ZodObject>(schema: S): z.infer<S> {
    const value = this.#toValue();
    const read = schema.safeParse(value);
    if (read.success) return read.data;
    // Of what is misspelt and therefore missing, the misspelling is what helps.
    const { issues } = read.error;
    const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!;
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") {
      throw this.#refuseName(path, issue.keys[0]!, listKeys(schema, issue.path));
    }
    const name = path.join(".") || "the file";
    const was = showValue(getIn(value, path));
    throw this.#refuse(path, `${name}: ${issue.message}, was ${was}`);
  }

  /** @throws {SettingsError} For a name that nobody would ever look at. */
  require(
    path: readonly string[],
    given: Readonly<Record<string, object>>,
    known: Readonly<Record<string, readonly string[]>>,
    inner?: string,
  ): void {
    for (const [name, parts] of Object.entries(given)) {
      const names = Object.hasOwn(known, name) ? known[name] : undefined;
      if (!names) throw this.#refuseName(path, name, Object.keys(known));
      const unknown = Object.keys(parts).find((part) => !names.includes(part));
      if (unknown === undefined) continue;
      throw this.#refuseName([...path, name, ...(inner ? [inner] : [])], unknown, names);
    }
  }

  /** An alias may stand for too much, or for nothing; that shows only here. */
  #toValue(): unknown {
    try {
      return this.#document.toJS();
    } catch (error) {
      const was = error instanceof Error ? error.message : String(error);
      throw new SettingsError(this.#file, "", `it must be YAML, was not (${was})`);
    }
  }

  #refuseName(path: readonly string[], name: string, known: readonly string[]): SettingsError {
    const meant = known.length > 0 ? ` Did you mean ${this.#findNearest(name, known)}?` : "";
    const all = [...path, name];
    return this.#refuse(all, `${all.join(".")} is unknown.${meant}`, true);
  }

  #refuse(path: readonly string[], problem: string, isName = false): SettingsError {
    const offset = findOffset(this.#document.contents, path, isName);
    return this.#refuseAt(offset, problem);
  }

  #refuseAt(offset: number | null, problem: string): SettingsError {
    if (offset === null) return new SettingsError(this.#file, "", problem);
    const { line, col } = this.#lines.linePos(offset);
    return new SettingsError(this.#file, ` (line ${line}, column ${col})`, problem);
  }
}

/**
 * Where the value at `path` begins, or its name; of what is missing, the name of what it should be
 * in. Null for an empty file.
 */
function findOffset(root: Node | null, path: readonly string[], isName: boolean): number | null {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? null;
  for (const [depth, part] of path.entries()) {
    let name: unknown = null;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
      if (!pair) break;
      name = pair.key;
      node = pair.value;
    } else if (isSeq(node)) node = node.items[Number(part)];
    else break;
    const isLast = depth === path.length - 1;
    offset = getOffset(isLast && !isName ? node : name) ?? getOffset(name) ?? offset;
  }
  return offset;
}

const getOffset = (node: unknown): number | null => (node as Node | null)?.range?.[0] ?? null;

/** What was given, as text of one short line. */
function showValue(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value) ?? "nothing";
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
