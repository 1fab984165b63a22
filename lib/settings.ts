/**
 * Settings: limits, thresholds and retention from two YAML files, read again while we run.
 *
 * @module
 */
import { parse } from "yaml";
import { z } from "zod";
import type { Clock } from "./clock.ts";
import { findNearest } from "./config.ts";
import type { Logger } from "./log.ts";

const positive = z.number().positive();
const whole = z.number().int().positive();
const thresholds = z.record(z.string(), positive);

/** What `exchanges.yaml` may hold. */
const exchangesSchema = z.strictObject({
  sources: z.record(
    z.string(),
    z.strictObject({
      limitPerMinute: whole,
      creditsPerMonth: whole.optional(),
      isEnabled: z.boolean().optional(),
      /** Feeds asked at another pace than their source's file says. */
      cadenceSeconds: z.record(z.string(), positive).optional(),
    }),
  ),
  breaker: z.strictObject({
    failureThreshold: whole,
    timeoutSeconds: positive,
    timeoutSecondsMax: positive,
    successThreshold: whole,
  }),
  newsFeeds: z.array(z.url({ protocol: /^https?$/ })),
});

/** What `symbols.yaml` may hold. */
const symbolsSchema = z.strictObject({
  quality: z.strictObject({
    freshnessSeconds: positive,
    quarantine: z.boolean(),
  }),
  signals: z.record(z.string(), thresholds),
  dexSignals: z.record(z.string(), thresholds),
  retentionDays: z.strictObject({
    bars: whole,
    features: whole,
    quality: whole,
    logs: whole,
    marketData: whole,
    signals: whole,
    archiveAfter: whole,
  }),
});

/** The texts of the two files. */
export interface SettingsTexts {
  exchanges: string;
  symbols: string;
}

/** Everything that the two files say. */
export type Settings = z.infer<typeof exchangesSchema> & z.infer<typeof symbolsSchema>;

/** A file that cannot be used; the message names the file, the place, what it takes and what was. */
export class SettingsError extends Error {
  override name = "SettingsError";
}

/**
 * Reads both files.
 *
 * @throws {SettingsError} For text that is no YAML, an unknown name (with the one that was probably
 * meant) or a value out of its range.
 */
export function parseSettings({ exchanges, symbols }: SettingsTexts): Settings {
  return {
    ...parseFile("exchanges.yaml", exchanges, exchangesSchema),
    ...parseFile("symbols.yaml", symbols, symbolsSchema),
  };
}

function parseFile<S extends z.ZodObject>(name: string, text: string, schema: S): z.infer<S> {
  let value: unknown;
  try {
    value = parse(text, { prettyErrors: true });
  } catch (error) {
    const was = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new SettingsError(`Cannot use ${name}: it must be YAML, was not (${was})`);
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  const place = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const known = listKeys(schema, issue.path);
    const meant = known.length > 0 ? ` Did you mean ${findNearest(key, known)}?` : "";
    throw new SettingsError(
      `Cannot use ${name}: ${place ? `${place}.` : ""}${key} is unknown.${meant}`,
    );
  }
  throw new SettingsError(
    `Cannot use ${name}: ${place || "the file"}: ${issue.message}, was ${
      JSON.stringify(getIn(value, issue.path.map(String))) ?? "nothing"
    }`,
  );
}

/** Names that an object of the schema may have at `path`. */
function listKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const part of path) {
    if (at instanceof z.ZodObject) at = at.shape[String(part)];
    else if (at instanceof z.ZodRecord) at = at.valueType;
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/**
 * Returns the value under a dotted name, such as `sources.binance.limitPerMinute`; undefined where
 * there is none.
 */
export function getSetting(settings: Settings, name: string): unknown {
  return getIn(settings, name.split("."));
}

function getIn(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}

/** Settings that follow their files. */
export interface SettingsWatch {
  /** What is in force. */
  get(): Settings;
  /** Why the newest files are not in force; null while they are. */
  refusal(): string | null;
  /** Calls back after each change; returns how to stop that. */
  onChange(listener: (settings: Settings, before: Settings) => void): () => void;
  /** Looks at the texts now, not only at the next round. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** How often the texts are looked at, ms of wall time. */
const LOOK_EVERY_MS = 2_000;

/**
 * Reads the settings and keeps them: `read` gives the texts anew, from files or from the store. What
 * cannot be used is refused with a line in the log, and what was in force stays.
 *
 * @throws {SettingsError} If the first texts cannot be used.
 */
export async function watchSettings({ read, clock, log }: {
  read(): Promise<SettingsTexts>;
  clock: Clock;
  log: Logger;
}): Promise<SettingsWatch> {
  /** What was judged last; null when it could not be read. */
  let texts: SettingsTexts | null = await read();
  let current = parseSettings(texts);
  let refusal: string | null = null;
  const listeners = new Set<(settings: Settings, before: Settings) => void>();
  const stopping = new AbortController();
  const refuse = (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason !== refusal) log.warn("settings were refused, the old ones stay", { reason });
    refusal = reason;
  };
  const reload = async () => {
    try {
      const next = await read();
      if (next.exchanges === texts?.exchanges && next.symbols === texts.symbols) return;
      texts = next;
      const before = current;
      current = parseSettings(next);
      refusal = null;
      log.info("settings were taken over");
      for (const listener of listeners) listener(current, before);
    } catch (error) {
      if (!(error instanceof SettingsError)) texts = null;
      refuse(error);
    }
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      await clock.wait(LOOK_EVERY_MS, stopping.signal);
      if (!stopping.signal.aborted) await reload();
    }
  };
  const running = run();
  return {
    get: () => current,
    refusal: () => refusal,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reload,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Reads the two files of a folder; without one, those that come along. */
export async function readSettingsFiles(
  folder: URL = new URL("./", import.meta.url),
): Promise<SettingsTexts> {
  const [exchanges, symbols] = await Promise.all([
    Deno.readTextFile(new URL("exchanges.yaml", folder)),
    Deno.readTextFile(new URL("symbols.yaml", folder)),
  ]);
  return { exchanges, symbols };
}
