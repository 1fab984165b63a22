/**
 * Wallet addresses, told by their shape alone: Ethereum, Bitcoin, Solana.
 *
 * @module
 */

/** An address as written, and its place in UTF-16 units. */
export interface FoundAddress {
  address: string;
  start: number;
  end: number;
}

/** One run of letters and digits; addresses hold nothing else. Longer runs are something else. */
const RUN = /[0-9A-Za-z]{26,90}/g;
const ETHEREUM = /^0x[0-9a-fA-F]{40}$/;
const BECH32 = /^bc1[02-9ac-hj-np-z]{11,71}$/;
const BASE58 = /^[1-9A-HJ-NP-Za-km-z]+$/;
const BITCOIN_LEGACY = /^[13][1-9A-HJ-NP-Za-km-z]{25,33}$/;

/**
 * Returns the addresses in a text, in their order, the same one each time it occurs.
 *
 * A Solana address has no mark of its own: 43 or 44 base-58 characters that mix digits, small and
 * capital letters, so that words and hashes in hex do not pass.
 */
export function findAddresses(text: string): FoundAddress[] {
  const found: FoundAddress[] = [];
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const before = text[index - 1];
    // Part of something longer, or of a link.
    if (isRunPart(before) || isRunPart(text[index + run.length]) || before === "/") continue;
    if (isAddress(run)) found.push({ address: run, start: index, end: index + run.length });
  }
  return found;
}

/** Says whether a text has the shape of a wallet address. */
export function isAddress(text: string): boolean {
  if (ETHEREUM.test(text) || BECH32.test(text)) return true;
  if (!BASE58.test(text) || !isMixed(text)) return false;
  return BITCOIN_LEGACY.test(text) || text.length === 43 || text.length === 44;
}

function isMixed(text: string): boolean {
  const digits = text.replace(/\D/g, "").length;
  return digits >= 3 && /[a-z]/.test(text) && /[A-Z]/.test(text);
}

function isRunPart(char: string | undefined): boolean {
  return char !== undefined && /[0-9A-Za-z_]/.test(char);
}
