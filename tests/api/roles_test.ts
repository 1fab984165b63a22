/** Every operation of the document asked by everybody who might: who passes, who is told what. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Scope } from "../../lib/contracts/owned.ts";
import { ownedCollections } from "../../lib/store/owned_indexes.ts";
import { type DocumentedOperation, readDocument } from "../support/documents.ts";
import { scopesWithout, type TestRoles, withRoles } from "../support/roles.ts";
import { priceAlert } from "../support/personal_api.ts";
import { uuid } from "../support/possessions.ts";

const nameOf = ({ method, path }: DocumentedOperation) => `${method} ${path}`;

/** What a key needs for what belongs to its owner; null where no key will do. */
function findScope({ method, path }: DocumentedOperation): Scope | null {
  if (/^\/api\/v1\/auth\/me$/.test(path) && method === "GET") return "read";
  if (/^\/api\/v1\/auth\//.test(path)) return null;
  if (/^\/api\/v1\/(portfolios|watchlists|shares)(\/|$)/.test(path)) return "portfolio";
  if (/^\/api\/v1\/(export|reports)\//.test(path)) return "export";
  return "alerts";
}

/** Sends a call that fits no contract but is let in or not all the same. */
async function knock(
  { ask }: TestRoles,
  operation: DocumentedOperation,
  token: string | undefined,
  ids: Record<string, string> = {},
) {
  const { method, path } = operation;
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? "x"));
  const hasBody = method !== "GET" && method !== "DELETE";
  return await ask(method, url, { token, ...(hasBody && { body: {} }) });
}

async function walk(
  test: (given: TestRoles, operation: DocumentedOperation) => Promise<void>,
  of: (operation: DocumentedOperation) => boolean,
): Promise<number> {
  let count = 0;
  await withRoles(async (given) => {
    const { operations } = await readDocument(given.api);
    for (const operation of operations.filter(of)) {
      await test(given, operation);
      count++;
    }
  });
  return count;
}

Deno.test("AUT-04 what is public asks nobody who they are, and refuses nobody for it", async () => {
  const count = await walk(async (given, operation) => {
    const tokens = [undefined, await given.signIn("ada"), given.operatorToken];
    for (const token of tokens) {
      const { status } = await knock(given, operation, token);
      // A wrong password or link is refused as such, whoever shows it.
      const isProof = /auth\/(login|refresh|setup|reset|passkey-login)/.test(operation.path);
      ok(isProof || ![401, 403].includes(status), `${nameOf(operation)}: ${status}`);
    }
  }, (operation) => ["public", "reader"].includes(operation["x-access"]));
  ok(count >= 50, `${count} operations`);
});

Deno.test("AUT-04 what is a person's serves users and administrators, and no visitor or operator's program as somebody", async () => {
  const count = await walk(async (given, operation) => {
    const name = nameOf(operation);
    const nobody = await knock(given, operation, undefined);
    equal(nobody.status, 401, name);
    match(String(nobody.json.detail), /sign in/, name);
    equal((await knock(given, operation, "nonsense")).status, 401, name);
    for (const who of ["ada", "root"] as const) {
      const { status } = await knock(given, operation, await given.signIn(who));
      ok(![401, 403, 500].includes(status), `${name} by ${who}: ${status}`);
    }
  }, (operation) => operation["x-access"] === "user");
  ok(count >= 58, `${count} operations`);
});

Deno.test("AUT-05 a key does what its scopes say: with the one, not with all the others", async () => {
  const count = await walk(async (given, operation) => {
    const name = nameOf(operation);
    const scope = findScope(operation);
    if (scope === null) {
      const all = await given.makeKey("root", [
        "read",
        "alerts",
        "portfolio",
        "export",
        "live",
        "admin",
      ]);
      const { status, json } = await knock(given, operation, all);
      equal(status, 403, name);
      match(String(json.detail), /with a key|needs a session|sign in/, name);
      return;
    }
    const without = await knock(
      given,
      operation,
      await given.makeKey("root", scopesWithout(scope)),
    );
    equal(without.status, 403, name);
    match(String(without.json.detail), new RegExp(`scope "${scope}"`), name);
    const { status } = await knock(given, operation, await given.makeKey("root", [scope]));
    ok(![401, 403, 500].includes(status), `${name}: ${status}`);
  }, (operation) => operation["x-access"] === "user");
  ok(count >= 58);
});

Deno.test("AUT-04 what administrates serves administrators, their keys for it and the operator, nobody else", async () => {
  const count = await walk(async (given, operation) => {
    const name = nameOf(operation);
    const { makeKey, signIn, operatorToken } = given;
    equal((await knock(given, operation, undefined)).status, 401, name);
    const refused = [
      await signIn("ada"),
      await makeKey("ada", scopesWithout("admin")),
      await makeKey("root", scopesWithout("admin")),
    ];
    for (const token of refused) {
      const { status, json } = await knock(given, operation, token);
      equal(status, 403, name);
      match(String(json.detail), /needs an administrator/, name);
    }
    for (const token of [await signIn("root"), await makeKey("root", ["admin"]), operatorToken]) {
      const { status } = await knock(given, operation, token);
      ok(![401, 403].includes(status), `${name}: ${status}`);
    }
  }, (operation) => operation["x-access"] === "operator");
  ok(count >= 18, `${count} operations`);
});

/** Makes one of everything that Ada may own, and returns the ids by the names of parameters. */
async function fillHouse({ ask, signIn }: TestRoles) {
  const token = await signIn("ada");
  const make = async (method: string, path: string, body: unknown) => {
    const answer = await ask(method, `/api/v1${path}`, { token, body });
    ok(answer.status === 200 || answer.status === 201, `${path}: ${answer.text}`);
    return answer.json;
  };
  const [list, book, activity] = [uuid(1), uuid(2), uuid(3)];
  await make("PUT", `/watchlists/${list}`, { name: "Mine", symbols: ["BTCUSDT"] });
  await make("PUT", `/portfolios/${book}`, { name: "Mine", currency: "USD" });
  const share = await make("POST", "/shares", { kind: "watchlist", target: list });
  const alert = await make("POST", "/alerts", priceAlert);
  const key = await make("POST", "/auth/keys", { name: "k" });
  const sessions = await make("GET", "/auth/sessions", undefined);
  const [{ id: session }] = sessions.sessions as [{ id: string }];
  return {
    activity,
    session,
    alert_id: String(alert.alert_id),
    byPath: [
      [/watchlists/, list],
      [/portfolios/, book],
      [/shares/, String(share.id)],
      [/auth\/keys/, String(key.id)],
      [/auth\/sessions/, session],
    ] as [RegExp, string][],
  };
}

/** Everything that is Ada's, but for what signing in itself writes. */
async function readHouse({ owned }: TestRoles, userId: string): Promise<string> {
  const names = Object.keys(ownedCollections) as (keyof typeof ownedCollections)[];
  const written = ["sessions", "audit", "answered"];
  const parts = await Promise.all(
    names.filter((name) => !written.includes(name)).map(async (name) =>
      (await owned[name].list({ limit: 500 })).items.map((record) => JSON.stringify(record))
    ),
  );
  return parts.flat().filter((text) => text.includes(userId)).join("\n");
}

/** An id of the same form that is nobody's. */
const alter = (id: string) => id.slice(0, -1) + (id.endsWith("0") ? "1" : "0");

Deno.test("AUT-04 to another user and to administrators, a person's ids are ids of nothing, and nothing of theirs changes", () =>
  withRoles(async (given) => {
    const { ids, signIn } = given;
    const house = await fillHouse(given);
    const before = await readHouse(given, ids.ada);
    ok(before.length > 500);
    const { operations } = await readDocument(given.api);
    const theirs = operations.filter((operation) =>
      operation["x-access"] === "user" && operation.path.includes("{")
    );
    let seen = 0;
    for (const operation of theirs) {
      const id = house.byPath.find(([pattern]) => pattern.test(operation.path))?.[1] ?? uuid(8);
      const real = { ...{ id, alert_id: house.alert_id, activity_id: house.activity } };
      const none = { id: alter(id), alert_id: uuid(99), activity_id: uuid(99) };
      for (const who of ["eve", "root"] as const) {
        const reached = await knock(given, operation, await signIn(who), real);
        const missed = await knock(given, operation, await signIn(who), none);
        const name = `${nameOf(operation)} by ${who}`;
        equal(reached.status, missed.status, name);
        equal(reached.json.detail, missed.json.detail, name);
        // What is deleted by an id of one's own choice may be deleted twice; never somebody else's.
        if (operation.method === "DELETE" && missed.status === 200) {
          deepEqual(reached.json, missed.json, name);
        }
        if (operation.method === "GET") {
          equal(reached.status, 404, name);
          seen++;
        }
      }
    }
    ok(theirs.length >= 25 && seen >= 20, `${theirs.length} operations, ${seen} read`);
    deepEqual(await readHouse(given, ids.ada), before);
    equal((await given.owned.sessions.get(house.session))!.endedMs, null);
    equal(await given.accounts.identify(await signIn("ada")).then(({ userId }) => userId), ids.ada);
  }));
