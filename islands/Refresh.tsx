import { useEffect } from "preact/hooks";
import { liveState } from "../lib/live/client.ts";
import { canReplace, isRefreshDue } from "../lib/ui/refresh.ts";

/** How often it is looked whether a refresh is due (ms). */
const stepMs = 5_000;

/** Reads the page anew and takes over the parts that are marked, but those in use. */
async function refresh(): Promise<void> {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll<HTMLElement>("[data-refresh]")) {
    const fresh = next.querySelector(`[data-refresh="${part.dataset.refresh}"]`);
    if (fresh && canReplace(part, document.activeElement)) {
      part.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
    }
  }
}

/**
 * Keeps the marked parts of a page as new as its live ones: each 30 s where nothing streams, less
 * often beside a stream, never while nobody looks.
 */
export default function Refresh() {
  useEffect(() => {
    let lastMs = Date.now();
    const timer = setInterval(() => {
      const state = liveState.peek();
      const isStreaming = state?.status === "connected" && state.transport !== "polling";
      if (!isRefreshDue(Date.now() - lastMs, { isStreaming, isHidden: document.hidden })) return;
      lastMs = Date.now();
      // Without an answer the page keeps what it has, and its ages go on.
      refresh().catch(() => {});
    }, stepMs);
    return () => clearInterval(timer);
  }, []);
  return <span hidden data-refresher />;
}
