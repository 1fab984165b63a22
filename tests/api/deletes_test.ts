/** Deleting by an id: what is gone and what is somebody else's are answered alike, and stay. */
import { deepEqual, equal } from "node:assert/strict";
import { judgeAnswer } from "../../lib/outbox/verdict.ts";
import { priceAlert, withPersonalApi } from "../support/personal_api.ts";
import { type OwnAnswer, type TestOwn, uuid, withOwnApi } from "../support/possessions.ts";

const portfolio = `/api/v1/portfolios/${uuid(1)}`;
const his = `/api/v1/portfolios/${uuid(2)}`;
const trade = { type: "buy", symbol: "BTCUSDT", quantity: "1", price: "1", currency: "USDT" };

const preconditions: Record<string, string>[] = [{}, { "if-match": '"1"' }, { "if-match": '"7"' }];

/** What Bob deletes of Ada's, and where nobody has anything. */
const kinds: {
  name: string;
  make: (given: TestOwn) => Promise<string>;
  missing: string;
  count: (given: TestOwn) => Promise<number>;
}[] = [
  {
    name: "a watchlist",
    async make({ ask }) {
      const url = `/api/v1/watchlists/${uuid(3)}`;
      await ask("PUT", url, { body: { name: "x", symbols: ["BTCUSDT"], isPublic: false } });
      return url;
    },
    missing: `/api/v1/watchlists/${uuid(9)}`,
    count: ({ owned }) => owned.watchlists.count(),
  },
  {
    name: "a portfolio",
    make: book,
    missing: `/api/v1/portfolios/${uuid(9)}`,
    count: ({ owned }) => owned.portfolios.count(),
  },
  {
    name: "an activity in its portfolio",
    make: async (given) => `${await book(given)}/activities/${uuid(3)}`,
    missing: `/api/v1/portfolios/${uuid(9)}/activities/${uuid(9)}`,
    count: ({ owned }) => owned.activities.count(),
  },
  {
    name: "an activity in a portfolio of one's own",
    async make(given) {
      await book(given);
      return `${his}/activities/${uuid(3)}`;
    },
    missing: `${his}/activities/${uuid(9)}`,
    count: ({ owned }) => owned.activities.count(),
  },
  {
    name: "an imported activity",
    async make(given) {
      const body = [{ ...trade, timestamp: "2024-01-01T00:00:00Z" }];
      await given.ask("PUT", portfolio, { body: { name: "x" } });
      await given.ask("POST", `${portfolio}/imports?import_id=${uuid(4)}`, { body });
      const [found] = (await given.ask("GET", `${portfolio}/activities`)).json
        .activities as { id: string }[];
      return `${portfolio}/activities/${found!.id}`;
    },
    missing: `${portfolio}/activities/${uuid(4)}-99`,
    count: ({ owned }) => owned.activities.count(),
  },
  {
    name: "a share link",
    async make(given) {
      const body = { kind: "portfolio", target: uuid(1) };
      await book(given);
      return `/api/v1/shares/${(await given.ask("POST", "/api/v1/shares", { body })).json.id}`;
    },
    missing: `/api/v1/shares/${"0".repeat(64)}`,
    count: ({ owned }) => owned.shares.count(),
  },
];

/** Makes a portfolio of Ada's with an activity. */
async function book({ ask }: TestOwn): Promise<string> {
  await ask("PUT", portfolio, { body: { name: "x" } });
  await ask("PUT", `${portfolio}/activities/${uuid(3)}`, { body: { ...trade, timestamp: 5 } });
  return portfolio;
}

const shown = ({ status, json }: Pick<OwnAnswer, "status" | "json">) => ({ status, json });

for (const { name, make, missing, count } of kinds) {
  Deno.test(`${name} of somebody else's is deleted like one that is not there`, () =>
    withOwnApi(async (given) => {
      const { ask, bob, owned } = given;
      await ask("PUT", his, { body: { name: "His" }, token: bob });
      const url = await make(given);
      const stored = await count(given);
      equal(stored > 0, true);
      const books = async () =>
        (await owned.portfolios.list({ limit: 9 })).items.map((one) => one.bookRevision);
      const revisions = await books();
      for (const headers of preconditions) {
        const foreign = await ask("DELETE", url, { token: bob, headers });
        deepEqual(shown(foreign), { status: 200, json: { done: true } }, foreign.text);
        const gone = await ask("DELETE", missing, { token: bob, headers });
        deepEqual(shown(gone), shown(foreign));
        const type = foreign.headers.get("content-type")!;
        const answer = { status: foreign.status, type, text: foreign.text, retryAfter: null };
        equal(judgeAnswer({ method: "DELETE" }, answer).kind, "done");
      }
      equal(await count(given), stored);
      deepEqual(await books(), revisions, "no book was touched");
      // Whose it is deletes it, and again.
      if (url.startsWith(his)) return;
      for (let i = 0; i < 2; i++) {
        deepEqual(shown(await ask("DELETE", url)), { status: 200, json: { done: true } });
      }
      equal(await count(given) < stored, true);
    }));
}

Deno.test("a copy of somebody else's book outlives a stranger's deletion", () =>
  withOwnApi(async (given) => {
    const { ask, bob, owned, ids } = given;
    await book(given);
    const head = { format: 1, createdMs: 1, bookRevision: 1, pieces: 1, hash: "" };
    await owned.bookCopies.put({ id: uuid(1), userId: ids.ada, ...head });
    await ask("DELETE", portfolio, { token: bob });
    equal(await owned.bookCopies.count(), 1);
    equal(await owned.activities.count(), 1);
    await ask("DELETE", portfolio);
    equal(await owned.bookCopies.count() + await owned.activities.count(), 0);
  }));

Deno.test("an alert of somebody else's is deleted like one that is not there", () =>
  withPersonalApi(async ({ ask, join, noted, owned }) => {
    const [ada, bob] = [await join("ada"), await join("bob")];
    const id = uuid(3);
    equal((await ask("PUT", `/alerts/${id}`, { token: ada.token, body: priceAlert })).status, 201);
    noted.length = 0;
    for (const one of [id, uuid(9)]) {
      for (const headers of preconditions) {
        const answer = await ask("DELETE", `/alerts/${one}`, { token: bob.token, headers });
        deepEqual(shown(answer), { status: 200, json: { done: true } }, one);
      }
    }
    equal(await owned.alerts.count(), 1);
    deepEqual(noted, [], "nobody stops watching it");
    for (let i = 0; i < 2; i++) {
      equal((await ask("DELETE", `/alerts/${id}`, { token: ada.token })).status, 200);
    }
    deepEqual([await owned.alerts.count(), noted.length], [0, 1]);
  }));
