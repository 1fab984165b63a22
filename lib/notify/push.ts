/**
 * PUSH: a message to a browser, encrypted for it alone (RFC 8291), signed by us (RFC 8292).
 *
 * @module
 */
import webpush from "web-push";
import type { Egress, EgressAnswer } from "./egress.ts";
import { sendByHttp } from "./http.ts";
import type { Channel, Message, Outcome } from "./types.ts";

/** A browser: what its subscription says. */
export interface PushTarget {
  endpoint: string;
  /** Keys, base64url. */
  p256dh: string;
  auth: string;
}

/** Our own keys, base64url, and an address (`mailto:` or `https:`) at which a service finds us. */
export interface VapidKeys {
  publicKey: string;
  privateKey: string;
  subject: string;
}

/** Services that browsers subscribe at; a leading dot stands for any name below. */
export const pushHosts = [
  "fcm.googleapis.com",
  ".push.services.mozilla.com",
  ".notify.windows.com",
  "web.push.apple.com",
] as const;

/** Largest text that every service takes, bytes; 4 096 when encrypted. */
export const PUSH_BYTES_MAX = 3_993;
/** How long a service keeps what it could not deliver, s: older news is none. */
const TTL_SECONDS = 4 * 3_600;
/** A token is good for 12 hours and used for 11. */
const TOKEN_SECONDS = 12 * 3_600;
const TOKEN_USED_MS = 11 * 3_600_000;

/** Returns new keys. */
export function createVapidKeys(subject: string): VapidKeys {
  return { ...webpush.generateVAPIDKeys(), subject };
}

/** Says whether an endpoint is one of a known service, or of `allowed` (`host:port`). */
export function isPushEndpoint(endpoint: string, allowed: readonly string[] = []): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, host, port } = new URL(endpoint);
  if (allowed.includes(host)) return true;
  if (protocol !== "https:" || port !== "") return false;
  return pushHosts.some((known) =>
    known.startsWith(".") ? hostname.endsWith(known) : hostname === known
  );
}

/** Returns what the browser's worker shows; of a long digest the last parts are left out. */
export function writePushPayload(message: Message): string {
  const { id, kind, title, text, url, timestamp, isRecorded, topic } = message;
  const write = (parts: Message["parts"], shown: string) =>
    JSON.stringify({
      id,
      kind,
      title,
      body: shown,
      url,
      timestamp,
      recorded: isRecorded,
      topic,
      alerts: parts.map(({ firingId, alertId, symbol }) => ({ firingId, alertId, symbol })),
    });
  const fits = (payload: string) => new TextEncoder().encode(payload).length <= PUSH_BYTES_MAX;
  for (let count = Math.min(message.parts.length, 10); count >= 0; count--) {
    const payload = write(message.parts.slice(0, count), text);
    if (fits(payload)) return payload;
  }
  // Four bytes a character at most, and room for the rest.
  return write([], `${[...text].slice(0, 500).join("")}…`);
}

/** Returns the channel. `now` is wall time, epoch ms. */
export function createPushChannel(
  { egress, keys, now }: { egress: Egress; keys: VapidKeys; now: () => number },
): Channel<PushTarget> {
  const authorize = createAuthorizer(keys, now);
  return {
    name: "PUSH",
    async send(message, { endpoint, p256dh, auth }) {
      let body: Uint8Array;
      let authorization: string;
      try {
        body = webpush.encrypt(p256dh, auth, writePushPayload(message), "aes128gcm").cipherText;
        authorization = authorize(endpoint);
      } catch (error) {
        // Keys that are none: this browser can never be told anything.
        return { status: "gone", detail: `the subscription is unusable: ${readMessage(error)}` };
      }
      return await sendByHttp(
        egress,
        endpoint,
        {
          body,
          headers: {
            authorization,
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            ttl: String(TTL_SECONDS),
            urgency: message.kind === "digest" ? "normal" : "high",
            topic: message.topic,
          },
        },
        now,
        judgePush,
      );
    },
  };
}

/** One token serves all browsers of a service. */
function createAuthorizer(
  { subject, publicKey, privateKey }: VapidKeys,
  now: () => number,
): (endpoint: string) => string {
  const tokens = new Map<string, { text: string; untilMs: number }>();
  return (endpoint) => {
    const { origin } = new URL(endpoint);
    const known = tokens.get(origin);
    if (known && now() < known.untilMs) return known.text;
    const expires = Math.floor(now() / 1_000) + TOKEN_SECONDS;
    const { Authorization: text } = webpush.getVapidHeaders(
      origin,
      subject,
      publicKey,
      privateKey,
      "aes128gcm",
      expires,
    );
    tokens.set(origin, { text, untilMs: now() + TOKEN_USED_MS });
    return text;
  };
}

/** Windows' service answers 406 for too many; a refused key is ours to mend, not the browser's. */
function judgePush({ status }: EgressAnswer): Outcome | null {
  if (status === 406) return { status: "retry", detail: "answered 406", afterMs: null };
  return null;
}

function readMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
