/**
 * Subscriptions: what a client asked for, in our spelling, Binance's or Alpaca's, and whether an
 * event is part of it.
 *
 * @module
 */
import { type ClientMessage, clientMessageSchema, type LiveFilter } from "../contracts/live.ts";
import { isTimeframe, type Timeframe } from "../market/mod.ts";
import type { EventMatch } from "./event_log.ts";
import { privateChannel, type PublicChannel, publicChannels } from "./types.ts";

/** What one connection wants of one channel; null means all. */
export interface Subscription {
  symbols: ReadonlySet<string> | null;
  timeframes: ReadonlySet<string> | null;
  filter: LiveFilter;
}

/** What a client's text asks for. */
export type Command =
  | {
    kind: "subscribe";
    channels: PublicChannel[];
    symbols: string[] | null;
    timeframes: Timeframe[] | null;
    filter: LiveFilter;
    after?: string;
    /** Asks for what is for one person alone, too. */
    isPrivate?: boolean;
    /** The client's own number of its request, given back in the acknowledgement. */
    requestId?: unknown;
  }
  | {
    kind: "unsubscribe";
    channels: PublicChannel[];
    symbols: string[] | null;
    isPrivate?: boolean;
    requestId?: unknown;
  }
  | { kind: "ping" }
  | { kind: "nothing"; requestId?: unknown };

/** A message that no spelling explains; its text may be shown to the client. */
export class ClientMessageError extends Error {
  override name = "ClientMessageError";
}

/**
 * Returns what a client's message asks for, one command a channel family.
 *
 * @throws {ClientMessageError} For anything but a known message.
 */
export function parseClientMessage(text: string): Command[] {
  if (text.length > 65_536) throw new ClientMessageError("Cannot read the message: it is too long");
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ClientMessageError("Cannot read the message: a JSON object is required");
  }
  const message = value as Record<string, unknown>;
  if (typeof message.method === "string") return parseBinanceMessage(message);
  if (typeof message.action === "string") return parseAlpacaMessage(message);
  const parsed = clientMessageSchema.safeParse(message);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new ClientMessageError(`Cannot read ${issue.path.join(".") || "it"}: ${issue.message}`);
  }
  return [toCommand(parsed.data)];
}

/** Says whether an event belongs to a subscription of its channel. */
export function isMatch(subscription: Subscription, match: EventMatch): boolean {
  const { symbols, timeframes, filter } = subscription;
  const subject = match.symbol ?? match.entity;
  if (symbols && subject !== undefined && !symbols.has(subject)) return false;
  if (timeframes && match.timeframe !== undefined && !timeframes.has(match.timeframe)) return false;
  // Prices and bars have none of what the filter speaks of, and are not meant by it.
  if (match.type === undefined && match.entity === undefined && match.confidence === undefined) {
    return true;
  }
  if (filter.type !== undefined && ![filter.type].flat().includes(match.type ?? "")) return false;
  if (filter.entity !== undefined && match.entity !== filter.entity) return false;
  return filter.minConfidence === undefined || (match.confidence ?? 0) >= filter.minConfidence;
}

/** Returns `before` widened by what `command` asks; its filter replaces the earlier one. */
export function widenSubscription(
  before: Subscription | undefined,
  command: Command & { kind: "subscribe" },
): Subscription {
  const join = <T>(old: ReadonlySet<T> | null | undefined, more: readonly T[] | null) =>
    more === null || old === null ? null : new Set([...old ?? [], ...more]);
  return {
    symbols: join(before?.symbols, command.symbols),
    timeframes: join(before?.timeframes, command.timeframes),
    filter: command.filter,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ClientMessageError("Cannot read the message: it is not JSON");
  }
}

function toCommand(message: ClientMessage): Command {
  if (message.type === "ping") return { kind: "ping" };
  const isPrivate = message.channels.includes(privateChannel);
  const channels = message.channels.filter((name) => name !== privateChannel).map(toChannel);
  const symbols = message.symbols ?? null;
  if (message.type === "unsubscribe") return { kind: "unsubscribe", channels, symbols, isPrivate };
  const { timeframes = null, filter = {}, after } = message;
  return { kind: "subscribe", channels, symbols, timeframes, filter, after, isPrivate };
}

function toChannel(name: string): PublicChannel {
  const channel = publicChannels.find((known) => known === name);
  if (channel) return channel;
  throw refuseChannel(name, "no such channel");
}

/** Returns the refusal of a channel. */
export function refuseChannel(name: string, reason: string): ClientMessageError {
  return new ClientMessageError(`Cannot use channel "${name.slice(0, 40)}": ${reason}`);
}

/** `{method: "SUBSCRIBE", params: ["btcusdt@kline_1m", "!miniTicker@arr"], id: 1}` */
function parseBinanceMessage(message: Record<string, unknown>): Command[] {
  const requestId = message.id ?? null;
  const method = String(message.method).toUpperCase();
  if (method === "PING") return [{ kind: "ping" }];
  if (method !== "SUBSCRIBE" && method !== "UNSUBSCRIBE") {
    throw new ClientMessageError(`Cannot do method "${method.slice(0, 40)}": no such method`);
  }
  const params = readTexts(message.params, "params");
  if (params.length === 0) return [{ kind: "nothing", requestId }];
  return params.map((param): Command => {
    const [name = "", stream = ""] = param.split("@");
    const symbols = name.startsWith("!") ? null : [name.toUpperCase()];
    const timeframe = stream.startsWith("kline_") ? stream.slice("kline_".length) : null;
    if (timeframe === null && !/^(trade|aggTrade|ticker|miniTicker|bookTicker|arr)/.test(stream)) {
      throw new ClientMessageError(`Cannot use stream "${param.slice(0, 60)}": no such stream`);
    }
    if (timeframe !== null && !isTimeframe(timeframe)) {
      throw new ClientMessageError(`Cannot use stream "${param.slice(0, 60)}": no such timeframe`);
    }
    const channels: PublicChannel[] = [timeframe === null ? "prices" : "bars"];
    if (method === "UNSUBSCRIBE") return { kind: "unsubscribe", channels, symbols, requestId };
    const timeframes = timeframe !== null && isTimeframe(timeframe) ? [timeframe] : null;
    return { kind: "subscribe", channels, symbols, timeframes, filter: {}, requestId };
  });
}

/** `{action: "subscribe", trades: ["AAPL"], quotes: [...], bars: ["*"]}` */
function parseAlpacaMessage(message: Record<string, unknown>): Command[] {
  if (message.action === "auth") return [{ kind: "nothing" }];
  if (message.action !== "subscribe" && message.action !== "unsubscribe") {
    throw new ClientMessageError(
      `Cannot do action "${String(message.action).slice(0, 40)}": no such action`,
    );
  }
  const kind = message.action;
  const families = [
    ["trades", "prices", null],
    ["quotes", "prices", null],
    ["bars", "bars", "1m"],
    [
      "updatedBars",
      "bars",
      "1m",
    ],
    ["dailyBars", "bars", "1d"],
  ] as const;
  const commands = families.flatMap(([field, channel, timeframe]): Command[] => {
    if (message[field] === undefined) return [];
    const names = readTexts(message[field], field);
    if (names.length === 0) return [];
    const symbols = names.includes("*") ? null : names;
    if (kind === "unsubscribe") return [{ kind, channels: [channel], symbols }];
    const timeframes = timeframe ? [timeframe] : null;
    return [{ kind, channels: [channel], symbols, timeframes, filter: {} }];
  });
  return commands.length > 0 ? commands : [{ kind: "nothing" }];
}

function readTexts(value: unknown, field: string): string[] {
  const isList = Array.isArray(value) && value.length <= 1000 &&
    value.every((item) => typeof item === "string" && item.length <= 80);
  if (!isList) throw new ClientMessageError(`Cannot read ${field}: a list of names is required`);
  return value;
}
