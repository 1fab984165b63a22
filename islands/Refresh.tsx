import { useEffect } from "preact/hooks";
import { liveState } from "../lib/live/client.ts";
import { canReplace, isRefreshDue } from "../lib/ui/refresh.ts";
import { renewParts } from "../lib/ui/renew_parts.ts";

/** How often it is looked whether a refresh is due (ms). */
const stepMs = 5_000;

const isFree = (part: HTMLElement) => canReplace(part, document.activeElement);

/**
 * Keeps the marked parts of a page as new as its live ones: each 30 s where nothing streams, less
 * often beside a stream, never while nobody looks. With `isTold`, at once as well when the person is
 * told something, since that is what the parts are about.
 */
export default function Refresh({ isTold = false }: { isTold?: boolean }) {
  useEffect(() => {
    let lastMs = Date.now();
    // Without an answer the page keeps what it has, and its ages go on.
    const refresh = () => void renewParts("data-refresh", isFree).catch(() => {});
    if (isTold) addEventListener("cryptointel-told", refresh);
    const timer = setInterval(() => {
      const state = liveState.peek();
      const isStreaming = state?.status === "connected" && state.transport !== "polling";
      if (!isRefreshDue(Date.now() - lastMs, { isStreaming, isHidden: document.hidden })) return;
      lastMs = Date.now();
      refresh();
    }, stepMs);
    return () => {
      clearInterval(timer);
      removeEventListener("cryptointel-told", refresh);
    };
  }, []);
  return <span hidden data-refresher />;
}
