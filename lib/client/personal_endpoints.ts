/**
 * Endpoints of what belongs to one person: alerts, notifications, preferences, push.
 *
 * @module
 */
import type { z } from "zod";
import type * as alerts from "../contracts/alerts.ts";
import type { doneSchema } from "../contracts/auth.ts";
import type * as notifications from "../contracts/notifications.ts";
import type * as preferences from "../contracts/preferences.ts";
import {
  type Answer,
  type Body,
  type Call,
  type EndpointAddress,
  get,
  type OfId,
  patch,
  post,
  put,
  type Query,
  remove,
} from "./calls.ts";

type OfAlert = { alert_id: string };
type Alert = Answer<typeof alerts.alertSchema>;
type Push = Answer<typeof notifications.pushSchema>;
type Done = Answer<typeof doneSchema>;
type Token = z.output<typeof preferences.unsubscribeQuerySchema>;

/** They, by the name of their function. */
export interface PersonalCalls {
  listAlerts: Call<Answer<typeof alerts.alertsSchema>, Query<typeof alerts.alertsQuerySchema>>;
  createAlert: Call<Alert, Body<typeof alerts.newAlertSchema>>;
  getAlert: Call<Alert, OfAlert>;
  putAlert: Call<Alert, OfAlert & Body<typeof alerts.alertDraftSchema>>;
  changeAlert: Call<Alert, OfAlert & Body<typeof alerts.alertChangeSchema>>;
  deleteAlert: Call<Done, OfAlert>;
  snoozeAlert: Call<Alert, OfAlert & Body<typeof alerts.snoozeSchema>>;
  foreseeAlert: Call<Answer<typeof alerts.foresightSchema>, Body<typeof alerts.alertDraftSchema>>;
  listAlertHistory: Call<
    Answer<typeof alerts.alertHistorySchema>,
    Query<typeof alerts.historyQuerySchema>
  >;
  getPreferences: Call<Answer<typeof preferences.preferencesSchema>>;
  putPreferences: Call<
    Answer<typeof preferences.preferencesSchema>,
    Body<typeof preferences.preferencesChangeSchema>
  >;
  testChannel: Call<
    Answer<typeof notifications.testedSchema>,
    Body<typeof preferences.channelTestSchema>
  >;
  listNotifications: Call<
    Answer<typeof notifications.notificationsSchema>,
    Query<typeof notifications.notificationsQuerySchema>
  >;
  markNotificationsRead: Call<
    Answer<typeof notifications.markedSchema>,
    Body<typeof notifications.readSchema>
  >;
  listDeliveries: Call<
    Answer<typeof notifications.deliveriesSchema>,
    Query<typeof notifications.deliveriesQuerySchema>
  >;
  getPushKey: Call<Answer<typeof notifications.pushKeySchema>>;
  listPushDevices: Call<Answer<typeof notifications.pushListSchema>>;
  subscribePush: Call<Push, Body<typeof notifications.newPushSchema>>;
  getPushSubscription: Call<Push, OfId>;
  changePushSubscription: Call<Push, OfId & Body<typeof notifications.pushChangeSchema>>;
  deletePushSubscription: Call<Done, OfId>;
  testPush: Call<Answer<typeof notifications.testedSchema>, OfId>;
  /** Pages, as HTML. */
  askUnsubscribe: Call<string, Token>;
  endMail: Call<string, Token>;
}

/** Where each is. */
export const personalEndpoints: Readonly<Record<keyof PersonalCalls, EndpointAddress>> = {
  listAlerts: get("/api/v1/alerts"),
  createAlert: post("/api/v1/alerts"),
  getAlert: get("/api/v1/alerts/{alert_id}"),
  putAlert: put("/api/v1/alerts/{alert_id}"),
  changeAlert: patch("/api/v1/alerts/{alert_id}"),
  deleteAlert: remove("/api/v1/alerts/{alert_id}"),
  snoozeAlert: post("/api/v1/alerts/{alert_id}/snooze"),
  foreseeAlert: post("/api/v1/alerts/foresight"),
  listAlertHistory: get("/api/v1/alert-history"),
  getPreferences: get("/api/v1/preferences"),
  putPreferences: put("/api/v1/preferences"),
  testChannel: post("/api/v1/preferences/test"),
  listNotifications: get("/api/v1/notifications"),
  markNotificationsRead: post("/api/v1/notifications/read"),
  listDeliveries: get("/api/v1/deliveries"),
  getPushKey: get("/api/v1/push/key"),
  listPushDevices: get("/api/v1/push/devices"),
  subscribePush: post("/api/v1/push/subscriptions"),
  getPushSubscription: get("/api/v1/push/subscriptions/{id}"),
  changePushSubscription: patch("/api/v1/push/subscriptions/{id}"),
  deletePushSubscription: remove("/api/v1/push/subscriptions/{id}"),
  testPush: post("/api/v1/push/subscriptions/{id}/test"),
  askUnsubscribe: get("/api/v1/unsubscribe"),
  endMail: post("/api/v1/unsubscribe"),
};
