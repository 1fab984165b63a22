/**
 * Visits as an operator sees them: figures beside their goals, and the days they were made of.
 *
 * @module
 */
import type { VisitDay, VisitFigure } from "../contracts/visits.ts";
import { formatDate, formatSpan } from "../format/dates.ts";
import { formatCount, formatExactShare, formatShare } from "../format/numbers.ts";
import { visitStrings as words } from "../format/visit_strings.ts";
import { ScrollTable } from "./Figures.tsx";
import { StatCard } from "./Shell.tsx";
import { readTable, sortRows } from "./sort.ts";
import { SortHeadings } from "./SortHeading.tsx";

const columns = {
  all: [
    "day",
    "activeBrowsers",
    "visits",
    "average",
    "signalViews",
    "installs",
    "pushShown",
    "pushOpened",
    "crashedVisits",
    "feedbackYes",
    "feedbackNo",
  ] as const,
  ascending: [] as const,
  first: "day" as const,
};
type Column = (typeof columns.all)[number];

/** Minutes and seconds, such as `5 min 12 s`. */
function formatLength(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60
    ? formatSpan(whole * 1_000)
    : `${formatCount(Math.floor(whole / 60))} min ${whole % 60} s`;
}

function formatFigure(name: VisitFigure["name"], value: number): string {
  if (name === "visitSeconds") return formatLength(value);
  if (name === "crashFreeShare") return formatExactShare(value);
  if (name.endsWith("Share")) return formatShare(value);
  return name === "dailyUsers" ? String(Math.round(value * 10) / 10) : formatCount(value);
}

function formatGoal(name: VisitFigure["name"], value: number): string {
  if (name === "visitSeconds") return formatSpan(value * 1_000);
  return name.endsWith("Share") ? formatShare(value) : formatCount(value);
}

/** A figure with its goal, whether that is reached, and what it rests on. */
function Figure({ name, value, goal, isMet, days, sample }: VisitFigure) {
  const told = [
    ...(goal ? [words[goal.kind](formatGoal(name, goal.value))] : []),
    ...(goal && value !== null
      ? [isMet === null ? words.notDue : isMet ? words.met : words.missed]
      : []),
    ...(value === null ? [] : [words.rests[name](formatCount(sample), formatCount(days))]),
  ];
  return (
    <StatCard
      label={words.figureNames[name]}
      value={value === null
        ? words.notMeasured
        : <span class={isMet === false ? "state s-failed" : ""}>{formatFigure(name, value)}</span>}
      note={told.join(", ")}
    />
  );
}

/** All figures. */
export function VisitFigures({ figures }: { figures: readonly VisitFigure[] }) {
  return <dl class="stats">{figures.map((each) => <Figure key={each.name} {...each} />)}</dl>;
}

const getAverage = ({ visits, visitSeconds }: VisitDay) =>
  visits === 0 ? null : visitSeconds / visits;

function readColumn(day: VisitDay, column: Column): number | string | null {
  return column === "average" ? getAverage(day) : day[column];
}

function writeColumn(day: VisitDay, column: Column): string {
  const value = readColumn(day, column);
  if (column === "average" && typeof value === "number") return formatLength(value);
  return formatCount(typeof value === "number" ? value : null);
}

/** The days, newest first unless sorted otherwise. */
export function VisitDays({ days, query }: { days: readonly VisitDay[]; query: URLSearchParams }) {
  if (days.length === 0) return <p class="empty">{words.none}</p>;
  const table = readTable(query, columns, { anchor: "days" });
  const sorted = sortRows(
    days,
    table.now.order,
    (each) => readColumn(each, table.now.sort),
    ({ day }) => day,
  );
  const numbers = columns.all.filter((column) => column !== "day");
  return (
    <ScrollTable label={words.caption}>
      <thead>
        <SortHeadings table={table} labels={words.columns} numbers={numbers} />
      </thead>
      <tbody>
        {sorted.map((each) => (
          <tr key={each.day}>
            <th scope="row">{formatDate(Date.parse(each.day))}</th>
            {numbers.map((column) => (
              <td key={column} class="number">{writeColumn(each, column)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
