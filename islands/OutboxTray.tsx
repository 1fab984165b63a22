import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { appStrings } from "../lib/format/app_strings.ts";
import type { Flushed } from "../lib/outbox/flush.ts";
import type { Outbox, Queue } from "../lib/outbox/mod.ts";
import { OutboxList } from "../lib/ui/OutboxList.tsx";

/** How long after a failure edits are sent again: doubled each time up to the second. */
const againAfterMs = 5_000;
const againAtMostMs = 300_000;

const words = appStrings.outbox;

/** Sends what waits: now, when the network comes back, and again and again. Returns how to end it. */
function keepSending(outbox: Outbox, onFlushed: (how: Flushed["stopped"]) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let delayMs = againAfterMs;
  let hasEnded = false;
  const send = async () => {
    clearTimeout(timer);
    try {
      const { stopped, afterMs } = await outbox.flush();
      if (hasEnded) return;
      onFlushed(stopped);
      if (stopped === "empty") return void (delayMs = againAfterMs);
      timer = setTimeout(send, Math.max(delayMs, afterMs ?? 0));
      delayMs = Math.min(delayMs * 2, againAtMostMs);
    } catch {
      // Storage is refused or was cleared: nothing waits then.
    }
  };
  const sendSoon = () => {
    delayMs = againAfterMs;
    void send();
  };
  const sendSeen = () => document.visibilityState === "visible" && sendSoon();
  addEventListener("online", sendSoon);
  addEventListener("cryptointel:flush", sendSoon);
  document.addEventListener("visibilitychange", sendSeen);
  void send();
  return () => {
    hasEnded = true;
    clearTimeout(timer);
    removeEventListener("online", sendSoon);
    removeEventListener("cryptointel:flush", sendSoon);
    document.removeEventListener("visibilitychange", sendSeen);
  };
}

/** Edits of this device that the server does not have yet, and those that need a decision. */
export default function OutboxTray({ outbox }: { outbox: Outbox }) {
  const queue = useSignal<Queue>([]);
  const how = useSignal<Flushed["stopped"]>("empty");
  const isOpen = useSignal(false);
  const others = useSignal(0);
  useEffect(() => {
    const read = () =>
      void Promise.all([outbox.listOwn(), outbox.list()]).then(([own, all]) => {
        queue.value = own;
        others.value = all.length - own.length;
      }, () => undefined);
    read();
    const ends = [outbox.onChange(read), keepSending(outbox, (stopped) => how.value = stopped)];
    return () => ends.forEach((end) => end());
  }, []);
  const edits = queue.value;
  if (edits.length + others.value === 0) return null;
  const needing = edits.filter(({ state }) => state === "conflict" || state === "refused").length;
  const text = needing > 0 ? words.attention(needing) : words.waiting(edits.length + others.value);
  return (
    <section class="tray" aria-label={words.heading} data-waiting={edits.length + others.value}>
      <button
        type="button"
        class="tray-button"
        aria-expanded={isOpen.value}
        onClick={() =>
          isOpen.value = !isOpen.value}
      >
        <span role="status">{text}</span>
      </button>
      {isOpen.value && (
        <div class="tray-list">
          <h2>{words.heading}</h2>
          {needing < edits.length + others.value && (
            <p>
              {words.why[how.value]}{" "}
              {how.value === "signed_out" && (
                <a href={`/signin?next=${encodeURIComponent(location.pathname)}`}>{words.signIn}</a>
              )}
            </p>
          )}
          {others.value > 0 && <p>{words.others(others.value)}</p>}
          <OutboxList
            edits={edits}
            onResolve={(id, choice) => void outbox.resolve(id, choice).then(sendNow)}
            onDrop={(id) =>
              void outbox.drop(id)}
            onRetry={(id) =>
              void outbox.retry(id).then(sendNow)}
            onUndo={(id) => void outbox.undo(id).then(sendNow)}
          />
          <p class="tray-acts">
            <button type="button" onClick={sendNow}>{words.sendNow}</button>
            <button type="button" onClick={() => isOpen.value = false}>{words.close}</button>
          </p>
        </div>
      )}
    </section>
  );
}

function sendNow(): void {
  dispatchEvent(new Event("cryptointel:flush"));
}
