/**
 * A short fingerprint of a text, for spreading and comparing; not for security.
 *
 * @module
 */

/** Returns a whole number from 0 to 2^32 - 1, the same each time (FNV-1a over UTF-16 units). */
export function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
