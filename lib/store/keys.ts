/**
 * Where everything lies in the key space; every key of the store is built here.
 *
 * @module
 */
import type { SeriesKey } from "./types.ts";

/** Key of the number of the schema. */
export const schemaKey: Deno.KvKey = ["schema"];
/** Prefix of all worlds. */
export const worldsPrefix: Deno.KvKey = ["world"];
/** Prefix of the names of known worlds. */
export const worldNamesPrefix: Deno.KvKey = ["worlds"];
/** Prefix of the leases. */
export const leasesPrefix: Deno.KvKey = ["lease"];
/** Prefix of shared small values. */
export const settingsPrefix: Deno.KvKey = ["setting"];
/** Prefix of the quotas of sources. */
export const quotasPrefix: Deno.KvKey = ["quota"];
/** Key of the token bucket of a client; a client has one over all worlds. */
export const getBucketKey = (client: string): Deno.KvKey => ["bucket", client];
/** Prefix of the sums of visits by day. */
export const visitDaysPrefix: Deno.KvKey = ["visits", "day"];
/** Key of what one counter came to on a day. */
export const getVisitDayKey = (day: string, counter: string): Deno.KvKey => [
  ...visitDaysPrefix,
  day,
  counter,
];
/** Key of the mark that a report of visits was added. */
export const getVisitReportKey = (id: string): Deno.KvKey => ["visits", "report", id];
/** Prefix of queued work. */
export const jobsPrefix: Deno.KvKey = ["job"];

/** Prefix of how far a migration to `version` has come. */
export const getMigrationPrefix = (version: number): Deno.KvKey => ["migration", version];
/** Key of how far the migration to `version` has come in one collection of a world. */
export const getMigrationKey = (
  version: number,
  world: string,
  collection: string,
): Deno.KvKey => [...getMigrationPrefix(version), world, collection];

/** Key of the mark that a world exists. */
export const getWorldNameKey = (world: string): Deno.KvKey => [...worldNamesPrefix, world];
/** Prefix of everything of one world. */
export const getWorldPrefix = (world: string): Deno.KvKey => [...worldsPrefix, world];

const getSeriesPrefix = (world: string, part: string, series: SeriesKey): Deno.KvKey => [
  ...worldsPrefix,
  world,
  part,
  series.symbol,
  series.timeframe,
];

/** Prefix of the kept answers of one family. */
export const getKeptPrefix = (world: string, family: string): Deno.KvKey => [
  ...worldsPrefix,
  world,
  "kept",
  family,
];
/** Key that says what was dropped from the kept answers last. */
export const getKeptNoticeKey = (world: string): Deno.KvKey => [...worldsPrefix, world, "dropped"];
/** Prefix of the extents of all series of a world. */
export const getMetaPrefix = (world: string): Deno.KvKey => [...worldsPrefix, world, "meta"];
/** Key of the extent, revision and hot block of a series. */
export const getMetaKey = (world: string, series: SeriesKey): Deno.KvKey =>
  getSeriesPrefix(world, "meta", series);
/** Key of the short block that gathers the newest bars of a series. */
export const getShortBlockKey = (world: string, series: SeriesKey): Deno.KvKey =>
  getSeriesPrefix(world, "short", series);
/** Key of the long block number `block` of a series. */
export const getLongBlockKey = (world: string, series: SeriesKey, block: number): Deno.KvKey => [
  ...getSeriesPrefix(world, "long", series),
  block,
];
/** Key of the running bar of a series. */
export const getLiveBarKey = (world: string, series: SeriesKey): Deno.KvKey =>
  getSeriesPrefix(world, "live", series);

/** Key of a record. */
export const getRecordKey = (world: string, collection: string, id: string): Deno.KvKey => [
  ...worldsPrefix,
  world,
  "record",
  collection,
  id,
];
/** Prefix of all records of a collection. */
export const getRecordPrefix = (world: string, collection: string): Deno.KvKey => [
  ...worldsPrefix,
  world,
  "record",
  collection,
];
/** Prefix of the sums of one tally of a collection. */
export const getTallyPrefix = (world: string, collection: string, tally: string): Deno.KvKey => [
  ...worldsPrefix,
  world,
  "tally",
  collection,
  tally,
];
/** Prefix of one index of a collection. */
export const getIndexPrefix = (world: string, collection: string, index: string): Deno.KvKey => [
  ...worldsPrefix,
  world,
  "index",
  collection,
  index,
];
/** Key of the number of records of a collection. */
export const getCountKey = (world: string, collection: string): Deno.KvKey => [
  ...worldsPrefix,
  world,
  "count",
  collection,
];
/** Key of a named value of a world. */
export const getStateKey = (world: string, name: string): Deno.KvKey => [
  ...worldsPrefix,
  world,
  "state",
  name,
];
/** What belongs to people lies like a world of this name, which no list of worlds tells. */
export const ownedPlace = "people";
