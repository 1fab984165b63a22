/**
 * How headlines speak together: a gauge with its words, and a map of whom they name.
 *
 * @module
 */
import { getHeat } from "../chart/figures.ts";
import { formatCount, formatDate, formatDateTime, pageStrings } from "../format/mod.ts";
import { Gauge } from "./Figures.tsx";
import { formatScore, getMood, MoodTag } from "./PageParts.tsx";
import type { GaugeView, HeatRow } from "./page_views.ts";

const words = pageStrings.news;

/** The gauge, its score in words, and the headlines, times and models behind it. */
export function Sentiment({ gauge }: { gauge: GaugeView | null }) {
  if (!gauge) return <p class="empty">{words.gaugeNone}</p>;
  const mood = getMood(gauge.score);
  const score = formatScore(gauge.score);
  return (
    <>
      <Gauge score={gauge.score} label={words.gaugeAlt(score, words.moods[mood])} />
      <p>
        <strong class="number">{score}</strong> <MoodTag mood={mood} />
      </p>
      <p class="age">
        {words.gaugeNote(
          formatCount(gauge.n),
          formatDateTime(gauge.fromMs),
          formatDateTime(gauge.toMs),
        )}
        {gauge.models.length > 0 && ` · ${words.judgedBy(gauge.models.join(", "))}`}
      </p>
    </>
  );
}

/** Who is spoken of on which day, how often and how; the table carries its own words. */
export function HeatMap({ heat, days }: { heat: readonly HeatRow[]; days: readonly number[] }) {
  if (heat.length === 0) return <p class="empty">{words.heatNone}</p>;
  const most = Math.max(...heat.flatMap(({ cells }) => cells.map((cell) => cell?.mentions ?? 0)));
  return (
    <div class="table-scroll heat" tabIndex={0} role="region" aria-label={words.heat}>
      <table>
        <caption>{words.heatCaption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.who}</th>
            {days.map((day) => (
              <th key={day} scope="col">{formatDate(day).replace(/ \d{4}$/, "")}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {heat.map(({ type, name, cells }) => (
            <tr key={`${type} ${name}`}>
              <th scope="row">
                <a href={`/explore/news?entity=${encodeURIComponent(name)}`}>{name}</a>{" "}
                <small>{words.types[type]}</small>
              </th>
              {cells.map((cell, i) => (
                <td key={i} class={cell ? `number heat-${getHeat(cell.mentions, most)}` : "number"}>
                  {cell
                    ? (
                      <>
                        {formatCount(cell.mentions)} {words.marks[getMood(cell.sentiment)]}
                        <span class="visually-hidden">{words.moods[getMood(cell.sentiment)]}</span>
                      </>
                    )
                    : "–"}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
