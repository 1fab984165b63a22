/**
 * The settings as an operator looks at them and puts them.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";

const textSchema = z.string().min(1).max(15_000);
const fileNames = ["exchanges", "symbols"] as const;
const originSchema = z.enum(["file", "store"]);

/** Texts to put: one file, or both; null takes the copy away, so that the file counts again. */
export const configChangeSchema = z.strictObject({
  exchanges: textSchema.nullable().optional().openapi({ example: "sources: …" }),
  symbols: textSchema.nullable().optional(),
}).refine((change) => fileNames.some((file) => change[file] !== undefined), {
  error: "exchanges, symbols or both are required",
}).openapi("ConfigChange");

/** One setting in force. */
export const settingValueSchema = z.object({
  /** Dotted, such as `sources.binance.limitPerMinute`. */
  name: z.string(),
  value: z.union([z.number(), z.boolean(), z.string(), z.array(z.string())]),
  /** `default` where neither file nor copy says anything of it. */
  origin: z.enum(["default", "file", "store"]),
}).openapi("SettingValue");

/** What is in force, and why the newest texts are not. */
export const configSchema = z.object({
  /** Texts in force. */
  texts: z.object({ exchanges: z.string(), symbols: z.string() }),
  /** Where each came from: the copy in the store goes before the file. */
  origins: z.object({ exchanges: originSchema, symbols: originSchema }),
  /** Which file was refused, where, what it takes and what was given; null while none is. */
  refusal: z.string().nullable(),
  /** When the copy was put, epoch ms; null where there is none. */
  putMs: z.number().nullable(),
  /** Everything that is in force, defaults filled in. */
  settings: z.record(z.string(), z.unknown()),
  /** The same one by one, each with where it came from. */
  values: z.array(settingValueSchema),
}).openapi("Config");

/** That texts can be used. */
export const configCheckSchema = z.object({ isUsable: z.literal(true) }).openapi("ConfigCheck");
