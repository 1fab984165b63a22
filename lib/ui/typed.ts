/**
 * What people typed or chose before the scripts came: an island that draws its form would set it back.
 *
 * @module
 */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Says whether a field holds something else than the page came with; a chosen file stays by itself. */
function isTouched(field: Field): boolean {
  if (field instanceof HTMLSelectElement) {
    const first = [...field.options].findLastIndex(({ defaultSelected }) => defaultSelected);
    return field.selectedIndex !== Math.max(0, first);
  }
  if (field.type === "file") return false;
  return isTickable(field)
    ? field.checked !== field.defaultChecked
    : field.value !== field.defaultValue;
}

/** A box that has no value of its own still tells one, so that its tick alone is compared. */
function isTickable(field: Field): field is HTMLInputElement {
  return field.type === "checkbox" || field.type === "radio";
}

/** Read when this file comes, which is before the first island of a page draws. */
const typed = [...globalThis.document?.querySelectorAll<Field>("input, select, textarea") ?? []]
  .filter(isTouched)
  .map((field) => ({ field, value: field.value, isTicked: isTickable(field) && field.checked }));

/**
 * Returns the ref of an element whose fields get back, once they are drawn, what was typed into them
 * before; the element is told of it as if it were typed now.
 */
export function useTyped<Of extends HTMLElement>(): RefObject<Of> {
  const ref = useRef<Of>(null);
  useEffect(() => {
    const own = typed.filter(({ field }) => ref.current?.contains(field));
    for (const { field, value, isTicked } of own) {
      if (isTickable(field)) field.checked = isTicked;
      else field.value = value;
    }
    // Told once all are there, as one may be read with the others.
    for (const { field } of own) {
      for (const type of ["input", "change"]) {
        field.dispatchEvent(new Event(type, { bubbles: true }));
      }
    }
  }, []);
  return ref;
}
