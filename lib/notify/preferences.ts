/**
 * How and when a person wants to be told: the defaults, and what the clock says in their zone.
 *
 * @module
 */
import type { PreferencesRecord } from "../contracts/notification_records.ts";
import type { ChannelName } from "../contracts/owned.ts";

/** Returns what holds for a person who has said nothing yet. */
export function createPreferences(userId: string): PreferencesRecord {
  return {
    id: userId,
    revision: 0,
    email: null,
    webhookUrl: null,
    webhookSecret: null,
    slackUrl: null,
    quietHours: null,
    timeZone: "UTC",
    batchSeconds: 60,
    channels: {},
    toasts: true,
    sound: false,
    toastConfidence: 0.8,
    updatedMs: 0,
  };
}

/** Says whether a text names a time zone that is known here. */
export function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** Says whether a channel is switched on. */
export function isChannelOn({ channels }: PreferencesRecord, channel: ChannelName): boolean {
  return channels[channel] ?? true;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/**
 * Returns when the quiet hours that hold at `nowMs` end, epoch ms; null while none do. Clock changes
 * of the zone are heeded: the end is looked for minute by minute on its clock.
 */
export function findQuietEnd({ quietHours, timeZone }: PreferencesRecord, nowMs: number) {
  if (!quietHours || quietHours.fromMinute === quietHours.toMinute) return null;
  const { fromMinute, toMinute } = quietHours;
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone: isTimeZone(timeZone) ? timeZone : "UTC",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const isQuiet = (timeMs: number) => {
    const minute = readMinute(clock, timeMs);
    return fromMinute < toMinute
      ? minute >= fromMinute && minute < toMinute
      : minute >= fromMinute || minute < toMinute;
  };
  if (!isQuiet(nowMs)) return null;
  const startMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const left = (toMinute - readMinute(clock, nowMs) + DAY_MINUTES) % DAY_MINUTES;
  // A clock change moves the end by an hour at most, to either side.
  for (let minutes = Math.max(1, left - 60); minutes <= left + 60; minutes++) {
    if (!isQuiet(startMs + minutes * MINUTE_MS)) return startMs + minutes * MINUTE_MS;
  }
  return startMs + left * MINUTE_MS;
}

/** Minutes after midnight that a zone's clock shows. */
function readMinute(clock: Intl.DateTimeFormat, timeMs: number): number {
  const parts = clock.formatToParts(timeMs);
  const read = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return read("hour") * 60 + read("minute");
}
