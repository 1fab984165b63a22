/**
 * What belongs together, drawn between two sides, with the table beside it.
 *
 * @module
 */
import { placeRelations } from "../chart/relations.ts";
import { formatCount, formatShare, signalStrings } from "../format/mod.ts";
import type { RelationRow, RelationThing } from "./analysis_views.ts";
import { ScrollTable, Twin } from "./Figures.tsx";
import { linkMarket } from "./PageParts.tsx";
import { isSorted, readTable, sortRows } from "./sort.ts";
import { SortHeadings } from "./SortHeading.tsx";

const words = signalStrings.relations;
/** Kinds in the order in which they are offered. */
const kinds = Object.keys(words.kinds) as RelationRow["kind"][];
/** Things drawn on each side, and rows listed. */
const drawnMax = 16;
const listedMax = 200;
const rowHeight = 22;
const nameMax = 17;
const columns = {
  all: ["from", "to", "weight"] as const,
  ascending: ["from", "to"] as const,
  first: "weight" as const,
};

function shorten(name: string): string {
  return name.length > nameMax ? `${name.slice(0, nameMax - 1)}…` : name;
}

function Drawing({ rows, kind }: { rows: readonly RelationRow[]; kind: RelationRow["kind"] }) {
  const names = rows.map(({ from, to, weight }) => ({ from: from.name, to: to.name, weight }));
  const { left, right, edges, height } = placeRelations(names, { most: drawnMax, rowHeight });
  const label = words.alt(
    words.kinds[kind],
    formatCount(edges.length),
    formatCount(rows.length),
  );
  return (
    <svg class="figure relations" viewBox={`0 0 360 ${height}`} role="img" aria-label={label}>
      {edges.map(({ from, to, share }, i) => (
        <path
          key={i}
          class="edge"
          d={`M122 ${from.toFixed(1)}C180 ${from.toFixed(1)} 180 ${to.toFixed(1)} 238 ${
            to.toFixed(1)
          }`}
          stroke-width={(0.75 + 2.25 * share).toFixed(2)}
        />
      ))}
      {left.map(({ name, y }) => (
        <text key={name} x="118" y={(y + 4).toFixed(1)} text-anchor="end">{shorten(name)}</text>
      ))}
      {right.map(({ name, y }) => (
        <text key={name} x="242" y={(y + 4).toFixed(1)}>{shorten(name)}</text>
      ))}
    </svg>
  );
}

function Thing({ thing: { type, name } }: { thing: RelationThing }) {
  return (
    <>
      {type === "token" ? <a href={linkMarket(name)}>{name}</a> : name}
      <small>{words.types[type]}</small>
    </>
  );
}

/** Reads which kind is looked at; the first of which there is something, if none is named. */
export function readKind(
  query: URLSearchParams,
  rows: readonly RelationRow[],
): RelationRow["kind"] {
  return kinds.find((each) => each === query.get("related")) ??
    kinds.find((each) => rows.some(({ kind }) => kind === each)) ?? "traded_on";
}

function Kinds({ query, rows, now }: {
  query: URLSearchParams;
  rows: readonly RelationRow[];
  now: RelationRow["kind"];
}) {
  return (
    <nav class="spans" aria-label={words.choose}>
      {kinds.map((each) => {
        const next = new URLSearchParams(query);
        next.set("related", each);
        return (
          <a
            key={each}
            class="button"
            href={`?${next}#related`}
            aria-current={each === now ? "page" : undefined}
          >
            {words.kinds[each]} ({formatCount(rows.filter(({ kind }) => kind === each).length)})
          </a>
        );
      })}
    </nav>
  );
}

/** Relations of one kind; which one, and the order of the table, are said by the address. */
export function Relations({ rows, query }: {
  rows: readonly RelationRow[];
  query: URLSearchParams;
}) {
  const kind = readKind(query, rows);
  const own = rows.filter((row) => row.kind === kind);
  const table = readTable(query, columns, { prefix: "related_", anchor: "related" });
  const sorted = sortRows(
    own,
    table.now.order,
    (row) => table.now.sort === "weight" ? row.weight : row[table.now.sort].name,
    ({ from, to }) => `${from.name} ${to.name}`,
  );
  return (
    <>
      <p class="muted note">{words.note}</p>
      <Kinds query={query} rows={rows} now={kind} />
      {own.length === 0 ? <p class="empty">{words.none[kind]}</p> : (
        <>
          <Drawing rows={own} kind={kind} />
          <Twin isOpen={isSorted(table)}>
            <p class="age">
              {words.shown(formatCount(Math.min(listedMax, own.length)), formatCount(own.length))} ·
              {" "}
              {words.weightNote}
            </p>
            <ScrollTable label={words.caption}>
              <thead>
                <SortHeadings
                  table={table}
                  labels={{ from: words.from, to: words.to, weight: words.weight }}
                  numbers={["weight"]}
                />
              </thead>
              <tbody>
                {sorted.slice(0, listedMax).map(({ from, to, weight }) => (
                  <tr key={`${from.name} ${to.name}`}>
                    <th scope="row" class="wrap">
                      <Thing thing={from} />
                    </th>
                    <td class="wrap">
                      {words.verbs[kind]} <Thing thing={to} />
                    </td>
                    <td class="number">{formatShare(weight)}</td>
                  </tr>
                ))}
              </tbody>
            </ScrollTable>
          </Twin>
        </>
      )}
    </>
  );
}
