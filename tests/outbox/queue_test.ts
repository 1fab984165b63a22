import { deepEqual, equal, throws } from "node:assert/strict";
import {
  addEdit,
  countEdits,
  dropEdit,
  findNext,
  markSending,
  type Queue,
  resolveConflict,
  retryEdit,
  settleEdit,
  showRecord,
} from "../../lib/outbox/queue.ts";
import { type EditDraft, editsMax, type Verdict } from "../../lib/outbox/types.ts";
import { aBody, aDraft, aRecord } from "../support/outbox.ts";

const add = (queue: Queue, draft: EditDraft, id: string, owner: string | null = "u") =>
  addEdit(queue, draft, { id, owner, nowMs: 5 });
const settle = (queue: Queue, id: string, verdict: Verdict) =>
  settleEdit(queue, id, verdict, `${id}-new`);
const later: Verdict = { kind: "later", isSignedOut: false, isAlone: false, afterMs: null };
const brief = (queue: Queue) =>
  queue.map(({ id, method, state, baseRevision }) => `${id} ${method} ${state} ${baseRevision}`);

const change = aDraft({ body: aBody({ name: "Ours" }) });
const deletion = aDraft({ method: "DELETE", body: null });
const creation = aDraft({ base: null });

Deno.test("an edit knows its revision and waits", () => {
  deepEqual(brief(add([], change, "1")), ["1 PUT waiting 1"]);
  deepEqual(brief(add([], creation, "1")), ["1 PUT waiting null"]);
});

Deno.test("unsent edits of a record become one, on the base of the first", () => {
  const first = add([], change, "1");
  const second = add(first, aDraft({ body: aBody({ name: "Later" }), base: aRecord(7) }), "2");
  deepEqual(brief(second), ["2 PUT waiting 1"]);
  equal(second[0]!.body!.name, "Later");
  deepEqual(brief(add(first, deletion, "2")), ["2 DELETE waiting 1"]);
});

Deno.test("what was made and deleted here was never there", () => {
  deepEqual(add(add([], creation, "1"), deletion, "2"), []);
});

Deno.test("edits of other records and acts keep their places", () => {
  const other = aDraft({ path: "/api/v1/watchlists/x" });
  const act = aDraft({
    method: "POST",
    path: "/api/v1/watchlists/w/act",
    record: "/api/v1/watchlists/w",
  });
  let queue = add(add([], change, "1"), other, "2");
  queue = add(add(queue, act, "3"), act, "4");
  deepEqual(queue.map(({ id }) => id), ["1", "2", "3", "4"]);
});

Deno.test("an edit that was sent keeps its body and key; the next one waits behind it", () => {
  const sent = markSending(add([], change, "1"), "1", "u");
  for (const queue of [sent, settle(sent, "1", later)]) {
    const both = add(queue, aDraft({ body: aBody({ name: "Later" }) }), "2");
    deepEqual(both.map(({ id }) => id), ["1", "2"]);
    equal(both[0]!.body!.name, "Ours");
    equal(findNext(both, "u")!.id, "1");
    // A third one takes over the second.
    deepEqual(add(both, deletion, "3").map(({ id }) => id), ["1", "3"]);
  }
});

Deno.test("what waits behind an edit goes on from its answer", () => {
  const both = add(markSending(add([], creation, "1"), "1", "u"), change, "2");
  const done = settle(both, "1", { kind: "done", record: aRecord(1) });
  deepEqual(brief(done), ["2 PUT waiting 1"]);
  const gone = add(markSending(add([], deletion, "1"), "1", "u"), creation, "2");
  deepEqual(brief(settle(gone, "1", { kind: "done", record: null })), ["2 PUT waiting null"]);
});

Deno.test("after no answer an edit is sent again, as it is", () => {
  const sent = markSending(add([], change, "1"), "1", "u");
  const again = settle(sent, "1", later);
  deepEqual(brief(again), ["1 PUT waiting 1"]);
  equal(markSending(again, "1", "u")[0]!.tries, 2);
});

Deno.test("an edit whose sender ended is sent again after the restart", () => {
  const sent = markSending(add([], change, "1"), "1", "u");
  equal(findNext(JSON.parse(JSON.stringify(sent)), "u")!.id, "1");
});

Deno.test("a change elsewhere in other fields is merged and sent as a new request", () => {
  const sent = markSending(add([], change, "1"), "1", "u");
  const current = aRecord(4, { symbols: ["BTCUSDT", "ETHUSDT"] });
  const merged = settle(sent, "1", { kind: "stale", current });
  deepEqual(brief(merged), ["1-new PUT waiting 4"]);
  equal(merged[0]!.tries, 0);
  deepEqual(merged[0]!.body, aBody({ name: "Ours", symbols: ["BTCUSDT", "ETHUSDT"] }));
});

Deno.test("an edit whose effect is there already is done", () => {
  const sent = markSending(add([], change, "1"), "1", "u");
  deepEqual(settle(sent, "1", { kind: "stale", current: aRecord(2, { name: "Ours" }) }), []);
});

Deno.test("a change of the same field waits for a person, and holds up its record only", () => {
  const sent = markSending(add([], change, "1"), "1", "u");
  const queue = settle(sent, "1", { kind: "stale", current: aRecord(2, { name: "Theirs" }) });
  deepEqual(brief(queue), ["1 PUT conflict 1"]);
  deepEqual(queue[0]!.clashes, [{ field: "name", base: "Mine", mine: "Ours", theirs: "Theirs" }]);
  equal(findNext(queue, "u"), null);
  equal(findNext(add(queue, aDraft({ path: "/api/v1/watchlists/x" }), "2"), "u")!.id, "2");
});

Deno.test("a follower is merged with the edit that it stood behind", () => {
  const body = aBody({ name: "Ours", symbols: ["SOLUSDT"] });
  const both = add(markSending(add([], change, "1"), "1", "u"), aDraft({ body }), "2");
  const queue = settle(both, "1", { kind: "stale", current: aRecord(3, { isPublic: true }) });
  deepEqual(brief(queue), ["1-new PUT waiting 3"]);
  deepEqual(queue[0]!.body, { ...body, isPublic: true });
});

const decide = (
  choice: Parameters<typeof resolveConflict>[2],
  current = aRecord(2, {
    name: "Theirs",
  }),
) => {
  const sent = markSending(add([], change, "1"), "1", "u");
  return resolveConflict(settle(sent, "1", { kind: "stale", current }), "1", choice, "9");
};
Deno.test("a conflict ends as its person decides", () => {
  deepEqual(decide("theirs"), []);
  deepEqual(brief(decide("mine")), ["9 PUT waiting 2"]);
  equal(decide("mine")[0]!.body!.name, "Ours");
  equal(decide({ name: "mine" })[0]!.body!.name, "Ours");
  deepEqual(decide({ name: "theirs" }), []);
  // Nothing said of a field: what is there stays.
  deepEqual(decide({}), []);
});

Deno.test("a record deleted there is made again or let go", () => {
  const sent = markSending(add([], change, "1"), "1", "u");
  const queue = settle(sent, "1", { kind: "stale", current: null });
  equal(queue[0]!.state, "conflict");
  deepEqual(brief(resolveConflict(queue, "1", "mine", "9")), ["9 PUT waiting null"]);
  deepEqual(resolveConflict(queue, "1", "theirs", "9"), []);
});

Deno.test("a record deleted here and changed there is deleted only when its person says so", () => {
  const sent = markSending(add([], deletion, "1"), "1", "u");
  const queue = settle(sent, "1", { kind: "stale", current: aRecord(6) });
  equal(queue[0]!.state, "conflict");
  deepEqual(brief(resolveConflict(queue, "1", "mine", "9")), ["9 DELETE waiting 6"]);
  deepEqual(resolveConflict(queue, "1", "theirs", "9"), []);
  deepEqual(settle(sent, "1", { kind: "stale", current: null }), []);
});

Deno.test("only what is in conflict is resolved", () => {
  const queue = add([], change, "1");
  equal(resolveConflict(queue, "1", "theirs", "9"), queue);
  equal(resolveConflict(queue, "none", "theirs", "9"), queue);
});

Deno.test("a further edit in a conflict meets what is there, or ends it in sight of it", () => {
  const sent = markSending(add([], change, "1"), "1", "u");
  const theirs = aRecord(2, { name: "Theirs" });
  const queue = settle(sent, "1", { kind: "stale", current: theirs });
  equal(add(queue, aDraft({ body: aBody({ name: "Third" }) }), "2")[0]!.state, "conflict");
  deepEqual(brief(add(queue, aDraft({ body: aBody() }), "2")), []);
  const informed = aDraft({ body: aBody({ name: "Third" }), base: theirs, isDecided: true });
  deepEqual(brief(add(queue, informed, "2")), ["2 PUT waiting 2"]);
});

Deno.test("a refused edit is shown, and mended, tried again or given up", () => {
  const sent = markSending(add([], change, "1"), "1", "u");
  const queue = settle(sent, "1", { kind: "refused", problem: "too long" });
  equal(queue[0]!.problem, "too long");
  equal(findNext(queue, "u"), null);
  deepEqual(brief(retryEdit(queue, "1", "9")), ["9 PUT waiting 1"]);
  deepEqual(dropEdit(queue, "1"), []);
  const mended = add(queue, aDraft({ body: aBody({ name: "Short" }) }), "2");
  deepEqual(brief(mended), ["2 PUT waiting 1"]);
  equal(mended[0]!.problem, null);
});

Deno.test("what may be under way is not given up", () => {
  const sent = markSending(add([], change, "1"), "1", "u");
  deepEqual(dropEdit(sent, "1"), sent);
});

Deno.test("a refused creation that is deleted meanwhile leaves nothing", () => {
  const both = add(markSending(add([], creation, "1"), "1", "u"), deletion, "2");
  deepEqual(settle(both, "1", { kind: "refused", problem: "no" }), []);
});

Deno.test("a refused act holds nothing up", () => {
  const act = aDraft({ method: "POST", path: "/api/v1/watchlists/w/act", record: change.path });
  const sent = markSending(add([], act, "1"), "1", "u");
  const queue = add(settle(sent, "1", { kind: "refused", problem: "no" }), change, "2");
  equal(findNext(queue, "u")!.id, "2");
});

Deno.test("edits are sent for whoever made them; those of nobody belong to the first who signs in", () => {
  const queue = add(add([], change, "1", "other"), aDraft({ path: "/x" }), "2", null);
  equal(findNext(queue, "u")!.id, "2");
  equal(markSending(queue, "2", "u")[1]!.owner, "u");
  equal(findNext(queue, "other")!.id, "1");
  deepEqual(countEdits(queue, "u"), { waiting: 1, refused: 0, conflicts: 0 });
  // Two people on one device do not touch each other's edits of the same record.
  deepEqual(add(queue, change, "3", "u").map(({ id }) => id), ["1", "2", "3"]);
});

Deno.test("a record is shown with all that was edited here", () => {
  let queue = markSending(add([], change, "1"), "1", "u");
  queue = add(queue, aDraft({ body: aBody({ name: "Ours", isPublic: true }) }), "2");
  deepEqual(showRecord(queue, change.path, aRecord(1)), {
    ...aRecord(1),
    name: "Ours",
    isPublic: true,
  });
  equal(showRecord(add(queue, deletion, "3"), change.path, aRecord(1)), null);
  equal(showRecord(queue, "/other", null), null);
});

Deno.test("a full queue says so and loses nothing", () => {
  let queue: Queue = [];
  for (let i = 0; i < editsMax; i++) {
    queue = [...queue.slice(0, i), { ...add([], change, `${i}`)[0]!, seq: i, record: `/${i}` }];
  }
  throws(() => add(queue, aDraft({ path: "/more" }), "x"), RangeError);
  equal(queue.length, editsMax);
});

Deno.test("a verdict on what is settled already changes nothing", () => {
  const queue = add([], change, "1");
  equal(settle(queue, "gone", { kind: "done", record: null }), queue);
});
