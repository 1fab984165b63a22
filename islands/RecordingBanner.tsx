import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { stillAtMs } from "../lib/ui/page_state.ts";
import { readHasEnded } from "../lib/ui/recording.ts";
import { ReplayBanner } from "../lib/ui/ReplayBanner.tsx";
import type { ModeView } from "../lib/ui/state.ts";

/** How often an open page asks whether the recording has ended. */
const ASK_MS = 30_000;

/** Says that the data is recorded; when the recording ends an open page says so by itself. */
export default function RecordingBanner({ mode }: { mode: ModeView }) {
  const hasEnded = useSignal(mode.ended === true);
  useEffect(() => {
    if (mode.mode !== "replay" || hasEnded.peek()) return;
    const timer = setInterval(async () => {
      if (!await readHasEnded((url) => fetch(url))) return;
      clearInterval(timer);
      stillAtMs.value = mode.recordedTo ?? null;
      hasEnded.value = true;
    }, ASK_MS);
    return () => clearInterval(timer);
  }, []);
  return <ReplayBanner mode={{ ...mode, ended: hasEnded.value }} />;
}
