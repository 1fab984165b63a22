/**
 * Parts of the pages of alerts: firings with their numbers, and the row of one alert.
 *
 * @module
 */
import type { z } from "zod";
import type { firingSchema } from "../contracts/alerts.ts";
import { accountStrings } from "../format/account_strings.ts";
import { alertStrings } from "../format/alert_strings.ts";
import { formatDateTime } from "../format/dates.ts";
import { Age, type PageTimes } from "./Age.tsx";
import type { AlertView } from "./alert_list.ts";
import { describeCondition } from "./alert_words.ts";

/** That an alert came true, and why. */
export type FiringView = z.output<typeof firingSchema>;

const { list, history } = alertStrings;

/** A path of ours, or the home page: links come out of a store that others write to. */
export function readLink(link: string): string {
  return /^\/(?![\\/])/.test(link) ? link : "/";
}

function formatFigure(value: number | string | null): string {
  if (typeof value !== "number") return value ?? "–";
  return Number.isFinite(value) ? String(+value.toPrecision(8)) : "–";
}

/** Firings with the numbers each was decided by. */
export function Firings(
  { firings, times }: { firings: readonly FiringView[]; times: PageTimes },
) {
  return (
    <ol class="firings">
      {firings.map((firing) => (
        <li key={firing.id} class="card">
          <p class="firing-head">
            <strong>{firing.title}</strong>
            {firing.isRecorded && <span class="tag">{history.recorded}</span>}
            <Age timeMs={firing.timestamp} times={times} />
          </p>
          <p>{firing.message}</p>
          <details>
            <summary>{history.figures}</summary>
            <dl class="pairs">
              {Object.entries(firing.figures).map(([name, value]) => (
                <div key={name}>
                  <dt>{name.replaceAll("_", " ")}</dt>
                  <dd class="number">{formatFigure(value)}</dd>
                </div>
              ))}
              <div>
                <dt>{history.decided}</dt>
                <dd>{formatDateTime(firing.decidedMs)}</dd>
              </div>
              <div>
                <dt>{history.channels}</dt>
                <dd>
                  {firing.channels.map((name) => accountStrings.preferences.channelNames[name])
                    .join(", ")}
                </dd>
              </div>
            </dl>
          </details>
          <p class="actions">
            <a class="button" href={readLink(firing.link)}>{history.show}</a>
            <a class="button" href={`/alerts/${firing.alert_id}`}>{history.alert}</a>
          </p>
        </li>
      ))}
    </ol>
  );
}

/** Where an alert stands, in words and colour. */
export function Phase({ alert }: { alert: Pick<AlertView, "phase" | "snoozedUntilMs"> }) {
  const { phase, snoozedUntilMs } = alert;
  return (
    <span class={`state p-${phase}`}>
      {alertStrings.phases[phase]}
      {phase === "snoozed" && snoozedUntilMs !== null && (
        <small>{list.until(formatDateTime(snoozedUntilMs))}</small>
      )}
    </span>
  );
}

/** What can be done to an alert, without scripts; `back` is the page to return to. */
export function AlertActs({ alert, back }: { alert: AlertView; back: string }) {
  const { alert_id, revision, is_active, phase, name } = alert;
  const of = <span class="visually-hidden">{list.of(name)}</span>;
  return (
    <form method="post" action="/alerts" class="actions acts">
      <input type="hidden" name="alert_id" value={alert_id} />
      <input type="hidden" name="revision" value={revision} />
      <input type="hidden" name="back" value={back} />
      {phase === "snoozed"
        ? <button type="submit" name="act" value="wake">{list.wake}{of}</button>
        : (
          <span class="joined">
            <select name="seconds" aria-label={`${list.snoozeFor}${list.of(name)}`}>
              {list.snoozes.map(([seconds, label]) => (
                <option key={seconds} value={seconds}>{label}</option>
              ))}
            </select>
            <button type="submit" name="act" value="snooze">{list.snooze}{of}</button>
          </span>
        )}
      <button type="submit" name="act" value={is_active ? "off" : "on"}>
        {is_active ? list.turnOff : list.turnOn}
        {of}
      </button>
      <button type="submit" name="act" value="delete" class="danger">{list.remove}{of}</button>
    </form>
  );
}

/** One alert in the table. */
export function AlertRow(
  { alert, back, times }: { alert: AlertView; back: string; times: PageTimes },
) {
  return (
    <tr>
      <th scope="row" class="wrap">
        <a href={`/alerts/${alert.alert_id}`}>{alert.name}</a>
        <span data-record={`/api/v1/alerts/${alert.alert_id}`} />
        <small>{describeCondition(alert)}</small>
      </th>
      <td>{alert.symbol}</td>
      <td>
        <Phase alert={alert} />
      </td>
      <td>
        <Age timeMs={alert.lastFiredMs} times={times} none={list.never} />
      </td>
      <td>
        <AlertActs alert={alert} back={back} />
      </td>
    </tr>
  );
}
