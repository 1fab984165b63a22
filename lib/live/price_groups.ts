/**
 * Clients by distinct price subscription, so that bytes are made once for each.
 *
 * @module
 */
import type { Client } from "./connection.ts";

/** Clients that want the same prices; null means all symbols. */
export interface PriceGroup {
  symbols: ReadonlySet<string> | null;
  clients: Set<Client>;
}

/** The groups of one hub; an empty one is forgotten. */
export class PriceGroups {
  readonly #groups = new Map<string, PriceGroup>();

  list(): Iterable<PriceGroup> {
    return this.#groups.values();
  }

  /** Puts a client into the group of these symbols, out of any other. */
  join(client: Client, symbols: ReadonlySet<string> | null): void {
    this.leave(client);
    const key = symbols ? [...symbols].sort().join(",") : "*";
    const group = this.#groups.get(key) ?? { symbols, clients: new Set() };
    group.clients.add(client);
    this.#groups.set(key, group);
    client.priceKey = key;
  }

  /** Takes a client out of its group, if it is in one. */
  leave(client: Client): void {
    if (client.priceKey === null) return;
    const group = this.#groups.get(client.priceKey);
    group?.clients.delete(client);
    if (group?.clients.size === 0) this.#groups.delete(client.priceKey);
    client.priceKey = null;
  }
}
