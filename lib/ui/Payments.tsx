/**
 * Confirmed payments: sums, revenue by day, and the days themselves.
 *
 * @module
 */
import { formatCount, formatDate, signalStrings } from "../format/mod.ts";
import { formatAmount } from "../format/amounts.ts";
import type { PaymentsView } from "./analysis_views.ts";
import { Line, ScrollTable, Twin } from "./Figures.tsx";

const words = signalStrings.payments;
const dayMs = 86_400_000;

/** A day and what was earned on it in one currency. */
export interface RevenuePoint {
  timeMs: number;
  revenue: string;
}

/** Returns the revenue of every day of the span in `currency`, oldest first, "0" where none. */
export function listRevenue(
  { spanDays, todayMs, days }: Pick<PaymentsView, "spanDays" | "todayMs" | "days">,
  currency: string,
): RevenuePoint[] {
  const byDate = new Map(
    days.filter((day) => day.currency === currency).map(({ date, revenue }) => [date, revenue]),
  );
  return Array.from({ length: spanDays }, (_, i) => {
    const timeMs = todayMs - (spanDays - 1 - i) * dayMs;
    return { timeMs, revenue: byDate.get(new Date(timeMs).toISOString().slice(0, 10)) ?? "0" };
  });
}

function Trend({ payments, currency }: { payments: PaymentsView; currency: string }) {
  const points = listRevenue(payments, currency);
  // Drawn only: the figures beside it stay exact.
  const values = points.map(({ revenue }) => Number(revenue));
  const most = points[values.indexOf(Math.max(...values))]?.revenue ?? "0";
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return null;
  const [from, to] = [formatDate(first.timeMs), formatDate(last.timeMs)];
  const highest = `${formatAmount(most)} ${currency}`;
  return (
    <>
      <h3>{words.trend}</h3>
      <Line
        values={values}
        label={words.trendAlt(currency, from, to, highest)}
        high={highest}
        low={formatAmount("0")}
      />
      <p class="age">{from} – {to}</p>
    </>
  );
}

/** What was paid; without a payment, just that. */
export function Payments({ payments }: { payments: PaymentsView }) {
  const { days, sums, spanDays } = payments;
  const most = sums.toSorted((a, b) => b.count - a.count)[0];
  if (!most) return <p class="empty">{words.none(spanDays)}</p>;
  return (
    <>
      <dl class="pairs">
        {sums.map(({ currency, count, revenue, unique_users }) => (
          <div key={currency}>
            <dt>{words.sum(formatCount(count), spanDays)}</dt>
            <dd>
              <strong class="number">{formatAmount(revenue)} {currency}</strong>
              <small>{words.payers(formatCount(unique_users))}</small>
            </dd>
          </div>
        ))}
      </dl>
      <Trend payments={payments} currency={most.currency} />
      <Twin>
        <ScrollTable label={words.caption}>
          <thead>
            <tr>
              <th scope="col">{words.day}</th>
              <th scope="col" class="number">{words.count}</th>
              <th scope="col" class="number">{words.revenue}</th>
            </tr>
          </thead>
          <tbody>
            {days.map(({ date, currency, count, revenue }) => (
              <tr key={`${date} ${currency}`}>
                <th scope="row">{formatDate(Date.parse(date))}</th>
                <td class="number">{formatCount(count)}</td>
                <td class="number">{formatAmount(revenue)} {currency}</td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      </Twin>
    </>
  );
}
