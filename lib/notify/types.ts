/**
 * A message, the ways it can be told, and what may come of it.
 *
 * @module
 */
import type { ChannelName } from "../contracts/owned.ts";

/** Who wants important ones only is told of signals of at least this confidence (0 to 1). */
export const IMPORTANT_CONFIDENCE = 0.8;

/** One alert of a message, as receivers see it. */
export interface MessagePart {
  firingId: string;
  alertId: string;
  symbol: string;
  condition: string;
  title: string;
  /** One sentence that says why, with its numbers. */
  message: string;
  value: number | null;
  threshold: number | null;
  figures: Record<string, number | string | null>;
  /** Market time of the event, epoch ms. */
  timestamp: number;
  /** Full address of the page that shows it. */
  url: string;
}

/** What a person is told: one alert, a digest of several, a test, or of their account. */
export interface Message {
  /** The same over all tries and channels, so that a receiver knows a repetition. */
  id: string;
  kind: "alert" | "signal" | "digest" | "test" | "operator" | "account";
  title: string;
  text: string;
  /** Full address of the page that shows it. */
  url: string;
  /** What the link to it says in mail, where that is not to open the product. */
  urlWords?: string;
  /** Wall time at which it was made, epoch ms. */
  timestamp: number;
  /** True where it is of a recording, which every text says. */
  isRecorded: boolean;
  /** Repetitions replace one another under this name: letters, digits, - and _, at most 32. */
  topic: string;
  parts: MessagePart[];
}

/** What a channel made of a message. `detail` is for its owner, without secrets. */
export type Outcome =
  | { status: "sent"; detail: string }
  /** Later it may work; `afterMs` as the receiver asked. */
  | { status: "retry"; detail: string; afterMs: number | null }
  /** It will never work: the target does not exist any more. */
  | { status: "gone"; detail: string }
  /** The message or our own set-up is at fault: nothing is removed, nothing tried again. */
  | { status: "failed"; detail: string };

/** One way to tell. `Target` is where to. */
export interface Channel<Target> {
  name: ChannelName;
  /** Never rejects. */
  send(message: Message, target: Target): Promise<Outcome>;
}

/** An outcome for an answer by HTTP: what its status means to one who sends. */
export function judgeStatus(
  status: number,
  headers: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): Outcome {
  const detail = `answered ${status}`;
  if (status >= 200 && status < 300) return { status: "sent", detail };
  if (status === 404 || status === 410) return { status: "gone", detail };
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return { status: "retry", detail, afterMs: readRetryAfter(headers["retry-after"], nowMs) };
  }
  return { status: "failed", detail };
}

/** Longest wait that a receiver may ask for, ms. */
const RETRY_AFTER_MAX_MS = 6 * 3_600_000;

/** Returns the wait that `Retry-After` asks for (seconds or a date), in ms; null without a sound one. */
export function readRetryAfter(text: string | undefined, nowMs: number): number | null {
  if (!text) return null;
  const ms = /^\d+$/.test(text.trim())
    ? Number(text) * 1_000
    : /^[A-Z]/i.test(text)
    ? Date.parse(text) - nowMs
    : NaN;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS) : null;
}
