import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { formatAge, formatDateTime, formatIso } from "../lib/format/dates.ts";
import { formatPrice } from "../lib/format/numbers.ts";
import { strings } from "../lib/format/strings.ts";
import { getLivePrice, isOffline, stillAtMs } from "../lib/ui/page_state.ts";

/** What ages of the page are counted from. */
interface Props {
  marketMs: number;
  wallMs: number;
  isStill: boolean;
}

/** Writes into a text only what differs, so that nothing is announced or drawn for nothing. */
function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function renewAges({ marketMs, wallMs, isStill }: Props): void {
  const wall = Date.now();
  const elapsedMs = isStill ? 0 : Math.max(0, wall - wallMs);
  const market = stillAtMs.value ?? marketMs + elapsedMs;
  for (const element of document.querySelectorAll<HTMLElement>("time[data-age]")) {
    const timeMs = Number(element.dataset.age);
    const now = element.dataset.clock === "wall" ? wall : market;
    const text = isOffline.value
      ? `${strings.age.asOf} ${formatDateTime(timeMs)}`
      : formatAge(timeMs, now);
    setText(element, text);
  }
}

/** Follows the live price of one row, its age beside it. */
function followPrice(element: HTMLElement): () => void {
  const age = element.closest("[data-row]")?.querySelector<HTMLElement>("time[data-age]");
  return effect(() => {
    const live = getLivePrice(element.dataset.price!).value;
    if (!live || live.eventMs < Number(element.dataset.at)) return;
    const before = element.textContent;
    setText(element, formatPrice(live.price));
    element.dataset.at = String(live.eventMs);
    if (before !== element.textContent) {
      element.classList.remove("fresh");
      // Reading the width makes the browser begin the animation anew.
      element.getBoundingClientRect();
      element.classList.add("fresh");
    }
    if (!age) return;
    age.dataset.age = String(live.eventMs);
    age.setAttribute("datetime", formatIso(live.eventMs));
    age.title = formatDateTime(live.eventMs);
  });
}

/**
 * Keeps what the server wrote true: every age by the second, every followed price as it comes. The
 * page is complete without it, so it draws nothing itself.
 */
export default function LiveText(props: Props) {
  useEffect(() => {
    renewAges(props);
    const timer = setInterval(() => renewAges(props), 1000);
    const prices = [...document.querySelectorAll<HTMLElement>("[data-price]")].map(followPrice);
    return () => {
      clearInterval(timer);
      prices.forEach((stop) => stop());
    };
  }, []);
  return <span hidden />;
}
