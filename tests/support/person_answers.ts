/** What the API tells somebody who is signed in: full, empty, hostile and refusing. */
import type { AlertView } from "../../lib/ui/alert_list.ts";
import { ALERT_ID, type Answers } from "./person_app.tsx";

const timeMs = Date.UTC(2024, 0, 2);

/** An alert as the API tells of it. */
export const anAlert = (part: Partial<AlertView> = {}): AlertView => ({
  alert_id: ALERT_ID,
  user_id: "u",
  symbol: "BTCUSDT",
  condition: "PRICE_ABOVE",
  threshold: 60_000,
  parameters: {},
  channels: ["WEBSOCKET"],
  cooldown: 300,
  one_time: false,
  is_active: true,
  name: "BTC above 60,000",
  note: "",
  holdMs: 0,
  allowsUnsure: false,
  expiresMs: null,
  snoozedUntilMs: null,
  phase: "armed",
  lastFiredMs: timeMs - 60_000,
  revision: 3,
  created_at: timeMs,
  updated_at: timeMs,
  ...part,
});

/** Answers whose texts are all `text`. */
export function tellAll(text: string, link = "/enhanced-dashboard?symbol=BTCUSDT"): Answers {
  const alert = anAlert({ name: text, symbol: text, note: text });
  const firing = {
    id: "f1",
    alert_id: ALERT_ID,
    symbol: text,
    condition: "PRICE_ABOVE",
    threshold: 60_000,
    value: 60_012.5,
    timestamp: timeMs,
    receivedMs: timeMs,
    decidedMs: timeMs,
    isRecorded: true,
    title: text,
    message: text,
    figures: { [text]: text, price: 60_012.5, none: null },
    link,
    channels: ["WEBSOCKET", "EMAIL"],
  };
  const notification = {
    id: "n1",
    timestamp: timeMs,
    kind: "digest",
    title: text,
    message: text,
    link,
    firingIds: ["f1", "f2"],
    isRead: false,
    isRecorded: true,
  };
  return {
    "GET /api/v1/alerts": { alerts: [alert], count: 1, most: 1_000, next_cursor: null },
    [`GET /api/v1/alerts/${ALERT_ID}`]: alert,
    "GET /api/v1/alert-history": { firings: [firing], count: 1, next_cursor: "c1" },
    "GET /api/v1/notifications": {
      notifications: [notification, { ...notification, id: "n2", isRead: true }],
      count: 2,
      unread: 1,
      next_cursor: null,
    },
    "GET /api/v1/preferences": {
      revision: 4,
      email: "mara@example.org",
      isMailOn: false,
      webhookUrl: "https://hooks.example.org/a",
      hasWebhookSecret: true,
      webhookSecret: null,
      slackUrl: text,
      quietHours: { fromMinute: 1_380, toMinute: 420 },
      timeZone: text,
      batchSeconds: 77,
      channels: { EMAIL: false },
      toasts: true,
      sound: true,
      toastConfidence: 0.65,
    },
    "GET /api/v1/push/devices": {
      subscriptions: [{
        id: "a".repeat(64),
        deviceName: text,
        symbols: [],
        isEnabled: true,
        wants: "important",
        isAnonymous: false,
        service: text,
        createdMs: timeMs,
      }],
      count: 1,
    },
    "GET /api/v1/auth/sessions": {
      sessions: [
        {
          id: "s1",
          createdMs: timeMs,
          usedMs: timeMs,
          expiresMs: timeMs,
          userAgent: text,
          ip: text,
          isCurrent: true,
        },
        {
          id: "s2",
          createdMs: timeMs,
          usedMs: timeMs,
          expiresMs: timeMs,
          userAgent: "Firefox/1 Linux",
          ip: "10.0.0.1",
          isCurrent: false,
        },
      ],
      count: 2,
    },
    "GET /api/v1/auth/passkeys": {
      passkeys: [{ id: "p1", name: text, createdMs: timeMs, usedMs: null }],
      count: 1,
    },
    "GET /api/v1/auth/keys": {
      keys: [{
        id: "k1",
        name: text,
        start: "ci_abc",
        scopes: ["read", "alerts"],
        createdMs: timeMs,
        usedMs: null,
        expiresMs: null,
      }],
      count: 1,
    },
    "GET /api/v1/auth/setup": { isNeeded: false },
  };
}

/** Somebody who has made nothing yet. */
export const emptyAnswers: Answers = {
  ...tellAll("none"),
  "GET /api/v1/alerts": { alerts: [], count: 0, most: 1_000, next_cursor: null },
  "GET /api/v1/alert-history": { firings: [], count: 0, next_cursor: null },
  "GET /api/v1/notifications": { notifications: [], count: 0, unread: 0, next_cursor: null },
  "GET /api/v1/push/devices": { subscriptions: [], count: 0 },
  "GET /api/v1/auth/passkeys": { passkeys: [], count: 0 },
  "GET /api/v1/auth/keys": { keys: [], count: 0 },
};

/** What the past of an alert was. */
export const someForesight = {
  symbol: "BTCUSDT",
  condition: "PRICE_ABOVE",
  timeframe: "1m",
  isKnown: true,
  detail: "Looked at 600 bars of 1m.",
  counts: [7, 30, 90].map((days) => ({ days, firings: days, coveredDays: 0.42 })),
  aftermath: [{ afterMs: 3_600_000, count: 12, medianChange: -0.31, higherShare: 0.25 }],
  firings: [{ timeMs, price: null, changes: [null] }],
};
