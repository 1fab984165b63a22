import { effect } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { alertStrings } from "../lib/format/alert_strings.ts";
import { strings } from "../lib/format/strings.ts";
import { getLiveClient, liveState } from "../lib/live/client.ts";
import { formatUnread, markKey } from "../lib/ui/unread.ts";
import { startSession } from "../lib/ui/session_browser.ts";
import { playToastSound } from "../lib/ui/sound.ts";
import {
  addToast,
  dropToast,
  noToasts,
  pickNews,
  readNotification,
  readSignal,
  type Toast,
  type ToastState,
} from "../lib/ui/toasts.ts";

/** How often the notification centre is asked, ms: the live channel may be away. */
const askEveryMs = 20_000;
/** How often it is looked whether the tokens are due, ms. */
const renewEveryMs = 5 * 60_000;

const words = alertStrings.toasts;

/** Sets every badge of the page. */
function setUnread(count: number): void {
  for (const badge of document.querySelectorAll<HTMLElement>("[data-unread]")) {
    badge.dataset.unread = String(count);
    badge.hidden = count === 0;
    badge.firstElementChild!.textContent = formatUnread(count);
  }
}

interface Told {
  unread: number;
  notifications: { id: string; timestamp: number }[];
}

function readMark(): number | null {
  try {
    const text = localStorage.getItem(markKey);
    return text === null ? null : Number(text);
  } catch {
    return null;
  }
}

function moveMark(timeMs: number): void {
  try {
    localStorage.setItem(markKey, String(Math.max(readMark() ?? 0, timeMs)));
  } catch {
    // Without storage each page begins with what is told while it is open.
  }
}

/** Asks for what is unread; null when nobody answers. */
async function askUnread(): Promise<Told | null> {
  try {
    const answer = await fetch("/api/v1/notifications?unread=true&limit=5");
    return answer.ok ? await answer.json() as Told : null;
  } catch {
    return null;
  }
}

/** Follows the private channel, and asks as well, so that nothing is missed without it. */
function follow(show: (toast: Toast) => void): () => void {
  let known: Set<string> | null = null;
  const ask = async () => {
    const told = await askUnread();
    if (!told) return;
    setUnread(told.unread);
    for (const each of pickNews(told.notifications, { mark: readMark(), known })) {
      const toast = readNotification(each);
      if (toast) show(toast);
    }
    known = new Set([...known ?? [], ...told.notifications.map(({ id }) => id)]);
    moveMark(Math.max(0, ...told.notifications.map(({ timestamp }) => timestamp)));
  };
  const live = getLiveClient();
  const stops = [
    live.on("alerts", ({ type, data }) => {
      if (type !== "update") return;
      // What is told live may be nowhere else, as a test is.
      const toast = readNotification(data);
      if (toast) show(toast);
      void ask();
    }),
    // Other ways than a WebSocket do not carry what is private, and refuse who asks for it.
    effect(() => {
      const { status, transport } = liveState.value ?? {};
      const isPrivate = status === "connected" && transport === "websocket";
      if (isPrivate) live.subscribe({ channels: ["alerts"] });
      else live.unsubscribe(["alerts"]);
    }),
  ];
  void ask();
  const timer = setInterval(() => void ask(), askEveryMs);
  return () => {
    stops.forEach((stop) => stop());
    clearInterval(timer);
  };
}

const now = () => Date.now();

/**
 * Toasts of alerts and important signals while a page is open; it also counts what is unread and
 * keeps the browser signed in. Comes late and only for who is signed in.
 */
export function ToastList({ isOn, hasSound, confidence }: {
  isOn: boolean;
  hasSound: boolean;
  confidence: number;
}) {
  const [state, setState] = useState<ToastState>(noToasts);
  useEffect(() => {
    const show = (toast: Toast) => {
      dispatchEvent(new CustomEvent("cryptointel-told", { detail: toast.id }));
      if (!isOn) return;
      setState((before) => {
        const after = addToast(before, toast);
        if (after !== before && hasSound) playToastSound();
        return after;
      });
    };
    const name = (type: string) =>
      strings.signals.types[type as keyof typeof strings.signals.types] ?? type;
    const stops = [
      follow(show),
      getLiveClient().on("signals", ({ type, data }) => {
        const toast = type === "update" ? readSignal(data, { confidence, name }) : null;
        if (toast) show(toast);
      }),
    ];
    void startSession(now);
    const timer = setInterval(() => void startSession(now), renewEveryMs);
    return () => {
      stops.forEach((stop) => stop());
      clearInterval(timer);
    };
  }, []);
  return (
    <>
      {state.shown.map((toast) => (
        <article key={toast.id} class="toast-item">
          <p>
            <strong>{toast.title}</strong>
            {toast.isRecorded && <span class="tag">{words.recorded}</span>}
          </p>
          {toast.text && <p>{toast.text}</p>}
          <p class="actions">
            <a class="button" href={toast.link}>{words.show}</a>
            <button
              type="button"
              onClick={() => setState((before) => dropToast(before, toast.id))}
            >
              {words.dismiss}
            </button>
          </p>
        </article>
      ))}
    </>
  );
}
