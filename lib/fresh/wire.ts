/**
 * How island props travel from the server to the browser: devalue with signals, slots and views.
 *
 * @module
 */

import { Signal } from "@preact/signals";
import { DevalueError, stringify } from "devalue";

type TypedArray = Uint8Array | Float64Array | Int32Array;

/** Whether the signal is computed from others, thus has no setter. */
export function isComputed(value: Signal): boolean {
  for (
    let proto: object | null = Object.getPrototypeOf(value);
    proto !== null;
    proto = Object.getPrototypeOf(proto)
  ) {
    const property = Object.getOwnPropertyDescriptor(proto, "value");
    if (property !== undefined) return property.set === undefined;
  }
  return false;
}

/**
 * Returns the value as text for one page. `slotOf` names the slot that stands for a piece of JSX.
 * Throws a `TypeError` that names the path of a value that cannot travel.
 */
export function serialize(value: unknown, slotOf: (value: unknown) => number | undefined): string {
  try {
    return stringify(value, {
      C: (thing: unknown) => thing instanceof Signal && isComputed(thing) && [thing.peek()],
      S: (thing: unknown) => thing instanceof Signal && [thing.peek()],
      J: (thing: unknown) => {
        const slot = slotOf(thing);
        return slot !== undefined && [slot];
      },
      // A view would drag the whole buffer behind it along.
      V: (thing: unknown) =>
        ArrayBuffer.isView(thing) && !(thing instanceof DataView) &&
        thing.byteLength !== thing.buffer.byteLength && (thing as TypedArray).slice(),
    });
  } catch (error) {
    if (!(error instanceof DevalueError)) throw error;
    throw new TypeError(
      `Cannot send the island prop at ${error.path} to the browser: ${error.message}`,
      { cause: error },
    );
  }
}

/** Returns text that may stand in a script element: no `<` can end it or open a comment. */
export function escapeScript(json: string): string {
  return json.replaceAll("<", "\\u003c");
}
