/**
 * The heading of a column that can be sorted by: a link, so that it works without scripts.
 *
 * @module
 */

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
