/**
 * When the chart library is brought: at once where a pointer is precise, else when the page has come
 * to rest or somebody touches the chart. Until then its picture stands there.
 *
 * @module
 */

/** What of the browser is asked; tests give their own. */
export interface StartParts {
  /** Whether the device has a precise pointer. */
  isPrecise(): boolean;
  /** Calls back once when the box is touched, focused or pointed at; returns how to stop that. */
  onTouch(run: () => void): () => void;
  /** Calls back once when the page has rested for so long; returns how to stop that. */
  onRest(run: () => void, ms: number): () => void;
}

/** How long a page on a phone rests before the library comes by itself. */
export const restMs = 4_000;

/** Runs `start` once when it is time; returns how to give it up. */
export function startWhenDue(start: () => void, parts: StartParts): () => void {
  if (parts.isPrecise()) {
    start();
    return () => {};
  }
  let isStarted = false;
  const stops: (() => void)[] = [];
  const stop = () => stops.splice(0).forEach((each) => each());
  const run = () => {
    if (isStarted) return;
    isStarted = true;
    stop();
    start();
  };
  stops.push(parts.onTouch(run), parts.onRest(run, restMs));
  return stop;
}
