import { deepEqual, equal } from "node:assert/strict";
import { type Answer, judgeAnswer } from "../../lib/outbox/verdict.ts";
import type { EditMethod, Verdict } from "../../lib/outbox/types.ts";

const json = (status: number, body: unknown, retryAfter: string | null = null): Answer => ({
  status,
  type: status < 300 ? "application/json" : "application/problem+json; charset=utf-8",
  retryAfter,
  text: JSON.stringify(body),
});
const page = (status: number): Answer => ({
  status,
  type: "text/html",
  retryAfter: null,
  text: "<h1>Welcome to the hotel</h1>",
});
const later = (part: Partial<Verdict> = {}) => ({
  kind: "later",
  isSignedOut: false,
  isAlone: false,
  afterMs: null,
  ...part,
});

const cases: [name: string, method: EditMethod, answer: Answer, want: unknown][] = [
  ["no answer", "PUT", null, later()],
  ["made", "PUT", json(201, { revision: 1 }), { kind: "done", record: { revision: 1 } }],
  ["changed", "PUT", json(200, { revision: 2 }), { kind: "done", record: { revision: 2 } }],
  [
    "nothing to tell",
    "DELETE",
    { status: 204, type: "", retryAfter: null, text: "" },
    { kind: "done", record: null },
  ],
  ["a page in place of the answer", "PUT", page(200), later()],
  ["half of an answer", "PUT", { ...json(200, {})!, text: '{"a":' }, later()],
  ["a proxy's refusal", "PUT", page(403), later()],
  ["a proxy's not found", "DELETE", page(404), later()],
  ["gone already", "DELETE", json(404, {}), { kind: "done", record: null }],
  ["gone for ever", "DELETE", json(410, {}), { kind: "done", record: null }],
  ["nothing to change", "PUT", json(404, { detail: "No such" }), {
    kind: "refused",
    problem: "No such",
  }],
  [
    "another one by now",
    "PUT",
    json(412, { current: { revision: 3 } }),
    { kind: "stale", current: { revision: 3 } },
  ],
  ["not there any more", "PUT", json(412, { current: null }), { kind: "stale", current: null }],
  ["signed out", "PUT", json(401, {}), later({ isSignedOut: true })],
  ["too many", "PUT", json(429, {}, "7"), later({ afterMs: 7_000 })],
  ["too many, until a date", "PUT", json(429, {}, "Sat, 21 Nov 2026 20:00:00 GMT"), later()],
  ["under way already", "PUT", json(409, {}), later({ isAlone: true })],
  ["a fault of ours", "PUT", json(500, {}), later({ isAlone: true })],
  ["a fault of a proxy", "PUT", page(500), later()],
  ["closed", "PUT", json(503, {}), later()],
  ["a redirect", "PUT", json(302, {}), later()],
  ["an odd status", "PUT", json(0, {}), later()],
  [
    "does not fit",
    "PUT",
    json(400, { detail: "Does not fit", errors: [{ detail: "too long" }, null, { detail: 3 }] }),
    { kind: "refused", problem: "Does not fit: too long" },
  ],
  ["too large", "PUT", json(413, {}), { kind: "refused", problem: "Refused with 413" }],
];
for (const [name, method, answer, want] of cases) {
  Deno.test(`an answer is judged: ${name}`, () => deepEqual(judgeAnswer({ method }, answer), want));
}

Deno.test("no status between 300 and 600 of somebody else's page ever ends an edit", () => {
  for (let status = 300; status < 600; status++) {
    for (const method of ["PUT", "DELETE", "POST"] as const) {
      equal(judgeAnswer({ method }, page(status)).kind, "later", String(status));
    }
  }
});
