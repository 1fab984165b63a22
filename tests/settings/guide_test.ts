/** The guide tells every setting that the schema takes, with its range and default. */
import { deepEqual, ok } from "node:assert/strict";
import { z } from "zod";
import { exchangesSchema, symbolsSchema } from "../../lib/settings/schema.ts";
import { dexDetectors } from "../../lib/signals/dex/mod.ts";
import { detectors, sentimentShift, tvlAnomaly } from "../../lib/signals/mod.ts";
import { root } from "../support/source_files.ts";

/** What a JSON schema says of one setting. */
interface Place {
  type?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  maxItems?: number;
  enum?: string[];
  default?: unknown;
  properties?: Record<string, Place>;
  additionalProperties?: Place | false;
}

/** What the guide calls names that are chosen freely, by what they stand in. */
const freeNames: Record<string, string> = {
  sources: "NAME",
  cadenceSeconds: "FEED",
  signals: "TYPE",
  dexSignals: "TYPE",
};

function listPlaces(place: Place, path: string[] = []): { name: string; place: Place }[] {
  if (place.type !== "object") return [{ name: path.join("."), place }];
  const named = Object.entries(place.properties ?? {});
  const free = place.additionalProperties;
  const all = free ? [...named, [freeNames[path.at(-1)!] ?? "THRESHOLD", free] as const] : named;
  return all.flatMap(([name, inner]) => listPlaces(inner, [...path, name]));
}

const places = [exchangesSchema, symbolsSchema].flatMap((schema) =>
  listPlaces(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Place)
);

const guide = Deno.readTextFileSync(`${root}static/guides/settings.md`);
/** Rows of the guide's tables by their first cell: unit, range, default, and what is said of it. */
const rows = new Map(
  guide.split("\n").filter((line) => line.startsWith("| `")).map((line) => {
    const [name, ...cells] = line.split("|").slice(1, -1).map((cell) => cell.trim());
    return [name!.replaceAll("`", ""), cells];
  }),
);

const show = (value: number) => value.toLocaleString("en-US", { maximumFractionDigits: 3 });

function describeRange(place: Place): string {
  const { type, minimum, exclusiveMinimum, maximum, maxItems } = place;
  if (place.enum) return place.enum.join(", ");
  if (type === "boolean") return "true, false";
  if (type === "array") return `up to ${maxItems}`;
  const least = minimum === undefined ? `above ${show(exclusiveMinimum!)}` : show(minimum);
  return `${least} to ${show(maximum!)}`;
}

function describeDefault(value: unknown): string {
  if (typeof value === "number") return show(value);
  if (Array.isArray(value)) return value.join(", ") || "none";
  return String(value);
}

const units: [RegExp, RegExp][] = [
  [/Seconds(Max)?$|Seconds\./, /^s$/],
  [/^retentionDays/, /^days$/],
  [/Percent$/, /^%$/],
  [/[sS]hare/, /^part$/],
  [/Trades$/, /^trades$/],
];

Deno.test("every setting that the schema takes is in the guide, with its range", () => {
  ok(places.length > 45, `found ${places.length}`);
  deepEqual(
    places.map(({ name }) => [name, rows.get(name)?.[1]]),
    places.map(({ name, place }) => [name, describeRange(place)]),
  );
});

Deno.test("every default in the guide is the schema's", () => {
  const given = places.filter(({ place }) => place.default !== undefined);
  ok(given.length > 35, `found ${given.length}`);
  deepEqual(
    given.map(({ name }) => [name, rows.get(name)?.[2]]),
    given.map(({ name, place }) => [name, describeDefault(place.default)]),
  );
});

Deno.test("every setting has its unit, its meaning, and when a change is in force", () => {
  const bare = places.filter(({ name }) => {
    const [unit = "", , , meaning = "", inForce = ""] = rows.get(name) ?? [];
    const fits = units.find(([names]) => names.test(name))?.[1] ?? /./;
    return !fits.test(unit) || meaning.length < 8 || inForce.length < 4;
  });
  deepEqual(bare.map(({ name }) => name), []);
});

/** Thresholds as detectors declare them, by their dotted names. */
const thresholds = new Map(
  [
    ["signals", [...detectors, sentimentShift, tvlAnomaly]] as const,
    ["dexSignals", dexDetectors] as const,
  ]
    .flatMap(([group, all]) =>
      all.flatMap(({ type, defaults }) =>
        Object.entries(defaults).map(([name, value]): [string, string] => [
          `${group}.${type}.${name}`,
          show(value),
        ])
      )
    ),
);

Deno.test("every threshold of a detector is in the guide, with its default", () => {
  ok(thresholds.size > 10, `found ${thresholds.size}`);
  deepEqual([...thresholds.keys()].map((name) => [name, rows.get(name)?.[1]]), [...thresholds]);
});

Deno.test("the guide names no setting that is not there", () => {
  const known = new Set([...places.map(({ name }) => name), ...thresholds.keys()]);
  const told = [...rows.keys()].filter((name) => /^[a-z]\w+\.|^newsFeeds/.test(name));
  deepEqual(told.filter((name) => !known.has(name)), []);
});

Deno.test("nothing waits for a start", () => {
  const late = [...rows].filter(([name, cells]) =>
    places.some((place) => place.name === name) && /start/.test(cells.at(-1)!)
  );
  deepEqual(late.map(([name]) => name), []);
});
