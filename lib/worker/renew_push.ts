/**
 * A push subscription that the browser ended is made anew, with what its owner had chosen.
 *
 * @module
 */
import type { PushChangeEvent } from "./scope.ts";

const path = "/api/v1/push/subscriptions";

/** What renewing takes. */
export interface RenewPorts {
  manager: Pick<PushManager, "subscribe">;
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** Makes a new subscription and tells the server; says whether there is one now. */
export async function renewPush(
  { oldSubscription, newSubscription }: PushChangeEvent,
  { manager, fetch }: RenewPorts,
): Promise<boolean> {
  const chosen = oldSubscription ? await readChosen(oldSubscription.endpoint, fetch) : {};
  const made = newSubscription ??
    await manager.subscribe({ userVisibleOnly: true, applicationServerKey: await readKey(fetch) });
  const { endpoint, keys } = made.toJSON();
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...chosen, endpoint, keys }),
  });
  return answer.ok;
}

async function readKey(fetch: RenewPorts["fetch"]): Promise<string> {
  const { publicKey } = await (await fetch("/api/v1/push/key")).json();
  return publicKey;
}

/** What was chosen for the old subscription; nothing where it is not known any more. */
async function readChosen(
  endpoint: string,
  fetch: RenewPorts["fetch"],
): Promise<Record<string, unknown>> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  const id = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const answer = await fetch(`${path}/${id}`);
  if (!answer.ok) return {};
  const { deviceName, symbols, wants } = await answer.json();
  return { deviceName, symbols, wants };
}
