/**
 * A signal with everything that can be said for and against it.
 *
 * @module
 */
import {
  formatCount,
  formatDateTime,
  formatIso,
  formatShare,
  formatVolume,
  strings,
} from "../format/mod.ts";
import type { AccuracyView, SignalView } from "./state.ts";

const words = strings.signals;

function formatEvidence(value: unknown): string {
  if (typeof value === "number") return formatVolume(value);
  if (typeof value === "string" || typeof value === "boolean") return String(value);
  return JSON.stringify(value) ?? "";
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

/** One signal: claim, confidence and its factors, evidence, outcome, and accuracy of its kind. */
export function SignalCard({ signal }: { signal: SignalView }) {
  const { record, outcome, accuracy } = signal;
  const judgedAt = record.timestamp + record.evidence.horizonMs;
  return (
    <article class="card signal" id={record.id}>
      <header>
        <span class={`tag ${record.type}`}>{words.types[record.type]}</span>
        <h2>
          <a href={`/enhanced-dashboard?symbol=${encodeURIComponent(record.entity)}`}>
            {record.entity}
          </a>
        </h2>
        <p class="age">
          {record.source} ·{" "}
          <time dateTime={formatIso(record.timestamp)}>{formatDateTime(record.timestamp)}</time>
        </p>
      </header>
      <p>
        {words.confidence} <strong class="number">{formatShare(record.confidence_score)}</strong>
        {" "}
        <meter min={0} max={1} value={record.confidence_score} aria-label={words.confidence} />
      </p>
      <p class="muted">{words.claim}</p>
      <p class={`outcome ${outcome?.outcome ?? "pending"}`}>
        <strong>{words.outcome}:</strong> {outcome
          ? `${words.outcomes[outcome.outcome]}${outcome.reason ? ` (${outcome.reason})` : ""}`
          : `${words.outcomes.pending} ${formatDateTime(judgedAt)}`}
      </p>
      <Accuracy accuracy={accuracy} />
      <details>
        <summary>{words.evidence}</summary>
        <dl class="pairs">
          {Object.entries(record.data).map(([name, value]) => (
            <div key={name}>
              <dt>{name.replaceAll("_", " ")}</dt>
              <dd class="number">{formatEvidence(value)}</dd>
            </div>
          ))}
          <div>
            <dt>SHA-256</dt>
            <dd class="hash">{record.evidence.inputHash}</dd>
          </div>
          <div>
            <dt>{record.evidence.timeframe}</dt>
            <dd>{formatDateTime(record.evidence.barTime)}</dd>
          </div>
          <div>
            <dt>version</dt>
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
