/** Edits of what belongs to a person: sent, shown, taken back. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  createForm,
  hasPrice,
  isReplaceable,
  openForm,
  placeActivity,
  readForm,
  readLocalTime,
  writeActivity,
  writeLocalTime,
} from "../../lib/ui/activity_form.ts";
import {
  describeEdit,
  describeProblem,
  type EditDraft,
  type EditResult,
  sendEdit,
} from "../../lib/ui/edits.ts";
import { mergeFields } from "../../lib/outbox/merge.ts";
import { createRecordEditor } from "../../lib/ui/record_editor.ts";
import { addSymbol, dropSymbol, moveSymbol } from "../../lib/ui/watch_rows.ts";
import { anActivity } from "../support/own_pages.tsx";

const draft = (part: Partial<EditDraft> = {}): EditDraft => ({
  method: "PUT",
  path: "/api/v1/watchlists/x",
  body: { name: "A" },
  base: { name: "B", revision: 4 },
  title: "A",
  ...part,
});

Deno.test("an edit goes out under its key, on its revision; a new record only where none is", () => {
  assert.deepEqual(describeEdit(draft(), "k").headers, {
    "idempotency-key": "k",
    "content-type": "application/json",
    "if-match": '"4"',
  });
  assert.equal(describeEdit(draft({ base: null }), "k").headers["if-none-match"], "*");
  const gone = describeEdit(draft({ method: "DELETE", body: null }), "k");
  assert.deepEqual([gone.body, gone.headers["if-match"]], [null, '"4"']);
  // What has no revision is replaced as it is.
  assert.deepEqual(Object.keys(describeEdit(draft({ base: {} }), "k").headers), [
    "idempotency-key",
    "content-type",
  ]);
});

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const answers: [name: string, draft: EditDraft, answer: Response | Error, result: EditResult][] = [
  ["done", draft(), json(200, { revision: 5 }), { kind: "done", record: { revision: 5 } }],
  ["deleted", draft({ method: "DELETE" }), json(200, { done: true }), {
    kind: "done",
    record: null,
  }],
  ["gone already", draft({ method: "DELETE" }), json(404, {}), { kind: "done", record: null }],
  ["stale", draft(), json(412, { current: { revision: 6 } }), {
    kind: "stale",
    current: { revision: 6 },
  }],
  ["gone meanwhile", draft(), json(412, { current: null }), { kind: "stale", current: null }],
  [
    "refused",
    draft(),
    json(400, { detail: "No", errors: [{ detail: "name: too long" }, null, 5] }),
    { kind: "refused", problem: "No · name: too long" },
  ],
  ["no JSON", draft(), new Response("<html>", { status: 502 }), {
    kind: "refused",
    problem: "HTTP 502",
  }],
  ["no answer", draft(), new TypeError("offline"), { kind: "refused", problem: "No answer" }],
];
for (const [name, edit, answer, result] of answers) {
  Deno.test(`an edit whose answer is "${name}" becomes ${result.kind}`, async () => {
    const fetch = () => answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    const ports = { fetch, createId: () => "k" };
    assert.deepEqual(await sendEdit(edit, ports, "No answer"), result);
  });
}

Deno.test("a problem of any shape is words or nothing", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
    assert.equal(typeof describeProblem(body), "string");
  }));
});

interface List {
  name: string;
  symbols: string[];
  revision: number;
}

/** An editor whose saves a test answers one by one. */
function createStepped(first: List) {
  const shown: List[] = [];
  const sent: { draft: EditDraft; answer(result: EditResult): void }[] = [];
  const editor = createRecordEditor<List>(first, {
    draft: ({ name, symbols }, known) => draft({ body: { name, symbols }, base: { ...known } }),
    save: (each) => new Promise((answer) => sent.push({ draft: each, answer })),
    show: (record) => void shown.push(record),
  });
  return { editor, shown, sent };
}
const first: List = { name: "A", symbols: ["X"], revision: 1 };
const settle = async () => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

Deno.test("changes are shown at once and sent one after the other, each on the revision before", async () => {
  const { editor, shown, sent } = createStepped(first);
  const one = editor.change({ name: "B" });
  const two = editor.change({ symbols: ["X", "Y"] });
  assert.deepEqual(shown.at(-1), { name: "B", symbols: ["X", "Y"], revision: 1 });
  await settle();
  assert.equal(sent.length, 1);
  sent[0]!.answer({ kind: "done", record: { revision: 2 } });
  await one;
  await settle();
  assert.equal(sent[1]!.draft.base?.revision, 2);
  assert.deepEqual(sent[1]!.draft.body, { name: "B", symbols: ["X", "Y"] });
  // An answer to the older change does not take back what was changed since.
  assert.deepEqual(shown.at(-1)!.symbols, ["X", "Y"]);
  sent[1]!.answer({ kind: "done", record: { revision: 3, symbols: ["X", "Y"] } });
  await two;
  assert.deepEqual(shown.at(-1), { name: "B", symbols: ["X", "Y"], revision: 3 });
});

Deno.test("what is refused is taken back; where another device was first, its record is shown", async () => {
  const { editor, shown, sent } = createStepped(first);
  const refused = editor.change({ name: "" });
  await settle();
  sent[0]!.answer({ kind: "refused", problem: "No" });
  assert.equal((await refused).kind, "refused");
  assert.deepEqual(shown.at(-1), first);
  const stale = editor.change({ name: "C" });
  await settle();
  sent[1]!.answer({ kind: "stale", current: { name: "D", symbols: [], revision: 9 } });
  await stale;
  assert.deepEqual(shown.at(-1), { name: "D", symbols: [], revision: 9 });
});

Deno.test("what is kept on the device stays shown, on the revision that is known", async () => {
  const { editor, shown, sent } = createStepped(first);
  const kept = editor.change({ name: "B" });
  await settle();
  sent[0]!.answer({ kind: "kept" });
  await kept;
  assert.deepEqual(shown.at(-1), { name: "B", symbols: ["X"], revision: 1 });
});

Deno.test("symbols move within the list, leave it and come back where they were", () => {
  const list = ["A", "B", "C"];
  assert.deepEqual(moveSymbol(list, "C", -1), ["A", "C", "B"]);
  assert.deepEqual(moveSymbol(list, "A", -1), list);
  assert.deepEqual(moveSymbol(list, "A", 9), ["B", "C", "A"]);
  assert.deepEqual(moveSymbol(list, "?", 1), list);
  assert.deepEqual(dropSymbol(list, "B"), ["A", "C"]);
  assert.deepEqual(addSymbol(["A", "C"], "B", [], 1), list);
  fc.assert(fc.property(
    fc.uniqueArray(fc.string(), { minLength: 1 }),
    fc.nat(),
    fc.integer(),
    (symbols, at, step) => {
      const symbol = symbols[at % symbols.length]!;
      assert.deepEqual(moveSymbol(symbols, symbol, step).toSorted(), symbols.toSorted());
    },
  ));
});

Deno.test("a symbol is added by its spelling, another case or its name; twice and nothing are not", () => {
  const choices = [{ symbol: "BTCUSDT", name: "Bitcoin" }, { symbol: "btcusdt" }];
  const rows: [string, string[] | null][] = [
    [" BTCUSDT ", ["A", "BTCUSDT"]],
    ["btcusdt", ["A", "btcusdt"]],
    ["BtcUsdt", ["A", "BTCUSDT"]],
    ["bitcoin", ["A", "BTCUSDT"]],
    ["NEW", ["A", "NEW"]],
    ["A", null],
    ["  ", null],
  ];
  for (const [typed, expected] of rows) {
    assert.deepEqual(addSymbol(["A"], typed, choices), expected, typed);
  }
});

Deno.test("a time in a field is UTC, there and back; nonsense is none", () => {
  assert.equal(readLocalTime("2024-01-02T03:04"), Date.UTC(2024, 0, 2, 3, 4));
  assert.equal(writeLocalTime(Date.UTC(2024, 0, 2, 3, 4, 5)), "2024-01-02T03:04:05");
  for (const odd of ["", "2024-01-02", "2024-13-01T00:00", "1969-12-31T23:59", "x".repeat(99)]) {
    assert.equal(readLocalTime(odd), null, odd);
  }
  assert.deepEqual([NaN, Infinity, 9e15].map(writeLocalTime), ["", "", ""]);
  fc.assert(fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
    assert.equal(readLocalTime(writeLocalTime(seconds * 1000)), seconds * 1000);
  }));
});

Deno.test("a form becomes the body of a request; an untouched time keeps its milliseconds", () => {
  const before = anActivity({ timestamp: 1_700_000_000_123, fee: "0" });
  const form = openForm(before);
  assert.deepEqual([form.fee, form.price], ["", "40000"]);
  assert.equal(readForm(form, before)?.timestamp, 1_700_000_000_123);
  const moved = readForm({ ...form, timestamp: "2024-01-02T00:00:00" }, before);
  assert.equal(moved?.timestamp, Date.UTC(2024, 0, 2));
  assert.equal(readForm({ ...form, timestamp: "" }, before), null);
  const fresh = createForm("EUR", 0);
  assert.deepEqual([fresh.currency, fresh.timestamp], ["EUR", "1970-01-01T00:00:00"]);
  const deposit = readForm({ ...fresh, type: "deposit", symbol: " EUR ", price: "5" }, null)!;
  assert.deepEqual([deposit.symbol, deposit.price, "exchange" in deposit], ["EUR", "", false]);
  assert.ok(hasPrice("sell") && !hasPrice("withdrawal"));
});

Deno.test("what was not touched in a form is sent as it was, so that others may have changed it", () => {
  const before = anActivity({ type: "deposit", price: "0", fee: "0", feeCurrency: "" });
  const form = openForm(before);
  assert.deepEqual([form.price, form.fee], ["", ""]);
  const body = readForm({ ...form, note: "mine" }, before)!;
  assert.deepEqual([body.price, body.fee, body.note], ["0", "0", "mine"]);
  const touched = Object.keys(body).filter((name) =>
    body[name] !== before[name as keyof typeof before]
  );
  assert.deepEqual(touched, ["note"]);
  // Merged with what another device made of it meanwhile, nothing is lost and nothing clashes.
  const theirs = { ...before, fee: "3", feeCurrency: "USDT", quantity: "9", revision: 2 };
  const { fields, clashes } = mergeFields({ ...before }, body, theirs);
  assert.deepEqual(clashes, []);
  assert.deepEqual([fields.fee, fields.quantity, fields.note], ["3", "9", "mine"]);
});

Deno.test("what was touched in a form is sent as it was typed", () => {
  const before = anActivity({ price: "40000", fee: "20" });
  const form = openForm(before);
  const body = readForm({ ...form, price: " 5 ", fee: "" }, before)!;
  assert.deepEqual([body.price, body.fee], ["5", ""]);
  // Of another kind it has no price.
  const moved = readForm({ ...form, type: "withdrawal" }, before)!;
  assert.deepEqual([moved.price, moved.fee], ["", "20"]);
});

Deno.test("an entry goes out on its revision, a new one only where none is", () => {
  const path = "/api/v1/portfolios/b/activities/a-12";
  const before = anActivity({ revision: 3 });
  const edit = draft({ path, body: writeActivity(before), base: { ...before } });
  assert.equal(describeEdit(edit, "k").headers["if-match"], '"3"');
  assert.ok(!describeEdit(edit, "k").body!.includes("revision"));
  const gone = describeEdit({ ...edit, method: "DELETE", body: null }, "k");
  assert.equal(gone.headers["if-match"], '"3"');
  const fresh = describeEdit({ ...edit, base: null }, "k").headers;
  assert.deepEqual([fresh["if-match"], fresh["if-none-match"]], [undefined, "*"]);
});

Deno.test("an entry comes back whole, in place under an id of a client's or of an imported row", () => {
  const activity = anActivity({ reference: "trade-1", importId: "i" });
  const body = writeActivity(activity);
  assert.equal(body.reference, "trade-1");
  for (const name of ["id", "portfolioId", "importId", "revision"]) {
    assert.ok(!(name in body), name);
  }
  assert.ok(isReplaceable(activity));
  assert.ok(isReplaceable({ id: `${activity.id}-12` }));
  for (const id of ["", "a1", `${activity.id}-`, `${activity.id}-x`, `${activity.id}-1-2`]) {
    assert.ok(!isReplaceable({ id }), id);
  }
});

Deno.test("entries stay newest first, each id once", () => {
  const rows = [anActivity({ id: "b", timestamp: 2 }), anActivity({ id: "a", timestamp: 1 })];
  const next = placeActivity(rows, anActivity({ id: "a", timestamp: 3 }));
  assert.deepEqual(next.map(({ id, timestamp }) => [id, timestamp]), [["a", 3], ["b", 2]]);
  assert.deepEqual(placeActivity(rows, anActivity({ id: "c", timestamp: 2 })).map(({ id }) => id), [
    "c",
    "b",
    "a",
  ]);
});
