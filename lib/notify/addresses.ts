/**
 * Which network addresses lie inside: this machine, its network, and what must not be reached.
 *
 * @module
 */
import { BlockList, isIP } from "node:net";

/** Ranges that are no public addresses, after IANA's special-purpose registries (RFC 6890). */
const internal: readonly [family: "ipv4" | "ipv6", from: string, bits: number][] = [
  ["ipv4", "0.0.0.0", 8],
  ["ipv4", "10.0.0.0", 8],
  ["ipv4", "100.64.0.0", 10],
  ["ipv4", "127.0.0.0", 8],
  ["ipv4", "169.254.0.0", 16],
  ["ipv4", "172.16.0.0", 12],
  ["ipv4", "192.0.0.0", 24],
  ["ipv4", "192.0.2.0", 24],
  ["ipv4", "192.88.99.0", 24],
  ["ipv4", "192.168.0.0", 16],
  ["ipv4", "198.18.0.0", 15],
  ["ipv4", "198.51.100.0", 24],
  ["ipv4", "203.0.113.0", 24],
  ["ipv4", "224.0.0.0", 4],
  ["ipv4", "240.0.0.0", 4],
  // Nothing and itself; those that carry an IPv4 address are judged by what they may carry.
  ["ipv6", "::", 96],
  ["ipv6", "64:ff9b::", 96],
  ["ipv6", "64:ff9b:1::", 48],
  ["ipv6", "100::", 64],
  ["ipv6", "2001::", 23],
  ["ipv6", "2001:db8::", 32],
  ["ipv6", "2002::", 16],
  ["ipv6", "3fff::", 20],
  ["ipv6", "5f00::", 16],
  ["ipv6", "fc00::", 7],
  ["ipv6", "fe80::", 10],
  ["ipv6", "fec0::", 10],
  ["ipv6", "ff00::", 8],
];

const blocked = new BlockList();
for (const [family, from, bits] of internal) blocked.addSubnet(from, bits, family);

/** Says whether an address (IPv4 or IPv6, no name) is internal; what is no address is. */
export function isInternalAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, "");
  const family = isIP(bare);
  return family === 0 || blocked.check(bare, family === 6 ? "ipv6" : "ipv4");
}
