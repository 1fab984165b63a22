/** A server of edits: the contract that records of people keep, over the real store of them. */
import { Hono } from "hono";
import { answerOnce, hashRequest, type KeptAnswer } from "../../lib/api/idempotency.ts";
import { answerStale, isAsExpected, readPrecondition } from "../../lib/api/preconditions.ts";
import type { ApiEnv } from "../../lib/api/deps.ts";
import type { WatchlistRecord } from "../../lib/contracts/owned.ts";
import type { OwnedStore, Transaction } from "../../lib/store/mod.ts";

/** Where the lists lie. */
export const listsPath = "/api/v1/watchlists";
const userId = "u";

type Outcome = { kind: "stale"; current: WatchlistRecord | null } | KeptAnswer & { kind: "done" };

/** Notes, in the commit of the work itself, that a request was done. */
async function noteDone(transaction: Transaction, key: string, nowMs: number): Promise<void> {
  const detail = "";
  await transaction.put("audit", {
    id: crypto.randomUUID(),
    timestamp: nowMs,
    actor: userId,
    act: "edit",
    target: key,
    ip: "",
    isDone: true,
    detail,
  });
}

/** Returns how often each request was done, by its key. */
export async function countDone(owned: OwnedStore): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const page = await owned.audit.list({ limit: 1000, ...(cursor ? { cursor } : {}) });
    for (const { target } of page.items) counts.set(target, (counts.get(target) ?? 0) + 1);
    cursor = page.cursor ?? undefined;
  } while (cursor);
  return counts;
}

/** Returns the server. `now` is wall time, epoch ms. */
export function createEditsServer(owned: OwnedStore, now: () => number): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get("/api/v1/auth/me", (c) => c.json({ id: userId }));
  app.get(`${listsPath}/:id`, async (c) => {
    const found = await owned.watchlists.get(c.req.param("id"));
    return found ? c.json(found) : c.json({ detail: "none" }, 404);
  });
  app.on(["PUT", "DELETE"], `${listsPath}/:id`, async (c) => {
    const id = c.req.param("id");
    const text = await c.req.text();
    const expected = readPrecondition({
      "if-match": c.req.header("if-match"),
      "if-none-match": c.req.header("if-none-match"),
    });
    const key = c.req.header("idempotency-key") ?? "none";
    const request = { userId, key, hash: await hashRequest(c.req.method, c.req.path, text) };
    const done = await owned.transact((transaction) =>
      answerOnce(transaction, request, {
        nowMs: now(),
        keep: (outcome: Outcome) => outcome.kind === "stale" ? null : keepAnswer(outcome),
        work: () => write(transaction, { id, key, text, expected, nowMs: now() }),
      })
    );
    const answer = done.isRepeated ? { kind: "done" as const, ...done.answer } : done.done;
    if (answer.kind === "stale") return answerStale(c, answer.current);
    return c.body(answer.body, answer.status as 200, { "content-type": "application/json" });
  });
  return app;
}

const keepAnswer = ({ status, body, etag }: KeptAnswer): KeptAnswer => ({ status, body, etag });

async function write(
  transaction: Transaction,
  { id, key, text, expected, nowMs }: {
    id: string;
    key: string;
    text: string;
    expected: ReturnType<typeof readPrecondition>;
    nowMs: number;
  },
): Promise<Outcome> {
  const current = await transaction.get("watchlists", id);
  if (text === "" && current === null) return { kind: "stale", current };
  if (!isAsExpected(expected, current)) return { kind: "stale", current };
  await noteDone(transaction, key, nowMs);
  if (text === "") {
    await transaction.delete("watchlists", id);
    return { kind: "done", status: 200, body: '{"done":true}', etag: null };
  }
  const { name, symbols, isPublic } = JSON.parse(text);
  const record: WatchlistRecord = {
    id,
    userId,
    name,
    symbols,
    isPublic,
    revision: (current?.revision ?? 0) + 1,
    created_at: current?.created_at ?? nowMs,
    updated_at: nowMs,
  };
  await transaction.put("watchlists", record);
  return { kind: "done", status: current ? 200 : 201, body: JSON.stringify(record), etag: null };
}
