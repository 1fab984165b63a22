/**
 * Everything of one person, and the market as it stands, each as one stream of JSON lines.
 *
 * @module
 */
import type { OwnedStore } from "../store/mod.ts";
import type { ApiDeps } from "./deps.ts";
import { listRecords } from "./exports_tables.ts";

/** One line: what it is, and the record. */
export interface ExportLine {
  kind: string;
  record: object;
}

const snapshotSignals = 1_000;
/** Characters that are sent in one piece. */
const pieceChars = 65_536;

/** Collections of a person, with what is a secret even to them or means nothing elsewhere. */
const ownCollections = [
  ["session", "sessions", ["refreshHash"]],
  ["api_key", "apiKeys", ["hash"]],
  ["passkey", "passkeys", ["publicKey", "counter"]],
  ["alert", "alerts", []],
  ["firing", "firings", []],
  ["delivery", "deliveries", []],
  ["notification", "notifications", []],
  ["push_subscription", "pushSubscriptions", ["p256dh", "auth"]],
  ["watchlist", "watchlists", []],
  ["portfolio", "portfolios", []],
  ["share", "shares", []],
] as const;

/** Yields everything that belongs to a person, without hashes, keys and encrypted secrets. */
export async function* listOwn(owned: OwnedStore, userId: string): AsyncGenerator<ExportLine> {
  const user = await owned.users.get(userId);
  if (user) {
    yield { kind: "user", record: omit(user, ["passwordHash", "emailKey", "tokenVersion"]) };
  }
  const preferences = await owned.preferences.get(userId);
  if (preferences) {
    yield { kind: "preferences", record: omit(preferences, ["webhookSecret", "slackUrl"]) };
  }
  for (const [kind, name, secrets] of ownCollections) {
    const query = { index: "user", equals: [userId] };
    for await (const record of listRecords<{ id: string }>(owned[name], query)) {
      yield { kind, record: omit(record, secrets) };
      if (name !== "portfolios") continue;
      const within = { index: "portfolio", equals: [record.id] };
      for await (const activity of listRecords(owned.activities, within)) {
        if (activity.userId === userId) yield { kind: "activity", record: activity };
      }
    }
  }
  for await (const entry of listRecords(owned.audit, { index: "actor", equals: [userId] })) {
    yield { kind: "audit", record: entry };
  }
}

function omit(record: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

/** Yields the market as it stands: symbols, prices, quality, the newest signals and outcomes. */
export async function* listSnapshot(deps: ApiDeps): AsyncGenerator<ExportLine> {
  const { store, symbols, market, getMode, marketNow, version } = deps;
  const { mode, recordedFrom, recordedTo } = getMode();
  const at = { asOfMs: marketNow(), mode, recordedFrom, recordedTo, version };
  yield { kind: "snapshot", record: at };
  for (const symbol of (await symbols.list()).symbols) {
    yield { kind: "symbol", record: symbol };
    const quality = market.getQuality(symbol.symbol);
    if (quality) yield { kind: "quality", record: quality };
  }
  for (const price of market.listPrices()) yield { kind: "price", record: price };
  for (const row of market.listContinuity()) yield { kind: "continuity", record: row };
  const newest = { limit: snapshotSignals };
  for (const record of (await store.signals.list(newest)).items) yield { kind: "signal", record };
  for (const record of (await store.outcomes.list(newest)).items) yield { kind: "outcome", record };
}

/** Returns lines as a stream that is made as it is read. */
export function streamLines(lines: AsyncGenerator<ExportLine>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let text = "";
      while (text.length < pieceChars) {
        const { done, value } = await lines.next();
        if (done) {
          if (text !== "") controller.enqueue(encoder.encode(text));
          return controller.close();
        }
        text += `${JSON.stringify(value)}\n`;
      }
      controller.enqueue(encoder.encode(text));
    },
    async cancel() {
      await lines.return(undefined);
    },
  }, { highWaterMark: 1 });
}
