/** Packed copies of portfolios: no answer depends on them, and they go with what they are of. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { createPortfolioDesk } from "../../lib/api/portfolio_values_desk.ts";
import { readCopy, removeCopy, writeCopy } from "../../lib/api/portfolio_values_copies.ts";
import { packActivities, unpackActivities } from "../../lib/api/portfolio_values_packing.ts";
import { type ActivityRecord, activityTypes } from "../../lib/contracts/owned.ts";
import type { OwnedStore } from "../../lib/store/mod.ts";
import { goodPassword, here, startMs } from "../support/accounts.ts";
import { buildTrade } from "../support/portfolio.ts";
import { type TestOwn, uuid, withOwnApi } from "../support/possessions.ts";

const path = "/api/v1/portfolios";
const one = `${path}/${uuid(1)}`;
const dayMs = 86_400_000;
const owner = { portfolioId: uuid(1), userId: "u" };
const trade = buildTrade(startMs - 3 * dayMs);

function anActivity(n: number, part: Partial<ActivityRecord> = {}): ActivityRecord {
  const fields = { ...trade, type: "buy" as const, note: "", importId: null, reference: `r${n}` };
  return { ...fields, ...owner, id: uuid(n), ...part };
}

/** Puts a portfolio of Ada's with so many activities into the store. */
async function store({ owned, ids }: TestOwn, count: number) {
  const record = { id: uuid(1), userId: ids.ada, name: "x", currency: "USDT", revision: 1 };
  const portfolio = { ...record, bookRevision: count, created_at: 5, updated_at: 5 };
  await owned.portfolios.put(portfolio);
  const activities = Array.from(
    { length: count },
    (_, i) => anActivity(i + 1, { userId: ids.ada, timestamp: trade.timestamp + i }),
  );
  await owned.activities.putMany(activities);
  return { portfolio, activities };
}

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("", "×", "=", "\ufeff", "\u0000", "BTCUSDT"),
).map((one) => one.replaceAll("\n", " ").toWellFormed());

const activity: fc.Arbitrary<ActivityRecord> = fc.record({
  ...{ id: text, portfolioId: fc.constant(uuid(1)), userId: fc.constant("u") },
  type: fc.constantFrom(...activityTypes),
  ...{ symbol: text, exchange: text, quantity: text, price: text, currency: text, fee: text },
  ...{ feeCurrency: text, note: text, reference: text },
  timestamp: fc.oneof(fc.integer(), fc.double()),
  importId: fc.option(text),
}, { noNullPrototype: true });

Deno.test("what is packed comes back as it was, whatever its texts and times are", () => {
  fc.assert(fc.property(fc.array(activity, { maxLength: 40 }), (activities) => {
    deepEqual(unpackActivities(packActivities(activities, owner)!, owner), activities);
  }));
});

Deno.test("columns of few and of many different texts come back alike", () => {
  for (const count of [0, 1, 256, 257, 3_000]) {
    const activities = Array.from(
      { length: count },
      (_, i) =>
        anActivity(i, { note: i % 3 === 0 ? "" : `a note ${i}`, symbol: `S${i % 300}USDT` }),
    );
    deepEqual(unpackActivities(packActivities(activities, owner)!, owner), activities);
  }
});

const odd: [string, Partial<ActivityRecord> & { more?: string }][] = [
  ["a line end", { note: "a\nb" }],
  ["half a character", { note: "\ud800" }],
  ["a field of another release", { more: "x" }],
  ["a revision, which books do without", { revision: 1 }],
  ["a number instead of a text", { price: 5 as never }],
  ["no reference", { reference: undefined as never }],
  ["another portfolio", { portfolioId: uuid(2) }],
  ["another person", { userId: "v" }],
];

Deno.test("what would not come back as it was is not packed", () => {
  for (const [name, part] of odd) {
    equal(packActivities([anActivity(1), anActivity(2, part)], owner), null, name);
  }
});

Deno.test("bytes that are cut off or empty are refused", () => {
  const bytes = packActivities([anActivity(1), anActivity(2)], owner)!;
  for (const length of [0, 3, 10, bytes.length - 8, bytes.length - 1]) {
    throws(() => unpackActivities(bytes.subarray(0, length), owner), Error, String(length));
  }
});

Deno.test("a copy is read at its own revision, of its own portfolio and whole, and else not", () =>
  withOwnApi(async (given) => {
    const { owned } = given;
    const { portfolio, activities } = await store(given, 900);
    equal(await readCopy(owned, portfolio), null);
    equal(await writeCopy(owned, portfolio, activities), true);
    deepEqual(await readCopy(owned, portfolio), activities);
    const others = [
      { bookRevision: 901 },
      { bookRevision: 899 },
      { created_at: 6 },
      { userId: given.ids.bob },
      { id: uuid(2) },
    ];
    for (const part of others) equal(await readCopy(owned, { ...portfolio, ...part }), null);
    deepEqual(await readCopy(owned, { ...portfolio, name: "y", revision: 9 }), activities);
    for (const spoil of spoils) {
      await spoil.run(owned, uuid(1));
      equal(await readCopy(owned, portfolio), null, spoil.name);
      equal(await writeCopy(owned, portfolio, activities), true);
      deepEqual(await readCopy(owned, portfolio), activities);
    }
    await removeCopy(owned, uuid(1));
    deepEqual([await owned.bookCopies.count(), await owned.bookPieces.count()], [0, 0]);
  }));

/** What may have become of a copy. */
const spoils: { name: string; run: (owned: OwnedStore, id: string) => Promise<void> }[] = [
  {
    name: "a byte is another one",
    async run(owned, id) {
      const piece = await owned.bookPieces.get(`${id} 0`);
      if (!piece) return;
      const bytes = piece.bytes.slice();
      bytes[bytes.length >> 1]! ^= 1;
      await owned.bookPieces.put({ ...piece, bytes });
    },
  },
  { name: "a piece is gone", run: (owned, id) => owned.bookPieces.delete(`${id} 0`) },
  { name: "its head is gone", run: (owned, id) => owned.bookCopies.delete(id) },
  { name: "it tells another number of pieces", run: (owned, id) => change(owned, id, 0) },
  { name: "it tells a number that is none", run: (owned, id) => change(owned, id, NaN) },
  { name: "it tells endless pieces", run: (owned, id) => change(owned, id, Infinity) },
];

async function change(owned: OwnedStore, id: string, pieces: number) {
  const head = await owned.bookCopies.get(id);
  if (head) await owned.bookCopies.put({ ...head, pieces });
}

Deno.test("no copy is written of what has changed meanwhile, or is gone", () =>
  withOwnApi(async (given) => {
    const { owned } = given;
    const { portfolio, activities } = await store(given, 3);
    await owned.portfolios.put({ ...portfolio, bookRevision: 4 });
    equal(await writeCopy(owned, portfolio, activities), false);
    await owned.portfolios.delete(uuid(1));
    equal(await writeCopy(owned, portfolio, activities), false);
    equal(await writeCopy(owned, { ...portfolio, bookRevision: 4 }, activities), false);
    deepEqual([await owned.bookCopies.count(), await owned.bookPieces.count()], [0, 0]);
  }));

Deno.test("pieces of what was larger before do not stay", () =>
  withOwnApi(async (given) => {
    const { owned } = given;
    const { portfolio, activities } = await store(given, 2_500);
    await writeCopy(owned, portfolio, activities);
    ok(await owned.bookPieces.count() > 1);
    await writeCopy(owned, portfolio, activities.slice(0, 3));
    equal(await owned.bookPieces.count(), 1);
    deepEqual(await readCopy(owned, portfolio), activities.slice(0, 3));
  }));

Deno.test("revisions are no part of a book, so that one with them has the same copy", () =>
  withOwnApi(async (given) => {
    const { ask, owned } = given;
    const { portfolio, activities } = await store(given, 1_000);
    await owned.activities.putMany(activities.map((one, i) => ({ ...one, revision: i % 3 + 1 })));
    equal((await ask("GET", `${one}/value?returns=false`)).status, 200);
    await settle(given, true);
    deepEqual(await readCopy(owned, portfolio), activities);
    // A change that is worked in leaves none there either.
    const put = await ask("PUT", `${one}/activities/${uuid(1)}`, { body: trade });
    deepEqual([put.status, put.json.revision], [200, 2], put.text);
    given.time.nowMs += 60_000;
    equal((await ask("GET", `${one}/value?returns=false`)).json.activityCount, 1_000);
    const changed = (await owned.portfolios.get(uuid(1)))!;
    for (let i = 0; i < 2_000 && await readCopy(owned, changed) === null; i++);
    const copied = (await readCopy(owned, changed))!;
    equal(copied.length, 1_000);
    ok(copied.every((activity) => !("revision" in activity)));
  }));

/** Waits until no copy is under way. */
async function settle({ owned }: TestOwn, isThere: boolean) {
  for (let i = 0; i < 2_000; i++) {
    const pieces = await owned.bookPieces.count();
    const isHere = await owned.bookCopies.get(uuid(1)) !== null;
    if (isHere === isThere && (isThere || pieces === 0)) return;
  }
  throw new Error(`the copy ${isThere ? "did not come" : "did not go"}`);
}

Deno.test("a large portfolio has a copy after its first value, and a small one has none", () =>
  withOwnApi(async (given) => {
    const { ask, owned } = given;
    const { portfolio, activities } = await store(given, 1_000);
    const first = await ask("GET", `${one}/value?returns=false`);
    equal(first.status, 200, first.text);
    await settle(given, true);
    deepEqual(await readCopy(owned, portfolio), activities);
    // Another process would begin with the copy, as the records are not even looked at.
    const unread = { ...owned.activities, list: () => Promise.reject(new Error("read")) };
    const desk = createPortfolioDesk({ ...given.deps, owned: { ...owned, activities: unread } });
    deepEqual(await desk.listActivities(portfolio), activities);
    await ask("DELETE", `${one}/activities/${uuid(1)}`);
    given.time.nowMs += 60_000;
    equal((await ask("GET", `${one}/value?returns=false`)).json.activityCount, 999);
    await settle(given, false);
    equal(await owned.bookPieces.count(), 0);
  }));

Deno.test("the copy follows what an import brought", () =>
  withOwnApi(async (given) => {
    const { ask, owned } = given;
    await ask("PUT", one, { body: { name: "x", currency: "USDT" } });
    const timestamp = new Date(trade.timestamp).toISOString();
    const body = Array.from(
      { length: 1_001 },
      (_, i) => ({ ...trade, price: `${i + 1}`, timestamp }),
    );
    const answer = await ask("POST", `${one}/imports?import_id=${uuid(9)}`, { body });
    equal(answer.json.written, 1_001, answer.text);
    await settle(given, true);
    const portfolio = await owned.portfolios.get(uuid(1));
    equal((await readCopy(owned, portfolio!))?.length, 1_001);
  }));

Deno.test("a copy goes with its portfolio, and with the account", () =>
  withOwnApi(async (given) => {
    const { ask, owned, accounts, ids } = given;
    for (
      const remove of [
        () => ask("DELETE", one),
        () => accounts.people.remove(ids.ada, goodPassword, here),
      ]
    ) {
      const { portfolio, activities } = await store(given, 40);
      await writeCopy(owned, portfolio, activities);
      equal(await owned.bookCopies.count(), 1);
      await remove();
      deepEqual(
        [await owned.bookCopies.count(), await owned.bookPieces.count()],
        [0, 0],
      );
    }
  }));

type Step =
  | { kind: "put"; n: number; quantity: number; isSale: boolean; day: number }
  | { kind: "delete"; n: number }
  | { kind: "currency"; isCoin: boolean }
  | { kind: "again" }
  | { kind: "copy"; back: number }
  | { kind: "spoil"; which: number }
  | { kind: "wait" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("put" as const),
      n: fc.integer({ min: 1, max: 6 }),
      quantity: fc.integer({ min: 1, max: 9 }),
      isSale: fc.boolean(),
      day: fc.integer({ min: 0, max: 3 }),
    }),
  },
  fc.record({ kind: fc.constant("delete" as const), n: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant("currency" as const), isCoin: fc.boolean() }),
  fc.record({ kind: fc.constant("again" as const) }),
  fc.record({ kind: fc.constant("copy" as const), back: fc.integer({ min: 0, max: 2 }) }),
  fc.record({ kind: fc.constant("spoil" as const), which: fc.nat({ max: spoils.length - 1 }) }),
  fc.record({ kind: fc.constant("wait" as const) }),
);

/** Does one step of a person, of another process, or of a failing disk. */
async function take(given: TestOwn, step: Step, seen: Seen[]) {
  const { ask, owned, time } = given;
  if (step.kind === "put") {
    const { n, quantity, isSale, day } = step;
    const body = { ...trade, type: isSale ? "sell" : "buy", quantity: String(quantity) };
    const timestamp = trade.timestamp + day * dayMs / 2;
    await ask("PUT", `${one}/activities/${uuid(n)}`, { body: { ...body, timestamp } });
  } else if (step.kind === "delete") await ask("DELETE", `${one}/activities/${uuid(step.n)}`);
  else if (step.kind === "currency") {
    await ask("PUT", one, { body: { name: "x", currency: step.isCoin ? "BTC" : "USDT" } });
  } else if (step.kind === "again") {
    await ask("DELETE", one);
    time.nowMs++;
    await ask("PUT", one, { body: { name: "x", currency: "USDT" } });
  } else if (step.kind === "copy") {
    // A slow process that writes what it once read, at the revision of then.
    const old = seen.at(-1 - step.back);
    if (old) await writeCopy(owned, old.portfolio, old.activities);
  } else if (step.kind === "spoil") await spoils[step.which]!.run(owned, uuid(1));
  else time.nowMs += 61_000;
}

interface Seen {
  portfolio: NonNullable<Awaited<ReturnType<OwnedStore["portfolios"]["get"]>>>;
  activities: readonly ActivityRecord[];
}

Deno.test("whatever is booked and whatever becomes of copies, answers are those of the records", () =>
  withOwnApi(async (given) => {
    const { deps, owned, setPrice, time } = given;
    // Its hours are longer than those of a session.
    const token = await given.makeKey(["read", "portfolio"]);
    const ask: TestOwn["ask"] = async (method, url, call) => {
      const answer = await given.ask(method, url, { ...call, token });
      ok(answer.status < 300, `${method} ${url}: ${answer.text}`);
      return answer;
    };
    const without: OwnedStore = {
      ...owned,
      bookCopies: { ...owned.bookCopies, get: () => Promise.resolve(null) },
    };
    let copied = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        await ask("DELETE", one);
        time.nowMs += 61_000;
        await ask("PUT", one, { body: { name: "x", currency: "USDT" } });
        setPrice("BTCUSDT", 123.5);
        const lasting = createPortfolioDesk(deps, { copiedFrom: 1 });
        const seen: Seen[] = [];
        for (const one of steps) {
          await take({ ...given, ask }, one, seen);
          const portfolio = (await owned.portfolios.get(uuid(1)))!;
          const plain = createPortfolioDesk({ ...deps, owned: without }, { copiedFrom: Infinity });
          const wanted = await plain.value(portfolio);
          const activities = await plain.listActivities(portfolio);
          if (await readCopy(owned, portfolio)) copied++;
          deepEqual(await lasting.value(portfolio), wanted);
          const fresh = createPortfolioDesk(deps, { copiedFrom: 1 });
          deepEqual(await fresh.value(portfolio), wanted);
          deepEqual(await fresh.listActivities(portfolio), activities);
          seen.push({ portfolio, activities });
        }
      }),
      { numRuns: 40 },
    );
    ok(copied > 20, `copies were read ${copied} times`);
  }));
