/**
 * Names that the settings may use for signals and their thresholds: what the detectors declare.
 *
 * @module
 */
import type { KnownNames } from "../settings.ts";
import { dexDetectors } from "../signals/dex/mod.ts";
import { detectors, sentimentShift, tvlAnomaly } from "../signals/mod.ts";
import type { Thresholds } from "../signals/types.ts";

/** A source as far as its names go. */
interface NamedSource {
  key: string;
  feeds?: readonly { name: string }[];
}

/** Returns the names that may be used while these are the sources. */
export function listKnownNames(sources: readonly NamedSource[]): KnownNames {
  return {
    sources: Object.fromEntries(
      sources.map(({ key, feeds = [] }) => [key, feeds.map(({ name }) => name)]),
    ),
    signals: listThresholds([...detectors, sentimentShift, tvlAnomaly]),
    dexSignals: listThresholds(dexDetectors),
  };
}

function listThresholds(all: readonly { type: string; defaults: Thresholds }[]) {
  return Object.fromEntries(all.map(({ type, defaults }) => [type, Object.keys(defaults)]));
}
