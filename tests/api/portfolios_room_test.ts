/** Limits of what one person may have: records that are made at once count each other. */
import { deepEqual, equal } from "node:assert/strict";
import { putOwn } from "../../lib/api/portfolios_parts.ts";
import { sharesMax } from "../../lib/contracts/shares.ts";
import { goodPassword, here, startMs } from "../support/accounts.ts";
import { type OwnAnswer, type TestOwn, uuid, withOwnApi } from "../support/possessions.ts";

const atOnce = 6;
const count = (answers: readonly OwnAnswer[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

for (const name of ["portfolios", "watchlists"] as const) {
  Deno.test(`of ${name} that are made at once only those come about for which there is room`, () =>
    withOwnApi(async ({ ask, owned, ids }) => {
      const record = { userId: ids.ada, name: "x", revision: 1, created_at: 1, updated_at: 1 };
      const more = { currency: "USDT", symbols: [], isPublic: false };
      const held = Array.from({ length: 97 }, (_, i) => ({ ...record, ...more, id: uuid(i + 50) }));
      await owned[name].putMany(held);
      const body = name === "portfolios"
        ? { name: "x", currency: "USDT" }
        : { name: "x", symbols: [], isPublic: false };
      const make = (i: number) => ask("PUT", `/api/v1/${name}/${uuid(i + 1)}`, { body });
      const answers = await Promise.all(Array.from({ length: atOnce }, (_, i) => make(i)));
      deepEqual([count(answers, 201), count(answers, 400)], [3, atOnce - 3]);
      equal(await owned[name].count(), 100);
      await ask("DELETE", `/api/v1/${name}/${uuid(50)}`);
      equal((await make(40)).status, 201, "what was deleted makes room");
      equal((await make(40)).status, 200, "what is there needs none");
    }));
}

Deno.test("sixty that are made at once are all made, as long as there is room", () =>
  withOwnApi(async ({ ask, owned }) => {
    const body = { name: "x", currency: "USDT" };
    const make = (i: number) => ask("PUT", `/api/v1/portfolios/${uuid(i)}`, { body });
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => make(i)));
    equal(count(answers, 201), 60);
    equal(await owned.portfolios.count(), 60);
  }));

Deno.test("two processes that make records at once do not exceed the limit either", () =>
  withOwnApi(async ({ ids, owned }) => {
    // Each process has its own store over the same storage.
    const others = Array.from({ length: 4 }, () => ({ ...owned }));
    const asked = {
      userId: ids.ada,
      precondition: { revisions: null, isNew: true },
      most: 2,
      nowMs: 1,
    };
    const content = { name: "x", currency: "USDT" };
    const made = await Promise.allSettled(
      others.map((one, i) => putOwn(one, "portfolios", { ...asked, content, id: uuid(i) })),
    );
    equal(made.filter(({ status }) => status === "fulfilled").length, 2);
    equal(await owned.portfolios.count(), 2);
  }));

async function fillShares({ owned, ids }: TestOwn, count: number) {
  const share = { userId: ids.ada, kind: "dashboard" as const, target: "", title: "x" };
  const times = { createdMs: startMs, expiresMs: startMs + 1e9, revokedMs: null };
  await owned.shares.putMany(
    Array.from({ length: count }, (_, i) => ({ ...share, ...times, id: `s${i}` })),
  );
}

Deno.test("of share links that are made at once only those come about for which there is room", () =>
  withOwnApi(async (given) => {
    const { ask, owned } = given;
    await fillShares(given, sharesMax - 2);
    const body = { kind: "dashboard", target: "symbol=BTCUSDT", title: "x", expiresDays: 1 };
    const answers = await Promise.all(
      Array.from({ length: atOnce }, () => ask("POST", "/api/v1/shares", { body })),
    );
    deepEqual([count(answers, 200), count(answers, 400)], [2, atOnce - 2]);
    equal(await owned.shares.count(), sharesMax);
  }));

Deno.test("what notes how many were made goes with the account", () =>
  withOwnApi(async ({ ask, owned, accounts, ids }) => {
    await ask("PUT", `/api/v1/portfolios/${uuid(1)}`, { body: { name: "x", currency: "USDT" } });
    equal(await owned.rooms.count(), 1);
    await accounts.people.remove(ids.ada, goodPassword, here);
    equal(await owned.rooms.count(), 0);
  }));
