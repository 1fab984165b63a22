import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore } from "../../lib/store/mod.ts";
import { buildSession, buildUser, buildWatchlist } from "../support/owned.ts";
import { withFolder, withMemoryStore } from "../support/store.ts";

Deno.test("what belongs to people is listed by its indexes and is no world", () =>
  withMemoryStore(async ({ owned, worlds }) => {
    await owned.sessions.putMany([
      buildSession("a"),
      buildSession("b", { userId: "v", createdMs: 2_000 }),
      buildSession("c", { createdMs: 3_000 }),
    ]);
    const mine = await owned.sessions.list({ index: "user", equals: ["u"] });
    assert.deepEqual(mine.items.map(({ id }) => id), ["c", "a"]);
    assert.deepEqual(await worlds(), []);
  }));

Deno.test("an address is taken once, however many register it at once", () =>
  withMemoryStore(async ({ owned }) => {
    const register = (userId: string) =>
      owned.transact(async (transaction) => {
        if (await transaction.get("emails", "a@example.org")) return false;
        await transaction.put("emails", { id: "a@example.org", userId });
        await transaction.put("users", buildUser(userId));
        return true;
      });
    const done = await Promise.all(Array.from({ length: 10 }, (_, i) => register(`user-${i}`)));
    assert.equal(done.filter(Boolean).length, 1);
    assert.equal(await owned.users.count(), 1);
    const taken = await owned.emails.get("a@example.org");
    assert.equal(taken?.userId, `user-${done.indexOf(true)}`);
  }));

Deno.test("of many changes at once none is lost, and indexes follow", () =>
  withMemoryStore(async ({ owned }) => {
    await owned.watchlists.put(buildWatchlist("w", { symbols: [] }));
    const add = (symbol: string) =>
      owned.transact(async (transaction) => {
        const list = (await transaction.get("watchlists", "w"))!;
        list.symbols.push(symbol);
        list.revision++;
        await transaction.put("watchlists", list);
      });
    await Promise.all(["A", "B", "C", "D", "E", "F"].map(add));
    const list = (await owned.watchlists.get("w"))!;
    assert.deepEqual(list.symbols.toSorted(), ["A", "B", "C", "D", "E", "F"]);
    assert.equal(list.revision, 7);
    assert.equal(await owned.watchlists.count(), 1);
  }));

Deno.test("a transaction sees its own writes, and others see none of one that throws", () =>
  withMemoryStore(async ({ owned }) => {
    const failing = owned.transact(async (transaction) => {
      await transaction.put("users", buildUser("u"));
      assert.equal((await transaction.get("users", "u"))?.email, "u@example.org");
      await transaction.delete("users", "u");
      assert.equal(await transaction.get("users", "u"), null);
      throw new RangeError("changed my mind");
    });
    await assert.rejects(failing, RangeError);
    assert.equal(await owned.users.get("u"), null);
  }));

Deno.test("what a transaction only read counts too: a change of it starts the work again", () =>
  withMemoryStore(async ({ owned }) => {
    await owned.users.put(buildUser("u"));
    let tries = 0;
    await owned.transact(async (transaction) => {
      tries++;
      const user = (await transaction.get("users", "u"))!;
      if (tries === 1) await owned.users.put(buildUser("u", { isDisabled: true }));
      if (!user.isDisabled) await transaction.put("sessions", buildSession("s"));
    });
    assert.equal(tries, 2);
    assert.equal(await owned.sessions.get("s"), null);
  }));

Deno.test("more than one commit takes is refused as a whole", () =>
  withMemoryStore(async ({ owned }) => {
    const work = owned.transact(async (transaction) => {
      for (let i = 0; i < 200; i++) await transaction.put("users", buildUser(`u${i}`));
    });
    await assert.rejects(work, /more than one commit takes/);
    assert.equal(await owned.users.count(), 0);
  }));

for (const kind of ["file", "memory"] as const) {
  Deno.test(`${kind}: work is queued with the commit, once, and never without it`, () =>
    withFolder(async (folder) => {
      const path = kind === "file" ? `${folder}/store.sqlite` : ":memory:";
      const store = await openStore({ path, clock: systemClock, log: silentLogger, check: false });
      try {
        const bodies: unknown[] = [];
        const { promise, resolve } = Promise.withResolvers<void>();
        store.jobs.listen({
          told: (body) => {
            bodies.push(body);
            if (body === "last") resolve();
            return Promise.resolve();
          },
        });
        const tell = (body: string, id: string) =>
          store.owned.transact(async (transaction) => {
            await transaction.put("users", buildUser(body));
            transaction.enqueue("told", body, { id });
          });
        await tell("first", "job-1");
        await tell("again", "job-1");
        await assert.rejects(store.owned.transact((transaction) => {
          transaction.enqueue("told", "never", { id: "job-2" });
          return Promise.reject(new Error("no"));
        }));
        await tell("last", "job-3");
        await promise;
        assert.deepEqual(bodies, ["first", "last"]);
        assert.ok(await store.owned.users.get("again"));
      } finally {
        await store.close();
      }
    }));
}
