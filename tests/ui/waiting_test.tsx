/** What waits on this device, as lists show it. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import { addEdit, markSending, type Queue, settleEdit } from "../../lib/outbox/queue.ts";
import type { EditDraft, Verdict } from "../../lib/outbox/types.ts";
import { planAlertEdit } from "../../lib/ui/alert_edits.ts";
import { createRecordEditor } from "../../lib/ui/record_editor.ts";
import { applyWaiting, listWaiting } from "../../lib/ui/waiting.ts";
import { overlayActivities } from "../../lib/ui/waiting_activities.ts";
import { OutboxList } from "../../lib/ui/OutboxList.tsx";
import { NewWaiting, WaitingMark } from "../../lib/ui/WaitingMark.tsx";
import { anActivity } from "../support/own_pages.tsx";

const lists = "/api/v1/watchlists/";
const books = "/api/v1/portfolios/";
const base = { id: "a", name: "Mine", symbols: ["BTCUSDT"], isPublic: false, revision: 3 };
const body = { name: "Mine", symbols: ["BTCUSDT"], isPublic: false };

const draft = (path: string, part: Partial<EditDraft> = {}): EditDraft => ({
  method: "PUT",
  path,
  body,
  base,
  title: "Title",
  ...part,
});
const queueOf = (...drafts: EditDraft[]): Queue =>
  drafts.reduce<Queue>(
    (queue, one, i) => addEdit(queue, one, { id: `e${i}`, owner: "u", nowMs: i }),
    [],
  );
const later: Verdict = { kind: "later", isSignedOut: false, isAlone: true, afterMs: null };

Deno.test("PWA-04 what was made, changed and deleted here is told apart, newest first", () => {
  const queue = queueOf(
    draft(`${lists}a`, { body: { ...body, name: "Ours", symbols: [] } }),
    draft(`${lists}b`, { base: null }),
    draft(`${lists}c`, { method: "DELETE", body: null }),
  );
  deepEqual(
    listWaiting(queue, lists).map(({ id, kind, name, changes, undoId }) => [
      ...[id, kind, name, changes, undoId],
    ]),
    [
      ["c", "deleted", "Mine", [], "e2"],
      ["b", "new", "Mine", [], "e1"],
      ["a", "changed", "Ours", ["Name: Ours", "Symbols: none"], "e0"],
    ],
  );
});

Deno.test("PWA-04 a list shows its own kind of record only, a book none of its entries", () => {
  const queue = queueOf(
    draft(`${lists}a`),
    draft(`${books}p`),
    draft(`${books}p/activities/x`),
    draft("/api/v1/preferences"),
  );
  const ids = (prefix: string) => listWaiting(queue, prefix).map(({ id }) => id);
  deepEqual(ids(lists), ["a"]);
  deepEqual(ids(books), ["p"]);
  deepEqual(ids(`${books}p/activities/`), ["x"]);
  deepEqual(ids("/api/v1/"), ["preferences"]);
  deepEqual(ids("/api/v1/alerts/"), []);
});

Deno.test("PWA-04 an act on a record marks it; what cannot be taken back has no way back", () => {
  const alert = "/api/v1/alerts/a";
  const act = draft(`${alert}/snooze`, { method: "POST", record: alert, body: { untilMs: 5 } });
  const queue = queueOf(act);
  deepEqual(listWaiting(queue, "/api/v1/alerts/").map(({ kind, undoId }) => [kind, undoId]), [
    ["changed", "e0"],
  ]);
  const sent = settleEdit(markSending(queue, "e0", "u"), "e0", later, "n");
  equal(listWaiting(sent, "/api/v1/alerts/")[0]!.undoId, null);
});

Deno.test("PWA-04 a change behind one that may be there is told as one, from what was there first", () => {
  const first = queueOf(draft(`${lists}a`, { body: { ...body, name: "One" } }));
  const sent = settleEdit(markSending(first, "e0", "u"), "e0", later, "n");
  const next = draft(`${lists}a`, { body: { ...body, name: "One", isPublic: true } });
  const queue = addEdit(sent, next, { id: "e9", owner: "u", nowMs: 9 });
  const [one] = listWaiting(queue, lists);
  deepEqual(one!.changes, ["Name: One", "Public: yes"]);
  equal(one!.undoId, "e9");
  const gone = addEdit(sent, draft(`${lists}a`, { method: "DELETE", body: null }), {
    ...{ id: "e9", owner: "u", nowMs: 9 },
  });
  deepEqual(listWaiting(gone, lists).map(({ kind, fields }) => [kind, fields]), [
    ["deleted", null],
  ]);
});

Deno.test("PWA-04 a conflict and a refusal are marked as the person's to decide", () => {
  const queue = queueOf(draft(`${lists}a`, { body: { ...body, name: "Ours" } }));
  const verdicts: Verdict[] = [
    { kind: "stale", current: { ...base, name: "Theirs", revision: 4 } },
    { kind: "refused", problem: "no" },
  ];
  for (const verdict of verdicts) {
    const [one] = listWaiting(settleEdit(queue, "e0", verdict, "n"), lists);
    deepEqual([one!.needsPerson, one!.undoId], [true, null]);
    const html = renderToString(<WaitingMark waiting={one!} onUndo={() => {}} />);
    match(html, /needs your decision: changed/);
    match(html, /at the foot of the page/);
    ok(!html.includes("<button"));
  }
});

Deno.test("PWA-04 the mark says in words what waits, and its button names the record", () => {
  const [one] = listWaiting(queueOf(draft(`${lists}a`, { method: "DELETE", body: null })), lists);
  const html = renderToString(<WaitingMark waiting={one!} onUndo={() => {}} />);
  match(html, /waiting: deleted<span class="visually-hidden">\. Mine was deleted here/);
  match(html, /<button type="button" aria-label="Undo what waits for Mine"\s*>Undo<\/button>/);
  equal(renderToString(<NewWaiting waiting={[]} onUndo={() => {}} />), "");
  const list = renderToString(<NewWaiting waiting={[one!]} onUndo={() => {}} />);
  match(
    list,
    /^<ul class="waiting-list plain" aria-label="Waiting on this device"><li\s*><strong>Mine/,
  );
});

Deno.test("PWA-04 the tray offers the way back where there is one, and names what it is of", () => {
  const acts = { onResolve() {}, onDrop() {}, onRetry() {}, onUndo() {} };
  const show = (queue: Queue) => renderToString(<OutboxList edits={queue} {...acts} />);
  const queue = queueOf(draft(`${lists}a`, { method: "DELETE", body: null }));
  match(show(queue), /aria-label="Undo the change of Title"\s*>Undo<\/button>/);
  const rows: Queue[] = [
    markSending(queue, "e0", "u"),
    settleEdit(markSending(queue, "e0", "u"), "e0", later, "n"),
  ];
  for (const one of rows) ok(!show(one).includes("<button"), one[0]!.state);
  const refused = settleEdit(queue, "e0", { kind: "refused", problem: "no" }, "n");
  ok(!show(refused).includes("Undo"));
});

Deno.test("PWA-04 names and values are texts, whatever stands in them", () => {
  const name = "<img src=x onerror=alert(1)>";
  const [one] = listWaiting(queueOf(draft(`${lists}a`, { body: { ...body, name } })), lists);
  const html = renderToString(<WaitingMark waiting={one!} onUndo={() => {}} />);
  ok(!html.includes("<img"));
  for (const odd of [{ name: 7 }, { name: "" }, {}]) {
    const [shown] = listWaiting(queueOf(draft(`${lists}a`, { body: odd, base: null })), lists);
    equal(shown!.name, "Title");
  }
});

Deno.test("PWA-04 a kept page shows a record as it was left, under the revision of the server", () => {
  const [one] = listWaiting(
    queueOf(draft(`${lists}a`, { body: { ...body, symbols: ["SOLUSDT"] } })),
    lists,
  );
  deepEqual(applyWaiting(base, one), { ...base, symbols: ["SOLUSDT"] });
  deepEqual(applyWaiting(base, undefined), base);
  const [gone] = listWaiting(queueOf(draft(`${lists}a`, { method: "DELETE", body: null })), lists);
  deepEqual(applyWaiting(base, gone), base);
});

Deno.test("PWA-04 an alert that was turned off here is not turned on by what comes next", () => {
  const alert = {
    ...{ alert_id: "a", name: "A", symbol: "BTCUSDT", condition: "PRICE_ABOVE", threshold: 1 },
    ...{ parameters: {}, channels: ["PUSH"], cooldown: 300, one_time: false, is_active: true },
    ...{ note: "", holdMs: 0, allowsUnsure: false, expiresMs: null, snoozedUntilMs: null },
    ...{ revision: 4, phase: "armed", lastFiredMs: null },
  } as unknown as Parameters<typeof planAlertEdit>[0];
  const off = planAlertEdit(alert, { act: "off", seconds: 0, nowMs: 0 })!;
  const [one] = listWaiting(queueOf(off), "/api/v1/alerts/");
  deepEqual(one!.changes, ["On: no"]);
  const shown = applyWaiting(alert, one);
  const next = planAlertEdit(alert, { act: "snooze", seconds: 60, nowMs: 0, shown })!;
  deepEqual([next.body!.is_active, next.body!.snoozedUntilMs], [false, 60_000]);
  // It was made on what the server has.
  deepEqual([next.base!.is_active, next.base!.revision], [true, 4]);
});

Deno.test("PWA-04 an editor goes on from what waits, and back to what is there", async () => {
  const shown: unknown[] = [];
  const sent: EditDraft[] = [];
  const editor = createRecordEditor(base, {
    draft: ({ name, symbols }, known) =>
      draft(`${lists}a`, { body: { name, symbols }, base: known }),
    save: (one) => {
      sent.push(one);
      return Promise.resolve({ kind: "kept" });
    },
    show: (record) => void shown.push(record.symbols),
  });
  editor.restore({ symbols: ["BTCUSDT", "ETHUSDT"] });
  await editor.change({ name: "Ours" });
  deepEqual(sent[0]!.body, { name: "Ours", symbols: ["BTCUSDT", "ETHUSDT"] });
  deepEqual(sent[0]!.base, base);
  editor.reset();
  deepEqual(shown.at(-1), ["BTCUSDT"]);
});

Deno.test("PWA-04 a book shows new, changed and deleted entries in their places", () => {
  const entries = `${books}p/activities/`;
  const known = [anActivity({ id: "k1", timestamp: 30 }), anActivity({ id: "k2", timestamp: 10 })];
  const empty = anActivity({ id: "", note: "", portfolioId: "p" });
  const queue = queueOf(
    draft(`${entries}k1`, { method: "DELETE", body: null, base: { ...known[0] } }),
    draft(`${entries}k2`, { body: { timestamp: 10, quantity: "9" }, base: { ...known[1] } }),
    draft(`${entries}n1`, { body: { timestamp: 20, symbol: "SOLUSDT" }, base: null }),
    draft(`${entries}far`, { method: "DELETE", body: null, base: null }),
  );
  const rows = overlayActivities(known, listWaiting(queue, entries), empty);
  deepEqual(rows.map(({ id, quantity }) => [id, quantity]), [
    ["k1", known[0]!.quantity],
    ["n1", empty.quantity],
    ["k2", "9"],
  ]);
  deepEqual([rows[1]!.symbol, rows[1]!.portfolioId], ["SOLUSDT", "p"]);
  deepEqual(overlayActivities(known, [], empty), known);
});

Deno.test("PWA-04 an entry in conflict stays as its person left it, on the revision that they saw", () => {
  const entries = `${books}p/activities/`;
  const seen = anActivity({ id: "k1", quantity: "1", revision: 1 });
  const theirs = { ...seen, quantity: "2", revision: 2 };
  const edit = draft(`${entries}k1`, { body: { quantity: "9" }, base: { ...seen } });
  const [first] = queueOf(edit);
  const queue = settleEdit([first!], first!.id, { kind: "stale", current: theirs }, "new");
  const waiting = listWaiting(queue, entries);
  deepEqual([waiting[0]!.kind, waiting[0]!.needsPerson], ["changed", true]);
  const [row] = overlayActivities([theirs], waiting, anActivity());
  // An edit of what is shown is one of what they saw; it must not pass for one of what is there.
  deepEqual([row!.quantity, row!.revision], ["9", 1]);
  const html = renderToString(<WaitingMark waiting={waiting[0]!} onUndo={() => {}} />);
  ok(html.includes("needs your decision"), html);
});
