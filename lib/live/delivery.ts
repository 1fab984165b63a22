/**
 * Delivery to single clients: numbering, counting, and letting go of those that are gone or slow.
 *
 * @module
 */
import { assert } from "../assert.ts";
import {
  type Client,
  defaultHubLimits,
  getConnectionsMax,
  type HubLimits,
  nameGroup,
} from "./connection.ts";
import { createEventLog, type EventLog } from "./event_log.ts";
import { createCounts, type HubOptions } from "./hub_types.ts";
import { Outbox } from "./outbox.ts";
import { phaseCount } from "./phases.ts";
import { PriceGroups } from "./price_groups.ts";
import { type Command, refuseChannel } from "./subscription.ts";
import { type LiveChannel, privateChannel, type PublicChannel, publicChannels } from "./types.ts";

/** Close code of a connection that nobody stands behind any more. */
const closeUnauthorized = 4001;

/** The clients of a hub, and how each is sent to. */
export class Delivery {
  protected readonly options: HubOptions;
  protected readonly limits: HubLimits;
  protected readonly log: EventLog;
  protected readonly clients = new Set<Client>();
  protected readonly byChannel = new Map<PublicChannel, Set<Client>>(
    publicChannels.map((channel) => [channel, new Set()]),
  );
  /** By phase. */
  protected readonly priceGroups = Array.from({ length: phaseCount }, () => new PriceGroups());
  /** Connections of each user and address. */
  readonly #counted = new Map<string, number>();
  /** Connections that take what is for their person alone. */
  protected readonly byUser = new Map<string, Set<Client>>();
  protected readonly counts = createCounts();
  protected readonly outbox: Outbox<Client>;
  #checkedMs: number;
  #isChecking = false;

  constructor(options: HubOptions) {
    assert(/^[\w.]+$/.test(options.epoch), `Epoch must be a plain word, was "${options.epoch}"`);
    this.options = options;
    this.#checkedMs = options.now();
    this.limits = { ...defaultHubLimits, ...options.limits };
    this.outbox = new Outbox(phaseCount, options.isSpread ? ({ phase }) => phase : null);
    this.log = createEventLog({
      epoch: options.epoch,
      ageMaxMs: this.limits.logAgeMs,
      countMax: this.limits.logCount,
      saved: options.saved ?? undefined,
    });
  }

  hasRoom(ip: string, userId?: string | null): boolean {
    const count = this.#counted.get(nameGroup({ ip, userId })) ?? 0;
    return count < getConnectionsMax({ ip, userId }, this.limits);
  }

  protected add(client: Client): void {
    this.clients.add(client);
    this.#counted.set(client.group, (this.#counted.get(client.group) ?? 0) + 1);
  }

  /** Now and then closes the connections whose session or key has ended. */
  protected checkRights(nowMs: number): void {
    if (this.#isChecking || Math.abs(nowMs - this.#checkedMs) < this.limits.checkMs) return;
    this.#checkedMs = nowMs;
    this.#isChecking = true;
    const asked = [...this.clients].filter(({ isInForce }) => isInForce !== null);
    void Promise.all(asked.map((client) => this.#checkRight(client)))
      .finally(() => this.#isChecking = false);
  }

  async #checkRight(client: Client): Promise<void> {
    try {
      if (await client.isInForce?.() !== false || !client.isOpen) return;
    } catch (error) {
      // Not known for now; it is asked again.
      this.options.log.debug("Cannot tell whether a live client may stay", {
        error: String(error),
      });
      return;
    }
    this.counts.closedEnded++;
    this.closeClient(client, closeUnauthorized, "the session or key has ended");
  }

  protected answer(
    client: Client,
    type: "ack" | "pong" | "error",
    fields: Record<string, unknown>,
  ): void {
    const text = JSON.stringify({ type, ts: this.options.now(), ...fields });
    this.deliver(client, text, undefined);
  }

  protected send(
    client: Client,
    type: string,
    channel: LiveChannel,
    n: number,
    json: string,
  ): void {
    const seq = (client.sequences.get(channel) ?? 0) + 1;
    client.sequences.set(channel, seq);
    const id = `${this.log.epoch}-${n}`;
    const ts = this.options.now();
    const text = `{"type":"${type}","channel":"${channel}","seq":${seq},"id":"${id}","ts":${ts},` +
      `"data":${json}}`;
    this.deliver(client, text, { type, id });
  }

  /** Sends to the connections of one person; what they miss is in their notifications. */
  publishTo(userId: string, data: unknown): void {
    const clients = this.byUser.get(userId);
    if (!clients) return;
    const json = JSON.stringify(data);
    const n = this.log.take();
    for (const client of [...clients]) {
      // What was published before must not arrive after it.
      this.outbox.drain(client.phase);
      this.send(client, "update", privateChannel, n, json);
    }
  }

  /** @throws {ClientMessageError} For a visitor who asks for what is for one person alone. */
  protected runPrivate(client: Client, command: Command): void {
    const { kind } = command;
    if ((kind !== "subscribe" && kind !== "unsubscribe") || !command.isPrivate) return;
    if (client.userId === null) throw refuseChannel(privateChannel, "it needs a signed-in user");
    this.#setPrivate(client, kind === "subscribe");
  }

  /** Names of the channels that a client hears. */
  protected listChannels({ subscriptions, isPrivate }: Client): LiveChannel[] {
    return [...subscriptions.keys(), ...isPrivate ? [privateChannel] as const : []];
  }

  #setPrivate(client: Client, isPrivate: boolean): void {
    const { userId } = client;
    if (userId === null || client.isPrivate === isPrivate) return;
    client.isPrivate = isPrivate;
    const clients = this.byUser.get(userId) ?? new Set();
    if (isPrivate) clients.add(client);
    else clients.delete(client);
    if (clients.size > 0) this.byUser.set(userId, clients);
    else this.byUser.delete(userId);
  }

  protected deliver(
    client: Client,
    text: string,
    event: { type: string; id: string } | undefined,
  ): void {
    if (!client.isOpen) return;
    try {
      client.port.send(text, event);
    } catch (error) {
      return this.#dropGone(client, error);
    }
    this.counts.messagesSent++;
    this.counts.bytesSent += text.length;
    client.waiting += text.length;
    if (this.isOver(client, this.limits.closeBytes)) this.closeSlow(client);
  }

  /**
   * Says whether more than `limit` bytes wait for the network. Looking has its price, so it is done
   * only when what was sent since could have gone over the limit.
   */
  protected isOver(client: Client, limit: number): boolean {
    if (client.waiting <= limit) return false;
    client.waiting = client.port.bufferedAmount();
    return client.waiting > limit;
  }

  /** A transport that throws is gone; the others are not to suffer from it. */
  protected guard(client: Client, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#dropGone(client, error);
    }
  }

  #dropGone(client: Client, error: unknown): void {
    this.counts.sendErrors++;
    this.options.log.debug("A live client is gone", { error: String(error) });
    this.drop(client);
  }

  protected closeSlow(client: Client): void {
    if (!client.isOpen) return;
    this.counts.closedSlow++;
    this.closeClient(client, 1013, "too slow");
  }

  protected closeClient(client: Client, code: number, reason: string): void {
    this.drop(client);
    try {
      client.port.close(code, reason);
    } catch (error) {
      this.options.log.debug("A live client was gone already", { error: String(error) });
    }
  }

  protected drop(client: Client): void {
    if (!client.isOpen) return;
    client.isOpen = false;
    this.counts.disconnected++;
    this.clients.delete(client);
    this.#setPrivate(client, false);
    for (const channel of client.subscriptions.keys()) this.byChannel.get(channel)!.delete(client);
    this.priceGroups[client.phase]!.leave(client);
    client.subscriptions.clear();
    const left = (this.#counted.get(client.group) ?? 1) - 1;
    if (left > 0) this.#counted.set(client.group, left);
    else this.#counted.delete(client.group);
  }
}
