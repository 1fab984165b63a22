/**
 * Parts that several pages share: title, empty state, session, mood, signals and headlines.
 *
 * @module
 */
import type { DexSignalRecord } from "../contracts/dex_records.ts";
import type { NewsRecord } from "../contracts/records.ts";
import {
  formatDateTime,
  formatDirection,
  formatPercent,
  formatShare,
  getDirection,
  pageStrings,
  strings,
} from "../format/mod.ts";
import { Age, type PageTimes } from "./Age.tsx";
import { formatField, nameField } from "./evidence.ts";
import { nameSources } from "./feed.ts";
import type { Mood, SessionView } from "./page_views.ts";
import type { SignalView } from "./state.ts";

/** Returns the part of an address that stands for a name; one that cannot be decoded is left as it is. */
export function readParam(text: string | undefined): string {
  const raw = (text ?? "").slice(0, 300);
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

/** A change in percent, with a mark that tells the direction without colour. */
export function Change({ percent }: { percent: number | null }) {
  return (
    <span class={`change ${getDirection(percent)}`}>
      <span aria-hidden="true">{formatDirection(percent)}</span> {formatPercent(percent)}
    </span>
  );
}

/** Whether an exchange is open, and until when. */
export function Session({ session, kind }: {
  session: SessionView | null;
  kind: "crypto" | "stock";
}) {
  const words = pageStrings.markets;
  if (kind === "crypto") return <span class="muted">{words.always}</span>;
  if (!session) return <span class="muted">{words.unknownHours}</span>;
  const until = formatDateTime(session.untilMs);
  return (
    <span class={`state s-${session.isOpen ? "live" : "market_closed"}`}>
      {session.isOpen ? words.open(until) : words.closed(until)}
    </span>
  );
}

/** How a headline speaks, in words. */
export function MoodTag({ mood }: { mood: Mood }) {
  const words = pageStrings.news;
  return (
    <span class={`mood ${mood}`}>
      <span aria-hidden="true">{words.marks[mood]}</span> {words.moods[mood]}
    </span>
  );
}

/** Says how a score speaks; the same borders as where headlines are read. */
export function getMood(score: number | null): Mood {
  if (score === null || !Number.isFinite(score)) return "unjudged";
  return score >= 0.25 ? "positive" : score <= -0.25 ? "negative" : "neutral";
}

/** Writes a sentiment from -1 to 1 with its sign. */
export function formatScore(score: number): string {
  if (!Number.isFinite(score)) return "–";
  const rounded = Math.round(score * 100) / 100;
  const sign = rounded > 0 ? "+" : rounded < 0 ? "−" : "";
  return `${sign}${Math.abs(rounded).toFixed(2)}`;
}

/** Only addresses of the web become links: headlines come from strangers. */
export function isWebAddress(url: string | null): url is string {
  return url !== null && /^https?:\/\//i.test(url);
}

/** Headlines with who wrote and who delivered them, their age, and what judged them. */
export function Headlines(
  { headlines, times }: { headlines: readonly NewsRecord[]; times: PageTimes },
) {
  const words = pageStrings.news;
  return (
    <ul class="headlines">
      {headlines.map((each) => (
        <li key={each.id}>
          {isWebAddress(each.url)
            ? <a href={each.url} rel="noopener noreferrer external">{each.title}</a>
            : <strong>{each.title}</strong>}
          <Age
            source={each.publisher === each.source
              ? each.source
              : `${each.publisher} · ${each.source}`}
            timeMs={each.timestamp}
            times={times}
          />
          <span class="age">
            <MoodTag mood={getMood(each.sentiment_score)} />
            {each.sentiment_score !== null && (
              <>
                {` ${formatScore(each.sentiment_score)}`}
                {each.sentiment_model && ` · ${words.judgedBy(each.sentiment_model)}`}
                {each.sentiment_confidence !== null &&
                  ` · ${strings.signals.confidence} ${formatShare(each.sentiment_confidence)}`}
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Signals in short, each leading to all that is told of it. */
export function SignalLines(
  { signals, times }: { signals: readonly SignalView[]; times: PageTimes },
) {
  return (
    <ul class="feed">
      {signals.map(({ record }) => (
        <li key={record.id}>
          <span class={`tag ${record.type}`}>{strings.signals.types[record.type]}</span>
          <a href={`/explore/signals?entity=${encodeURIComponent(record.entity)}`}>
            {record.entity}
          </a>
          <span>
            {strings.signals.confidence}{" "}
            <span class="number">{formatShare(record.confidence_score)}</span>
          </span>
          <Age source={nameSources(record)} timeMs={record.timestamp} times={times} />
          {record.explanation && <small>{record.explanation}</small>}
        </li>
      ))}
    </ul>
  );
}

/** Returns a moment that live prices are compared with; 0, so that any is newer, for none. */
export function toMoment(timeMs: number | null): number {
  return timeMs !== null && Number.isFinite(timeMs) ? timeMs : 0;
}

/** The address of a pair's page. */
export function linkPair(id: string): string {
  return `/explore/dex/${encodeURIComponent(id)}`;
}

/** The address of a market's page. */
export function linkMarket(name: string): string {
  return `/explore/market/${encodeURIComponent(name)}`;
}

/** Writes what a signal on a pair was found by. */
export function formatFindings({ data }: Pick<DexSignalRecord, "data">): string {
  return Object.entries(data)
    .map(([name, value]) => `${nameField(name)} ${formatField(name, value)}`).join(", ");
}
