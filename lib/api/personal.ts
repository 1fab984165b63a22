/**
 * What endpoints that belong to one person share: who asks, and the parts that tell people.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { type Identity, requireIdentity } from "../accounts/mod.ts";
import type { AlertState } from "../alerts/mod.ts";
import { ServiceUnavailableError } from "../contracts/errors.ts";
import type { PushSubscriptionRecord } from "../contracts/notification_records.ts";
import type { AlertRecord, ChannelName } from "../contracts/owned.ts";
import type { Outcome, Vault } from "../notify/mod.ts";
import type { OwnedStore } from "../store/mod.ts";
import type { ApiEnv } from "./deps.ts";
import { identify, type IdentityDeps } from "./identity.ts";

/** The ways to tell people, as far as the API needs them. */
export interface DeliveryDesk {
  vault: Vault;
  /** False where no mail server is named. */
  isMailOn: boolean;
  /** Throws `EgressError` for an address that nothing may be sent to. */
  checkUrl(url: string): void;
  /** Says whether an address may be one of Slack's. */
  isSlackUrl(url: string): boolean;
  isPushEndpoint(endpoint: string): boolean;
  /** Key that browsers subscribe with, base64url. */
  pushKey: string;
  /** Tries a channel at once; null where the person has not set it up. */
  sendTest(userId: string, channel: ChannelName): Promise<Outcome | null>;
  /** Tries one browser at once. */
  sendTestPush(browser: PushSubscriptionRecord): Promise<Outcome>;
  /** Returns whose mail a signed text ends; null for any other text. */
  readUnsubscribe(token: string): Promise<string | null>;
}

/** What belongs to people, and what works on it. */
export interface PersonalParts {
  owned: OwnedStore;
  /** An alert was written, or (null) deleted. */
  noteAlert(alertId: string, alert: AlertRecord | null): void;
  /** Where an alert of this revision stands right now; null where it is not watched here. */
  getAlertState(alertId: string, revision: number): AlertState | null;
  delivery: DeliveryDesk;
}

/** What these endpoints are given. */
export interface PersonalDeps extends IdentityDeps {
  /** Absent while nothing works on it. */
  personal?: PersonalParts | undefined;
  /** Wall time, epoch ms. */
  now(): number;
}

/** @throws {ServiceUnavailableError} While nothing works on what belongs to people. */
export function getPersonal({ personal }: Pick<PersonalDeps, "personal">): PersonalParts {
  if (personal) return personal;
  throw new ServiceUnavailableError("Cannot do this: alerts are not open here");
}

/** Returns who asks; the guard of the path has let them pass. */
export async function readPerson(c: Context<ApiEnv>, deps: PersonalDeps): Promise<Identity> {
  return requireIdentity(await identify(c, deps), "alerts");
}

/** Returns the body of a route: JSON by a schema. */
export const jsonBody = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { "application/json": { schema } },
});
