/** Acceptance cards: what every source has to be seen doing. */

/** The nine cards, in the order in which a source is tried. */
export const cardNames = [
  "list",
  "subscribe or poll",
  "reconnect",
  "gap",
  "limit",
  "bad key",
  "schema drift",
  "empty answer",
  "malformed answer",
] as const;

/** One source's cards. */
export type Cards = Record<(typeof cardNames)[number], () => Promise<void>>;
