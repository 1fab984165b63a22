/** Nine acceptance cards for every source of the product. */
import { deepEqual, equal } from "node:assert/strict";
import { pollSources, streamSources } from "../../collectors/mod.ts";
import { cardNames, type Cards } from "../support/cards.ts";
import { createPollCards } from "../support/poll_cards.ts";
import { createStreamCards } from "../support/stream_cards.ts";

const cards: ReadonlyMap<string, Cards> = new Map([
  ...streamSources.map((source): [string, Cards] => [source.key, createStreamCards(source)]),
  ...pollSources.map((source): [string, Cards] => [source.key, createPollCards(source)]),
]);

Deno.test("every source of the product has all nine cards", () => {
  const keys = [...streamSources, ...pollSources].map(({ key }) => key);
  deepEqual([...cards.keys()], keys);
  for (const own of cards.values()) deepEqual(Object.keys(own), [...cardNames]);
  equal(cardNames.length, 9);
});

for (const [key, own] of cards) {
  for (const name of cardNames) Deno.test(`${key}: ${name}`, own[name]);
}
