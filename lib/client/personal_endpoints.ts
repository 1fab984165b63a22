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
import type { Call, EndpointAddress } from "./endpoints.ts";

type Answer<S extends z.ZodType> = z.output<S>;
type Query<S extends z.ZodType> = { [K in keyof z.output<S>]?: z.output<S>[K] | undefined };
type Body<S extends z.ZodType> = { body: z.input<S> };
type OfAlert = { alert_id: string };
type OfId = { id: string };
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

const at = (method: EndpointAddress["method"], path: string): EndpointAddress => ({
  method,
  path: `/api/v1/${path}`,
});

/** Where each is. */
export const personalEndpoints: Readonly<Record<keyof PersonalCalls, EndpointAddress>> = {
  listAlerts: at("GET", "alerts"),
  createAlert: at("POST", "alerts"),
  getAlert: at("GET", "alerts/{alert_id}"),
  putAlert: at("PUT", "alerts/{alert_id}"),
  changeAlert: at("PATCH", "alerts/{alert_id}"),
  deleteAlert: at("DELETE", "alerts/{alert_id}"),
  snoozeAlert: at("POST", "alerts/{alert_id}/snooze"),
  foreseeAlert: at("POST", "alerts/foresight"),
  listAlertHistory: at("GET", "alert-history"),
  getPreferences: at("GET", "preferences"),
  putPreferences: at("PUT", "preferences"),
  testChannel: at("POST", "preferences/test"),
  listNotifications: at("GET", "notifications"),
  markNotificationsRead: at("POST", "notifications/read"),
  listDeliveries: at("GET", "deliveries"),
  getPushKey: at("GET", "push/key"),
  listPushDevices: at("GET", "push/devices"),
  subscribePush: at("POST", "push/subscriptions"),
  getPushSubscription: at("GET", "push/subscriptions/{id}"),
  changePushSubscription: at("PATCH", "push/subscriptions/{id}"),
  deletePushSubscription: at("DELETE", "push/subscriptions/{id}"),
  testPush: at("POST", "push/subscriptions/{id}/test"),
  askUnsubscribe: at("GET", "unsubscribe"),
  endMail: at("POST", "unsubscribe"),
};
