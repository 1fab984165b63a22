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
import type { PriceView } from "../lib/ui/state.ts";
import AgeTicker from "./AgeTicker.tsx";

interface Props {
  rows: PriceView[];
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

function Row({ row, marketMs, wallMs, isStill }: { row: PriceView } & Omit<Props, "rows">) {
  const live = getLivePrice(row.symbol).value;
  const isNewer = live !== null && live.eventMs >= (row.eventMs ?? 0);
  const change = isNewer ? live.price_change_24h ?? row.price_change_24h : row.price_change_24h;
  return (
    <tr>
      <th scope="row">
        <a href={`/enhanced-dashboard?symbol=${encodeURIComponent(row.symbol)}`}>{row.symbol}</a>
        {row.name && <small>{row.name}</small>}
      </th>
      <td class="number">{formatPrice(isNewer ? live.price : row.price)}</td>
      <td class="number">
        <Change percent={change} />
      </td>
      <td class="number wide">{formatVolume(row.volume_24h)}</td>
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

/** All symbols with live prices, and a search field that the `/` key focuses. */
export default function PriceTable({ rows, ...times }: Props) {
  const query = useSignal("");
  const wanted = query.value.trim().toLowerCase();
  const shown = rows.filter((row) =>
    `${row.symbol} ${row.name ?? ""} ${row.exchange}`.toLowerCase().includes(wanted)
  );
  const headings = strings.market;
  return (
    <>
      <label class="search js-only">
        <span>{headings.find}</span>
        <input
          type="search"
          data-search
          value={query.value}
          onInput={(event) => query.value = event.currentTarget.value}
        />
      </label>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={headings.heading}>
        <table>
          <caption>{headings.caption}</caption>
          <thead>
            <tr>
              <th scope="col">{headings.symbol}</th>
              <th scope="col" class="number">{headings.price}</th>
              <th scope="col" class="number">{headings.change}</th>
              <th scope="col" class="number wide">{headings.volume}</th>
              <th scope="col" class="wide">{headings.trend}</th>
              <th scope="col">{headings.source}</th>
            </tr>
          </thead>
          <tbody>{shown.map((row) => <Row key={row.symbol} row={row} {...times} />)}</tbody>
        </table>
      </div>
      {shown.length === 0 && <p class="empty">{wanted ? headings.none : headings.empty}</p>}
    </>
  );
}
