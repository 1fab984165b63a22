/** Accounts over a store in memory, their API, and what people send to it. */
import { bcrypt, bcryptVerify } from "hash-wasm";
import {
  type Accounts,
  createAccounts,
  type ResetMail,
  type SendResetMail,
} from "../../lib/accounts/mod.ts";
import { createPasswordHasher, type HashThread } from "../../lib/accounts/hasher.ts";
import { silentLogger } from "../../lib/log.ts";
import { createBuckets, createMemoryBucketCells, type Store } from "../../lib/store/mod.ts";
import { createManualClock } from "./clock.ts";
import { withMemoryStore } from "./store.ts";

/** A password that is taken. */
export const goodPassword = "tram lemon quartz 91";
/** The key that test tokens are signed with. */
export const signingKey = "k".repeat(64);
/** Wall time at which tests of accounts begin. */
export const startMs = Date.UTC(2026, 0, 5, 12);

/** Bytes that are random for nobody: the same ones in every run. */
export function countingBytes(): (count: number) => Uint8Array<ArrayBuffer> {
  let calls = 0;
  return (count) => {
    calls++;
    return new Uint8Array(count).map((_, i) => (calls * 31 + i * 7 + (calls >> 8)) & 255);
  };
}

/** bcrypt without a thread of its own, for quick tests. */
export function openInlineThread(): HashThread {
  const thread: HashThread = {
    onmessage: null,
    onerror: null,
    terminate: () => {},
    async postMessage(request) {
      const { id, text: password } = request;
      const result = request.kind === "hash"
        ? await bcrypt({ password, salt: request.salt, costFactor: request.cost })
        : await bcryptVerify({ password, hash: request.hash });
      thread.onmessage?.({ data: { id, result } } as MessageEvent);
    },
  };
  return thread;
}

/** Accounts under test. */
export interface TestAccounts {
  accounts: Accounts;
  owned: Store["owned"];
  store: Store;
  time: { nowMs: number };
  /** Links that were mailed, and what the mail server says to the next one. */
  mail: { sent: ResetMail[]; outcome: Awaited<ReturnType<SendResetMail>> };
  /** Opens the same store again, as after a restart. */
  reopen(part?: { signingKeys?: string; hasMail?: boolean }): Accounts;
}

/** Runs `test` with accounts whose clock stands at `startMs`. */
export async function withAccounts(test: (given: TestAccounts) => Promise<void>): Promise<void> {
  const time = { nowMs: startMs };
  const clock = { ...createManualClock(startMs), now: () => time.nowMs };
  await withMemoryStore(async (store) => {
    const cells = new Map<string, ReturnType<ReturnType<typeof createMemoryBucketCells>>>();
    const memory = createMemoryBucketCells();
    // Kept beside the processes, as the store keeps them.
    const openCell = (client: string) => {
      const cell = cells.get(client) ?? memory(client);
      cells.set(client, cell);
      return cell;
    };
    const random = countingBytes();
    const mail: TestAccounts["mail"] = { sent: [], outcome: { status: "sent", detail: "taken" } };
    const sendResetMail: SendResetMail = (link) => {
      mail.sent.push(link);
      return Promise.resolve(mail.outcome);
    };
    const reopen = ({ signingKeys = signingKey, hasMail = true } = {}) =>
      createAccounts({
        owned: store.owned,
        buckets: createBuckets({ openCell, now: clock.now }),
        signingKeys,
        now: clock.now,
        random,
        hasher: createPasswordHasher({ random, cost: 4, openThread: openInlineThread }),
        sendResetMail: hasMail ? sendResetMail : null,
        log: silentLogger,
      });
    await test({ accounts: reopen(), owned: store.owned, store, time, mail, reopen });
  }, clock);
}

/** Where requests of tests come from. */
export const here = { ip: "203.0.113.9", client: "ip 203.0.113.9", userAgent: "a browser" };
/** Somewhere else. */
export const elsewhere = { ip: "198.51.100.4", client: "ip 198.51.100.4", userAgent: "another" };

/** Registers somebody with `goodPassword`. */
export function join(accounts: Accounts, name: string) {
  return accounts.people.register({ email: `${name}@example.org`, password: goodPassword }, here);
}

/** Makes the first administrator. */
export async function setUp(accounts: Accounts, name = "root") {
  const token = await accounts.people.makeSetupToken();
  const credentials = { email: `${name}@example.org`, password: goodPassword };
  return await accounts.people.setUp(token!, credentials, here);
}
