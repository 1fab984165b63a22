/**
 * Hashes passwords one after the other in a thread of its own; whoever finds too many waiting is
 * asked to come back.
 *
 * @module
 */
import { ServiceUnavailableError } from "../contracts/errors.ts";
import type { HashAnswer, HashRequest } from "./hash_worker.ts";
import { digestPassword } from "./passwords.ts";
import type { RandomBytes } from "./secrets.ts";

/** Hashes and checks passwords. */
export interface PasswordHasher {
  /** @throws {ServiceUnavailableError} When too many wait. */
  hash(password: string): Promise<string>;
  /**
   * Says whether `password` made `hash`. With null it takes the same time and says no, so that nobody
   * learns which accounts exist.
   *
   * @throws {ServiceUnavailableError} When too many wait.
   */
  verify(password: string, hash: string | null): Promise<boolean>;
  /** Ends the thread; who still waits is refused. */
  stop(): void;
}

/** The part of a worker that is used. */
export interface HashThread {
  postMessage(request: HashRequest): void;
  onmessage: ((event: MessageEvent<HashAnswer>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  terminate(): void;
}

/** bcrypt's work factor: 2^12 rounds, some 215 ms. */
const costDefault = 12;
/** Passwords that wait at most; the last of them some 14 s. */
const waitingMax = 64;
const saltBytes = 16;
/** The hash of no password that anybody knows. */
const nobodysHash = "Ro0CUfOqk6cXEKf3dyaM7OhSCvnwM9s4wIX9JeLapehKK5YdLxKcm";

type Draft = HashRequest extends infer R ? R extends HashRequest ? Omit<R, "id"> : never : never;
type Waiting = { resolve(result: string | boolean): void; reject(error: Error): void };

/** Returns a hasher; its thread starts with the first password. */
export function createPasswordHasher(
  { random, openThread = openWorker, cost = costDefault, most = waitingMax }: {
    random: RandomBytes;
    openThread?: () => HashThread;
    cost?: number;
    most?: number;
  },
): PasswordHasher {
  const waiting = new Map<number, Waiting>();
  let thread: HashThread | null = null;
  let count = 0;

  const stop = () => {
    thread?.terminate();
    thread = null;
    for (const { reject } of waiting.values()) reject(describeBusy());
    waiting.clear();
  };
  const open = (): HashThread => {
    const opened = openThread();
    opened.onmessage = ({ data: { id, result, error } }) => {
      const asked = waiting.get(id);
      waiting.delete(id);
      if (result === undefined) asked?.reject(new Error(`Cannot hash: ${error}`));
      else asked?.resolve(result);
    };
    opened.onerror = (event) => {
      event.preventDefault();
      // The next password starts a new one.
      stop();
    };
    return opened;
  };
  const ask = (draft: Draft): Promise<string | boolean> => {
    if (waiting.size >= most) return Promise.reject(describeBusy());
    thread ??= open();
    const id = ++count;
    const { promise, resolve, reject } = Promise.withResolvers<string | boolean>();
    waiting.set(id, { resolve, reject });
    thread.postMessage({ ...draft, id });
    return promise;
  };

  const nobody = `$2a$${String(cost).padStart(2, "0")}$${nobodysHash}`;
  return {
    async hash(password) {
      const text = digestPassword(password);
      return String(await ask({ kind: "hash", text, salt: random(saltBytes), cost }));
    },
    async verify(password, hash) {
      const text = digestPassword(password);
      const isSame = await ask({ kind: "verify", text, hash: hash ?? nobody });
      return isSame === true && hash !== null;
    },
    stop,
  };
}

function describeBusy(): ServiceUnavailableError {
  return new ServiceUnavailableError(
    "Cannot check passwords now: too many wait; try again in a moment",
  );
}

function openWorker(): HashThread {
  return new Worker(new URL("./hash_worker.ts", import.meta.url), { type: "module" });
}
