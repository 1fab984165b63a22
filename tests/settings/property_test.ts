/** Whatever fits is taken as it was written; whatever does not is refused by its dotted name. */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { z } from "zod";
import {
  getSetting,
  listValues,
  parseSettings,
  SettingsError,
  settingsFiles,
} from "../../lib/settings.ts";
import { exchangesSchema, symbolsSchema } from "../../lib/settings/schema.ts";
import { findFile, setValue, shippedTexts } from "../support/settings.ts";

/** What a JSON schema says of one setting. */
interface Place {
  type?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  properties?: Record<string, Place>;
  additionalProperties?: Place | false;
}

/** Every setting that is a number, by its path; free names are given one. */
function listNumbers(place: Place, path: string[] = []): { path: string[]; place: Place }[] {
  if (place.type === "number" || place.type === "integer") return [{ path, place }];
  const named = Object.entries(place.properties ?? {});
  const free = place.additionalProperties;
  const all = free ? [...named, ["one", free] as [string, Place]] : named;
  return all.flatMap(([name, inner]) => listNumbers(inner, [...path, name]));
}
const describe = (schema: z.ZodType) =>
  listNumbers(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Place);
const numbers = [...describe(exchangesSchema), ...describe(symbolsSchema)];

/** Settings of which one may be too large or small for another. */
const bound = /timeoutSeconds|Trades$|^retentionDays/;
const alone = numbers.filter(({ path }) => !bound.test(path.join(".")));

const aValue = ({ type, minimum, maximum = 1e15, exclusiveMinimum = 0 }: Place) =>
  type === "integer"
    ? fc.integer({ min: minimum ?? exclusiveMinimum + 1, max: Math.min(maximum, 1e12) })
    : fc.double({ min: minimum ?? 1e-6, max: maximum, noNaN: true });

const aChange = fc.constantFrom(...alone).chain(({ path, place }) =>
  aValue(place).map((value) => ({ path, value }))
);
const anError = fc.constantFrom(...numbers).chain(({ path, place }) =>
  fc.oneof(
    fc.constantFrom("many", true, [1], { a: 1 }, -1e18, 1e18, NaN, Infinity, "", "0x"),
    fc.double({ min: (place.maximum ?? 1e15) * 1.001, max: 1e30, noNaN: true }),
    fc.double({ max: (place.minimum ?? 0) - 0.01, min: -1e30, noNaN: true }),
    ...(place.type === "integer" ? [fc.constant((place.minimum ?? 1) + 0.5)] : []),
  ).map((value) => ({ path, value }))
);
/** Where a free name stands, one that the schema requires something beside. */
const prepare = (path: readonly string[]) =>
  path[0] === "sources" && path[2] !== "limitPerMinute"
    ? setValue(shippedTexts, ["sources", "one", "limitPerMinute"], 1)
    : shippedTexts;

Deno.test("the schema bounds every number from both sides", () => {
  ok(numbers.length > 40, `found ${numbers.length}`);
  const open = numbers.filter(({ place }) =>
    (place.minimum ?? place.exclusiveMinimum) === undefined || place.maximum === undefined
  );
  deepEqual(open.map(({ path }) => path.join(".")), []);
});

Deno.test("whatever fits is in force as it was written, and nothing else changes", () =>
  fc.assert(
    fc.property(fc.array(aChange, { minLength: 1, maxLength: 6 }), (changes) => {
      let texts = setValue(shippedTexts, ["sources", "one", "limitPerMinute"], 1);
      for (const { path, value } of changes) texts = setValue(texts, path, value);
      const settings = parseSettings(texts);
      const last = new Map(changes.map(({ path, value }) => [path.join("."), value]));
      for (const [name, value] of last) equal(getSetting(settings, name), value);
      const before = parseSettings(shippedTexts);
      for (const { name, value } of listNames(before)) {
        if (!last.has(name)) deepEqual(getSetting(settings, name), value, name);
      }
    }),
    { numRuns: 150 },
  ));

const listNames = (settings: ReturnType<typeof parseSettings>) =>
  listValues(settings, {
    texts: shippedTexts,
    origins: { exchanges: "file", symbols: "file" },
  });

Deno.test("settings that are written out again are read as the same", () =>
  fc.assert(
    fc.property(fc.array(aChange, { maxLength: 6 }), (changes) => {
      let texts = setValue(shippedTexts, ["sources", "one", "limitPerMinute"], 1);
      for (const { path, value } of changes) texts = setValue(texts, path, value);
      const settings = parseSettings(texts);
      const part = (schema: z.ZodObject) =>
        stringify(
          Object.fromEntries(
            Object.keys(schema.shape).map((name) => [name, getSetting(settings, name)]),
          ),
        );
      const again = { exchanges: part(exchangesSchema), symbols: part(symbolsSchema) };
      deepEqual(parseSettings(again), settings);
    }),
    { numRuns: 100 },
  ));

Deno.test("whatever does not fit is refused with file, line, dotted name and what was given", () =>
  fc.assert(
    fc.property(anError, ({ path, value }) => {
      const texts = setValue(prepare(path), path, value);
      throws(() => parseSettings(texts), (error) => {
        ok(error instanceof SettingsError);
        equal(error.file, findFile(path));
        ok(error.message.includes(settingsFiles[error.file]), error.message);
        ok(error.message.includes(`: ${path.join(".")}`), error.message);
        match(error.message, /\(line \d+, column \d+\): .+(, was .+| is unknown)/s);
        return true;
      });
    }),
    { numRuns: 300 },
  ));

Deno.test("a misspelt name is refused at its own line, with the one that was meant", () =>
  fc.assert(
    fc.property(
      fc.constantFrom(...numbers.filter(({ path }) => !path.includes("one"))),
      fc.constantFrom("x", "_", "1"),
      ({ path }, letter) => {
        const name = path.at(-1)!;
        const wrong = [...path.slice(0, -1), name + letter];
        const texts = setValue(shippedTexts, wrong, 1);
        const line = texts[findFile(path)].split("\n")
          .findIndex((text) => text.trim().startsWith(`${name}${letter}:`)) + 1;
        throws(() => parseSettings(texts), (error) => {
          const { message } = error as SettingsError;
          ok(message.includes(`(line ${line}, column `), message);
          ok(message.includes(`${wrong.join(".")} is unknown. Did you mean ${name}?`), message);
          return true;
        });
      },
    ),
    { numRuns: 60 },
  ));

Deno.test("no text at all makes more of a mess than a refusal", () =>
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.boolean(), (text, isFirst) => {
      const texts = isFirst
        ? { ...shippedTexts, exchanges: text }
        : { ...shippedTexts, symbols: text };
      try {
        parseSettings(texts);
      } catch (error) {
        ok(error instanceof SettingsError, String(error));
        equal(error.file, isFirst ? "exchanges" : "symbols");
      }
    }),
    { numRuns: 300 },
  ));

Deno.test("files that say nothing leave every default in force", () => {
  const settings = parseSettings({ exchanges: "sources: {}", symbols: "{}" });
  const shipped = parseSettings(shippedTexts);
  const { sources: _ours, ...rest } = settings;
  for (const [name, value] of Object.entries(rest)) {
    if (/ignals$/.test(name)) continue; // detectors have their own
    deepEqual(value, getSetting(shipped, name), name);
  }
});
