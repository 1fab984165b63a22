import { formatDateTime } from "../lib/format/dates.ts";
import { strings } from "../lib/format/strings.ts";
import { isOffline, newestMs } from "../lib/ui/page_state.ts";

/** Says that the network is gone and how old the figures are; `marketMs` is when they were written. */
export default function OfflineNotice({ marketMs }: { marketMs: number }) {
  const asOfMs = Math.max(marketMs, newestMs.value);
  return (
    <div role="status">
      {isOffline.value && asOfMs > 0 && (
        <p class="offline">{strings.offline.banner(formatDateTime(asOfMs))}</p>
      )}
    </div>
  );
}
