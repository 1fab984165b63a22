import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { appStrings } from "../lib/format/app_strings.ts";
import { openOutbox, type Outbox } from "../lib/outbox/mod.ts";
import { listLinks, watchServiceWorker, type WorkerWatch } from "../lib/ui/service_worker.ts";
import OutboxTray from "./OutboxTray.tsx";

/** How often an open page asks for a new version. */
const updateEveryMs = 3_600_000;

let opened: Outbox | null = null;

/** The page's outbox; one for all parts of it. */
function getOutbox(): Outbox {
  return opened ??= openOutbox({ now: () => Date.now() });
}

/** Pages of the navigation open offline though nobody was there yet. */
function warmPages(watch: WorkerWatch): void {
  const links = document.querySelectorAll<HTMLAnchorElement>("nav.side a[href]");
  const own = { href: location.href, origin: location.origin };
  watch.tell({ type: "WARM", paths: listLinks([own, ...links], location.origin) });
}

/** Visits are counted by a part of its own, and pushes by the worker, where all concerned want it. */
async function countVisits({ kept }: Outbox): Promise<void> {
  if (document.documentElement.dataset.visits !== "on") return await kept.putValue("visits", null);
  const { countPage, permitPushCount } = await import("../lib/visits/browser.ts");
  const every = (ms: number, act: () => void) => {
    const timer = setInterval(act, ms);
    return () => clearInterval(timer);
  };
  const isOn = countPage({ now: () => Date.now(), every });
  await kept.putValue("visits", permitPushCount(await kept.getValue("visits"), isOn));
}

/** What makes a page an app: its worker, the word on a new version, and the edits that wait. */
export default function AppParts() {
  const isReady = useSignal(false);
  const update = useSignal<() => void>(() => {});
  const outbox = useSignal<Outbox | null>(null);
  useEffect(() => {
    outbox.value = getOutbox();
    // Only for who is signed in: nobody else has anything to send.
    if (document.querySelector(".account")) void getOutbox().learnOwner().catch(() => undefined);
    // What cannot be loaded or kept goes uncounted.
    void countVisits(outbox.value).catch(() => undefined);
    let timer: ReturnType<typeof setInterval> | undefined;
    let watch: WorkerWatch | null = null;
    // What was shown while nobody looked has now been seen.
    const tellSeen = () => document.visibilityState === "visible" && watch?.tell({ type: "SEEN" });
    void watchServiceWorker((apply) => {
      update.value = apply;
      isReady.value = true;
    }).then((found) => {
      if (!found) return;
      watch = found;
      warmPages(found);
      tellSeen();
      timer = setInterval(() => found.checkForUpdate(), updateEveryMs);
    });
    document.addEventListener("visibilitychange", tellSeen);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tellSeen);
    };
  }, []);
  const words = appStrings.update;
  return (
    <div class="app-parts">
      {isReady.value && (
        <div class="toast" role="status">
          <span>{words.ready}</span>
          <button type="button" onClick={() => update.value()}>{words.reload}</button>
          <button type="button" onClick={() => isReady.value = false}>{words.later}</button>
        </div>
      )}
      {outbox.value && <OutboxTray outbox={outbox.value} />}
    </div>
  );
}
