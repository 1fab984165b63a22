/**
 * Whoever listens to a play: their connections, what they want, and how far behind they are.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { StreamClient } from "./client.ts";
import type { ActiveFault } from "./faults.ts";
import type { ReplayFrame } from "./schedule.ts";

/** At speed 0 the play waits while a reader has more bytes than this before it. */
export const backlogLimit = 256 * 1024;
/** At other speeds market time does not wait: a reader this far behind is cut, as exchanges do. */
const backlogCut = 16 * 1024 * 1024;
/** At speed 0 the play waits this long after a connection came, so that its sisters can come too. */
const graceMs = 150;

/** The connected readers. */
export interface Audience {
  add(client: StreamClient): void;
  remove(client: StreamClient): void;
  isEmpty(): boolean;
  wants(stream: string): boolean;
  /** Sends a frame to all who subscribed; one that is hopelessly behind is cut if `mayCut`. */
  deliver(frame: ReplayFrame, fault: ActiveFault | null, mayCut: boolean): void;
  /** Resolves when somebody is there and nobody is behind, or `mayGoOn` says not to wait. */
  waitUntilReady(mayGoOn: () => boolean): Promise<void>;
  /** Lets `waitUntilReady` look again. */
  wake(): void;
  cutAll(reason: string): void;
}

/** Returns an audience of nobody; `signal` ends all waiting. */
export function createAudience(clock: Clock, signal: AbortSignal): Audience {
  const clients = new Set<StreamClient>();
  let lastJoinMs = 0;
  let wake = () => {};
  return {
    add(client) {
      clients.add(client);
      lastJoinMs = clock.now();
      wake();
    },
    remove: (client) => void clients.delete(client),
    isEmpty: () => clients.size === 0,
    wants(stream) {
      for (const client of clients) if (client.streams.has(stream)) return true;
      return false;
    },
    deliver(frame, fault, mayCut) {
      for (const client of clients) {
        if (!client.streams.has(frame.stream)) continue;
        client.send(frame, fault);
        if (mayCut && client.backlog() > backlogCut) client.close(1013, "reader is too slow");
      }
    },
    async waitUntilReady(mayGoOn) {
      while (!signal.aborted && !mayGoOn()) {
        if (clients.size === 0) {
          await new Promise<void>((resolve) => wake = resolve);
          continue;
        }
        const graceLeft = lastJoinMs + graceMs - clock.now();
        if (graceLeft > 0) await clock.wait(graceLeft, signal);
        const behind = [...clients].some((client) => client.backlog() > backlogLimit);
        if (!behind && graceLeft <= 0) return;
        if (behind) await clock.wait(1, signal);
      }
    },
    wake: () => wake(),
    cutAll(reason) {
      for (const client of clients) client.close(1001, reason);
      clients.clear();
    },
  };
}
