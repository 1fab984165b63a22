/**
 * Widgets of the dashboard: what moved most, and whether every source answers.
 *
 * @module
 */
import { formatCount, formatPrice, overviewStrings, pageStrings } from "../format/mod.ts";
import { Age, type PageTimes } from "./Age.tsx";
import { listMovers, type Mover } from "./movers.ts";
import { Change, linkMarket } from "./PageParts.tsx";
import type { HealthView, PriceView } from "./state.ts";

const words = overviewStrings.dashboard;
/** Rows each way. */
const moversMax = 4;
/** Longest text of a source; the whole stands on the page of sources. */
const detailMax = 140;

function MoverList(
  { name, rows, times }: { name: string; rows: readonly Mover[]; times: PageTimes },
) {
  return (
    <section>
      <h3>{name}</h3>
      {rows.length === 0 && <p class="empty">{words.none}</p>}
      <ul class="plain movers">
        {rows.map((row) => (
          <li key={row.id}>
            <a href={linkMarket(row.symbol)}>{row.symbol}</a>{" "}
            <span class="number">{formatPrice(row.price)}</span>{" "}
            <Change percent={row.price_change_24h} />
            <Age source={row.source} timeMs={row.eventMs} times={times} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The prices that rose and fell furthest in 24 hours. */
export function Movers({ rows, times }: { rows: readonly PriceView[]; times: PageTimes }) {
  const { risen, fallen } = listMovers(rows, moversMax);
  if (risen.length + fallen.length === 0) return <p class="empty">{words.noMovers}</p>;
  return (
    <div class="mover-lists">
      <MoverList name={words.risen} rows={risen} times={times} />
      <MoverList name={words.fallen} rows={fallen} times={times} />
    </div>
  );
}

function shorten(text: string): string {
  return text.length > detailMax ? `${text.slice(0, detailMax).trimEnd()}…` : text;
}

/** How many sources answer, and those that do not. */
export function SourceHealth({ health, times }: { health: HealthView; times: PageTimes }) {
  const { statuses, empty } = pageStrings.health;
  const asked = health.sources.filter(({ isOff }) => !isOff);
  const troubled = asked.filter(({ status }) => status !== "healthy");
  const well = formatCount(asked.length - troubled.length);
  const off = health.sources.length - asked.length;
  return (
    <>
      <p class={`health ${health.status}`}>
        <span class="live-mark" aria-hidden="true" /> {statuses[health.status]}
      </p>
      <p>
        {health.sources.length === 0 ? empty : words.sources(well, formatCount(asked.length))}
        {off > 0 && " "}
        {off > 0 && <span class="age">· {words.offNote(formatCount(off))}</span>}
      </p>
      <ul class="plain">
        {troubled.map(({ name, label, status, lastMs, detail }) => (
          <li key={name}>
            <strong>{label ?? name}</strong> {statuses[status]}
            <span class="age">
              {words.lastAnswer}{" "}
              <Age timeMs={lastMs} times={times} clock="wall" none={pageStrings.age.never} />
            </span>
            {detail && <small>{shorten(detail)}</small>}
          </li>
        ))}
      </ul>
    </>
  );
}
