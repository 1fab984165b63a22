/**
 * The thread that computes bcrypt, so that 200 ms of arithmetic delay no trade.
 *
 * @module
 */
import { bcrypt, bcryptVerify } from "hash-wasm";

/** What the thread is asked. */
export type HashRequest =
  | { id: number; kind: "hash"; text: string; salt: Uint8Array<ArrayBuffer>; cost: number }
  | { id: number; kind: "verify"; text: string; hash: string };

/** What it answers; `error` in place of a result when it could not. */
export interface HashAnswer {
  id: number;
  result?: string | boolean;
  error?: string;
}

/** The part of a worker's global scope that is used here. */
interface Scope {
  onmessage: ((event: MessageEvent<HashRequest>) => void) | null;
  postMessage(answer: HashAnswer): void;
}

const scope = self as unknown as Scope;

scope.onmessage = async ({ data }) => {
  try {
    scope.postMessage({ id: data.id, result: await compute(data) });
  } catch (error) {
    scope.postMessage({ id: data.id, error: String(error) });
  }
};

function compute(request: HashRequest): Promise<string | boolean> {
  return request.kind === "hash"
    ? bcrypt({ password: request.text, salt: request.salt, costFactor: request.cost })
    : bcryptVerify({ password: request.text, hash: request.hash });
}
