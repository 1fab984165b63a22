/**
 * The form of preferences: what it holds to and from what the API takes.
 *
 * @module
 */
import type { z } from "zod";
import type { preferencesChangeSchema, preferencesSchema } from "../contracts/preferences.ts";
import { channelNames } from "../contracts/owned.ts";

/** Preferences as their owner sees them. */
export type PreferencesView = z.output<typeof preferencesSchema>;
/** What is to be changed of them. */
export type PreferencesChange = z.output<typeof preferencesChangeSchema>;

/** Writes a minute of the day for a time field: 1320 is `22:00`. */
export function formatMinute(minute: number): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** Reads a time field; NaN for what is no time of the day. */
export function parseMinute(text: string | null): number {
  const [, hours, minutes] = /^(\d{2}):(\d{2})$/.exec(text ?? "") ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  return Number(hours) < 24 && Number(minutes) < 60 ? minute : NaN;
}

/** A text that takes away what was there when it is empty. */
function readOptional(form: URLSearchParams, name: string): string | null {
  return (form.get(name) ?? "").trim() || null;
}

/** Reads a form; the API judges what it holds. */
export function readPreferencesForm(form: URLSearchParams): PreferencesChange {
  const chosen = form.getAll("channel");
  const slackUrl = readOptional(form, "slackUrl");
  return {
    email: readOptional(form, "email"),
    webhookUrl: readOptional(form, "webhookUrl"),
    ...(form.has("rotate") && { rotateWebhookSecret: true }),
    // The address is never shown again, so that an empty field says nothing.
    ...(form.has("slackRemove") ? { slackUrl: null } : slackUrl !== null && { slackUrl }),
    quietHours: form.has("quiet")
      ? { fromMinute: parseMinute(form.get("from")), toMinute: parseMinute(form.get("to")) }
      : null,
    timeZone: (form.get("timeZone") ?? "").trim(),
    batchSeconds: Number(form.get("batch") ?? NaN),
    channels: Object.fromEntries(channelNames.map((name) => [name, chosen.includes(name)])),
    toasts: form.has("toasts"),
    sound: form.has("sound"),
    toastConfidence: Number(form.get("confidence") ?? NaN) / 100,
  };
}
