/**
 * Fields of forms that filter a list by its address, so that they work without scripts.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { pageStrings } from "../format/mod.ts";

/** A form that reloads its page with other filters; `kept` travels along unseen. */
export function FilterForm({ path, label, kept = {}, children }: {
  path: string;
  label: string;
  kept?: Readonly<Record<string, string>>;
  children: ComponentChildren;
}) {
  return (
    <form method="get" action={path} class="card filters" aria-label={label}>
      {Object.entries(kept).map(([name, value]) =>
        value && <input key={name} type="hidden" name={name} value={value} />
      )}
      {children}
      <div class="actions">
        <button type="submit">{pageStrings.filters.apply}</button>
        <a class="button" href={path}>{pageStrings.filters.clear}</a>
      </div>
    </form>
  );
}

/** A text to search for; the `/` key focuses it. */
export function SearchField(
  { name, label, value }: { name: string; label: string; value: string },
) {
  return (
    <label class="field">
      <span>{label}</span>
      <input type="search" name={name} value={value} maxLength={64} data-search />
    </label>
  );
}

/** One of some values, or all. */
export function ChoiceField({ name, label, value, options }: {
  name: string;
  label: string;
  value: string;
  /** Values and how people call them. */
  options: readonly (readonly [string, string])[];
}) {
  // What the address asks for stays chosen, even where nothing has it at this moment.
  const isKnown = value === "" || options.some(([each]) => each === value);
  return (
    <label class="field">
      <span>{label}</span>
      <select name={name}>
        <option value="">{pageStrings.filters.all}</option>
        {[...options, ...isKnown ? [] : [[value, value] as const]].map(([each, words]) => (
          <option key={each} value={each} selected={each === value}>{words}</option>
        ))}
      </select>
    </label>
  );
}
