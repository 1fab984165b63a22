/**
 * The heading of a column that can be sorted by: a link, so that it works without scripts.
 *
 * @module
 */
import { linkSort, type SortedTable } from "./sort.ts";

/** `now` is the order if this column is the sorted one, else null; `href` leads to the next order. */
export function SortHeading({ label, href, now, class: classes }: {
  label: string;
  href: string;
  now: "asc" | "desc" | null;
  class?: string;
}) {
  const told = now === null ? undefined : now === "asc" ? "ascending" : "descending";
  return (
    <th scope="col" class={classes} aria-sort={told}>
      <a href={href}>
        {label}
        <span class="sort-mark" aria-hidden="true">
          {now === null ? "" : now === "asc" ? "▲" : "▼"}
        </span>
      </a>
    </th>
  );
}

/** The headings of a table in the order of its columns; `numbers` are written to the right. */
export function SortHeadings<C extends string>({ table, labels, numbers = [] }: {
  table: SortedTable<C>;
  labels: Readonly<Record<C, string>>;
  numbers?: readonly C[];
}) {
  const { columns, now } = table;
  return (
    <tr>
      {columns.all.map((column) => (
        <SortHeading
          key={column}
          label={labels[column]}
          href={linkSort(table, column)}
          now={now.sort === column ? now.order : null}
          class={numbers.includes(column) ? "number" : undefined}
        />
      ))}
    </tr>
  );
}
