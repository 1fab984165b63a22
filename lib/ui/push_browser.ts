/**
 * Push messages of this browser: asked for only after somebody pressed a button.
 *
 * @module
 */

const path = "/api/v1/push/subscriptions";

/** Where this browser stands; `unsupported` where it cannot. */
export type PushState = "unsupported" | "denied" | "off" | "on";

/** Returns a base64url text as bytes. */
export function decodeKey(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** Names a device by what its browser says of itself. */
export function nameDevice(userAgent: string): string {
  const browsers = [
    ["Edg/", "Edge"],
    ["OPR/", "Opera"],
    ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"],
    ["Safari/", "Safari"],
  ] as const;
  const systems = [
    ["Android", "Android"],
    ["iPhone", "iPhone"],
    ["iPad", "iPad"],
    ["Windows", "Windows"],
    ["Mac OS", "macOS"],
    ["Linux", "Linux"],
  ] as const;
  const find = (names: readonly (readonly [string, string])[]) =>
    names.find(([mark]) => userAgent.includes(mark))?.[1];
  const parts = [find(browsers), find(systems)].filter((part) => part !== undefined);
  return parts.join(" on ");
}

async function getRegistration(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator) || !("PushManager" in globalThis)) return null;
  return await navigator.serviceWorker.getRegistration() ?? null;
}

/** Says where this browser stands; asks nobody anything. */
export async function readPushState(): Promise<PushState> {
  const registration = await getRegistration();
  if (!registration) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  return await registration.pushManager.getSubscription() ? "on" : "off";
}

/**
 * Subscribes this browser; the browser asks the person.
 *
 * @throws {Error} When browser or server refuse.
 */
export async function subscribePush(): Promise<PushState> {
  const registration = await getRegistration();
  if (!registration) return "unsupported";
  if (await Notification.requestPermission() !== "granted") return "denied";
  const { publicKey } = await readJson(await fetch("/api/v1/push/key")) as { publicKey: string };
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: decodeKey(publicKey),
  });
  const { endpoint, keys } = subscription.toJSON();
  const body = { endpoint, keys, deviceName: nameDevice(navigator.userAgent) };
  try {
    await readJson(
      await fetch(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
  } catch (error) {
    // What the server does not know is never sent to.
    await subscription.unsubscribe();
    throw error;
  }
  return "on";
}

/** Ends push to this browser, here and on the server. */
export async function unsubscribePush(): Promise<PushState> {
  const registration = await getRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return "off";
  const bytes = new TextEncoder().encode(subscription.endpoint);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const id = [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  await subscription.unsubscribe();
  await fetch(`${path}/${id}`, { method: "DELETE" });
  return "off";
}

async function readJson(answer: Response): Promise<unknown> {
  const body = await answer.json().catch(() => null) as { detail?: string } | null;
  if (!answer.ok) throw new Error(body?.detail ?? `Error ${answer.status}`);
  return body;
}
