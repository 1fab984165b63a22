/** Share links: shown to whoever has them, until they end; never telling whose they are. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type TestOwn, uuid, withOwnApi } from "../support/possessions.ts";

const path = "/api/v1/shares";
const dayMs = 86_400_000;

/** Makes a watchlist and a portfolio of Ada's. */
async function open({ ask, time }: TestOwn) {
  const list = { name: "Majors", symbols: ["BTCUSDT"] };
  await ask("PUT", `/api/v1/watchlists/${uuid(1)}`, { body: list });
  await ask("PUT", `/api/v1/portfolios/${uuid(2)}`, { body: { name: "Long term" } });
  const timestamp = time.nowMs - dayMs;
  const trade = { type: "buy", symbol: "BTCUSDT", quantity: "1", price: "100", currency: "USDT" };
  await ask("PUT", `/api/v1/portfolios/${uuid(2)}/activities/${uuid(3)}`, {
    body: { ...trade, timestamp, note: "a secret note" },
  });
}

async function share({ ask }: TestOwn, body: object) {
  const { status, json, text } = await ask("POST", path, { body });
  equal(status, 200, text);
  return json as { id: string; token: string; path: string; expiresMs: number; title: string };
}

const kinds = [
  { kind: "watchlist", target: uuid(1) },
  { kind: "portfolio", target: uuid(2) },
  { kind: "dashboard", target: "symbol=BTCUSDT&timeframe=1h" },
] as const;

Deno.test("each kind is read without an account and tells nothing of its owner", () =>
  withOwnApi(async (given) => {
    const { ask, setPrice, ids } = given;
    await open(given);
    setPrice("BTCUSDT", 150);
    for (const { kind, target } of kinds) {
      const link = await share(given, { kind, target, title: "Look" });
      const shown = await ask("GET", link.path, { token: null });
      equal(shown.status, 200, shown.text);
      deepEqual([shown.json.kind, shown.json.title], [kind, "Look"]);
      equal(shown.headers.get("cache-control")!.split(",")[0], "no-store");
      for (const secret of [ids.ada, "example.org", uuid(1), uuid(2), uuid(3), "secret note"]) {
        ok(!shown.text.includes(secret), `${kind} tells ${secret}`);
      }
    }
    const portfolio = await share(given, kinds[1]);
    const { json } = await ask("GET", portfolio.path, { token: null });
    const view = json.portfolio as { value: string; holdings: object[] };
    deepEqual([view.value, view.holdings.length], ["150", 1]);
    const dashboard = await share(given, kinds[2]);
    deepEqual((await ask("GET", dashboard.path, { token: null })).json.view, {
      symbol: "BTCUSDT",
      timeframe: "1h",
    });
  }));

Deno.test("only the hash of a token is kept, and lists do not show it", () =>
  withOwnApi(async (given) => {
    const { ask, owned } = given;
    await open(given);
    const { id, token } = await share(given, kinds[0]);
    match(token, /^share_[\w-]{43}$/);
    match(id, /^[0-9a-f]{64}$/);
    ok(!JSON.stringify(await owned.shares.get(id)).includes(token));
    const listed = await ask("GET", path);
    equal(listed.json.count, 1);
    ok(!listed.text.includes(token));
    equal((await ask("GET", `/api/v1/shared/${id}`, { token: null })).status, 404);
  }));

Deno.test("a link ends when it is revoked, expires, or loses what it shows or its owner", () =>
  withOwnApi(async (given) => {
    const { ask, time, owned, ids } = given;
    await open(given);
    const read = async (link: { path: string }) =>
      (await ask("GET", link.path, { token: null })).status;
    const revoked = await share(given, kinds[0]);
    equal(await read(revoked), 200);
    for (let i = 0; i < 2; i++) equal((await ask("DELETE", `${path}/${revoked.id}`)).status, 200);
    equal(await read(revoked), 404);
    const gone = await share(given, kinds[0]);
    await ask("DELETE", `/api/v1/watchlists/${uuid(1)}`);
    equal(await read(gone), 404);
    const blocked = await share(given, kinds[1]);
    const user = await owned.users.get(ids.ada);
    await owned.users.put({ ...user!, isDisabled: true });
    equal(await read(blocked), 404);
    await owned.users.put(user!);
    equal(await read(blocked), 200);
    const { json } = await ask("POST", path, { body: { ...kinds[2], expiresDays: 1 } });
    equal(json.expiresMs, time.nowMs + dayMs);
    time.nowMs += dayMs;
    equal(await read(json as { path: string }), 404);
  }));

Deno.test("nobody shares, sees or revokes what is another's", () =>
  withOwnApi(async (given) => {
    const { ask, bob, makeKey } = given;
    await open(given);
    for (const { kind, target } of kinds.slice(0, 2)) {
      equal((await ask("POST", path, { body: { kind, target }, token: bob })).status, 404);
    }
    const link = await share(given, kinds[0]);
    equal((await ask("GET", path, { token: bob })).json.count, 0);
    equal((await ask("DELETE", `${path}/${link.id}`, { token: bob })).status, 200);
    equal((await ask("GET", link.path, { token: null })).status, 200);
    const key = await makeKey(["read", "export"]);
    for (const [token, status] of [[null, 401], [key, 403]] as const) {
      equal((await ask("GET", path, { token })).status, status);
      equal((await ask("POST", path, { body: kinds[2], token })).status, status);
      equal((await ask("DELETE", `${path}/${link.id}`, { token })).status, status);
    }
  }));

const wrong = [
  { kind: "user", target: uuid(1) },
  { kind: "portfolio", target: "'; DROP TABLE shares; --" },
  { kind: "portfolio", target: "symbol=BTCUSDT" },
  { kind: "dashboard", target: "x".repeat(501) },
  { kind: "dashboard", target: "a\u0000b" },
  { ...kinds[2], title: "<b>\u202e</b>" },
  { ...kinds[2], title: "x".repeat(121) },
  { ...kinds[2], expiresDays: 0 },
  { ...kinds[2], expiresDays: 366 },
  { ...kinds[2], expiresDays: "1" },
  { ...kinds[2], userId: "x" },
  { ...kinds[2], id: "x" },
  {},
];

Deno.test("no text in any field brings more than a problem", () =>
  withOwnApi(async ({ ask }) => {
    for (const body of wrong) {
      const answer = await ask("POST", path, { body });
      equal(answer.status, 400, JSON.stringify(body));
      ok((answer.json.errors as unknown[]).length > 0);
    }
    for (
      const token of ["x", "%00".repeat(20), "..%2F..%2Fetc%2Fpasswd", "share_".padEnd(49, "a")]
    ) {
      const { status } = await ask("GET", `/api/v1/shared/${token}`, { token: null });
      ok(status === 400 || status === 404, token);
    }
    equal((await ask("POST", path, { body: "x".repeat(10_000_000) })).status, 413);
    const script = "<script>alert(1)</script>";
    const kept = await ask("POST", path, { body: { ...kinds[2], title: script } });
    equal(kept.json.title, script);
    match(kept.headers.get("content-type")!, /json/);
  }));

Deno.test("a person has at most 200 links, and is told so", () =>
  withOwnApi(async ({ ask, owned, ids }) => {
    const share = { ...kinds[2], userId: ids.ada, title: "", createdMs: 1 };
    await owned.shares.putMany(
      Array.from({ length: 200 }, (_, i) => ({
        ...share,
        ...{ id: String(i), expiresMs: null, revokedMs: null },
      })),
    );
    const full = await ask("POST", path, { body: kinds[2] });
    equal(full.status, 400);
    match(full.text, /at most 200/);
  }));
