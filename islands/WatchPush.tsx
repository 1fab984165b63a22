import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { watchStrings as words } from "../lib/format/watchlist_strings.ts";
import {
  type PushAddress,
  type PushPorts,
  type PushState,
  pushSymbolsMax,
  readPush,
  startPush,
  stopPush,
} from "../lib/ui/push_visitor.ts";

function toAddress(subscription: PushSubscription | null): PushAddress | null {
  const { endpoint, keys } = subscription?.toJSON() ?? {};
  const { p256dh, auth } = keys ?? {};
  return endpoint && p256dh && auth ? { endpoint, keys: { p256dh, auth } } : null;
}

const ports: PushPorts = {
  async call(method, path, body) {
    const answer = await fetch(path, {
      method,
      // Without a cookie: what a visitor follows is tied to no account.
      credentials: "omit",
      ...(body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json().catch(() => null) };
  },
  askPermission: () => Notification.requestPermission(),
  async find() {
    const registration = await navigator.serviceWorker.getRegistration();
    return toAddress(await registration?.pushManager.getSubscription() ?? null);
  },
  async subscribe(key) {
    const { pushManager } = await navigator.serviceWorker.ready;
    const made = toAddress(
      await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }),
    );
    if (made) return made;
    throw new TypeError("Cannot subscribe: the browser gave no keys");
  },
};

/** Offers signals by push to a visitor; the browser is asked after a click only. */
export default function WatchPush({ symbols }: { symbols: string[] }) {
  const followed = symbols.slice(0, pushSymbolsMax);
  const state = useSignal<PushState | "idle" | "working" | "unsupported">("idle");
  const isOn = useSignal(false);
  useEffect(() => {
    const canPush = "serviceWorker" in navigator && "PushManager" in globalThis &&
      "Notification" in globalThis;
    if (!canPush) state.value = "unsupported";
    else if (Notification.permission === "granted") {
      // Where it cannot be found out, the button offers to start anew, which changes nothing.
      readPush(ports, followed).then((is) => isOn.value = is, () => {});
    }
  }, []);
  const press = async () => {
    if (state.value === "working") return;
    state.value = "working";
    const act = isOn.value ? stopPush : startPush;
    const next = await act(ports, followed).catch((): PushState => "failed");
    state.value = next;
    if (next === "on" || next === "off") isOn.value = next === "on";
  };
  const texts: Partial<Record<typeof state.value, string>> = {
    working: words.working,
    off: words.off,
    denied: words.denied,
    failed: words.failed,
    none: words.noPush,
    unsupported: words.unsupported,
  };
  const text = texts[state.value] ?? (isOn.value ? words.on : "");
  return (
    <div class="js-only">
      {state.value !== "unsupported" && (
        <button type="button" aria-disabled={state.value === "working"} onClick={press}>
          {isOn.value ? words.stop : words.start}
        </button>
      )}
      <p role="status" class={text ? "note push-state" : undefined}>{text}</p>
    </div>
  );
}
