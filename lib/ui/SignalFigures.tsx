/**
 * Drawings of many signals with their words: rings of sources and kinds, a field of unusual volumes.
 *
 * @module
 */
import { placeDots } from "../chart/plots.ts";
import type { SignalRecord } from "../contracts/records.ts";
import {
  formatCount,
  formatDateTime,
  formatShare,
  overviewStrings,
  strings,
} from "../format/mod.ts";
import { Age, type PageTimes } from "./Age.tsx";
import { Bars, ScrollTable, Twin } from "./Figures.tsx";
import { Ring, Swatch } from "./Ring.tsx";
import {
  type AnomalyDot,
  countBy,
  countConfidences,
  type CountRow,
  linkSignal,
  listAnomalies,
} from "./signal_summary.ts";

const words = overviewStrings.signals;
/** Rows of the table beside the field. */
const rowsMax = 100;

/** How many times the usual, to one digit. */
function formatRatio(ratio: number): string {
  return ratio >= 100 ? formatCount(Math.round(ratio)) : ratio.toFixed(1);
}

/** Counts as a ring, and as the table that names its parts; `label` says by what is counted. */
function CountRing({ rows, label, column }: {
  rows: readonly CountRow[];
  label: string;
  column: string;
}) {
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return <p class="empty">{words.noneToCount}</p>;
  const told = rows.map(({ name, count }) => `${name} ${formatCount(count)}`).join(", ");
  return (
    <div class="ring-row">
      <Ring
        values={rows.map(({ count }) => count)}
        label={words.ringAlt(formatCount(total), label, told)}
      >
        <text x="60" y="66" text-anchor="middle">{formatCount(total)}</text>
      </Ring>
      <ScrollTable label={label}>
        <thead>
          <tr>
            <th scope="col">{column}</th>
            <th scope="col" class="number">{words.count}</th>
            <th scope="col" class="number">{words.share}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, count }, i) => (
            <tr key={name}>
              <th scope="row">
                <Swatch part={i} />
                {name}
              </th>
              <td class="number">{formatCount(count)}</td>
              <td class="number">{formatShare(count / total)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </div>
  );
}

/** Signals by source, as a ring and as a table. */
export function SourceRing({ records }: { records: readonly SignalRecord[] }) {
  const rows = countBy(records, ({ source }) => source, { others: words.others });
  return <CountRing rows={rows} label={words.bySource} column={words.source} />;
}

/** Signals by kind, as a ring and as a table. */
export function TypeRing({ records }: { records: readonly SignalRecord[] }) {
  const rows = countBy(records, ({ type }) => strings.signals.types[type], {
    others: words.others,
  });
  return <CountRing rows={rows} label={words.byType} column={words.type} />;
}

/** How sure detectors were: how many signals lie in each fifth of the scale. */
export function ConfidenceBars({ records }: { records: readonly SignalRecord[] }) {
  if (records.length === 0) return <p class="empty">{words.noneToCount}</p>;
  const rows = countConfidences(records).map(({ from, to, count }) => ({
    name: `${formatShare(from)} – ${formatShare(to)}`,
    value: count,
  }));
  const told = rows.map(({ name, value }) => `${name}: ${formatCount(value)}`).join(", ");
  return <Bars rows={rows} label={words.confidencesAlt(told)} />;
}

const box = { width: 420, height: 220, padding: 22 };

/** Dots over time; each leads to its signal. Keys reach the same links in the table. */
function Field({ rows }: { rows: readonly AnomalyDot[] }) {
  // Twice as much is one step up, so that one huge volume does not press the others together.
  const steps = rows.map((row) => ({ ...row, ratio: row.y, y: Math.log2(row.y) }));
  const field = placeDots(steps, box, 0);
  if (!field) return null;
  const { dots, left, right } = field;
  const [bottom, top] = [2 ** field.bottom, 2 ** field.top];
  const label = words.anomaliesAlt(
    formatCount(dots.length),
    formatDateTime(left),
    formatDateTime(right),
    formatRatio(top),
  );
  const floor = box.height - box.padding;
  return (
    <svg
      class="figure scatter"
      viewBox={`0 0 ${box.width} ${box.height}`}
      role="group"
      aria-label={label}
    >
      <path class="grid" d={`M0 ${box.padding}H${box.width}M0 ${floor}H${box.width}`} />
      <text x="0" y={box.padding - 6}>{formatRatio(top)}×</text>
      <text x="0" y={floor - 6}>{formatRatio(bottom)}×</text>
      {dots.map(({ row, x, y }) => {
        const told = words.anomaly(row.entity, formatRatio(row.ratio), formatDateTime(row.x));
        const href = linkSignal({ id: row.id, entity: row.entity, timestamp: row.x });
        return (
          <a key={row.id} href={href} tabIndex={-1} aria-label={told}>
            <title>{told}</title>
            <circle class="near" cx={x} cy={y} r="12" />
            <circle class="dot" cx={x} cy={y} r="4.5" />
          </a>
        );
      })}
      <text x="0" y={box.height - 4}>{formatDateTime(left)}</text>
      {right > left && (
        <text x={box.width} y={box.height - 4} text-anchor="end">{formatDateTime(right)}</text>
      )}
    </svg>
  );
}

/** Signals of unusual volume by time and size, as a field of dots and as a table. */
export function VolumeField(
  { records, times }: { records: readonly SignalRecord[]; times: PageTimes },
) {
  const rows = listAnomalies(records);
  if (rows.length === 0) return <p class="empty">{words.noAnomalies}</p>;
  return (
    <>
      <p class="muted note">{words.anomaliesNote}</p>
      <Field rows={rows} />
      <Twin>
        <ScrollTable label={words.anomaliesCaption}>
          <thead>
            <tr>
              <th scope="col">{words.entity}</th>
              <th scope="col" class="number">{words.ratio}</th>
              <th scope="col">{words.source}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, rowsMax).map((row) => (
              <tr key={row.id}>
                <th scope="row">
                  <a href={linkSignal({ id: row.id, entity: row.entity, timestamp: row.x })}>
                    {row.entity}
                  </a>
                </th>
                <td class="number">{formatRatio(row.y)}</td>
                <td>
                  <Age source={row.source} timeMs={row.x} times={times} />
                </td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      </Twin>
    </>
  );
}
