/**
 * The one live connection of a page in a browser, shared by its islands.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import { drawNumber } from "../clock.ts";
import { getLivePrice, isOffline, type LivePrice, newestMs } from "../ui/page_state.ts";
import { connectLive, type LiveClient, type LiveState, type Poller } from "./client_connection.ts";

/** The connection as LiveStatus shows it; null before it began. */
export const liveState: Signal<LiveState | null> = signal<LiveState | null>(null);

let client: LiveClient | null = null;

function isPrice(value: unknown): value is LivePrice {
  if (typeof value !== "object" || value === null) return false;
  const { symbol, price, eventMs } = value as Record<string, unknown>;
  return typeof symbol === "string" && Number.isFinite(price) && Number.isFinite(eventMs);
}

/** Takes prices into the page's state; an older price never replaces a newer one. */
export function takePrices(data: unknown): void {
  for (const update of Array.isArray(data) ? data : [data]) {
    if (!isPrice(update)) continue;
    const price = getLivePrice(update.symbol);
    if (price.peek() && price.peek()!.eventMs > update.eventMs) continue;
    price.value = update;
    newestMs.value = Math.max(newestMs.peek(), update.eventMs);
  }
}

interface MarketAnswer {
  marketData?: (Omit<LivePrice, "eventMs"> & { timestamp: number })[];
}

const pollers: Record<string, Poller> = {
  prices: {
    url: () => "/dashboard/api/market",
    toData: (answer) =>
      (answer as MarketAnswer).marketData?.map((row) => ({ ...row, eventMs: row.timestamp })),
  },
  signals: {
    url: () => "/signals?limit=50",
    toData: (answer) => (answer as { signals?: unknown[] }).signals,
  },
};

/**
 * Says whether the server answers at all, without waiting for every way of the live stream to have
 * failed; the service worker never answers this from what it kept.
 */
async function isServerGone(): Promise<boolean> {
  try {
    await fetch("/health", { cache: "no-store" });
    return false;
  } catch {
    return true;
  }
}

/** Tells the page of a connection's state, and whether its figures are only kept ones. */
function takeState(state: LiveState, getNow: () => LiveState): void {
  liveState.value = state;
  isOffline.value = state.status === "disconnected" || !navigator.onLine ||
    (isOffline.peek() && state.status !== "connected");
  if (state.status !== "reconnecting" || state.retryAtMs === null || isOffline.peek()) return;
  void isServerGone().then((isGone) => {
    if (isGone && getNow().status !== "connected") isOffline.value = true;
  });
}

/** Returns the page's connection and opens it when it is first asked for; only in a browser. */
export function getLiveClient(): LiveClient {
  if (client) return client;
  const opened = connectLive({
    base: location.origin,
    channels: ["prices", "signals"],
    WebSocket,
    EventSource,
    fetch: (url) => fetch(url),
    now: () => Date.now(),
    setTimer: (run, ms) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    random: drawNumber,
    pollers,
  });
  client = opened;
  isOffline.value = !navigator.onLine;
  opened.on("prices", (message) => takePrices(message.data));
  opened.onState((state) => takeState(state, () => opened.getState()));
  addEventListener("online", () => {
    if (opened.getState().status === "connected") isOffline.value = false;
    opened.retryNow();
  });
  addEventListener("offline", () => isOffline.value = true);
  return opened;
}
