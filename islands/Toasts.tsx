import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { markKey } from "../lib/ui/unread.ts";

/** What the person wants of toasts. */
export interface ToastWishes {
  isOn: boolean;
  hasSound: boolean;
  /** Signals of less confidence (0 to 1) give no toast. */
  confidence: number;
}

/** The first view goes first: what comes later may wait so long (ms). */
const startAfterMs = 1_500;

/** What happens while a page is open, for who is signed in; brought when the page has settled. */
export default function Toasts(wishes: ToastWishes) {
  const [View, setView] = useState<ComponentType<ToastWishes> | null>(null);
  useEffect(() => {
    // Who has never been told anything is told what comes from now on, on whichever page that is.
    try {
      localStorage[markKey] ??= Date.now();
    } catch {
      // Without storage each page begins with what is told while it is open.
    }
    const timer = setTimeout(() => {
      // Without it the page is whole; the next one tries again.
      void import("./ToastList.tsx").then(
        ({ ToastList }) => setView(() => ToastList),
        () => {},
      );
    }, startAfterMs);
    return () => clearTimeout(timer);
  }, []);
  return <div class="toasts" role="log">{View && <View {...wishes} />}</div>;
}
