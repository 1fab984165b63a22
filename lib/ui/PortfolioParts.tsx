/**
 * A portfolio's worth: sums, holdings, allocation and course, each drawing with its table.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { formatAmount, formatQuantity, formatReturn } from "../format/amounts.ts";
import { formatDate } from "../format/dates.ts";
import { formatPrice, formatShare } from "../format/numbers.ts";
import { portfolioStrings as words } from "../format/portfolio_strings.ts";
import { Line, ScrollTable, Twin } from "./Figures.tsx";
import { Gain, Money } from "./Gain.tsx";
import { Ring, Swatch } from "./Ring.tsx";
import type { HoldingView, PortfolioWorth, ReturnsView } from "./own_views.ts";

/** A part of the value, `share` from 0 to 1. */
export interface Part {
  name: string;
  value: string;
  share: number;
}

/** Value at the end of a day, epoch ms of its start; null where it is not known. */
export interface DayValue {
  dayMs: number;
  value: string | null;
}

/** Sums as they are shown. */
export type Sums =
  & Pick<
    PortfolioWorth,
    "currency" | "value" | "cost" | "realised_pnl" | "unrealised_pnl"
  >
  & { valueKnown: string | null }
  & Partial<Pick<PortfolioWorth, "income" | "fees" | "gain">>;

function Stat({ label, children, note }: {
  label: string;
  children: ComponentChildren;
  note?: string | undefined;
}) {
  return (
    <div class="stat">
      <dt>{label}</dt>
      <dd>
        <span class="number">{children}</span>
        {note && <small>{note}</small>}
      </dd>
    </div>
  );
}

function ReturnStat({ label, result }: {
  label: string;
  result: ReturnsView["timeWeighted"];
}) {
  return (
    <Stat label={label} note={result.value === null ? result.reason ?? undefined : undefined}>
      {formatReturn(result.value)}
    </Stat>
  );
}

/** A year's rate; of a shorter time what it came to. */
function MoneyWeightedStat({ returns }: { returns: ReturnsView }) {
  const { moneyWeighted, moneyWeightedSoFar, days } = returns;
  return moneyWeighted.value === null || days === null || days >= 365
    ? <ReturnStat label={words.stats.moneyWeighted} result={moneyWeighted} />
    : <ReturnStat label={words.stats.moneyWeightedSoFar(days)} result={moneyWeightedSoFar} />;
}

/** What the portfolio is worth and earned; a sum with a missing part is open, not zero. */
export function PortfolioStats({ sums, returns }: { sums: Sums; returns: ReturnsView | null }) {
  const { currency, value, valueKnown, cost, income, fees, gain } = sums;
  const rest = valueKnown === null ? undefined : words.stats.known(formatAmount(valueKnown));
  return (
    <dl class="stats money">
      <Stat label={words.stats.value} note={value === null ? rest : currency}>
        {formatAmount(value)}
      </Stat>
      {gain !== undefined && (
        <Stat label={words.stats.gain}>
          <Gain amount={gain} />
        </Stat>
      )}
      <Stat label={words.stats.unrealised}>
        <Gain amount={sums.unrealised_pnl} />
      </Stat>
      <Stat label={words.stats.realised}>
        <Gain amount={sums.realised_pnl} />
      </Stat>
      <Stat label={words.stats.cost}>{formatAmount(cost)}</Stat>
      {income !== undefined && <Stat label={words.stats.income}>{formatAmount(income)}</Stat>}
      {fees !== undefined && <Stat label={words.stats.fees}>{formatAmount(fees)}</Stat>}
      {returns && (
        <>
          <ReturnStat label={words.stats.timeWeighted} result={returns.timeWeighted} />
          <MoneyWeightedStat returns={returns} />
        </>
      )}
    </dl>
  );
}

/** A holding without its lots, as a shared portfolio shows it as well. */
export type HoldingRow = Omit<HoldingView, "lots" | "lotCount">;

/** Everything held or sold; `renderAge` says where a price is from and how old it is. */
export function HoldingsTable({ holdings, renderAge }: {
  holdings: readonly HoldingRow[];
  renderAge(holding: HoldingRow): ComponentChildren;
}) {
  if (holdings.length === 0) return <p class="empty">{words.noHoldings}</p>;
  const { columns } = words;
  return (
    <ScrollTable label={words.holdingsCaption}>
      <thead>
        <tr>
          <th scope="col">{columns.symbol}</th>
          <th scope="col" class="number">{columns.quantity}</th>
          <th scope="col" class="number">{columns.price}</th>
          <th scope="col" class="number">{columns.value}</th>
          <th scope="col" class="number">{columns.unrealised}</th>
          <th scope="col" class="number">{columns.realised}</th>
          <th scope="col" class="number">{columns.average}</th>
        </tr>
      </thead>
      <tbody>
        {holdings.map((holding) => (
          <tr key={`${holding.exchange}|${holding.symbol}`}>
            <th scope="row">
              <a href={`/explore/market/${encodeURIComponent(holding.symbol)}`}>{holding.symbol}</a>
              <small>{holding.exchange}</small>
            </th>
            <td class="number">
              {holding.average === null ? words.closed : formatQuantity(holding.quantity)}
            </td>
            <td class="number">
              <span key={holding.price} class={holding.priceMs === null ? undefined : "fresh"}>
                {holding.price === null ? words.stats.unknown : formatPrice(Number(holding.price))}
              </span>
              {holding.price !== null && <small>{renderAge(holding)}</small>}
            </td>
            <td class="number">{formatAmount(holding.value)}</td>
            <td class="number">
              <Gain amount={holding.unrealised_pnl} />
            </td>
            <td class="number">
              <Gain amount={holding.realised_pnl} />
            </td>
            <td class="number">
              {holding.average === null
                ? formatAmount(null)
                : <Money amount={holding.average} currency={holding.currency} />}
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

/** Money that lies on exchanges; nothing where there is none. */
export function CashTable(
  { cash, currency }: Pick<PortfolioWorth, "cash" | "currency">,
) {
  if (cash.length === 0) return null;
  return (
    <section class="card" aria-labelledby="cash">
      <h2 id="cash">{words.cash}</h2>
      <ScrollTable label={words.cashCaption}>
        <thead>
          <tr>
            <th scope="col">{words.currency}</th>
            <th scope="col">{words.exchange}</th>
            <th scope="col" class="number">{words.balance}</th>
            <th scope="col" class="number">{words.columns.value}</th>
          </tr>
        </thead>
        <tbody>
          {cash.map((each) => (
            <tr key={`${each.exchange}|${each.currency}`}>
              <th scope="row">{each.currency}</th>
              <td>{each.exchange}</td>
              <td class="number">{formatQuantity(each.balance)}</td>
              <td class="number">
                <Money amount={each.value} currency={currency} />
              </td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </section>
  );
}

/** How the value is divided: a ring, and the table that names its parts clockwise from the top. */
export function AllocationRing({ parts, label }: { parts: readonly Part[]; label: string }) {
  if (parts.length === 0) return <p class="empty">{words.noAllocation}</p>;
  const told = parts.map(({ name, share }) => `${name} ${formatShare(share)}`).join(", ");
  return (
    <div class="ring-row">
      <Ring values={parts.map(({ share }) => share)} label={words.allocationAlt(told)} />
      <ScrollTable label={label}>
        <thead>
          <tr>
            <th scope="col">{words.part}</th>
            <th scope="col" class="number">{words.columns.value}</th>
            <th scope="col" class="number">{words.share}</th>
          </tr>
        </thead>
        <tbody>
          {parts.map(({ name, value, share }, i) => (
            <tr key={name}>
              <th scope="row">
                <Swatch part={i} />
                {name}
              </th>
              <td class="number">{formatAmount(value)}</td>
              <td class="number">{formatShare(share)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </div>
  );
}

/** Rows of the table beside the line. */
const daysShown = 60;

/** The value at the end of each day; days that are not known are left out, and counted. */
export function ValueLine({ points, missingDays }: {
  points: readonly DayValue[];
  missingDays: number;
}) {
  const known = points.flatMap(({ dayMs, value }) => value === null ? [] : [{ dayMs, value }]);
  const [first, last] = [known[0], known.at(-1)];
  const note = missingDays > 0 && <p class="age">{words.missingDays(missingDays)}</p>;
  if (!first || !last || known.length < 2) {
    return (
      <>
        <p class="empty">{words.noHistory}</p>
        {note}
      </>
    );
  }
  const values = known.map(({ value }) => Number(value));
  const low = formatAmount(known[values.indexOf(Math.min(...values))]!.value);
  const high = formatAmount(known[values.indexOf(Math.max(...values))]!.value);
  const [from, to] = [formatDate(first.dayMs), formatDate(last.dayMs)];
  return (
    <>
      <Line
        values={values}
        label={words.historyAlt(from, to, low, high, formatAmount(last.value))}
        high={high}
        low={low === high ? "" : low}
      />
      <p class="age">{from} – {to}</p>
      {note}
      <Twin>
        <ScrollTable label={words.historyCaption}>
          <thead>
            <tr>
              <th scope="col">{words.day}</th>
              <th scope="col" class="number">{words.columns.value}</th>
            </tr>
          </thead>
          <tbody>
            {known.slice(-daysShown).reverse().map(({ dayMs, value }) => (
              <tr key={dayMs}>
                <th scope="row">{formatDate(dayMs)}</th>
                <td class="number">{formatAmount(value)}</td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      </Twin>
    </>
  );
}
