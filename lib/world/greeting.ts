/**
 * What the product says of itself when it starts, or why it cannot.
 *
 * @module
 */
import type { ModeInfo } from "../api/mod.ts";

/**
 * Returns the lines of a start: address, data folder, mode with the dates of a recording, and the link
 * to set the product up while somebody has to.
 */
export function describeStart({ url, dataDir, mode, setupLink }: {
  url: string;
  dataDir: string;
  mode: ModeInfo;
  setupLink: string | null;
}): string {
  const day = (ms: number | undefined) => new Date(ms ?? 0).toISOString().slice(0, 16) + "Z";
  const dates = mode.mode === "replay"
    ? ` (recorded ${day(mode.recordedFrom)} to ${day(mode.recordedTo)})`
    : "";
  const lines = [`CryptoIntel  ${url}`, `  data  ${dataDir}`, `  mode  ${mode.mode}${dates}`];
  if (setupLink !== null) lines.push(`  first administrator, once and within a day  ${setupLink}`);
  return `${lines.join("\n")}\n`;
}

/** Returns the address of a server as a link; IPv6 stands in brackets. */
export function formatUrl({ hostname, port }: { hostname: string; port: number }): string {
  return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

/** Returns the one line that a start ends with when it fails. */
export function describeFailure(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return "Cannot start: the port is taken; another copy runs, or set PORT\n";
  }
  return `${error instanceof Error ? error.message : String(error)}\n`;
}
