/**
 * The copy of the settings in the store: read before the files, watched, and put by an operator.
 *
 * @module
 */
import type { ConfigDesk, ConfigView } from "../api/mod.ts";
import type { Logger } from "../log.ts";
import {
  listValues,
  type SettingsFile,
  type SettingsReading,
  type SettingsTexts,
  type SettingsWatch,
  type SettingValue,
} from "../settings.ts";
import type { KeptTexts, Store } from "../store/mod.ts";

/** Name of the copy among the shared values of the store. */
const COPY = "config";
/** The copy is read again after this, should a notice have been missed, ms of wall time. */
const READ_AGAIN_MS = 30_000;

/** What lies in the store; a file that is absent counts itself. */
interface StoredCopy {
  exchanges?: string;
  symbols?: string;
  /** Wall time, epoch ms. */
  putMs: number;
}

/** Where the copy lies. */
type CopyStore = Pick<Store, "getSetting" | "putSetting">;

/** Reads files and copy together. */
export interface ConfigReader {
  read(): Promise<SettingsReading>;
  /** The next `read` looks at the store, however lately it did. */
  expectChange(): void;
  readCopy(): Promise<StoredCopy | null>;
  readFiles(): Promise<SettingsTexts>;
}

/**
 * Returns a reader that puts what the store has before the files. Files that cannot be read do not
 * matter while the store has both.
 */
export function createConfigReader({ store, readFiles, now }: {
  store: CopyStore;
  readFiles(): Promise<SettingsTexts>;
  now(): number;
}): ConfigReader {
  let copy: StoredCopy | null = null;
  let readMs = -Infinity;
  const readCopy = async () => {
    const at = now();
    if (at < readMs || at - readMs >= READ_AGAIN_MS) {
      copy = await store.getSetting<StoredCopy>(COPY);
      readMs = at;
    }
    return copy;
  };
  return {
    readCopy,
    readFiles,
    expectChange: () => readMs = -Infinity,
    async read() {
      const { exchanges, symbols } = await readCopy() ?? {};
      if (exchanges !== undefined && symbols !== undefined) {
        const files = await readFiles().catch(() => null);
        const origins = { exchanges: "store", symbols: "store" } as const;
        return { texts: { exchanges, symbols }, origins, ...(files && { files }) };
      }
      const files = await readFiles();
      return {
        texts: { exchanges: exchanges ?? files.exchanges, symbols: symbols ?? files.symbols },
        origins: {
          exchanges: exchanges === undefined ? "file" : "store",
          symbols: symbols === undefined ? "file" : "store",
        },
        files,
      };
    },
  };
}

/** What the desk works on. */
interface DeskParts {
  settings: SettingsWatch;
  reader: ConfigReader;
  store: CopyStore;
  /** Tells every process that shares the store. */
  kept: Pick<KeptTexts, "drop">;
  now(): number;
  log: Logger;
}

/** Changes of one put that the log names one by one. */
const CHANGES_TOLD_MAX = 50;

/** Returns where an operator looks at the settings and puts them. */
export function createConfigDesk(parts: DeskParts): ConfigDesk {
  const { settings } = parts;
  const describe = async (): Promise<ConfigView> => {
    const { texts, origins } = settings.inForce();
    const copy = await parts.reader.readCopy();
    return {
      texts,
      origins,
      refusal: settings.refusal(),
      putMs: copy?.putMs ?? null,
      settings: settings.get(),
      values: listInForce(settings),
    };
  };
  return {
    describe,
    async check(change) {
      settings.check(await merge(parts, change));
    },
    async put(change) {
      settings.check(await merge(parts, change));
      const before = listInForce(settings);
      await keepCopy(parts, change);
      await settings.reload();
      logPut(parts.log, change, listChanges(before, listInForce(settings)));
      return await describe();
    },
  };
}

function listInForce(settings: SettingsWatch): SettingValue[] {
  return listValues(settings.get(), settings.inForce());
}

/** What came out of a put, by name: what was, and what is. */
function listChanges(before: readonly SettingValue[], after: readonly SettingValue[]): string[] {
  const show = (all: readonly SettingValue[]) =>
    new Map(all.map(({ name, value }) => [name, JSON.stringify(value)]));
  const [was, is] = [show(before), show(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => was.get(name) !== is.get(name))
    .map((name) => `${name}: ${was.get(name) ?? "none"} to ${is.get(name) ?? "none"}`);
}

/** Who asks later what was changed, and when, finds it in the log. */
function logPut(log: Logger, change: Change, changes: readonly string[]): void {
  log.info("an operator put settings", {
    files: Object.entries(change).map(([file, text]) =>
      text === null ? `${file} (taken away)` : file
    )
      .join(", "),
    changes: changes.slice(0, CHANGES_TOLD_MAX).join("; "),
    count: changes.length,
  });
}

type Change = Partial<Record<SettingsFile, string | null | undefined>>;

/** The texts as they would be with a change: null takes a copy away, so that its file counts. */
async function merge({ reader }: DeskParts, change: Change): Promise<SettingsTexts> {
  reader.expectChange();
  const { texts } = await reader.read();
  const isFileNeeded = change.exchanges === null || change.symbols === null;
  const files = isFileNeeded ? await reader.readFiles() : texts;
  const choose = (file: SettingsFile) => {
    const given = change[file];
    return given === null ? files[file] : given ?? texts[file];
  };
  return { exchanges: choose("exchanges"), symbols: choose("symbols") };
}

async function keepCopy({ reader, store, kept, now }: DeskParts, change: Change): Promise<void> {
  const { putMs: _before, ...copies } = await reader.readCopy() ?? { putMs: 0 };
  const next = Object.fromEntries(
    Object.entries({ ...copies, ...change }).filter(([, text]) => typeof text === "string"),
  );
  const isEmpty = Object.keys(next).length === 0;
  await store.putSetting(COPY, isEmpty ? null : { ...next, putMs: now() });
  reader.expectChange();
  await kept.drop({ family: COPY, name: COPY, by: COPY });
}

/** Takes over what another process put as soon as the store tells of it, until aborted. */
export async function watchConfig({ kept, reader, settings, log, signal }: {
  kept: Pick<KeptTexts, "watch">;
  reader: Pick<ConfigReader, "expectChange">;
  settings: Pick<SettingsWatch, "reload">;
  log: Logger;
  signal: AbortSignal;
}): Promise<void> {
  try {
    await kept.watch(({ family }) => {
      if (family !== COPY) return;
      reader.expectChange();
      void settings.reload();
    }, signal);
  } catch (error) {
    // It is read every half a minute all the same.
    log.warn("the copy of the settings is not watched", { error: String(error) });
  }
}
