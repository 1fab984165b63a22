/**
 * Settings: limits, thresholds and retention from two YAML files, read again while we run.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { findNearest } from "./config.ts";
import type { Logger } from "./log.ts";
import { type KnownNames, readTexts, SettingsError } from "./settings/parse.ts";
import {
  type Settings,
  type SettingsFile,
  settingsFiles,
  type SettingsTexts,
} from "./settings/schema.ts";
import type { SettingsOrigin } from "./settings/values.ts";

export { type KnownNames, SettingsError };
export * from "./settings/values.ts";
export { type Settings, type SettingsFile, settingsFiles, type SettingsTexts };

/**
 * Reads both files. With `known`, names of sources, feeds, signals and thresholds must be among
 * them; sources that begin with `news_` are named after their host, and always taken.
 *
 * @throws {SettingsError} For text that is no YAML, an unknown name (with the one that was probably
 * meant) or a value out of its range.
 */
export function parseSettings(texts: SettingsTexts, known: KnownNames | null = null): Settings {
  return readTexts(texts, { known, findNearest });
}

/** What was read: the texts, and which of them the store gave. */
export interface SettingsReading {
  texts: SettingsTexts;
  /** Absent where all are files. */
  origins?: Record<SettingsFile, SettingsOrigin>;
  /** The files' own texts, for a start with a copy that cannot be used. */
  files?: SettingsTexts;
}

/** Settings that follow their files. */
export interface SettingsWatch {
  /** What is in force. */
  get(): Settings;
  /** The texts in force, and where they came from. */
  inForce(): { texts: SettingsTexts; origins: Record<SettingsFile, SettingsOrigin> };
  /** Why the newest files are not in force; null while they are. */
  refusal(): string | null;
  /** Judges texts as `reload` would. @throws {SettingsError} If they cannot be used. */
  check(texts: SettingsTexts): Settings;
  /** Calls back after each change; returns how to stop that. */
  onChange(listener: (settings: Settings, before: Settings) => void): () => void;
  /** Looks at the texts now, not only at the next round. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** What a watch is made of. */
export interface SettingsWatchOptions {
  /** Gives the texts anew, from files, from the store or from both. */
  read(): Promise<SettingsTexts | SettingsReading>;
  /** Names that may be used; without it any. */
  known?: KnownNames;
  clock: Clock;
  log: Logger;
}

/** How often the texts are looked at, ms of wall time. */
const LOOK_EVERY_MS = 2_000;
const allFiles: Record<SettingsFile, SettingsOrigin> = { exchanges: "file", symbols: "file" };

/**
 * Reads the settings and keeps them. What cannot be used is refused as a whole with a line in the
 * log, and what was in force stays. A copy in the store that cannot be used does not hold up a
 * start: the files are in force then.
 *
 * @throws {SettingsError} If the first texts of the files cannot be used.
 */
export async function watchSettings(options: SettingsWatchOptions): Promise<SettingsWatch> {
  const watch = new Watch(options);
  await watch.start();
  return {
    get: () => watch.current,
    inForce: () => ({ texts: { ...watch.texts }, origins: { ...watch.origins } }),
    refusal: () => watch.refusal,
    check: (texts) => parseSettings(texts, options.known ?? null),
    onChange: (listener) => watch.onChange(listener),
    reload: () => watch.reload(),
    stop: () => watch.stop(),
  };
}

type Listener = (settings: Settings, before: Settings) => void;

class Watch {
  current!: Settings;
  texts!: SettingsTexts;
  origins: Record<SettingsFile, SettingsOrigin> = allFiles;
  refusal: string | null = null;
  /** What was judged last; null when it could not be read. */
  #judged: SettingsTexts | null = null;
  readonly #options: SettingsWatchOptions;
  readonly #listeners = new Set<Listener>();
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #reloading: Promise<void> = Promise.resolve();

  constructor(options: SettingsWatchOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const reading = await this.#read();
    try {
      this.#takeOver(reading);
    } catch (error) {
      if (!reading.files) throw error;
      this.#takeOver({ texts: reading.files });
      this.#refuse(error);
    }
    this.#judged = reading.texts;
    this.#running = this.#run();
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One after the other, so that an older reading never follows a newer one. */
  reload(): Promise<void> {
    return this.#reloading = this.#reloading.then(() => this.#reloadOnce());
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#options.clock.wait(LOOK_EVERY_MS, signal);
      if (!signal.aborted) await this.reload();
    }
  }

  async #read(): Promise<SettingsReading> {
    const read = await this.#options.read();
    return "texts" in read ? read : { texts: read };
  }

  async #reloadOnce(): Promise<void> {
    try {
      const reading = await this.#read();
      if (isSame(reading.texts, this.#judged)) {
        if (this.refusal === null) this.origins = reading.origins ?? allFiles;
        return;
      }
      this.#judged = reading.texts;
      const before = this.current;
      this.#takeOver(reading);
      this.refusal = null;
      this.#options.log.info("settings were taken over", { ...this.origins });
      for (const listener of this.#listeners) this.#tell(listener, before);
    } catch (error) {
      if (!(error instanceof SettingsError)) this.#judged = null;
      this.#refuse(error);
    }
  }

  /** @throws {SettingsError} If the texts cannot be used; nothing has changed then. */
  #takeOver({ texts, origins = allFiles }: SettingsReading): void {
    this.current = parseSettings(texts, this.#options.known ?? null);
    this.texts = texts;
    this.origins = origins;
  }

  /** Whoever cannot follow a change must not keep the others from it. */
  #tell(listener: Listener, before: Settings): void {
    try {
      listener(this.current, before);
    } catch (error) {
      this.#options.log.error("a change of the settings was not followed", {
        error: String(error),
      });
    }
  }

  #refuse(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason !== this.refusal) {
      this.#options.log.warn("settings were refused, the old ones stay", { reason });
    }
    this.refusal = reason;
  }
}

const isSame = (a: SettingsTexts, b: SettingsTexts | null) =>
  a.exchanges === b?.exchanges && a.symbols === b.symbols;

/** Reads the two files of a folder; without one, those that come along. */
export async function readSettingsFiles(
  folder: URL = new URL("./", import.meta.url),
): Promise<SettingsTexts> {
  const [exchanges, symbols] = await Promise.all([
    Deno.readTextFile(new URL(settingsFiles.exchanges, folder)),
    Deno.readTextFile(new URL(settingsFiles.symbols, folder)),
  ]);
  return { exchanges, symbols };
}
