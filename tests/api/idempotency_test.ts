import { deepEqual, equal } from "node:assert/strict";
import type { Accounts, Identity } from "../../lib/accounts/mod.ts";
import { answerKeptMs, repeatAnswers } from "../../lib/api/idempotency.ts";
import { answerError } from "../../lib/api/problems.ts";
import { createRouter } from "../../lib/api/routes.ts";
import { NotFoundError } from "../../lib/contracts/errors.ts";
import { silentLogger } from "../../lib/log.ts";
import { withMemoryStore } from "../support/store.ts";

const KEY = "key-of-a-request";

interface Ask {
  key?: string | undefined;
  body?: string;
  method?: string;
  path?: string;
  token?: string | undefined;
}

/** An API whose one endpoint counts how often its work was done. */
async function withCounter(
  test: (given: {
    ask(ask?: Ask): Promise<Response>;
    counts: { done: number };
    time: { nowMs: number };
    gate: { wait: Promise<void> };
    countKept(): Promise<number>;
  }) => Promise<void>,
): Promise<void> {
  await withMemoryStore(async ({ owned }) => {
    const time = { nowMs: 1_000_000 };
    const counts = { done: 0 };
    const gate = { wait: Promise.resolve() };
    const identify = (token: string) =>
      Promise.resolve({ userId: token, via: "session", scopes: ["read"] } as unknown as Identity);
    const api = createRouter();
    api.use(repeatAnswers({
      owned,
      accounts: { identify } as unknown as Accounts,
      adminToken: "t",
      corsOrigins: [],
      log: silentLogger,
      now: () => time.nowMs,
    }));
    api.all("/things/:id", async (c) => {
      const { fails } = await c.req.json().catch(() => ({})) as { fails?: boolean };
      await gate.wait;
      if (fails) throw new NotFoundError("Cannot find it");
      c.header("etag", `"${++counts.done}"`);
      return c.json({ done: counts.done }, 201);
    });
    api.onError((error, c) => answerError(error, c, silentLogger));
    const ask = async (
      { key = KEY, body = "{}", method = "PUT", path = "/things/1", token = "u" }: Ask = {},
    ) =>
      await api.request(path, {
        method,
        headers: {
          "content-type": "application/json",
          ...(key === "" ? {} : { "idempotency-key": key }),
          ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        },
        body: method === "GET" ? null : body,
      });
    const countKept = async () => (await owned.answered.list({ limit: 1000 })).items.length;
    await test({ ask, counts, time, gate, countKept });
  });
}

Deno.test("a repetition is answered the same and not done again", async () => {
  await withCounter(async ({ ask, counts }) => {
    const first = await ask();
    const second = await ask();
    deepEqual([first.status, await first.json()], [201, { done: 1 }]);
    deepEqual([second.status, await second.json()], [201, { done: 1 }]);
    equal(second.headers.get("etag"), '"1"');
    equal(first.headers.get("idempotency-replayed"), null);
    equal(second.headers.get("idempotency-replayed"), "true");
    equal(counts.done, 1);
  });
});

Deno.test("of two deliveries at once one is done, and both get its answer", async () => {
  await withCounter(async ({ ask, counts, gate }) => {
    const open = Promise.withResolvers<void>();
    gate.wait = open.promise;
    const asked = [ask(), ask(), ask()];
    open.resolve();
    const answers = await Promise.all((await Promise.all(asked)).map((answer) => answer.json()));
    deepEqual(answers, [{ done: 1 }, { done: 1 }, { done: 1 }]);
    equal(counts.done, 1);
  });
});

Deno.test("a key is good for one request: another body, path or method is refused", async () => {
  await withCounter(async ({ ask, counts }) => {
    await ask();
    for (const other of [{ body: '{"a":1}' }, { path: "/things/2" }, { method: "DELETE" }]) {
      const answer = await ask(other);
      equal(answer.status, 400);
      equal((await answer.json()).errors[0].pointer, "/header/idempotency-key");
    }
    equal(counts.done, 1);
  });
});

Deno.test("people do not share keys", async () => {
  await withCounter(async ({ ask, counts }) => {
    await ask({ token: "one" });
    await ask({ token: "other" });
    equal(counts.done, 2);
  });
});

Deno.test("what failed may be tried again", async () => {
  await withCounter(async ({ ask, counts }) => {
    const failing = { body: '{"fails":true}' };
    equal((await ask(failing)).status, 404);
    equal((await ask(failing)).status, 404);
    equal((await ask()).status, 201);
    equal(counts.done, 1);
  });
});

Deno.test("an answer is forgotten after a day, not before", async () => {
  await withCounter(async ({ ask, counts, time }) => {
    await ask();
    time.nowMs += answerKeptMs;
    await ask();
    equal(counts.done, 1);
    time.nowMs += 1;
    await ask();
    equal(counts.done, 2);
  });
});

Deno.test("a clock that goes back forgets nothing", async () => {
  await withCounter(async ({ ask, counts, time }) => {
    await ask();
    time.nowMs -= 10 * answerKeptMs;
    await ask();
    equal(counts.done, 1);
  });
});

Deno.test("readers, strangers and requests without a key are left alone", async () => {
  await withCounter(async ({ ask, counts }) => {
    for (const part of [{ method: "GET" }, { token: "" }, { key: "" }]) {
      await ask(part);
      await ask(part);
    }
    equal(counts.done, 6);
  });
});

Deno.test("a key that is none is refused", async () => {
  await withCounter(async ({ ask, counts }) => {
    for (const key of ["short", "x".repeat(101), "with spaces in it"]) {
      equal((await ask({ key })).status, 400, key);
    }
    equal(counts.done, 0);
  });
});

Deno.test("kept answers do not pile up: old ones are deleted as new ones come", async () => {
  await withCounter(async ({ ask, time, countKept }) => {
    const askMany = async (name: string) => {
      for (let i = 0; i < 50; i++) await ask({ key: `${name}-key-${i}` });
    };
    await askMany("first");
    await askMany("second");
    equal(await countKept(), 100);
    time.nowMs += answerKeptMs + 1;
    await askMany("third");
    equal(await countKept(), 50);
  });
});
