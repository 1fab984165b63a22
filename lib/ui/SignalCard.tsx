/**
 * A signal with everything that can be said for and against it.
 *
 * @module
 */
import {
  formatCount,
  formatDateTime,
  formatShare,
  overviewStrings,
  signalStrings,
  strings,
} from "../format/mod.ts";
import { Age, type PageTimes } from "./Age.tsx";
import { formatField, nameField } from "./evidence.ts";
import { nameSources } from "./feed.ts";
import type { AccuracyView, SignalView } from "./state.ts";

const words = strings.signals;
const evidenceWords = overviewStrings.signals.evidence;

/** Causes that leave nothing to be claimed. */
const claimsNothing: readonly unknown[] = ["reverted"];
/** The same of value that is locked, where a fault claims no change. */
const faultsOfTvl: readonly unknown[] = ["unconfirmed", "reverted", "unchecked"];

function describeClaim({ type, data: { cause } }: SignalView["record"]): string {
  const isFault = (type === "tvl_anomaly" ? faultsOfTvl : claimsNothing).includes(cause);
  return isFault ? signalStrings.noClaim : signalStrings.claims[type];
}

function Accuracy({ accuracy }: { accuracy: AccuracyView | null }) {
  if (!accuracy || accuracy.n === 0 || accuracy.baseRate === null) {
    return <p>{words.noAccuracy}</p>;
  }
  const { n, right, low, high, baseRate } = accuracy;
  return (
    <p>
      {words.accuracy}: {words.accuracyOf(
        formatShare(right / n),
        formatShare(low),
        formatShare(high),
        formatCount(n),
      )}
      , {words.baseRate(formatShare(baseRate))}.
    </p>
  );
}

/** What the signal speaks of, with the page that tells more of it where there is one. */
function Entity({ record: { type, entity } }: { record: SignalView["record"] }) {
  const name = encodeURIComponent(entity);
  switch (type) {
    case "price_alert":
    case "volume_anomaly":
      return <a href={`/enhanced-dashboard?symbol=${name}`}>{entity}</a>;
    case "sentiment_shift":
      return <a href={`/explore/news?entity=${name}`}>{entity}</a>;
    default:
      // A protocol has no page of its own.
      return <>{entity}</>;
  }
}

/** One signal: claim, confidence and its factors, evidence, outcome, and accuracy of its kind. */
export function SignalCard({ signal, times, newerId }: {
  signal: SignalView;
  times: PageTimes;
  /** A further record of the same event on the same page. */
  newerId?: string | undefined;
}) {
  const { record, outcome, accuracy } = signal;
  return (
    <article class="card signal" id={record.id}>
      <header>
        <span class={`tag ${record.type}`}>{words.types[record.type]}</span>
        <h2>
          <Entity record={record} />
        </h2>
        <p class="age">
          {record.merges && `${signalStrings.merged} `}
          <Age source={nameSources(record)} timeMs={record.timestamp} times={times} /> ·{" "}
          {formatDateTime(record.timestamp)}
        </p>
      </header>
      {newerId !== undefined && (
        <p class="muted">
          <a href={`#${encodeURIComponent(newerId)}`}>{signalStrings.newer}</a>
        </p>
      )}
      {record.explanation && <p class="explanation">{record.explanation}</p>}
      <p>
        {words.confidence} <strong class="number">{formatShare(record.confidence_score)}</strong>
        {" "}
        {Number.isFinite(record.confidence_score) && (
          <meter min={0} max={1} value={record.confidence_score} aria-label={words.confidence} />
        )}
      </p>
      <p class="muted">{describeClaim(record)}</p>
      <p class={`outcome ${outcome?.outcome ?? "pending"}`}>
        <strong>{words.outcome}:</strong> {outcome
          ? `${words.outcomes[outcome.outcome]}${outcome.reason ? ` (${outcome.reason})` : ""}`
          : `${words.outcomes.pending} ${formatDateTime(record.evidence.horizonMs)}`}
      </p>
      <Accuracy accuracy={accuracy} />
      <details>
        <summary>{words.evidence}</summary>
        <dl class="pairs">
          {Object.entries(record.data).map(([name, value]) => (
            <div key={name}>
              <dt>{nameField(name)}</dt>
              <dd class="number">{formatField(name, value)}</dd>
            </div>
          ))}
          <div>
            <dt>{evidenceWords.hash}</dt>
            <dd class="hash">{record.evidence.inputHash}</dd>
          </div>
          <div>
            <dt>{evidenceWords.bar(record.evidence.timeframe)}</dt>
            <dd>{formatDateTime(record.evidence.barTime)}</dd>
          </div>
          <div>
            <dt>{evidenceWords.version}</dt>
            <dd>{record.evidence.parameterVersion}</dd>
          </div>
        </dl>
      </details>
      <details>
        <summary>{words.factors}</summary>
        <dl class="pairs">
          {Object.entries(record.factors).map(([name, share]) => (
            <div key={name}>
              <dt>{name.replaceAll("_", " ")}</dt>
              <dd class="number">{formatShare(share)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </article>
  );
}
