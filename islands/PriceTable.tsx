import { useSignal } from "@preact/signals";
import { drawSparkline, getTrend } from "../lib/chart/sparkline.ts";
import {
  formatDirection,
  formatPercent,
  formatPrice,
  formatVolume,
  getDirection,
} from "../lib/format/numbers.ts";
import { strings } from "../lib/format/strings.ts";
import { getLivePrice } from "../lib/ui/page_state.ts";
import {
  formatPriceSort,
  type PriceColumn,
  type PriceSort,
  sortPrices,
  turnPriceSort,
} from "../lib/ui/price_sort.ts";
import type { PriceView } from "../lib/ui/state.ts";
import AgeTicker from "./AgeTicker.tsx";
import { useTyped } from "../lib/ui/typed.ts";

interface Props {
  /** In the order of `sort`. */
  rows: PriceView[];
  sort: PriceSort;
  marketMs: number;
  wallMs: number;
  isStill: boolean;
}

function Trend({ values, symbol }: { values: number[]; symbol: string }) {
  const path = drawSparkline(values, 96, 24);
  if (!path) return <span aria-hidden="true">–</span>;
  const trend = getTrend(values);
  return (
    <svg
      class={`spark ${getDirection(trend)}`}
      viewBox="0 0 96 24"
      width="96"
      height="24"
      role="img"
      aria-label={`${symbol} ${formatPercent(trend)}`}
    >
      <path d={path} fill="none" stroke="currentColor" stroke-width="1.5" />
    </svg>
  );
}

function Change({ percent }: { percent: number | null }) {
  return (
    <span class={`change ${getDirection(percent)}`}>
      <span aria-hidden="true">{formatDirection(percent)}</span> {formatPercent(percent)}
    </span>
  );
}

function Row(
  { row, marketMs, wallMs, isStill }: { row: PriceView } & Omit<Props, "rows" | "sort">,
) {
  const live = getLivePrice(row.symbol).value;
  const isNewer = live !== null && live.eventMs >= (row.eventMs ?? 0);
  const change = isNewer ? live.price_change_24h ?? row.price_change_24h : row.price_change_24h;
  return (
    <tr>
      <th scope="row">
        <a href={`/enhanced-dashboard?symbol=${encodeURIComponent(row.symbol)}`}>{row.symbol}</a>
        {row.name && <small>{row.name}</small>}
      </th>
      <td class="number">
        <span key={isNewer ? live.price : "first"} class={isNewer ? "fresh" : undefined}>
          {formatPrice(isNewer ? live.price : row.price)}
        </span>
      </td>
      <td class="number">
        <Change percent={change} />
      </td>
      <td class="number wide">
        {formatVolume(row.volume_24h)}
        {row.volume_24h !== null && row.volumeHours < 24 && (
          <small title={strings.market.volumeOf}>{row.volumeHours} h</small>
        )}
      </td>
      <td class="wide">
        <Trend values={row.spark} symbol={row.symbol} />
      </td>
      <td>
        <AgeTicker
          timeMs={row.eventMs}
          source={row.source}
          marketMs={marketMs}
          wallMs={wallMs}
          isStill={isStill}
          recordedMs={row.recordedMs}
          symbol={row.symbol}
        />
      </td>
    </tr>
  );
}

/** A heading that sorts; without scripts it is a link to the sorted page. */
function SortHeading({ column, label, class: classes, sort, onSort }: {
  column: PriceColumn;
  label: string;
  class?: string;
  sort: PriceSort;
  onSort(next: PriceSort): void;
}) {
  const next = turnPriceSort(sort, column);
  const isSorted = sort.sort === column;
  const choose = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onSort(next);
  };
  const order = sort.order === "asc" ? "ascending" : "descending";
  return (
    <th scope="col" class={classes} aria-sort={isSorted ? order : undefined}>
      <a href={formatPriceSort(next)} onClick={choose}>
        {label}
        <span class="sort-mark" aria-hidden="true">
          {isSorted ? sort.order === "asc" ? "▲" : "▼" : ""}
        </span>
      </a>
    </th>
  );
}

const columns = [
  { column: "symbol", label: strings.market.symbol },
  { column: "price", label: strings.market.price, class: "number" },
  { column: "price_change_24h", label: strings.market.change, class: "number" },
  { column: "volume_24h", label: strings.market.volume, class: "number wide" },
  { column: "trend", label: strings.market.trend, class: "wide" },
  { column: "age", label: strings.market.source },
] as const satisfies { column: PriceColumn; label: string; class?: string }[];

/** Rows shown while nobody searches: what one looks at first, and what a phone draws with ease. */
const rowsShown = 15;

/** The row with the live figures that it shows at this moment. */
function toShownRow(row: PriceView): PriceView {
  const live = getLivePrice(row.symbol).peek();
  if (!live || live.eventMs < (row.eventMs ?? 0)) return row;
  const { price, eventMs, price_change_24h } = live;
  return { ...row, price, eventMs, price_change_24h: price_change_24h ?? row.price_change_24h };
}

/**
 * The first symbols with live prices, and a search of all that the `/` key focuses. Rows are put in order
 * when someone asks for it and then stay where they are, so that no row moves away under one's eyes.
 */
export default function PriceTable({ rows, sort, ...times }: Props) {
  const search = useTyped<HTMLLabelElement>();
  const query = useSignal("");
  const sorted = useSignal(sort);
  const ordered = useSignal(rows);
  const wanted = query.value.trim().toLowerCase();
  const shown = ordered.value.filter((row) =>
    `${row.symbol} ${row.name ?? ""} ${row.exchange}`.toLowerCase().includes(wanted)
  );
  const visible = wanted ? shown : shown.slice(0, rowsShown);
  const reorder = (next: PriceSort) => {
    sorted.value = next;
    const byId = new Map(rows.map((row) => [row.id, row]));
    ordered.value = sortPrices(rows.map(toShownRow), next).map(({ id }) => byId.get(id)!);
    history.replaceState(null, "", formatPriceSort(next));
  };
  const headings = strings.market;
  const label = columns.find(({ column }) => column === sorted.value.sort)!.label;
  return (
    <>
      <label ref={search} class="search js-only">
        <span>{headings.find}</span>
        <input
          type="search"
          data-search
          value={query.value}
          onInput={(event) => query.value = event.currentTarget.value}
        />
      </label>
      <p class="muted note" id="prices-caption">{headings.caption(label, sorted.value.order)}</p>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={headings.heading}>
        <table class="prices" aria-labelledby="prices-caption">
          <thead>
            <tr>
              {columns.map((each) => (
                <SortHeading key={each.column} {...each} sort={sorted.value} onSort={reorder} />
              ))}
            </tr>
          </thead>
          <tbody>{visible.map((row) => <Row key={row.id} row={row} {...times} />)}</tbody>
        </table>
      </div>
      {shown.length === 0 && <p class="empty">{wanted ? headings.none : headings.empty}</p>}
      {visible.length < shown.length && (
        <p>
          <a href={`/explore/markets${formatPriceSort(sorted.value)}`}>
            {headings.all(shown.length)}
          </a>
        </p>
      )}
    </>
  );
}
