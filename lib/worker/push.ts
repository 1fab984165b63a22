/**
 * Push messages as the browser shows them, and where a click on one leads.
 *
 * @module
 */
import type { EditDraft } from "../outbox/types.ts";

/** Name of the button that silences the alerts of a message. */
export const snoozeAction = "snooze";
/** How long it silences, ms. */
export const snoozeMs = 3_600_000;
/** Texts of browsers are cut there anyway. */
const TITLE_MAX = 120;
const BODY_MAX = 600;

/** What a shown message carries with it. */
export interface NotificationData {
  /** Path of ours that a click opens. */
  url: string;
  /** Alerts that the button silences. */
  alertIds: string[];
}

/** A notification, in the browser's terms. */
export interface ShownNotification {
  title: string;
  options: {
    body: string;
    icon: string;
    badge: string;
    /** A later message on the same takes its place, and says so by sound or vibration. */
    tag: string;
    renotify: boolean;
    timestamp?: number;
    data: NotificationData;
    actions: { action: string; title: string }[];
  };
}

/** Words of notifications. */
export interface PushWords {
  title: string;
  body: string;
  recorded: string;
  snooze: string;
}

/**
 * Returns what to show for a message's text. Every message is shown, a broken one too: a browser ends
 * a subscription whose messages it does not see.
 */
export function describeNotification(
  text: string | null,
  origin: string,
  words: PushWords,
): ShownNotification {
  const message = readMessage(text);
  const getText = (name: string) =>
    typeof message[name] === "string" ? message[name] as string : "";
  const isRecorded = message.recorded === true;
  const body = getText("body") || words.body;
  const alertIds = readAlertIds(message.alerts);
  const { timestamp } = message;
  return {
    title: (getText("title") || words.title).slice(0, TITLE_MAX),
    options: {
      body: (isRecorded ? `${words.recorded}: ${body}` : body).slice(0, BODY_MAX),
      icon: "/icon.png",
      badge: "/badge.png",
      tag: getText("topic") || getText("id") || "cryptointel",
      renotify: true,
      ...(typeof timestamp === "number" && Number.isFinite(timestamp) ? { timestamp } : {}),
      data: { url: findTarget(getText("url"), origin), alertIds },
      actions: alertIds.length > 0 ? [{ action: snoozeAction, title: words.snooze }] : [],
    },
  };
}

function readMessage(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? "");
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Shown all the same, with general words.
  }
  return {};
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

function readAlertIds(alerts: unknown): string[] {
  const ids = (Array.isArray(alerts) ? alerts : []).map((alert) =>
    (alert as { alertId?: unknown } | null)?.alertId
  );
  return [...new Set(ids)].filter((id): id is string => typeof id === "string" && uuid.test(id));
}

/** Returns the path that a link leads to; anything that is not ours leads to the first page. */
export function findTarget(url: string, origin: string): string {
  if (!URL.canParse(url, origin)) return "/";
  const target = new URL(url, origin);
  if (target.origin !== origin) return "/";
  return target.pathname + target.search + target.hash;
}

/** The edits that silence alerts for an hour; `nowMs` is wall time, epoch ms. */
export function describeSnooze(
  data: Partial<NotificationData> | null,
  nowMs: number,
  title: string,
): EditDraft[] {
  return (data?.alertIds ?? []).map((id) => ({
    method: "POST",
    path: `/api/v1/alerts/${id}/snooze`,
    record: `/api/v1/alerts/${id}`,
    body: { untilMs: nowMs + snoozeMs },
    base: null,
    title,
  }));
}
