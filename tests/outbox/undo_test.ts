/** Taking back what waits, and whose edits a person sees. */
import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import {
  addEdit,
  canUndo,
  listOwn,
  markSending,
  type Queue,
  settleEdit,
  showRecord,
  undoEdit,
} from "../../lib/outbox/queue.ts";
import type { EditDraft, Verdict } from "../../lib/outbox/types.ts";
import { aBody, aDraft, aRecord } from "../support/outbox.ts";

const add = (queue: Queue, draft: EditDraft, id: string, owner: string | null = "u") =>
  addEdit(queue, draft, { id, owner, nowMs: 5 });
const undo = (queue: Queue, id: string) =>
  undoEdit(queue, id, { id: `${id}-back`, owner: "u", nowMs: 9 });
const brief = (queue: Queue) => queue.map(({ id, method, state }) => `${id} ${method} ${state}`);
const later: Verdict = { kind: "later", isSignedOut: false, isAlone: true, afterMs: null };
/** The same queue after the edit was sent and no answer came. */
const sent = (queue: Queue, id: string) =>
  settleEdit(markSending(queue, id, "u"), id, later, "none");

const change = aDraft({ body: aBody({ name: "Ours" }) });
const creation = aDraft({ base: null });
const deletion = aDraft({ method: "DELETE", body: null });
const act = aDraft({ method: "POST", body: { untilMs: 7 }, base: null });

Deno.test("PWA-04 what was never sent is taken back without a trace", () => {
  for (const draft of [change, creation, deletion, act]) {
    const queue = add([], draft, "1");
    equal(canUndo(queue[0]!), true);
    deepEqual(undo(queue, "1"), []);
  }
});

Deno.test("PWA-04 several changes that became one are taken back as one", () => {
  const queue = add(add([], change, "1"), aDraft({ body: aBody({ name: "Later" }) }), "2");
  deepEqual(undo(queue, "2"), []);
});

Deno.test("PWA-04 behind a change that may be there its opposite is sent", () => {
  const back = undo(sent(add([], change, "1"), "1"), "1");
  deepEqual(brief(back), ["1 PUT waiting", "1-back PUT waiting"]);
  deepEqual(back[1]!.body, aBody(), "only what the person may set");
  const done = settleEdit(back, "1", { kind: "done", record: aRecord(2, { name: "Ours" }) }, "n");
  equal(done[0]!.baseRevision, 2);
});

Deno.test("PWA-04 behind a new record that may be there its deletion is sent", () => {
  const back = undo(sent(add([], creation, "1"), "1"), "1");
  deepEqual(brief(back), ["1 PUT waiting", "1-back DELETE waiting"]);
  const done = settleEdit(back, "1", { kind: "done", record: aRecord(1) }, "n");
  equal(done[0]!.baseRevision, 1);
});

Deno.test("PWA-04 what cannot be taken back stays as it is", () => {
  const cases: [string, Queue, string][] = [
    ["a deletion that may be done", sent(add([], deletion, "1"), "1"), "1"],
    ["an act that may be done", sent(add([], act, "1"), "1"), "1"],
    ["under way", markSending(add([], change, "1"), "1", "u"), "1"],
    ["refused", settleEdit(add([], change, "1"), "1", { kind: "refused", problem: "" }, "n"), "1"],
    ["none such", add([], change, "1"), "9"],
    ["empty", [], "1"],
  ];
  for (const [name, queue, id] of cases) deepEqual(undo(queue, id), queue, name);
});

Deno.test("PWA-04 whatever was done here, what is taken back leaves the record as it was", () => {
  const drafts = [change, creation, deletion, aDraft({ body: aBody({ symbols: [] }) })];
  fc.assert(fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }), (made) => {
    const first = drafts[made[0]!]!;
    let queue: Queue = [];
    for (const [i, n] of made.entries()) queue = add(queue, drafts[n]!, String(i));
    for (const { id } of [...queue].reverse()) queue = undo(queue, id);
    deepEqual(queue, []);
    deepEqual(showRecord(queue, first.path, first.base), first.base);
  }));
});

Deno.test("PWA-04 a person sees their own edits, and those of nobody", () => {
  const other = aDraft({ path: "/api/v1/watchlists/other" });
  const third = aDraft({ path: "/api/v1/watchlists/third" });
  const queue = add(add(add([], change, "1", "u"), other, "2", "eve"), third, "3", null);
  const rows: [string | null, string[]][] = [
    ["u", ["1", "3"]],
    ["eve", ["2", "3"]],
    ["ida", ["3"]],
    [null, ["3"]],
  ];
  for (const [owner, seen] of rows) deepEqual(listOwn(queue, owner).map(({ id }) => id), seen);
});
