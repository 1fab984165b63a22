/**
 * Memory of bounded size: what was used longest ago goes first.
 *
 * @module
 */

/** What lies on a shelf. */
export interface Shelved {
  bytes: number;
  /** Told when it leaves, by itself (`evicted`) or because it was taken away. */
  onLeave(isEvicted: boolean): void;
}

/** Things by name. */
export interface Shelf<T extends Shelved> {
  /** Finds a thing and does not count that as a use. */
  peek(id: string): T | undefined;
  /** Marks a thing as used now. */
  use(id: string): void;
  /** Puts a thing in the place of one of that name; false for one that is larger than the shelf. */
  put(id: string, thing: T): boolean;
  remove(id: string): void;
  /** The one used longest ago first. */
  list(): [id: string, thing: T][];
}

/** Returns an empty shelf that holds at most `bytesMax`. */
export function createShelf<T extends Shelved>(bytesMax: number): Shelf<T> {
  const things = new Map<string, T>();
  let bytes = 0;
  const leave = (id: string, isEvicted: boolean) => {
    const thing = things.get(id);
    if (!thing) return;
    things.delete(id);
    bytes -= thing.bytes;
    thing.onLeave(isEvicted);
  };
  return {
    peek: (id) => things.get(id),
    use(id) {
      const thing = things.get(id);
      if (!thing) return;
      things.delete(id);
      things.set(id, thing);
    },
    put(id, thing) {
      leave(id, false);
      if (thing.bytes > bytesMax) return false;
      things.set(id, thing);
      bytes += thing.bytes;
      for (const oldest of things.keys()) {
        if (bytes <= bytesMax) break;
        leave(oldest, true);
      }
      return true;
    },
    remove: (id) => leave(id, false),
    list: () => [...things],
  };
}
