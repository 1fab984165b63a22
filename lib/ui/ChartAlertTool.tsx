/**
 * Alerts on an open chart: the dialog, picking points on the chart, and the levels that there are.
 *
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import {
  type ChartBox,
  type ChartPlace,
  drawLevels,
  followCrosshair,
  type LevelAlert,
  readPlace,
} from "../chart/alert_tools.ts";
import { alertStrings } from "../format/alert_strings.ts";
import { ChartAlertDialog } from "./ChartAlertDialog.tsx";
import { getLivePrice, symbol as chosen } from "./page_state.ts";

const words = alertStrings.chart;

/** The chart's own box, with what the chart left on it. */
export type Box = HTMLElement & ChartBox;

function readPointer(box: Box, event: PointerEvent | MouseEvent): ChartPlace | null {
  const { left, top } = box.getBoundingClientRect();
  return readPlace(box, event.clientX - left, event.clientY - top);
}

/** Where the symbol trades now: for who has pointed at nothing. */
function readNewest(symbol: string): ChartPlace | null {
  const newest = getLivePrice(symbol).peek();
  return newest && { timeMs: newest.eventMs, price: newest.price };
}

/** Shows the levels of the symbol's alerts. */
function useLevels(box: Box, symbol: string): void {
  useEffect(() => {
    let remove = () => {};
    let isGone = false;
    const query = new URLSearchParams({ symbol, limit: "50" });
    void fetch(`/api/v1/alerts?${query}`).then(async (answer) => {
      if (!answer.ok || isGone) return;
      const { alerts } = await answer.json() as { alerts: LevelAlert[] };
      const color = getComputedStyle(box).getPropertyValue("--link").trim() || "#6ea8ff";
      remove = drawLevels(box, alerts, color);
    }).catch(() => {});
    return () => {
      isGone = true;
      // The chart may be gone before its levels.
      if (box.isConnected) remove();
    };
  }, [symbol]);
}

/** What an act on the page asks for; `at` is where a pointer was, where it was one. */
export interface Asked {
  number: number;
  at: MouseEvent | null;
}

type Crosshair = { current: (() => ChartPlace | null) | null };

/** Follows the crosshair from whenever the chart is drawn. */
function useCrosshair(box: Box): Crosshair {
  const crosshair: Crosshair = useRef(null);
  useEffect(() => {
    // The chart may be drawn after this: it is looked for whenever it is used.
    const connect = () => void (crosshair.current ??= box.chart ? followCrosshair(box) : null);
    connect();
    const acts = ["keydown", "pointermove"] as const;
    for (const act of acts) box.addEventListener(act, connect, true);
    return () => acts.forEach((act) => box.removeEventListener(act, connect, true));
  }, []);
  return crosshair;
}

/** Takes so many places of the chart, by click or by Enter; none when it is given up. */
function usePicking(box: Box, crosshair: Crosshair, { count, onFound, onEnd }: {
  count: 0 | 1 | 2;
  onFound(places: readonly ChartPlace[]): void;
  onEnd(): void;
}): void {
  useEffect(() => {
    if (count === 0) return;
    let found: readonly ChartPlace[] = [];
    const take = (place: ChartPlace | null) => {
      // A line needs to know when.
      if (!place || (count === 2 && place.timeMs === null)) return;
      found = [...found, place];
      onFound(found);
      if (found.length === count) onEnd();
    };
    const click = (event: MouseEvent) => take(readPointer(box, event));
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape") onEnd();
      if (event.key === "Enter") take(crosshair.current?.() ?? null);
    };
    box.addEventListener("click", click);
    box.addEventListener("keydown", press);
    box.focus();
    return () => {
      box.removeEventListener("click", click);
      box.removeEventListener("keydown", press);
    };
  }, [count]);
}

/** What is to be done on the chart while places are picked. */
function Picking(
  { count, found, onCancel }: { count: 1 | 2; found: number; onCancel(): void },
) {
  return (
    <p class="toast" role="status">
      <span>
        {count === 1 ? words.drawLevel : found === 0 ? words.drawFrom : words.drawTo} {words.keys}
      </span>
      <button type="button" onClick={onCancel}>{words.cancel}</button>
    </p>
  );
}

/** Brought with the first act; `asked` changes with every one. */
export function ChartAlertTool({ box, asked }: { box: Box; asked: Asked }) {
  const symbol = chosen.value;
  const [points, setPoints] = useState<readonly ChartPlace[]>([]);
  const [picking, setPicking] = useState<0 | 1 | 2>(0);
  const [isOpen, setOpen] = useState(false);
  const crosshair = useCrosshair(box);
  useLevels(box, symbol);
  useEffect(() => {
    const place = asked.at
      ? readPointer(box, asked.at)
      : crosshair.current?.() ?? readNewest(symbol);
    setPoints(place ? [place] : []);
    setPicking(0);
    setOpen(asked.number > 0);
  }, [asked.number]);
  const end = () => {
    setPicking(0);
    setOpen(true);
  };
  usePicking(box, crosshair, { count: picking, onFound: setPoints, onEnd: end });
  const pick = (count: 1 | 2) => {
    setOpen(false);
    setPoints([]);
    setPicking(count);
  };
  return (
    <>
      {picking > 0 && <Picking count={picking as 1 | 2} found={points.length} onCancel={end} />}
      <ChartAlertDialog
        symbol={symbol}
        isOpen={isOpen}
        points={points}
        onClose={() => setOpen(false)}
        onPick={pick}
      />
    </>
  );
}
