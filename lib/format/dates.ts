/**
 * Times as people read them: dates by Intl, and ages that tell the truth.
 *
 * @module
 */
import { NO_VALUE } from "./numbers.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The farthest moment a Date can hold, epoch ms. */
const DATE_MAX_MS = 8.64e15;

const formatters = new Map<string, Intl.DateTimeFormat>();

function getFormatter(
  locale: string,
  timeZone: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${locale}|${timeZone}|${JSON.stringify(options)}`;
  const kept = formatters.get(key);
  if (kept) return kept;
  const made = new Intl.DateTimeFormat(locale, { ...options, timeZone });
  formatters.set(key, made);
  return made;
}

function isMoment(timeMs: number | null | undefined): timeMs is number {
  return typeof timeMs === "number" && Math.abs(timeMs) <= DATE_MAX_MS;
}

/** Formats a moment (epoch ms) to the minute, such as `12 Mar 2024, 14:05 UTC`. */
export function formatDateTime(
  timeMs: number | null | undefined,
  locale = "en-GB",
  timeZone = "UTC",
): string {
  if (!isMoment(timeMs)) return NO_VALUE;
  const text = getFormatter(locale, timeZone, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  }).format(timeMs);
  return timeZone === "UTC" ? `${text} UTC` : text;
}

/** Formats the day (UTC) of a moment, such as `12 Mar 2024`. */
export function formatDate(timeMs: number | null | undefined, locale = "en-GB"): string {
  if (!isMoment(timeMs)) return NO_VALUE;
  return getFormatter(locale, "UTC", { day: "numeric", month: "short", year: "numeric" })
    .format(timeMs);
}

/** Formats the time of day (UTC) with seconds, such as `14:05:09`. */
export function formatTime(timeMs: number | null | undefined, locale = "en-GB"): string {
  if (!isMoment(timeMs)) return NO_VALUE;
  return getFormatter(locale, "UTC", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  }).format(timeMs);
}

/** Formats a moment for a `datetime` attribute; empty when there is none. */
export function formatIso(timeMs: number | null | undefined): string {
  return isMoment(timeMs) ? new Date(timeMs).toISOString() : "";
}

/** Formats a span of time by its largest unit, rounded down: `0 s`, `59 s`, `3 min`, `2 h`, `5 d`. */
export function formatSpan(spanMs: number): string {
  if (!Number.isFinite(spanMs)) return NO_VALUE;
  const span = Math.max(0, spanMs);
  if (span < MINUTE_MS) return `${Math.floor(span / SECOND_MS)} s`;
  if (span < HOUR_MS) return `${Math.floor(span / MINUTE_MS)} min`;
  if (span < 2 * DAY_MS) return `${Math.floor(span / HOUR_MS)} h`;
  return `${Math.floor(span / DAY_MS)} d`;
}

/** Formats how old something is; a moment ahead of `nowMs` is not older than 0. */
export function formatAge(timeMs: number | null | undefined, nowMs: number): string {
  if (!isMoment(timeMs)) return NO_VALUE;
  return `${formatSpan(nowMs - timeMs)} ago`;
}
