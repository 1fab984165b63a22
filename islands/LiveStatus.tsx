import { useEffect, useState } from "preact/hooks";
import { strings } from "../lib/format/strings.ts";
import { getLiveClient, liveState } from "../lib/live/client.ts";
import { isOffline } from "../lib/ui/page_state.ts";

/** Says how the page is connected: in words and shape as well as in colour. */
export default function LiveStatus() {
  const [nowMs, setNowMs] = useState(0);
  useEffect(() => {
    getLiveClient();
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const state = liveState.value;
  if (!state) {
    return (
      <p class="live" data-status="none">
        <span class="no-script">{strings.live.noScript}</span>
        <span class="js-only">{strings.live.connecting}</span>
      </p>
    );
  }
  const status = isOffline.value ? "disconnected" : state.status;
  const seconds = state.retryAtMs === null || nowMs === 0
    ? null
    : Math.max(0, Math.ceil((state.retryAtMs - nowMs) / 1000));
  const detail = status === "connected"
    ? strings.live.transports[state.transport]
    : seconds === null
    ? ""
    : strings.live.inSeconds(seconds);
  return (
    <p class="live" data-status={status}>
      <span class="live-mark" aria-hidden="true" />
      <span role="status">{strings.live[status]}</span>
      {detail && <small>{detail}</small>}
    </p>
  );
}
