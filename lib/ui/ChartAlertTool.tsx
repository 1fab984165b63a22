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

/** Brought with the first act; `asked` changes with every one. */
export function ChartAlertTool({ box, asked }: { box: Box; asked: Asked }) {
  const symbol = chosen.value;
  const crosshair = useRef<(() => ChartPlace | null) | null>(null);
  const [points, setPoints] = useState<readonly ChartPlace[]>([]);
  const [picking, setPicking] = useState<0 | 1 | 2>(0);
  const [isOpen, setOpen] = useState(false);
  useLevels(box, symbol);
  useEffect(() => {
    // The chart may be drawn after this: it is looked for whenever it is used.
    const connect = () => void (crosshair.current ??= box.chart ? followCrosshair(box) : null);
    connect();
    const acts = ["keydown", "pointermove"] as const;
    for (const act of acts) box.addEventListener(act, connect, true);
    return () => acts.forEach((act) => box.removeEventListener(act, connect, true));
  }, []);
  useEffect(() => {
    const place = asked.at
      ? readPointer(box, asked.at)
      : crosshair.current?.() ?? readNewest(symbol);
    setPoints(place ? [place] : []);
    setPicking(0);
    setOpen(asked.number > 0);
  }, [asked.number]);
  useEffect(() => {
    if (picking === 0) return;
    let found: ChartPlace[] = [];
    const finish = (places: readonly ChartPlace[]) => {
      setPoints(places);
      setPicking(0);
      setOpen(true);
    };
    const take = (place: ChartPlace | null) => {
      if (!place || (picking === 2 && place.timeMs === null)) return;
      found = [...found, place];
      setPoints(found);
      if (found.length === picking) finish(found);
    };
    const click = (event: MouseEvent) => take(readPointer(box, event));
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape") finish([]);
      if (event.key === "Enter") take(crosshair.current?.() ?? null);
    };
    box.addEventListener("click", click);
    box.addEventListener("keydown", press);
    box.focus();
    return () => {
      box.removeEventListener("click", click);
      box.removeEventListener("keydown", press);
    };
  }, [picking]);
  return (
    <>
      {picking > 0 && (
        <p class="banner" role="status">
          <span>
            {picking === 1 ? words.drawLevel : points.length === 0 ? words.drawFrom : words.drawTo}
            {" "}
            {words.keys}
          </span>
          <button type="button" onClick={() => setPicking(0)}>{words.cancel}</button>
        </p>
      )}
      <ChartAlertDialog
        symbol={symbol}
        isOpen={isOpen}
        points={points}
        onClose={() => setOpen(false)}
        onPick={(count) => {
          setOpen(false);
          setPoints([]);
          setPicking(count);
        }}
      />
    </>
  );
}
