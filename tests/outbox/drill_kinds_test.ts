/** The offline drill of everything that a person edits, on two devices, with every fault. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { addEdit, resolveConflict, retryEdit, showRecord } from "../../lib/outbox/queue.ts";
import type { EditDraft, Fields } from "../../lib/outbox/types.ts";
import type { OwnedStore } from "../../lib/store/mod.ts";
import { createKindsServer } from "../support/kinds_server.ts";
import { countDone } from "../support/noted_commits.ts";
import { createChance, createMemoryOutbox } from "../support/outbox.ts";
import { type Ask, flushBadly, sendBadly } from "../support/outbox_faults.ts";
import { withMemoryStore } from "../support/store.ts";

const SEEDS = 60;
const EDITS = 50;
const id = (n: number) => `0f8fad5b-d9cb-469f-a165-7086772895${String(n).padStart(2, "0")}`;
const book = `/api/v1/portfolios/${id(3)}`;

/** A kind of record that both devices edit, each its own field. */
interface Kind {
  path: string;
  /** The record as it is made; null for what is always there. */
  first: Fields | null;
  /** Fields that a person may set. */
  fields: readonly string[];
  /** The field that a device edits, and a value of it that no other edit has. */
  change(device: "a" | "b", n: number): [field: string, value: unknown];
}

const alertFields = [
  ...["symbol", "condition", "threshold", "parameters", "channels", "cooldown", "one_time"],
  ...["is_active", "name", "note", "holdMs", "allowsUnsure", "expiresMs", "snoozedUntilMs"],
];
const activityFields = [
  ...["type", "symbol", "exchange", "quantity", "price", "currency", "fee", "feeCurrency"],
  ...["timestamp", "note"],
];
const kinds: Readonly<Record<string, Kind>> = {
  alert: {
    path: `/api/v1/alerts/${id(1)}`,
    first: { symbol: "BTCUSDT", condition: "PRICE_ABOVE", threshold: 1, name: "Alert" },
    fields: alertFields,
    change: (device, n) => device === "a" ? ["name", `a${n}`] : ["threshold", n + 1],
  },
  watchlist: {
    path: `/api/v1/watchlists/${id(2)}`,
    first: { name: "List", symbols: [], isPublic: false },
    fields: ["name", "symbols", "isPublic"],
    change: (device, n) => device === "a" ? ["name", `a${n}`] : ["symbols", [`B${n}USDT`]],
  },
  portfolio: {
    path: book,
    first: { name: "Book", currency: "USDT" },
    fields: ["name", "currency"],
    change: (device, n) => device === "a" ? ["name", `a${n}`] : ["currency", `C${n}`],
  },
  activity: {
    path: `${book}/activities/${id(4)}`,
    first: { type: "deposit", symbol: "BTC", quantity: "1", timestamp: 500 },
    fields: activityFields,
    change: (device, n) => device === "a" ? ["note", `a${n}`] : ["quantity", String(n + 2)],
  },
  "imported activity": {
    path: `${book}/activities/${id(5)}-12`,
    first: {
      ...{ type: "buy", symbol: "ETHUSDT", quantity: "1", price: "5", currency: "USDT" },
      timestamp: 9,
    },
    fields: activityFields,
    change: (device, n) => device === "a" ? ["price", String(n + 7)] : ["timestamp", n],
  },
  preferences: {
    path: "/api/v1/preferences",
    first: null,
    fields: ["email", "quietHours", "timeZone", "batchSeconds", "toasts", "sound"],
    change: (device, n) => device === "a" ? ["batchSeconds", n] : ["email", `b${n}@example.org`],
  },
};
const names = Object.keys(kinds);

const pick = (record: Fields, fields: readonly string[]) =>
  Object.fromEntries(fields.filter((name) => name in record).map((name) => [name, record[name]]));

/** One device, and what its person has wished for. */
class Device {
  readonly store = createMemoryOutbox();
  /** The last value that was wished for each field, by record and field. */
  readonly wishes = new Map<string, unknown>();
  /** Entries of the book that are to be there, and their quantity; null for deleted ones. */
  readonly entries = new Map<string, string | null>();
  readonly #key = crypto.randomUUID();
  #ids = 0;

  constructor(readonly name: "a" | "b", readonly read: (path: string) => Promise<Fields | null>) {}

  createId = () => `${this.#key}-${++this.#ids}`;

  #add = async (path: string, makeBody: (shown: Fields | null) => EditDraft["body"]) => {
    const base = await this.read(path);
    await this.store.change((queue) => {
      const body = makeBody(showRecord(queue, path, base));
      const method = body === null ? "DELETE" as const : "PUT" as const;
      const draft = { method, path, body, base, title: path };
      const made = { id: this.createId(), owner: "u", nowMs: this.#ids };
      return { queue: addEdit(queue, draft, made), result: null };
    });
  };

  /** Changes its field of a record that both know. */
  async change(kind: Kind, n: number): Promise<void> {
    const [field, value] = kind.change(this.name, n);
    await this.#add(kind.path, (shown) => ({ ...pick(shown!, kind.fields), [field]: value }));
    this.wishes.set(`${kind.path} ${field}`, value);
  }

  /** Books an entry of its own, changes or deletes one. */
  async book(chance: () => number, n: number): Promise<void> {
    const own = [...this.entries].filter(([, quantity]) => quantity !== null);
    const [known] = own[Math.floor(chance() * own.length)] ?? [];
    const isNew = known === undefined || chance() < 0.5;
    const path = isNew ? `${book}/activities/${crypto.randomUUID()}` : known;
    const isDeletion = !isNew && chance() < 0.4;
    const quantity = String(n + 1);
    await this.#add(path, () =>
      isDeletion ? null : {
        ...{ type: "deposit", symbol: "BTC", quantity, timestamp: 500, note: this.name },
      });
    this.entries.set(path, isDeletion ? null : quantity);
  }

  /** Decides for what this device wished, and takes what the other one did. */
  async resolveAll(): Promise<void> {
    await this.store.change((queue) => {
      let next = queue;
      for (const edit of queue) {
        if (edit.state === "refused") next = retryEdit(next, edit.id, this.createId());
        if (edit.state !== "conflict") continue;
        const choice = Object.fromEntries(
          edit.clashes.map(({ field }) => [
            field,
            this.wishes.has(`${edit.record} ${field}`) ? "mine" as const : "theirs" as const,
          ]),
        );
        next = resolveConflict(next, edit.id, choice, this.createId());
      }
      return { queue: next, result: null };
    });
  }
}

const asJson = (answer: Awaited<ReturnType<Ask>>): Fields | null =>
  answer?.status === 200 ? JSON.parse(answer.text) : null;

function createReader(ask: Ask): (path: string) => Promise<Fields | null> {
  return async (path) => asJson(await ask({ method: "GET", path, headers: {}, body: null }));
}

async function makeFirst(ask: Ask): Promise<void> {
  for (const { path, first } of Object.values(kinds)) {
    if (first === null) continue;
    const headers = { "content-type": "application/json" };
    const answer = await ask({ method: "PUT", path, headers, body: JSON.stringify(first) });
    ok(answer && answer.status < 300, `${path}: ${answer?.text}`);
  }
}

/** Sends until nothing waits any more. */
async function drain(devices: readonly Device[], ask: Ask): Promise<void> {
  for (let round = 0; round < 60; round++) {
    for (const { store, createId, resolveAll } of devices.map(bind)) {
      await resolveAll();
      await flushBadly(store, ask, createId);
    }
    const left = await Promise.all(devices.map(({ store }) => store.read()));
    if (left.every((queue) => queue.length === 0)) return;
  }
  throw new Error("edits are still waiting though nothing fails");
}

const bind = (device: Device) => ({
  store: device.store,
  createId: device.createId,
  resolveAll: () => device.resolveAll(),
});

/** Everything that was wished for is there, and no request was done twice. */
async function assertWishes(owned: OwnedStore, devices: readonly Device[], ask: Ask) {
  const read = createReader(ask);
  for (const { name, wishes, entries } of devices) {
    for (const [wish, value] of wishes) {
      const [path, field] = wish.split(" ") as [string, string];
      const found = (await read(path))?.[field];
      deepEqual(found, value, `${name}: ${wish}`);
    }
    for (const [path, quantity] of entries) {
      equal((await read(path))?.quantity ?? null, quantity, `${name}: ${path}`);
    }
  }
  const twice = [...await countDone(owned)].filter(([key, count]) => key !== "" && count !== 1);
  deepEqual(twice, [], "requests done more than once");
}

Deno.test(`PWA-04 ${SEEDS} times ${EDITS} edits of all kinds, two devices, every fault: none lost, none done twice`, async () => {
  const faults = new Set<string>();
  const done = new Map<string, number>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    await withMemoryStore(async ({ owned }) => {
      const chance = createChance(seed);
      const ask = createKindsServer(owned);
      await makeFirst(ask);
      const read = createReader(ask);
      const devices = [new Device("a", read), new Device("b", read)];
      for (let n = 0; n < EDITS; n++) {
        const device = devices[Math.floor(chance() * 2)]!;
        const name = [...names, "entry"][Math.floor(chance() * (names.length + 1))]!;
        const kind = kinds[name];
        await (kind ? device.change(kind, n) : device.book(chance, n));
        done.set(name, (done.get(name) ?? 0) + 1);
        if (chance() < 0.4) {
          await flushBadly(device.store, sendBadly(ask, chance, faults), device.createId);
        }
      }
      await drain(devices, ask);
      await assertWishes(owned, devices, ask);
    });
  }
  equal([...done.values()].reduce((sum, count) => sum + count), SEEDS * EDITS);
  equal(done.size, 7);
  ok([...done.values()].every((count) => count > SEEDS * 5), JSON.stringify([...done]));
  equal(faults.size, 8);
});

for (const [name, { path, fields, change }] of Object.entries(kinds)) {
  Deno.test(`PWA-04 ${name}: what two devices change alike is a conflict that its person decides`, () =>
    withMemoryStore(async ({ owned }) => {
      const ask = createKindsServer(owned);
      await makeFirst(ask);
      const read = createReader(ask);
      const base = await read(path);
      // Both have seen the same, and neither the other's.
      const here = new Device("a", () => Promise.resolve(base));
      const there = new Device("a", () => Promise.resolve(base));
      await here.change(kinds[name]!, 1);
      await there.change(kinds[name]!, 2);
      await flushBadly(there.store, ask, there.createId);
      await flushBadly(here.store, ask, here.createId);
      const [field, mine] = change("a", 1);
      const [, theirs] = change("a", 2);
      const [edit] = await here.store.read();
      equal(edit?.state, "conflict");
      deepEqual(edit.clashes.map((clash) => [clash.field, clash.mine, clash.theirs]), [
        [field, mine, theirs],
      ]);
      deepEqual((await read(path))![field], theirs, "nothing is overwritten unseen");
      await here.resolveAll();
      await flushBadly(here.store, ask, here.createId);
      deepEqual(await here.store.read(), []);
      const found = await read(path);
      deepEqual(pick(found!, fields), pick({ ...found, [field]: mine }, fields));
    }));
}

/** Two devices that have seen the same entry of the book, and how it is read. */
async function meetAtEntry(owned: OwnedStore, kind: Kind) {
  const ask = createKindsServer(owned);
  await makeFirst(ask);
  const read = createReader(ask);
  const base = (await read(kind.path))!;
  const see = () => new Device("a", () => Promise.resolve(base));
  return { ask, base, here: see(), there: see(), read: () => read(kind.path) };
}

for (const name of ["activity", "imported activity"]) {
  const kind = kinds[name]!;
  const remove = ({ store, createId }: Device, base: Fields) =>
    store.change((queue) => {
      const draft = { method: "DELETE" as const, path: kind.path, body: null, base, title: name };
      const made = { id: createId(), owner: "u", nowMs: 1 };
      return { queue: addEdit(queue, draft, made), result: null };
    });
  const decide = async ({ store, createId }: Device, choice: "mine" | "theirs") => {
    await store.change((queue) => ({
      queue: resolveConflict(queue, queue[0]!.id, choice, createId()),
      result: null,
    }));
  };

  for (const choice of ["mine", "theirs"] as const) {
    Deno.test(`PWA-04 ${name}: changed here and deleted there, its person decides for ${choice}`, () =>
      withMemoryStore(async ({ owned }) => {
        const { ask, base, here, there, read } = await meetAtEntry(owned, kind);
        await here.change(kind, 1);
        await remove(there, base);
        await flushBadly(there.store, ask, there.createId);
        await flushBadly(here.store, ask, here.createId);
        const [edit] = await here.store.read();
        deepEqual([edit?.state, edit?.theirs], ["conflict", null]);
        equal(await read(), null, "it does not come back unasked");
        await decide(here, choice);
        await flushBadly(here.store, ask, here.createId);
        deepEqual(await here.store.read(), []);
        const [field, mine] = kind.change("a", 1);
        deepEqual((await read())?.[field], choice === "mine" ? mine : undefined);
      }));

    Deno.test(`PWA-04 ${name}: deleted here and changed there, its person decides for ${choice}`, () =>
      withMemoryStore(async ({ owned }) => {
        const { ask, base, here, there, read } = await meetAtEntry(owned, kind);
        await remove(here, base);
        await there.change(kind, 1);
        await flushBadly(there.store, ask, there.createId);
        await flushBadly(here.store, ask, here.createId);
        const [field, theirs] = kind.change("a", 1);
        const [edit] = await here.store.read();
        deepEqual([edit?.state, edit?.theirs?.[field]], ["conflict", theirs]);
        ok(await read() !== null, "it is not deleted unasked");
        await decide(here, choice);
        await flushBadly(here.store, ask, here.createId);
        deepEqual(await here.store.read(), []);
        deepEqual((await read())?.[field], choice === "mine" ? undefined : theirs);
      }));
  }

  Deno.test(`PWA-04 ${name}: what was kept before it had a revision is merged and overwrites nothing`, () =>
    withMemoryStore(async ({ owned }) => {
      const { ask, base, there, read } = await meetAtEntry(owned, kind);
      const { revision: _revision, ...old } = base;
      const here = new Device("b", () => Promise.resolve(old));
      await here.change(kind, 1);
      await there.change(kind, 2);
      await flushBadly(there.store, ask, there.createId);
      await flushBadly(here.store, ask, here.createId);
      deepEqual(await here.store.read(), []);
      const found = await read();
      for (const [field, value] of [kind.change("b", 1), kind.change("a", 2)]) {
        deepEqual(found![field], value);
      }
    }));
}
