/** Who may open a live connection, and how it is refused. */
import { equal, match, ok } from "node:assert/strict";
import { identifySocket } from "../../lib/api/auth_sockets.ts";
import type { Identity } from "../../lib/accounts/mod.ts";
import { silentLogger } from "../../lib/log.ts";
import { here, join, type TestAccounts, withAccounts } from "../support/accounts.ts";
import { adminToken } from "../support/auth_api.ts";

/** Serves connections that say who they are, and runs `test` with the server's address. */
async function withSockets(
  { accounts, publicRead = true }: Pick<TestAccounts, "accounts"> & { publicRead?: boolean },
  test: (url: string, seen: (Identity | null)[]) => Promise<void>,
): Promise<void> {
  const seen: (Identity | null)[] = [];
  const deps = {
    accounts,
    adminToken,
    corsOrigins: ["https://friend.example"],
    publicRead,
    log: silentLogger,
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (req) => {
    const { identity, refusal } = await identifySocket(req, deps);
    if (refusal) return refusal;
    seen.push(identity);
    if (req.headers.get("upgrade") === null) return new Response("in");
    const { socket, response } = Deno.upgradeWebSocket(req);
    socket.onopen = () => socket.close(1000, "in");
    return response;
  });
  try {
    await test(`127.0.0.1:${server.addr.port}/ws/BTCUSDT`, seen);
  } finally {
    await server.shutdown();
  }
}

/** Connects and returns how the server closed. */
async function connect(url: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`ws://${url}`, { headers } as never);
  const { promise, resolve } = Promise.withResolvers<CloseEvent>();
  socket.onclose = resolve;
  const { code, reason } = await promise;
  return { code, reason };
}

Deno.test("visitors connect while public read is on, and users with token, key or header", () =>
  withAccounts(({ accounts }) =>
    withSockets({ accounts }, async (url, seen) => {
      const { accessToken, user } = await join(accounts, "ada");
      const owner = await accounts.identify(accessToken);
      const draft = { name: "k", scopes: ["live"] as const, expiresDays: 1 };
      const { secret } = await accounts.keys.create(owner, draft, here);
      equal((await connect(url)).code, 1000);
      equal(seen.pop(), null);
      for (
        const [address, headers] of [
          [`${url}?token=${accessToken}`, {}],
          [`${url}?token=${secret}`, {}],
          [url, { authorization: `Bearer ${accessToken}` }],
          [url, { "x-api-key": secret }],
          [url, { cookie: `ci_access=${accessToken}`, origin: `http://${url.split("/")[0]}` }],
        ] as const
      ) {
        equal((await connect(address, headers)).code, 1000, JSON.stringify(headers));
        equal(seen.pop()!.userId, user.id);
      }
    })
  ));

Deno.test("a token that proves nothing closes with 4001 and says why", () =>
  withAccounts(({ accounts, time }) =>
    withSockets({ accounts }, async (url, seen) => {
      const ada = await join(accounts, "ada");
      const owner = await accounts.identify(ada.accessToken);
      const draft = { name: "k", scopes: ["read"] as const, expiresDays: 1 };
      const { secret } = await accounts.keys.create(owner, draft, here);
      const bob = await join(accounts, "bob");
      await accounts.sessions.end(bob.sessionId, "revoked");
      const rows: [string, RegExp][] = [
        ["nonsense", /none of ours/],
        ["", /authorization/],
        ["x".repeat(5_000), /none of ours/],
        [`ci_${"0".repeat(16)}_${"A".repeat(43)}`, /none of ours/],
        [secret, /does not have the scope "live"/],
        [bob.accessToken, /session has ended/],
      ];
      for (const [token, says] of rows) {
        const { code, reason } = await connect(`${url}?token=${encodeURIComponent(token)}`);
        equal(code, 4001, token.slice(0, 20));
        match(reason, says);
      }
      time.nowMs += 3_600_000;
      const late = await connect(`${url}?token=${ada.accessToken}`);
      equal(late.code, 4001);
      match(late.reason, /has expired/);
      equal(seen.length, 0);
    })
  ));

Deno.test("where public read is off, a visitor is closed with 4001", () =>
  withAccounts(({ accounts }) =>
    withSockets({ accounts, publicRead: false }, async (url, seen) => {
      const { code, reason } = await connect(url);
      equal(code, 4001);
      match(reason, /needs a signed-in user/);
      const { accessToken } = await join(accounts, "ada");
      equal((await connect(`${url}?token=${accessToken}`)).code, 1000);
      equal(seen.length, 1);
    })
  ));

Deno.test("another site's page cannot open a connection as its visitor", () =>
  withAccounts(({ accounts }) =>
    withSockets({ accounts }, async (url, seen) => {
      const { accessToken } = await join(accounts, "ada");
      const cookie = `ci_access=${accessToken}`;
      for (const origin of ["https://evil.example", "null"]) {
        ok((await connect(url, { cookie, origin })).code !== 1000, origin);
      }
      equal(seen.length, 0);
      equal((await connect(url, { cookie, origin: "https://friend.example" })).code, 1000);
    })
  ));

Deno.test("what asks for no upgrade is refused as any other request", () =>
  withAccounts(({ accounts }) =>
    withSockets({ accounts }, async (url) => {
      const response = await fetch(`http://${url}?token=nonsense`);
      equal(response.status, 401);
      match(response.headers.get("content-type")!, /problem\+json/);
      await response.body?.cancel();
    })
  ));
