/**
 * The names that texts are searched for: those of the symbols we follow and the protocols we know.
 *
 * @module
 */
import { createRuleEntities, type EntityModel, isEverydayWord, type KnownName } from "../ml/mod.ts";
import { listUpTo } from "./read.ts";
import type { StageContext } from "./types.ts";

const DAY_MS = 86_400_000;
const STATE = "protocol_names";
/** The largest protocols are named in headlines; with so many the list stays below 64 kB. */
const PROTOCOLS_MAX = 800;
const SAMPLES_MAX = 10_000;
const SYMBOLS_MAX = 10_000;
const NAME_CHARS_MAX = 40;

/** Returns a model that knows active symbols and the largest protocols of the last day. */
export async function createEntityModel(
  { store, marketNow }: Pick<StageContext, "store" | "marketNow">,
): Promise<EntityModel> {
  const symbols = await listUpTo(store.symbols, { index: "active", equals: [true] }, SYMBOLS_MAX);
  const crypto = symbols.filter(({ kind, base }) => kind === "crypto" && base !== "");
  const names: KnownName[] = crypto.flatMap(({ name, base }) =>
    name && name !== base ? [{ type: "token" as const, text: name, name: base }] : []
  );
  for (const [name, text] of await listProtocols(store, marketNow())) {
    names.push({ type: "protocol", text, name });
  }
  return createRuleEntities({ codes: new Set(crypto.map(({ base }) => base)), names });
}

/** Says whether a source's tag is the code of a token rather than noise, such as `A`, `IN` or `4`. */
export function isTokenCode(code: string): boolean {
  return /^[A-Z][A-Z0-9]{2,9}$/.test(code) && !isEverydayWord(code);
}

/** Returns protocols by their family (`aave` for `aave-v3`) and name, renewed once a market day. */
async function listProtocols(
  store: StageContext["store"],
  nowMs: number,
): Promise<[string, string][]> {
  const today = Math.floor(nowMs / DAY_MS);
  const kept = await store.getState<{ day: number; names: [string, string][] }>(STATE);
  if (kept?.day === today && kept.names.length > 0) return kept.names;
  const samples = await listUpTo(store.tvl, { from: nowMs - DAY_MS }, SAMPLES_MAX);
  const largest = new Map<string, { text: string; tvl: number }>();
  for (const { entity, name, tvl_usd } of samples) {
    if (!entity.startsWith("protocol:") || name.length > NAME_CHARS_MAX) continue;
    const family = entity.slice("protocol:".length).replace(/-v\d+$/, "");
    const known = largest.get(family);
    if (known && known.tvl >= tvl_usd) continue;
    largest.set(family, { text: name.replace(/ v\d+$/i, ""), tvl: tvl_usd });
  }
  const names = [...largest]
    .sort(([a, x], [b, y]) => y.tvl - x.tvl || (a < b ? -1 : 1))
    .slice(0, PROTOCOLS_MAX)
    .map(([family, { text }]): [string, string] => [family, text]);
  if (names.length > 0) await store.putState(STATE, { day: today, names });
  return names;
}
