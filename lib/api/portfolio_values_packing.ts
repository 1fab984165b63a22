/**
 * Activities of a portfolio as bytes, column by column: a hundredth of the reads of their records.
 *
 * Layout: length of the head (uint32, little endian), head (JSON), texts of each column joined by
 * line ends, in UTF-8, with a byte for each activity behind them where few texts are repeated, then
 * the times as float64.
 *
 * @module
 */
import type { ActivityRecord } from "../contracts/owned.ts";

/** Number of this layout; another one is not read. */
export const packingFormat = 2;

/** Texts of an activity. Its portfolio and person are the same for all. */
const columnNames = [
  "id",
  "type",
  "symbol",
  "exchange",
  "quantity",
  "price",
  "currency",
  "fee",
  "feeCurrency",
  "note",
  "importId",
  "reference",
  "importKey",
] as const;
type ColumnName = (typeof columnNames)[number];
/** With the time, the portfolio and the person; few have the last column. */
const fieldCount = columnNames.length + 2;
/** Different texts that a byte tells apart. */
const textsOfByte = 256;
const separator = "\n";

/** Whose activities they are. */
export interface PackedOwner {
  portfolioId: string;
  userId: string;
}

interface Head {
  count: number;
  /** Bytes of the texts of each column, and whether a byte for each activity follows. */
  columns: { textBytes: number; isCoded: boolean }[];
}

/** Returns activities as bytes; null where these could not be told from others afterwards. */
export function packActivities(
  activities: readonly ActivityRecord[],
  owner: PackedOwner,
): Uint8Array | null {
  if (!activities.every((activity) => isPlain(activity, owner))) return null;
  const head: Head = { count: activities.length, columns: [] };
  const parts: Uint8Array[] = [];
  for (const name of columnNames) {
    const texts = activities.map((activity) => readText(activity, name));
    const packed = packTexts(texts);
    if (!packed) return null;
    head.columns.push({ textBytes: packed[0]!.byteLength, isCoded: packed.length > 1 });
    parts.push(...packed);
  }
  const times = Float64Array.from(activities, ({ timestamp }) => timestamp);
  const headBytes = new TextEncoder().encode(JSON.stringify(head));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, headBytes.byteLength, true);
  return joinBytes([length, headBytes, ...parts, new Uint8Array(times.buffer)]);
}

/** Returns the activities of bytes. @throws {RangeError} For bytes that are not of this layout. */
export function unpackActivities(bytes: Uint8Array, owner: PackedOwner): ActivityRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 4 + view.getUint32(0, true);
  const head: Head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, offset)));
  const columns = columnNames.map((_, i) => {
    const { textBytes, isCoded } = head.columns[i]!;
    const texts = new TextDecoder("utf-8", { ignoreBOM: true })
      .decode(bytes.subarray(offset, offset += textBytes)).split(separator);
    if (!isCoded) return texts;
    const codes = bytes.subarray(offset, offset += head.count);
    return { texts, codes };
  });
  if (bytes.byteLength !== offset + 8 * head.count) {
    throw new RangeError(`Cannot unpack ${head.count} activities of ${bytes.byteLength} bytes`);
  }
  const times = new Float64Array(bytes.slice(offset).buffer);
  const [ids, types, symbols, exchanges, quantities, prices, currencies, ...others] = columns.map(
    (column) => Array.isArray(column) ? column : decode(column),
  ) as unknown as Columns<typeof columnNames>;
  const [fees, feeCurrencies, notes, imports, references, importKeys] = others;
  const { portfolioId, userId } = owner;
  const activities: ActivityRecord[] = [];
  // Counted, as this is done fifty thousand times while somebody waits.
  for (let i = 0; i < head.count; i++) {
    const activity: ActivityRecord = {
      id: ids[i]!,
      portfolioId,
      userId,
      type: types[i] as ActivityRecord["type"],
      symbol: symbols[i]!,
      exchange: exchanges[i]!,
      quantity: quantities[i]!,
      price: prices[i]!,
      currency: currencies[i]!,
      fee: fees[i]!,
      feeCurrency: feeCurrencies[i]!,
      timestamp: times[i]!,
      note: notes[i]!,
      importId: imports[i] === "" ? null : imports[i]!.slice(1),
      reference: references[i]!,
    };
    if (importKeys[i] !== "") activity.importKey = importKeys[i]!.slice(1);
    activities.push(activity);
  }
  return activities;
}

/** The texts of each column, in the order of `columnNames`. */
type Columns<Names extends readonly string[]> = { [Name in keyof Names]: string[] };

/** Returns the text of each code. */
function decode({ texts, codes }: { texts: string[]; codes: Uint8Array }): string[] {
  const decoded: string[] = [];
  for (let i = 0; i < codes.length; i++) decoded.push(texts[codes[i]!]!);
  return decoded;
}

/** Says whether an activity has these fields and no other, as those of other releases may not. */
function isPlain(activity: ActivityRecord, { portfolioId, userId }: PackedOwner): boolean {
  return activity.portfolioId === portfolioId && activity.userId === userId &&
    Object.keys(activity).length === fieldCount + ("importKey" in activity ? 1 : 0) &&
    typeof activity.timestamp === "number" &&
    columnNames.every((name) =>
      typeof activity[name] === "string" || (name === "importId" && activity[name] === null) ||
      (name === "importKey" && !("importKey" in activity))
    );
}

/** Returns a field as text; one that there may be none of begins with a mark. */
function readText(activity: ActivityRecord, name: ColumnName): string {
  if (name !== "importId" && name !== "importKey") return activity[name];
  const text = activity[name] ?? null;
  return text === null ? "" : `=${text}`;
}

/** Returns texts as bytes, and codes where few are repeated; null where they would not come back. */
function packTexts(texts: readonly string[]): Uint8Array[] | null {
  const codes = new Map<string, number>();
  for (const text of texts) {
    if (!codes.has(text)) codes.set(text, codes.size);
    if (codes.size > textsOfByte) break;
  }
  const isCoded = codes.size <= textsOfByte;
  const stored = isCoded ? [...codes.keys()] : texts;
  const joined = stored.join(separator);
  const isSafe = joined.isWellFormed() && stored.every((text) => !text.includes(separator));
  if (!isSafe) return null;
  const bytes = new TextEncoder().encode(joined);
  return isCoded ? [bytes, Uint8Array.from(texts, (text) => codes.get(text)!)] : [bytes];
}

/** Returns bytes one behind the other. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  return joined;
}
