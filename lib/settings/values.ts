/**
 * Single settings by their dotted names, and where each came from.
 *
 * @module
 */
import { parse } from "yaml";
import {
  exchangesSchema,
  type Settings,
  type SettingsFile,
  settingsFiles,
  type SettingsTexts,
} from "./schema.ts";

/** Where a text came from: its file, or the copy in the store, which goes before it. */
export type SettingsOrigin = "file" | "store";

/** A setting in force. */
export interface SettingValue {
  /** Dotted. */
  name: string;
  value: number | boolean | string | string[];
  /** `default` where the text says nothing of it. */
  origin: SettingsOrigin | "default";
}

/**
 * Returns the value under a dotted name, such as `sources.binance.limitPerMinute`; undefined where
 * there is none.
 */
export function getSetting(settings: Settings, name: string): unknown {
  return getIn(settings, name.split("."));
}

/** Returns what stands at `path`; undefined where nothing does. */
export function getIn(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}

/** Lists every setting in force with where it came from, in the order of the files. */
export function listValues(
  settings: Settings,
  { texts, origins }: { texts: SettingsTexts; origins: Record<SettingsFile, SettingsOrigin> },
): SettingValue[] {
  const said = new Map<SettingsFile, unknown>();
  for (const file of Object.keys(settingsFiles) as SettingsFile[]) {
    said.set(file, parse(texts[file]));
  }
  return listLeaves(settings, []).map(({ path, value }) => {
    const file = Object.hasOwn(exchangesSchema.shape, path[0]!) ? "exchanges" : "symbols";
    const isSaid = getIn(said.get(file), path) !== undefined;
    return { name: path.join("."), value, origin: isSaid ? origins[file] : "default" };
  });
}

/** Everything that is no group of settings; a list is one setting. */
function listLeaves(value: Group | Leaf, path: string[]): { path: string[]; value: Leaf }[] {
  if (typeof value !== "object" || Array.isArray(value)) return [{ path, value }];
  return Object.entries(value).flatMap(([name, inner]) =>
    inner === undefined ? [] : listLeaves(inner, [...path, name])
  );
}

type Leaf = SettingValue["value"];
interface Group {
  readonly [name: string]: Group | Leaf | undefined;
}
