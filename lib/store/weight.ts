/**
 * What stands at an index key: nothing but, where its index says so, one number of the record.
 * Bytes, as those are read and written without being encoded.
 *
 * @module
 */

/** Bytes of a weight. */
export const WEIGHT_BYTES = 8;

const none = new Uint8Array(0);

/** Returns the value of an index entry. */
export function packWeight(weight?: number): Uint8Array {
  if (weight === undefined) return none;
  const bytes = new Uint8Array(WEIGHT_BYTES);
  new DataView(bytes.buffer).setFloat64(0, weight);
  return bytes;
}

/** Returns the weight that stands at an index key; null where none does. */
export function unpackWeight(value: unknown): number | null {
  if (!(value instanceof Uint8Array) || value.byteLength !== WEIGHT_BYTES) return null;
  return new DataView(value.buffer, value.byteOffset).getFloat64(0);
}
