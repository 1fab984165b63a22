/**
 * Quotas in the store: one small value a source, changed by checked commits only, so that any number
 * of processes together keep the limit.
 *
 * @module
 */
import {
  type AnswerFacts,
  createQuotaState,
  getQuotaUse,
  grantQuota,
  holdQuota,
  noteQuotaAnswers,
  type QuotaAsk,
  type QuotaGrant,
  type QuotaLimits,
  type QuotaState,
  refuseQuota,
} from "../resilience/mod.ts";
import { StoreError } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { quotasPrefix } from "./keys.ts";

/** A value with a version, changed only by who knows the newest one. */
export interface QuotaCell {
  read(): Promise<{ value: QuotaState | null; version: string | null }>;
  /** Returns the new version, or null when another was faster. */
  write(value: QuotaState, version: string | null): Promise<string | null>;
}

/** What pages and the scheduler are told of a quota. Times are epoch ms of wall time. */
export interface QuotaView {
  source: string;
  /** Weight within the window now, what is allowed in it now, and by the source's own word. */
  used: number;
  limit: number;
  limitConfigured: number;
  /** Credits of this calendar month (UTC). */
  credits: number;
  creditsPerMonth: number | null;
  /** 0 or in the past while nothing blocks it. */
  blockedUntilMs: number;
  /** Answers 429 and 418, ever. */
  refusals: number;
  latencyMs: number;
}

/** The quota of one source, as one process uses it. */
export interface Quota {
  source: string;
  /** Spends what the first requests of the list cost, as many as may be sent now. */
  take(asks: readonly QuotaAsk[]): Promise<QuotaGrant>;
  /** Remembers what an answer told; committed with what comes next. */
  note(facts: AnswerFacts): void;
  /** The source refused a request; returns until when nothing is sent, epoch ms. */
  refuse(retryAfterMs: number): Promise<number>;
  /** Sends nothing for a whole window. */
  hold(): Promise<void>;
  read(): Promise<QuotaView>;
}

/** Gives the quotas of a store. */
export interface Quotas {
  /** The quota of a source; `limits` is asked each time, as settings may change. */
  open(source: string, limits: () => QuotaLimits): Quota;
}

/** A commit that others outran so often is given up. */
const triesMax = 200;

/** Returns quotas on cells; `now` is wall time in epoch ms. */
export function createQuotas({ openCell, now }: {
  openCell: (source: string) => QuotaCell;
  now: () => number;
}): Quotas {
  return { open: (source, limits) => createQuota({ source, limits, cell: openCell(source), now }) };
}

/** Returns cells in Deno KV. */
export function createQuotaCells(gate: Gate): (source: string) => QuotaCell {
  return (source) => {
    const key = [...quotasPrefix, source];
    return {
      async read() {
        const { value, versionstamp } = await gate.run((kv) => kv.get<QuotaState>(key));
        return { value, version: versionstamp };
      },
      async write(value, version) {
        const done = await gate.run((kv) =>
          kv.atomic().check({ key, versionstamp: version }).set(key, value).commit()
        );
        return done.ok ? done.versionstamp : null;
      },
    };
  };
}

/** Returns cells in memory, for one process alone. */
export function createMemoryQuotaCells(): (source: string) => QuotaCell {
  const values = new Map<string, { value: QuotaState; version: string }>();
  return (source) => ({
    read: () => Promise.resolve(values.get(source) ?? { value: null, version: null }),
    write(value, version) {
      if ((values.get(source)?.version ?? null) !== version) return Promise.resolve(null);
      const next = String(Number(version ?? 0) + 1);
      values.set(source, { value: structuredClone(value), version: next });
      return Promise.resolve(next);
    },
  });
}

function createQuota({ source, limits, cell, now }: {
  source: string;
  limits: () => QuotaLimits;
  cell: QuotaCell;
  now: () => number;
}): Quota {
  /** The newest that is known here; another process may be further. */
  let known: { value: QuotaState; version: string | null } | null = null;
  let noted: AnswerFacts[] = [];
  let last: Promise<unknown> = Promise.resolve();

  const read = async () => {
    const { value, version } = await cell.read();
    return known = { value: { ...createQuotaState(), ...value }, version };
  };

  /** Changes the value in a commit of its own; `step` may be called several times. */
  const change = async <T>(
    step: (state: QuotaState) => { state: QuotaState; result: T; isSame?: boolean },
  ): Promise<T> => {
    const facts = mergeFacts(noted);
    const count = noted.length;
    for (let tries = 0; tries < triesMax; tries++) {
      const { value, version } = known ?? await read();
      const start = facts ? noteQuotaAnswers(value, limits(), facts, now()) : value;
      const { state, result, isSame } = step(start);
      // What changes nothing costs no commit: it is asked again after a wait anyway. A clock that
      // was set back has to be written down, or the pause for it never ends.
      if (isSame && state.clockMs >= value.clockMs) return result;
      const written = await cell.write(state, version);
      if (written !== null) {
        known = { value: state, version: written };
        noted = noted.slice(count);
        return result;
      }
      known = null;
    }
    throw new StoreError("unavailable", `The quota of ${source} is changed by too many at once`);
  };

  /** One after the other, so that this process is never its own rival. */
  const enqueue = <T>(work: () => Promise<T>): Promise<T> => {
    const run = last.then(work);
    last = run.then(() => {}, () => {
      known = null;
    });
    return run;
  };

  return {
    source,
    take: (asks) =>
      enqueue(() =>
        change((before) => {
          const { state, grant } = grantQuota(before, limits(), asks, now());
          return { state, result: grant, isSame: grant.granted === 0 };
        })
      ),
    note(facts) {
      noted.push(facts);
      if (noted.length > 1000) noted = noted.slice(-500);
    },
    refuse: (retryAfterMs) =>
      enqueue(() =>
        change((before) => {
          const state = refuseQuota(before, limits(), retryAfterMs, now());
          return { state, result: state.blockedUntilMs };
        })
      ),
    hold: () =>
      enqueue(() =>
        change((before) => ({ state: holdQuota(before, limits(), now()), result: undefined }))
      ),
    read: () => enqueue(async () => describe(source, (await read()).value, limits(), now())),
  };
}

/** Makes one of many: the answers counted, the latency their mean, of the rest the newest. */
function mergeFacts(facts: readonly AnswerFacts[]): AnswerFacts | null {
  if (facts.length === 0) return null;
  const latencies = facts.flatMap(({ latencyMs }) => latencyMs === undefined ? [] : [latencyMs]);
  const answers = facts.reduce((sum, { answers = 0 }) => sum + answers, 0);
  const merged: AnswerFacts = Object.assign({}, ...facts, { answers });
  if (latencies.length > 0) {
    merged.latencyMs = latencies.reduce((sum, ms) => sum + ms, 0) / latencies.length;
  }
  return merged;
}

function describe(
  source: string,
  state: QuotaState,
  limits: QuotaLimits,
  nowMs: number,
): QuotaView {
  const { used, limit, credits } = getQuotaUse(state, limits, nowMs);
  return {
    source,
    used,
    limit,
    limitConfigured: limits.limit,
    credits,
    creditsPerMonth: limits.creditsPerMonth ?? null,
    blockedUntilMs: state.blockedUntilMs,
    refusals: state.refusals,
    latencyMs: Math.round(state.latencyMs),
  };
}
