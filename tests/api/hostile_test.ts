/** Hostile input to every operation of the document: each is answered in words, and nothing gives way. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type DocumentedOperation, readDocument } from "../support/documents.ts";
import type { Answer } from "../support/auth_api.ts";
import { buildAlert } from "../support/owned.ts";
import { priceAlert } from "../support/personal_api.ts";
import { type TestRoles, withRoles } from "../support/roles.ts";

const texts: Record<string, string> = {
  "SQL": "' OR '1'='1'; DROP TABLE users; --",
  "a script": "<script>alert(1)</script>",
  "an attribute": '"><img src=x onerror=alert(1)>',
  "a formula": "=cmd|' /C calc'!A0",
  "a template": "${7*7}{{7*7}}#{7*7}",
  "a path": "../../../../etc/passwd",
  "a null byte": "a\u0000b",
  "line breaks": "a\r\nset-cookie: x=1",
  "a text from right to left": "\u202egpj.exe",
  "a prototype": "__proto__",
  "an operator of a database": '{"$ne":null}',
  "a number without end": "1e999",
  "a negative number": "-1",
  "not a number": "NaN",
  "a long text": "x".repeat(5_000),
  "nothing": "",
};

const hasBody = ({ method }: DocumentedOperation) => !["GET", "DELETE"].includes(method);
const nameOf = ({ method, path }: DocumentedOperation) => `${method} ${path}`;

/** Asserts that an answer is a good one or a problem in words, and tells nothing of the inside. */
function checkAnswer(answer: Answer, name: string): void {
  const { status, headers, text } = answer;
  const type = headers.get("content-type") ?? "";
  // 503 where these tests have no such part: no source, no collector.
  ok(status < 500 || status === 503, `${name}: ${status} ${text.slice(0, 300)}`);
  if (status >= 400 && !name.includes("/health") && status !== 404) {
    match(type, /^application\/problem\+json/, name);
  }
  if (type.startsWith("application/problem+json")) {
    equal(answer.json.status, status, name);
    ok(String(answer.json.detail).length > 8, name);
  }
  ok(!/\/lib\/\w|\.ts:\d|at async |node:internal|\$2[aby]\$\d/.test(text), `${name}: ${text}`);
  equal(headers.get("x-content-type-options"), "nosniff", name);
  ok(!headers.has("set-cookie") || !/x=1/.test(headers.get("set-cookie")!), name);
  // What comes back is data, not a page: the only page is our own, with a policy of its own.
  if (type.startsWith("text/html")) match(headers.get("content-security-policy")!, /default-src/);
}

async function withOperations(
  test: (given: TestRoles, operations: DocumentedOperation[]) => Promise<void>,
): Promise<void> {
  await withRoles(async (given) => {
    await test(given, (await readDocument(given.api)).operations);
  });
}

/** The operation's address with a text in every place that takes one. */
function fillAddress({ path, parameters }: DocumentedOperation, text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed());
  const filled = path.replace(/\{\w+\}/g, encoded || "%20");
  const query = parameters.filter((one) => one.in === "query")
    .map(({ name }) => `${name}=${encoded}`).join("&");
  return query === "" ? filled : `${filled}?${query}`;
}

for (const [kind, text] of Object.entries(texts)) {
  Deno.test(`SEC-01 ${kind} in every path, query and body is answered in words by every operation`, () =>
    withOperations(async ({ ask, signIn, operatorToken }, operations) => {
      for (const operation of operations) {
        // Not what ends the session of whoever asks.
        const token = operation["x-access"] === "operator" ? operatorToken : await signIn("ada");
        const name = `${nameOf(operation)} with ${kind}`;
        const body = Object.fromEntries(
          ["id", "name", "email", "password", "symbol", "symbols", "note", "token", "kind", "url"]
            .map((field) => [field, text]),
        );
        const call = { token, ...(hasBody(operation) && { body }) };
        checkAnswer(await ask(operation.method, fillAddress(operation, text), call), name);
      }
    }));
}

const bodies: [string, string, number[]][] = [
  ["11 MB of text", JSON.stringify({ name: "x".repeat(11_000_000) }), [413]],
  ["11 MB of brackets", "[".repeat(11_000_000), [413]],
  ["what is no JSON", "{", [400, 401, 403, 404, 422]],
  ["a deep list", "[".repeat(50_000) + "]".repeat(50_000), [400, 401, 403, 404, 413, 422]],
];
for (const [kind, body, statuses] of bodies) {
  Deno.test(`API-35 ${kind} is refused by every operation that takes a body`, () =>
    withOperations(async ({ ask, signIn, operatorToken }, operations) => {
      const taking = operations.filter((operation) =>
        hasBody(operation) && "requestBody" in operation
      );
      ok(taking.length >= 20, `${taking.length} operations`);
      for (const operation of taking) {
        const token = operation["x-access"] === "operator" ? operatorToken : await signIn("ada");
        const path = fillAddress(operation, "0f8fad5b-d9cb-469f-a165-000000000001").split("?")[0]!;
        const answer = await ask(operation.method, path, { token, body });
        const name = `${nameOf(operation)} with ${kind}`;
        checkAnswer(answer, name);
        ok(statuses.includes(answer.status), `${name}: ${answer.status} ${answer.text}`);
      }
    }));
}

Deno.test("ALR-01 the 10,000 alerts that one person asks for are refused at their limit, and no other person notices", () =>
  withRoles(async ({ ask, signIn, ids, owned }) => {
    const [ada, eve] = [await signIn("ada"), await signIn("eve")];
    const mine = Array.from(
      { length: 1_000 },
      (_, i) => buildAlert(`a${i}`, { user_id: ids.ada, threshold: i + 1 }),
    );
    for (const alert of mine) await owned.alerts.put(alert);
    const statuses = new Set<number>();
    for (let i = 0; i < 50; i++) {
      const answer = await ask("POST", "/api/v1/alerts", { token: ada, body: priceAlert });
      statuses.add(answer.status);
      match(answer.text, /at most \d+/);
    }
    deepEqual([...statuses], [400]);
    equal(await owned.alerts.count(), 1_000);
    const other = await ask("POST", "/api/v1/alerts", { token: eve, body: priceAlert });
    equal(other.status, 201);
  }));

Deno.test("ids of another owner, of nobody and of nothing at all are one answer", () =>
  withRoles(async ({ ask, signIn }) => {
    const ada = await signIn("ada");
    const made = await ask("POST", "/api/v1/alerts", { token: ada, body: priceAlert });
    const theirs = `/api/v1/alerts/${made.json.alert_id}`;
    const none = "/api/v1/alerts/0f8fad5b-d9cb-469f-a165-000000000009";
    for (const method of ["GET", "DELETE"]) {
      const [one, two] = [
        await ask(method, theirs, { token: await signIn("eve") }),
        await ask(method, none, { token: await signIn("eve") }),
      ];
      deepEqual([one.status, one.json.detail], [two.status, two.json.detail]);
    }
    equal((await ask("GET", theirs, { token: ada })).status, 200);
  }));
