/**
 * An alert out of a chart: at a level, or along a trend line, chosen on the chart or typed.
 *
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { type ChartPlace, linkAlert, roundPrice } from "../chart/alert_tools.ts";
import { alertStrings } from "../format/alert_strings.ts";
import { formatPrice } from "../format/numbers.ts";
import { formatMoment } from "./alert_form.ts";
import { Field } from "./Field.tsx";

const words = alertStrings.chart;

/** A place as somebody types it. */
interface Typed {
  time: string;
  price: string;
}

function showPlace(place: ChartPlace | null | undefined): Typed {
  return place
    ? { time: formatMoment(place.timeMs), price: String(roundPrice(place.price)) }
    : { time: "", price: "" };
}

function readTyped({ time, price }: Typed): ChartPlace | null {
  const timeMs = Date.parse(`${time}:00Z`);
  const value = Number(price);
  return Number.isFinite(timeMs) && value > 0 ? { timeMs, price: value } : null;
}

/** What can be asked for at a level. */
function Level({ symbol, price, onPick }: {
  symbol: string;
  price: string;
  onPick(): void;
}) {
  const [typed, setTyped] = useState(price);
  useEffect(() => setTyped(price), [price]);
  const value = Number(typed);
  return (
    <section class="stack" aria-label={words.level}>
      <Field name="price" label={words.price} form="chart-alert">
        <input
          type="text"
          inputMode="decimal"
          autocomplete="off"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </Field>
      <div class="actions">
        {value > 0 && (
          <>
            <a class="button" href={linkAlert(symbol, "PRICE_ABOVE", { price: value })}>
              {words.above(formatPrice(value))}
            </a>
            <a class="button" href={linkAlert(symbol, "PRICE_BELOW", { price: value })}>
              {words.below(formatPrice(value))}
            </a>
          </>
        )}
        <button type="button" onClick={onPick}>{words.level}</button>
      </div>
    </section>
  );
}

/** A trend line by its two points. */
function Line({ symbol, points, onPick }: {
  symbol: string;
  points: readonly ChartPlace[];
  onPick(): void;
}) {
  const [typed, setTyped] = useState([showPlace(points[0]), showPlace(points[1])]);
  useEffect(() => setTyped([showPlace(points[0]), showPlace(points[1])]), [points]);
  const [from, to] = typed.map(readTyped);
  const isLine = from && to && from.timeMs !== to.timeMs;
  const change = (index: number, part: Partial<Typed>) =>
    setTyped(typed.map((each, i) => i === index ? { ...each, ...part } : each));
  return (
    <details open={points.length === 2}>
      <summary>{words.line}</summary>
      {typed.map(({ time, price }, i) => (
        <div key={i} class="form-grid">
          <Field name={`time-${i}`} label={`${words.time} ${i + 1} (UTC)`} form="chart-alert">
            <input
              type="datetime-local"
              value={time}
              onInput={(event) => change(i, { time: event.currentTarget.value })}
            />
          </Field>
          <Field name={`price-${i}`} label={`${words.price} ${i + 1}`} form="chart-alert">
            <input
              type="text"
              inputMode="decimal"
              autocomplete="off"
              value={price}
              onInput={(event) => change(i, { price: event.currentTarget.value })}
            />
          </Field>
        </div>
      ))}
      <div class="actions">
        {isLine && (
          <>
            <a class="button" href={linkAlert(symbol, "PRICE_ABOVE", { from, to })}>
              {words.aboveLine}
            </a>
            <a class="button" href={linkAlert(symbol, "PRICE_BELOW", { from, to })}>
              {words.belowLine}
            </a>
          </>
        )}
        <button type="button" onClick={onPick}>{words.pickLine}</button>
      </div>
    </details>
  );
}

/** What the dialog shows, and what it is asked to pick. */
export interface DialogProps {
  symbol: string;
  isOpen: boolean;
  points: readonly ChartPlace[];
  onClose(): void;
  /** Picks one point (a level) or two (a line) on the chart. */
  onPick(count: 1 | 2): void;
}

/** The dialog; it opens over the chart and leads to the page of a new alert. */
export function ChartAlertDialog({ symbol, isOpen, points, onClose, onPick }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const price = points[0] ? String(roundPrice(points[0].price)) : "";
  return (
    <dialog ref={dialog} class="help" aria-labelledby="chart-alert-heading" onClose={onClose}>
      <h2 id="chart-alert-heading">{words.title}: {symbol}</h2>
      <Level symbol={symbol} price={price} onPick={() => onPick(1)} />
      <Line symbol={symbol} points={points} onPick={() => onPick(2)} />
      <button type="button" class="after" onClick={() => dialog.current?.close()}>
        {words.close}
      </button>
    </dialog>
  );
}
