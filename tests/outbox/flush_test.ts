import { deepEqual, equal, rejects } from "node:assert/strict";
import { describeRequest, type EditRequest, flushEdits } from "../../lib/outbox/flush.ts";
import { addEdit } from "../../lib/outbox/queue.ts";
import { askOwner } from "../../lib/outbox/session.ts";
import type { EditDraft } from "../../lib/outbox/types.ts";
import type { Answer } from "../../lib/outbox/verdict.ts";
import { aDraft, aRecord, createMemoryOutbox } from "../support/outbox.ts";

const ok = (body: unknown = {}): Answer => answer(200, body);
const answer = (status: number, body: unknown = {}, retryAfter: string | null = null): Answer => ({
  status,
  type: "application/json",
  retryAfter,
  text: JSON.stringify(body),
});

/** An outbox with edits, and what was sent of them. */
async function setUp(drafts: EditDraft[], reply: (request: EditRequest) => Answer) {
  const store = createMemoryOutbox();
  for (const [i, draft] of drafts.entries()) {
    await store.change((queue) => ({
      queue: addEdit(queue, draft, { id: `key-${i}`, owner: null, nowMs: 0 }),
      result: null,
    }));
  }
  const sent: EditRequest[] = [];
  let ids = 0;
  const flush = (who: { owner: string | null | undefined } = { owner: "u" }) =>
    flushEdits({
      store,
      send: (request) => {
        sent.push(request);
        return Promise.resolve(reply(request));
      },
      getOwner: () => Promise.resolve(who.owner),
      createId: () => `new-${++ids}`,
    });
  return { store, sent, flush };
}
const one = aDraft({ path: "/1" });
const two = aDraft({ path: "/2" });

Deno.test("edits are sent in their order, each once", async () => {
  const { store, sent, flush } = await setUp([one, two], () => ok(aRecord(2)));
  deepEqual(await flush(), { stopped: "empty", sent: 2, afterMs: null });
  deepEqual(sent.map(({ path }) => path), ["/1", "/2"]);
  deepEqual(await store.read(), []);
  deepEqual(await flush(), { stopped: "empty", sent: 0, afterMs: null });
});

Deno.test("nobody signed in, or no server: nothing is sent and nothing lost", async () => {
  const { store, sent, flush } = await setUp([one], () => ok());
  equal((await flush({ owner: null })).stopped, "signed_out");
  equal((await flush({ owner: undefined })).stopped, "offline");
  deepEqual(sent, []);
  equal((await store.read()).length, 1);
});

Deno.test("a server that is gone ends the round; the wish to be left alone is told", async () => {
  const { store, sent, flush } = await setUp([one, two], () => answer(503, {}, "9"));
  deepEqual(await flush(), { stopped: "offline", sent: 0, afterMs: 9_000 });
  equal(sent.length, 1);
  equal((await store.read())[0]!.tries, 1);
});

Deno.test("an edit that the server fails at holds up no other", async () => {
  const { store, sent, flush } = await setUp(
    [one, two],
    ({ path }) => path === "/1" ? answer(500) : ok(),
  );
  equal((await flush()).stopped, "failing");
  deepEqual(sent.map(({ path }) => path), ["/1", "/2"]);
  deepEqual((await store.read()).map(({ path }) => path), ["/1"]);
});

Deno.test("a session that ends under way stops the round", async () => {
  const { flush } = await setUp([one], () => answer(401));
  equal((await flush()).stopped, "signed_out");
});

Deno.test("a merge is sent in the same round, on what is there, under a new key", async () => {
  const current = aRecord(5, { isPublic: true });
  const { store, sent, flush } = await setUp(
    [aDraft({ body: { name: "Ours", symbols: ["BTCUSDT"], isPublic: false } })],
    ({ headers }) => headers["if-match"] === '"5"' ? ok(aRecord(6)) : answer(412, { current }),
  );
  equal((await flush()).stopped, "empty");
  deepEqual(sent.map(({ headers }) => headers["if-match"]), ['"1"', '"5"']);
  equal(sent[0]!.headers["idempotency-key"] === sent[1]!.headers["idempotency-key"], false);
  deepEqual(JSON.parse(sent[1]!.body!), { name: "Ours", symbols: ["BTCUSDT"], isPublic: true });
  deepEqual(await store.read(), []);
});

Deno.test("a sender that breaks leaves the edit as it was sent", async () => {
  const { store, flush } = await setUp([one], () => {
    throw new Error("ended");
  });
  await rejects(flush(), /ended/);
  deepEqual((await store.read()).map(({ state, tries }) => [state, tries]), [["sending", 1]]);
});

Deno.test("a request says on which revision it was made", async () => {
  const describe = async (draft: EditDraft) => {
    const { store } = await setUp([draft], () => ok());
    return describeRequest((await store.read())[0]!).headers;
  };
  const key = { "idempotency-key": "key-0" };
  const json = { "content-type": "application/json" };
  deepEqual(await describe(one), { ...key, ...json, "if-match": '"1"' });
  deepEqual(await describe(aDraft({ base: null })), { ...key, ...json, "if-none-match": "*" });
  deepEqual(await describe(aDraft({ method: "DELETE", body: null })), {
    ...key,
    "if-match": '"1"',
  });
  deepEqual(await describe(aDraft({ method: "POST" })), { ...key, ...json });
  // An entry of a book, an imported one too; one that was kept before entries had revisions.
  const entries = "/api/v1/portfolios/b/activities/";
  for (const path of [`${entries}0f8fad5b`, `${entries}0f8fad5b-12`]) {
    const body = { quantity: "2" };
    const change = { path, body, base: { quantity: "1", revision: 7 } };
    deepEqual(await describe(aDraft(change)), { ...key, ...json, "if-match": '"7"' });
    deepEqual(await describe(aDraft({ ...change, method: "DELETE", body: null })), {
      ...key,
      "if-match": '"7"',
    });
    const old = { ...change, base: { quantity: "1" } };
    deepEqual(await describe(aDraft(old)), { ...key, ...json, "if-none-match": "*" });
  }
});

/** Asks with answers in their order; the last one repeats. */
async function ask(...answers: (Response | null)[]) {
  const asked: string[] = [];
  const locks: string[] = [];
  const owner = await askOwner({
    fetch: (path) => {
      asked.push(path);
      const next = answers.length > 1 ? answers.shift()! : answers[0]!;
      return next ? Promise.resolve(next.clone()) : Promise.reject(new TypeError("no network"));
    },
    withLock: (name, work) => {
      locks.push(name);
      return work();
    },
  });
  return { owner, asked: asked.map((path) => path.split("/").at(-1)), locks };
}
const me = Response.json({ id: "u" });
const nobody = Response.json({}, { status: 401 });

Deno.test("who is signed in is asked of the server", async () => {
  deepEqual(await ask(me), { owner: "u", asked: ["me"], locks: [] });
});

Deno.test("a session that sleeps is renewed once, while no other tab does", async () => {
  deepEqual(await ask(nobody, nobody, Response.json({}), me), {
    owner: "u",
    asked: ["me", "me", "refresh", "me"],
    locks: ["cryptointel.session"],
  });
  // Another tab has done it.
  deepEqual((await ask(nobody, me)).asked, ["me", "me"]);
});

Deno.test("nobody is told from nobody knows", async () => {
  equal((await ask(nobody)).owner, null);
  equal((await ask(nobody, nobody, Response.json({}, { status: 400 }))).owner, null);
  equal((await ask(nobody, nobody, Response.json({}, { status: 503 }))).owner, undefined);
  equal((await ask(nobody, nobody, null)).owner, undefined);
  equal((await ask(null)).owner, undefined);
  equal((await ask(new Response("<h1>Hotel</h1>"))).owner, undefined);
  equal((await ask(Response.json({ detail: "x" }, { status: 503 }))).owner, undefined);
});
