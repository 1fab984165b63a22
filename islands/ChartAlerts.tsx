import type { FunctionComponent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Asked, Box } from "../lib/ui/ChartAlertTool.tsx";

/** Makes an alert of a place on the chart; all but the button comes with the first act. */
export default function ChartAlerts({ label }: { label: string }) {
  const [asked, setAsked] = useState<Asked>({ number: 0, at: null });
  const [Tool, setTool] = useState<FunctionComponent<{ box: Box; asked: Asked }> | null>(null);
  const [isReady, setReady] = useState(false);
  const box = useRef<Box | null>(null);
  const ask = (at: MouseEvent | null) => setAsked(({ number }) => ({ number: number + 1, at }));
  useEffect(() => {
    const chart = document.querySelector<Box>(".chart .canvas");
    if (!chart) return;
    box.current = chart;
    setReady(true);
    let over: MouseEvent | null = null;
    const bring = () =>
      void import("../lib/ui/ChartAlertTool.tsx").then(
        ({ ChartAlertTool }) => setTool(() => ChartAlertTool),
        () => {},
      );
    const menu = (event: MouseEvent) => {
      event.preventDefault();
      bring();
      ask(event);
    };
    const move = (event: MouseEvent) => over = event;
    const press = ({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent) => {
      const isTyping = (target as Element | null)?.closest("input, select, textarea, dialog");
      if (key !== "a" || isTyping || ctrlKey || metaKey || altKey) {
        // What keys point at is newer than where the pointer was.
        if (key.startsWith("Arrow")) over = null;
        return;
      }
      bring();
      ask(over);
    };
    const leave = () => over = null;
    const listeners = [
      ["pointerenter", bring],
      ["focus", bring],
      ["contextmenu", menu],
      ["pointermove", move],
      ["pointerleave", leave],
    ] as const;
    for (const [name, run] of listeners) chart.addEventListener(name, run as EventListener);
    addEventListener("keydown", press);
    return () => {
      for (const [name, run] of listeners) chart.removeEventListener(name, run as EventListener);
      removeEventListener("keydown", press);
    };
  }, []);
  const open = () => {
    void import("../lib/ui/ChartAlertTool.tsx").then(({ ChartAlertTool }) => {
      setTool(() => ChartAlertTool);
      ask(null);
    });
  };
  return (
    <div class="js-only chart-alerts">
      <button type="button" aria-keyshortcuts="a" disabled={!isReady} onClick={open}>
        {label}
      </button>
      {Tool && box.current && <Tool box={box.current} asked={asked} />}
    </div>
  );
}
