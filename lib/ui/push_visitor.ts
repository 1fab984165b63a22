/**
 * Push for a visitor without an account: the browser's own address and some symbols, nothing else.
 *
 * @module
 */

/** Symbols that one visitor may follow. */
export const pushSymbolsMax = 20;

/** How the browser and the server are asked. */
export interface PushPorts {
  /** Sends JSON without any cookie; resolves to the status and the answer. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** The person's answer to the browser's question. */
  askPermission(): Promise<"granted" | "denied" | "default">;
  /** The browser's subscription; null for none. */
  find(): Promise<PushAddress | null>;
  subscribe(key: string): Promise<PushAddress>;
}

/** What a browser subscribed with. */
export interface PushAddress {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

/** What came of a click. */
export type PushState = "on" | "off" | "denied" | "failed" | "none";

const path = "/api/v1/push/subscriptions";

/** Returns the id of a browser's subscription: SHA-256 (hex) of its endpoint. */
export async function hashEndpoint(endpoint: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Has this browser told of signals on the symbols, beside those that it follows already. */
export async function startPush(
  { call, askPermission, subscribe }: PushPorts,
  symbols: readonly string[],
): Promise<PushState> {
  if (await askPermission() !== "granted") return "denied";
  const key = await call("GET", "/api/v1/push/key");
  const { publicKey } = (key.body ?? {}) as { publicKey?: unknown };
  if (key.status === 503) return "none";
  if (typeof publicKey !== "string") return "failed";
  const address = await subscribe(publicKey);
  const before = await readSymbols(call, await hashEndpoint(address.endpoint)) ?? [];
  const all = [...new Set([...symbols, ...before])].slice(0, pushSymbolsMax);
  const { status } = await call("POST", path, { ...address, symbols: all, deviceName: "" });
  return status === 200 ? "on" : "failed";
}

/** Stops it for these symbols; a browser that then follows nothing is forgotten. */
export async function stopPush(
  { call, find }: PushPorts,
  symbols: readonly string[],
): Promise<PushState> {
  const address = await find();
  if (!address) return "off";
  const id = await hashEndpoint(address.endpoint);
  const left = (await readSymbols(call, id) ?? []).filter((each) => !symbols.includes(each));
  const { status } = left.length > 0
    ? await call("PATCH", `${path}/${id}`, { symbols: left })
    : await call("DELETE", `${path}/${id}`);
  return status === 200 || status === 404 ? "off" : "failed";
}

/** Says whether this browser is told of these symbols. */
export async function readPush(
  { call, find }: PushPorts,
  symbols: readonly string[],
): Promise<boolean> {
  const address = await find();
  const followed = address && await readSymbols(call, await hashEndpoint(address.endpoint));
  return followed !== null &&
    symbols.slice(0, pushSymbolsMax).every((each) => followed.includes(each));
}

/** The symbols that a subscription follows; null where the server knows none such. */
async function readSymbols(call: PushPorts["call"], id: string): Promise<string[] | null> {
  const { status, body } = await call("GET", `${path}/${id}`);
  const { symbols } = (body ?? {}) as { symbols?: unknown };
  if (status !== 200 || !Array.isArray(symbols)) return null;
  return symbols.filter((each) => typeof each === "string");
}
