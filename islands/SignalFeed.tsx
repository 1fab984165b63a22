import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { SignalRecord } from "../lib/contracts/records.ts";
import { formatShare } from "../lib/format/numbers.ts";
import { strings } from "../lib/format/strings.ts";
import { getLiveClient } from "../lib/live/client.ts";
import { addSignals, type FeedItem, parseFeedItems } from "../lib/ui/feed.ts";
import AgeTicker from "./AgeTicker.tsx";

interface Props {
  items: FeedItem[];
  marketMs: number;
  wallMs: number;
  isStill: boolean;
}

function nameType(type: SignalRecord["type"]): string {
  return strings.signals.types[type];
}

/** The newest signals; new ones come in at the top. */
export default function SignalFeed({ items, ...times }: Props) {
  const shown = useSignal(items);
  const first = useMemo(() => new Set(items.map(({ id }) => id)), []);
  useEffect(() =>
    getLiveClient().on("signals", (message) => {
      shown.value = addSignals(shown.value, parseFeedItems(message.data));
    }), []);
  if (shown.value.length === 0) return <p class="empty">{strings.signals.empty}</p>;
  return (
    <ol class="feed" aria-live="polite" aria-relevant="additions">
      {shown.value.map((item) => (
        <li key={item.id} class={first.has(item.id) ? undefined : "fresh"}>
          <span class={`tag ${item.type}`}>{nameType(item.type)}</span>
          <a href={`/explore/signals?entity=${encodeURIComponent(item.entity)}`}>{item.entity}</a>
          <span class="number" title={strings.signals.confidence}>
            {formatShare(item.confidence_score)}
          </span>
          <AgeTicker timeMs={item.timestamp} source={item.source} {...times} />
          {item.explanation && <small>{item.explanation}</small>}
        </li>
      ))}
    </ol>
  );
}
