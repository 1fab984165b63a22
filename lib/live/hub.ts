/**
 * The live hub: what is published goes to every client that subscribed to it, serialised once, with
 * an envelope numbered per client, and never waits for anybody.
 *
 * @module
 */
import {
  type Client,
  type ClientOrigin,
  type ClientPort,
  createClient,
  takeMessageToken,
} from "./connection.ts";
import type { EventMatch, SavedLog } from "./event_log.ts";
import {
  ClientMessageError,
  type Command,
  isMatch,
  parseClientMessage,
  widenSubscription,
} from "./subscription.ts";
import { type BarUpdate, type PriceUpdate, type PublicChannel, publicChannels } from "./types.ts";
import { type Hub, type HubOptions, type HubStats, type LiveConnection } from "./hub_types.ts";
import { Delivery } from "./delivery.ts";
import { PhaseClock, phaseCount } from "./phases.ts";
import type { PriceGroups } from "./price_groups.ts";
import { formatSnapshot } from "./snapshot.ts";
import { listMissed } from "./missed.ts";
import { BarBoard, type DueBar, PriceBoard } from "./values.ts";

export type { Hub, HubOptions, HubSnapshot, HubStats, LiveConnection } from "./hub_types.ts";

export type { ClientPort, HubLimits } from "./connection.ts";
export type { SavedLog } from "./event_log.ts";
export type { Command } from "./subscription.ts";

/** Returns a hub without clients. */
export function createHub(options: HubOptions): Hub {
  return new LiveHub(options);
}

/** Recent events that a channel without a snapshot of its own shows to those who join. */
const recentMax = 50;
/** Size of a saved log, well below what one value of the store may hold. */
const savedBytesMax = 56_000;

class LiveHub extends Delivery implements Hub {
  readonly #prices = new PriceBoard();
  readonly #bars: BarBoard;
  readonly #recent = new Map<PublicChannel, { match: EventMatch; json: string }[]>();
  readonly #phases: PhaseClock;
  #beatMs: number;
  #isSeeded = false;

  constructor(options: HubOptions) {
    super(options);
    this.#bars = new BarBoard(this.limits.runningBarMs);
    this.#phases = new PhaseClock(options.now());
    this.#beatMs = options.now();
  }

  publishPrice(update: PriceUpdate): void {
    this.#prices.set(update);
  }

  publishBar(update: BarUpdate): void {
    const { symbol, timeframe, bar } = update;
    const takeNumber = () => this.log.take();
    if (!bar.closed) {
      const due = this.#bars.setRunning(update, this.options.now(), takeNumber);
      if (due) this.#sendRunning(due);
      return;
    }
    const json = JSON.stringify(update);
    const n = this.#append("bars", { symbol, timeframe }, json);
    this.#bars.setClosed(update, json, n);
  }

  publish(channel: PublicChannel, data: unknown, match: EventMatch = {}): void {
    let json: string | undefined;
    try {
      json = JSON.stringify(data);
    } catch (error) {
      this.options.log.error("Cannot publish: the data has no JSON", {
        channel,
        error: String(error),
      });
    }
    if (json === undefined) return;
    const recent = this.#recent.get(channel) ?? [];
    recent.push({ match, json });
    if (recent.length > recentMax) recent.shift();
    this.#recent.set(channel, recent);
    this.#append(channel, match, json);
  }

  connect(port: ClientPort, origin: ClientOrigin): LiveConnection | null {
    if (!this.hasRoom(origin.ip, origin.userId)) {
      this.counts.refused++;
      const whose = origin.userId ? "of this user" : "from this address";
      port.close(1008, `too many connections ${whose}`);
      return null;
    }
    this.#seedPrices();
    const client = createClient(port, {
      ...origin,
      nowMs: this.options.now(),
      tokens: this.limits.messagesPerSecond,
      phase: this.counts.connected % phaseCount,
    });
    this.add(client);
    this.counts.connected++;
    return {
      receive: (text) => this.#receive(client, text),
      run: (command, initials) => this.#run(client, [command], initials),
      disconnect: ({ stale = false } = {}) => {
        if (client.isOpen && stale) this.counts.closedStale++;
        this.drop(client);
      },
    };
  }

  tick(): void {
    const nowMs = this.options.now();
    const turns = this.#phases.take(nowMs);
    // Prices do not overtake the events that wait for the same clients.
    for (const turn of turns) this.outbox.drain(turn % phaseCount);
    this.#sendPrices(turns);
    for (const due of this.#bars.listDue(nowMs, () => this.log.take())) this.#sendRunning(due);
    for (const client of this.clients) {
      if (!client.behind) continue;
      // What waits for it is noted as missed first, and not sent once more afterwards.
      this.outbox.drain(client.phase);
      this.#catchUp(client, nowMs);
    }
    this.log.trim(nowMs);
    this.checkRights(nowMs);
    if (nowMs - this.#beatMs < this.limits.heartbeatMs && nowMs >= this.#beatMs) return;
    this.#beatMs = nowMs;
    for (const client of [...this.clients]) {
      this.guard(client, () => client.port.heartbeat?.());
    }
  }

  stats(): HubStats {
    const clients = [...this.clients];
    const subscriptions = Object.fromEntries(
      publicChannels.map((channel) => [channel, this.byChannel.get(channel)!.size]),
    ) as Record<PublicChannel, number>;
    return {
      ...this.counts,
      connections: clients.length,
      subscriptions,
      behind: clients.filter((client) => client.behind).length,
      logSize: this.log.size(),
    };
  }

  save(): SavedLog {
    return this.log.save(savedBytesMax);
  }

  close(): void {
    this.outbox.drainAll();
    for (const client of [...this.clients]) {
      this.closeClient(client, 1001, "the server is stopping");
    }
  }

  /** Prices from before this start; asked for with the first client, when all parts stand. */
  #seedPrices(): void {
    if (this.#isSeeded) return;
    this.#isSeeded = true;
    const prices = this.options.snapshot.prices();
    // With a number of their own, as clients of the start before may resume.
    if (prices.length > 0) this.#prices.seed(prices, this.log.take());
  }

  #append(channel: PublicChannel, match: EventMatch, json: string): number {
    this.counts.published++;
    const event = this.log.append({ channel, match, json, atMs: this.options.now() });
    this.#sendAll(channel, event.n, match, json);
    return event.n;
  }

  /** Sends to all who want it now; who joins later has it in the first message. */
  #sendAll(channel: PublicChannel, n: number, match: EventMatch, json: string): void {
    this.outbox.post(this.byChannel.get(channel)!, (client) => {
      const subscription = client.subscriptions.get(channel);
      if (subscription && !this.#isBehind(client, n) && isMatch(subscription, match)) {
        this.send(client, "update", channel, n, json);
      }
    });
  }

  #sendRunning({ symbol, timeframe, n, json }: DueBar): void {
    this.counts.published++;
    this.#sendAll("bars", n, { symbol, timeframe }, json);
  }

  /** Sends to these phases what changed since each had its turn. */
  #sendPrices(turns: readonly number[]): void {
    if (turns.length === 0) return;
    if (this.#prices.flush(turns[0]!) > 0) this.counts.published++;
    if (!this.#prices.isLeaving) return;
    const n = this.log.take();
    for (const turn of turns) {
      for (const group of this.priceGroups[turn % phaseCount]!.list()) {
        const json = this.#prices.formatTurn(turn, group.symbols);
        if (json === null) continue;
        for (const client of group.clients) {
          if (!this.#isBehind(client, n)) this.send(client, "update", "prices", n, json);
        }
      }
    }
    this.#prices.settle(turns.at(-1)!, n);
  }

  /** Whether a client takes no more for now; event `n` is the first that it then misses. */
  #isBehind(client: Client, n: number): boolean {
    if (client.behind) return true;
    if (!this.isOver(client, this.limits.conflateBytes)) return false;
    client.behind = { from: n - 1, pricesFrom: n - 1, sinceMs: this.options.now() };
    return true;
  }

  /** Sends what a drained client missed: every event, and of prices and running bars the last. */
  #catchUp(client: Client, nowMs: number): void {
    const behind = client.behind!;
    if (this.isOver(client, this.limits.conflateBytes / 2)) {
      if (nowMs - behind.sinceMs > this.limits.behindMaxMs) this.closeSlow(client);
      return;
    }
    const missed = listMissed(client.subscriptions, behind.from, {
      log: this.log,
      bars: this.#bars,
      isWanted: (channel, n) => n > client.joined.get(channel)!,
    });
    if (!missed) return this.closeSlow(client);
    this.#sendPricesAfter(client, behind.pricesFrom, behind.from);
    behind.pricesFrom = this.log.head();
    for (const { n, channel, json } of missed) {
      if (this.isOver(client, this.limits.conflateBytes)) return;
      this.send(client, "update", channel, n, json);
      behind.from = n;
    }
    client.behind = null;
  }

  /**
   * Sends the prices that changed after number `after`. They go before the events that the client
   * also missed, under the id behind which those lie: wherever the connection breaks, resuming after
   * the last id gives the rest.
   */
  #sendPricesAfter(client: Client, after: number, n: number): void {
    const subscription = client.subscriptions.get("prices");
    const json = subscription &&
      this.#prices.formatAfter(after, subscription.symbols, client.phase);
    if (json) this.send(client, "update", "prices", n, json);
  }

  #receive(client: Client, text: string): void {
    if (!client.isOpen) return;
    this.counts.messagesReceived++;
    if (!takeMessageToken(client, this.options.now(), this.limits.messagesPerSecond)) {
      if (client.refusedCount === 1) {
        this.answer(client, "error", { message: "Too many messages" });
      }
      if (client.refusedCount > this.limits.messagesPerSecond * 5) {
        this.counts.closedNoisy++;
        this.closeClient(client, 1008, "too many messages");
      }
      return;
    }
    try {
      this.#run(client, parseClientMessage(text));
    } catch (error) {
      if (!(error instanceof ClientMessageError)) throw error;
      this.counts.badMessages++;
      this.answer(client, "error", { message: error.message });
    }
  }

  #run(
    client: Client,
    commands: readonly Command[],
    initials: Partial<Record<PublicChannel, string>> = {},
  ): void {
    const first = commands[0];
    if (!first) return;
    // What was published before must not arrive after the answer, nor twice.
    this.outbox.drain(client.phase);
    if (first.kind === "ping") return this.answer(client, "pong", {});
    const joined = new Set<PublicChannel>();
    for (const command of commands) {
      this.runPrivate(client, command);
      if (command.kind === "subscribe") {
        for (const channel of command.channels) {
          this.#subscribe(client, channel, command);
          joined.add(channel);
        }
      } else if (command.kind === "unsubscribe") this.#unsubscribe(client, command);
    }
    const channels = this.listChannels(client);
    const request = first.requestId === undefined ? {} : { result: null, id: first.requestId };
    this.answer(client, "ack", { channels, ...request });
    const after = first.kind === "subscribe" ? first.after : undefined;
    if (after === undefined || after === "") {
      this.#sendSnapshots(client, "initial", joined, initials);
    } else this.#resume(client, joined, after);
  }

  #subscribe(
    client: Client,
    channel: PublicChannel,
    command: Command & { kind: "subscribe" },
  ): void {
    const symbols = command.symbols?.map((text) => this.#resolveSymbol(text)) ?? null;
    const before = client.subscriptions.get(channel);
    const subscription = widenSubscription(before, { ...command, symbols });
    client.subscriptions.set(channel, subscription);
    if (!before) client.joined.set(channel, this.log.head());
    this.byChannel.get(channel)!.add(client);
    if (channel === "prices") this.#getGroups(client).join(client, subscription.symbols);
  }

  #unsubscribe(client: Client, command: Command & { kind: "unsubscribe" }): void {
    const gone = command.symbols?.map((text) => this.#resolveSymbol(text)) ?? null;
    for (const channel of command.channels) {
      const before = client.subscriptions.get(channel);
      if (!before) continue;
      // One symbol cannot be taken out of "all": the client named none to begin with.
      if (gone && !before.symbols) continue;
      const symbols = new Set(gone ? before.symbols : []);
      for (const symbol of gone ?? []) symbols.delete(symbol);
      if (symbols.size > 0) client.subscriptions.set(channel, { ...before, symbols });
      else {
        client.subscriptions.delete(channel);
        this.byChannel.get(channel)!.delete(client);
      }
      if (channel !== "prices") continue;
      this.#getGroups(client).leave(client);
      if (symbols.size > 0) this.#getGroups(client).join(client, symbols);
    }
  }

  #getGroups(client: Client): PriceGroups {
    return this.priceGroups[client.phase]!;
  }

  #resolveSymbol(text: string): string {
    return this.options.resolveSymbol?.(text) ?? text;
  }

  #resume(client: Client, channels: ReadonlySet<PublicChannel>, after: string): void {
    const n = this.log.parseId(after);
    const missed = n === null ? null : listMissed(client.subscriptions, n, {
      log: this.log,
      bars: this.#bars,
      isWanted: (channel) => channels.has(channel),
    });
    if (n === null || !missed) {
      this.counts.resets++;
      return this.#sendSnapshots(client, "reset", channels, {});
    }
    this.counts.resumed++;
    if (channels.has("prices")) this.#sendPricesAfter(client, n, n);
    for (const { n, channel, json } of missed) this.send(client, "update", channel, n, json);
  }

  #sendSnapshots(
    client: Client,
    type: "initial" | "reset",
    channels: ReadonlySet<PublicChannel>,
    initials: Partial<Record<PublicChannel, string>>,
  ): void {
    for (const channel of channels) {
      const subscription = client.subscriptions.get(channel)!;
      const json = initials[channel] ?? formatSnapshot(channel, subscription, {
        snapshot: this.options.snapshot,
        prices: this.#prices,
        bars: this.#bars,
        recent: this.#recent.get(channel) ?? [],
      });
      this.send(client, type, channel, this.log.head(), json);
    }
  }
}
