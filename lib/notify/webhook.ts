/**
 * WEBHOOK: a signed POST after the Standard Webhooks specification
 * (https://github.com/standard-webhooks/standard-webhooks, version 1.0.0).
 *
 * @module
 */
import type { Egress } from "./egress.ts";
import { sendByHttp } from "./http.ts";
import type { Channel, Message } from "./types.ts";

/** Where to, and the secret that it is signed with (`whsec_` and base64). */
export interface WebhookTarget {
  url: string;
  secret: string;
}

/** Returns a new secret: `whsec_` and 32 random bytes as base64. */
export function createWebhookSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}`;
}

/** Returns the signature of a body: `v1,` and the HMAC-SHA-256 of `ID.SECONDS.BODY`, base64. */
export async function signWebhook(
  secret: string,
  { id, seconds, body }: { id: string; seconds: number; body: string },
): Promise<string> {
  const bytes = Uint8Array.from(atob(secret.replace(/^whsec_/, "")), (char) => char.charCodeAt(0));
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
  const text = new TextEncoder().encode(`${id}.${seconds}.${body}`);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
  return `v1,${btoa(String.fromCharCode(...signature))}`;
}

/** Returns what is posted. */
export function writeWebhookBody({ kind, timestamp, ...message }: Message): string {
  return JSON.stringify({
    type: `cryptointel.${kind}`,
    timestamp: new Date(timestamp).toISOString(),
    data: {
      id: message.id,
      title: message.title,
      message: message.text,
      url: message.url,
      recorded: message.isRecorded,
      alerts: message.parts,
    },
  });
}

/** Returns the channel. `now` is wall time, epoch ms. */
export function createWebhookChannel(
  { egress, now }: { egress: Egress; now: () => number },
): Channel<WebhookTarget> {
  return {
    name: "WEBHOOK",
    async send(message, { url, secret }) {
      const body = writeWebhookBody(message);
      // The id is that of the message over all tries, the time that of the try.
      const seconds = Math.floor(now() / 1_000);
      const signature = await signWebhook(secret, { id: message.id, seconds, body });
      return await sendByHttp(egress, url, {
        body,
        headers: {
          "content-type": "application/json",
          "webhook-id": message.id,
          "webhook-timestamp": String(seconds),
          "webhook-signature": signature,
        },
      }, now);
    },
  };
}
