/**
 * What an alert would have done: how often it would have fired, and what the price did afterwards.
 *
 * @module
 */
import type { z } from "zod";
import type { foresightSchema } from "../contracts/alerts.ts";
import { alertStrings } from "../format/alert_strings.ts";
import { formatDateTime, formatSpan } from "../format/dates.ts";
import { formatCount, formatPercent, formatPrice, formatShare } from "../format/numbers.ts";

/** What the API says of the past. */
export type Foresight = z.output<typeof foresightSchema>;

const words = alertStrings.foresight;
/** With fewer firings a median is chance. */
const firingsMin = 30;
/** Past firings on show. */
const listedMax = 10;

function Counts({ counts }: Pick<Foresight, "counts">) {
  return (
    <table>
      <caption>{words.countsCaption}</caption>
      <thead>
        <tr>
          <th scope="col">{words.days}</th>
          <th scope="col" class="number">{words.firings}</th>
          <th scope="col" class="number">{words.covered}</th>
        </tr>
      </thead>
      <tbody>
        {counts.map(({ days, firings, coveredDays }) => (
          <tr key={days}>
            <th scope="row">{words.daysOf(String(days))}</th>
            <td class="number">{formatCount(firings)}</td>
            <td class="number">
              {words.coveredOf(String(+coveredDays.toFixed(1)), String(days))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Aftermath({ aftermath }: Pick<Foresight, "aftermath">) {
  return (
    <table>
      <caption>{words.aftermathCaption}</caption>
      <thead>
        <tr>
          <th scope="col">{words.after}</th>
          <th scope="col" class="number">{words.median}</th>
          <th scope="col" class="number">{words.higher}</th>
          <th scope="col" class="number">{words.count}</th>
        </tr>
      </thead>
      <tbody>
        {aftermath.map(({ afterMs, count, medianChange, higherShare }) => (
          <tr key={afterMs}>
            <th scope="row">{formatSpan(afterMs)}</th>
            <td class="number">{formatPercent(medianChange)}</td>
            <td class="number">{formatShare(higherShare)}</td>
            <td class="number">{formatCount(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Firings({ firings }: Pick<Foresight, "firings">) {
  return (
    <details class="twin">
      <summary>{words.firingsCaption}</summary>
      <ul class="plain">
        {firings.slice(0, listedMax).map(({ timeMs, price }) => (
          <li key={timeMs}>
            {formatDateTime(timeMs)} · <span class="number">{formatPrice(price)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The past as an alert would have seen it. */
export function ForesightView({ foresight }: { foresight: Foresight }) {
  const { isKnown, detail, counts, aftermath, firings } = foresight;
  const most = Math.max(0, ...counts.map((count) => count.firings));
  return (
    <section class="foresight" aria-labelledby="foresight-heading">
      <h2 id="foresight-heading">{words.heading}</h2>
      {!isKnown ? <p class="empty">{words.unknown} {detail}</p> : (
        <>
          <p class="muted">{words.intro} {detail}</p>
          <Counts counts={counts} />
          {most === 0 ? <p class="empty">{words.noneFired}</p> : (
            <>
              <Aftermath aftermath={aftermath} />
              {aftermath.some(({ count }) => count < firingsMin) && (
                <p class="muted note">{words.few}</p>
              )}
              <Firings firings={firings} />
            </>
          )}
        </>
      )}
    </section>
  );
}
