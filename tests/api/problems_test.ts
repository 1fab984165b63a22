/** What failures of the store are to whoever asked. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { answerError } from "../../lib/api/problems.ts";
import { createRouter } from "../../lib/api/routes.ts";
import { silentLogger } from "../../lib/log.ts";
import { judgeAnswer } from "../../lib/outbox/verdict.ts";
import { StoreError, type StoreErrorCode } from "../../lib/store/errors.ts";

/** Returns the answer of an endpoint that fails so. */
async function askFailing(error: Error): Promise<Response> {
  const api = createRouter();
  api.put("/thing", () => {
    throw error;
  });
  api.onError((thrown, c) => answerError(thrown, c, silentLogger));
  return await api.request("/thing", { method: "PUT", headers: { origin: "" } });
}

const statuses: readonly [StoreErrorCode, number, string | null][] = [
  ["conflict", 409, "1"],
  ["unavailable", 503, null],
  ["in_use", 500, null],
  ["newer_schema", 500, null],
  ["unknown_index", 500, null],
];

for (const [code, status, retryAfter] of statuses) {
  Deno.test(`a failure of the store that is "${code}" is ${status} and hides our own words`, async () => {
    const answer = await askFailing(new StoreError(code, "kv://secret is at fault"));
    equal(answer.status, status);
    equal(answer.headers.get("content-type"), "application/problem+json");
    equal(answer.headers.get("retry-after"), retryAfter);
    const text = await answer.text();
    ok(!text.includes("secret"), text);
    const body = JSON.parse(text);
    deepEqual([body.status, body.errors], [status, []]);
    match(body.title, /^(Conflict|Service Unavailable|Internal Server Error)$/);
  });
}

Deno.test("PWA-04 an edit that met too many others is sent again, and holds no other one up", async () => {
  const answer = await askFailing(new StoreError("conflict", "too many"));
  const text = await answer.text();
  const verdict = judgeAnswer({ method: "PUT" }, {
    status: answer.status,
    type: answer.headers.get("content-type")!,
    retryAfter: answer.headers.get("retry-after"),
    text,
  });
  deepEqual(verdict, { kind: "later", isSignedOut: false, isAlone: true, afterMs: 1_000 });
});
