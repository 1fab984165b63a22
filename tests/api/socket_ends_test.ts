/** Live connections of a person: counted by user, and ended with the session or key behind them. */
import { deepEqual, equal, match } from "node:assert/strict";
import { answerSocket } from "../../lib/api/mod.ts";
import { here, join, type TestAccounts, withAccounts } from "../support/accounts.ts";
import { anApi } from "../support/api.ts";

interface Line {
  socket: WebSocket;
  closed: Promise<CloseEvent>;
}

/** Serves live connections on loopback. `look` lets the hub look at them three seconds later. */
async function withLive(
  test: (
    given: TestAccounts & {
      open(token: string | null): Promise<Line>;
      listen(token: string): Promise<ReadableStreamDefaultReader<Uint8Array>>;
      look(): void;
      count(): number;
    },
  ) => Promise<void>,
): Promise<void> {
  await withAccounts(async (given) => {
    const { accounts, time } = given;
    const { api, deps, hub, time: hubTime } = await anApi({ accounts, now: () => time.nowMs });
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      async (req) =>
        await answerSocket(deps, req, "127.0.0.1") ?? await api.fetch(req, { ip: "127.0.0.1" }),
    );
    const address = `127.0.0.1:${server.addr.port}`;
    const lines: Line[] = [];
    const open = async (token: string | null) => {
      const query = token === null ? "" : `?token=${token}`;
      const socket = new WebSocket(`ws://${address}/ws${query}`);
      const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
      await new Promise((resolve) => (socket.onopen = socket.onerror = resolve));
      const line = { socket, closed };
      lines.push(line);
      return line;
    };
    const listen = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      const { body } = await fetch(`http://${address}/api/v1/events`, { headers });
      const reader = body!.getReader();
      await reader.read();
      return reader;
    };
    const look = () => {
      hubTime.nowMs += 3_000;
      time.nowMs += 3_000;
      hub.tick();
    };
    try {
      await test({ ...given, open, listen, look, count: () => hub.stats().connections });
    } finally {
      hub.close();
      for (const { socket, closed } of lines) {
        if (socket.readyState === WebSocket.OPEN) await closed;
      }
      await server.shutdown();
    }
  });
}

const ends: {
  name: string;
  act(given: TestAccounts, ada: Awaited<ReturnType<typeof join>>): Promise<unknown>;
}[] = [
  {
    name: "signed out",
    act: async ({ accounts }, { accessToken }) =>
      await accounts.people.signOut(await accounts.identify(accessToken), here),
  },
  { name: "revoked", act: ({ accounts }, ada) => accounts.sessions.end(ada.sessionId, "revoked") },
  {
    name: "revoked by another process, at most five seconds later",
    act: async ({ reopen, time }, ada) => {
      await reopen().sessions.end(ada.sessionId, "revoked");
      time.nowMs += 5_000;
    },
  },
  {
    name: "ended, as a refresh token came back",
    async act({ accounts, time }, { refreshToken }) {
      await accounts.sessions.renew(refreshToken, here);
      time.nowMs += 60_000;
      await accounts.sessions.renew(refreshToken, here).catch(() => {});
    },
  },
  {
    name: "ended with its account",
    async act({ owned, accounts }, { user }) {
      const kept = (await owned.users.get(user.id))!;
      await owned.users.put({ ...kept, isDisabled: true });
      accounts.sessions.forget(user.id);
    },
  },
];
for (const { name, act } of ends) {
  Deno.test(`WS-01 when a session is ${name}, its live connections end, and no other`, () =>
    withLive(async (given) => {
      const { accounts, open, listen, look, count } = given;
      const ada = await join(accounts, "ada");
      const bob = await join(accounts, "bob");
      const mine = await open(ada.accessToken);
      const events = await listen(ada.accessToken);
      await open(bob.accessToken);
      await open(null);
      equal(count(), 4);
      await act(given, ada);
      look();
      const { code, reason } = await mine.closed;
      equal(code, 4001);
      match(reason, /session or key has ended/);
      for (;;) if ((await events.read()).done) break;
      equal(count(), 2);
    }));
}

Deno.test("WS-01 when a key is revoked, what it opened ends, and its owner's session goes on", () =>
  withLive(async ({ accounts, open, look, count }) => {
    const { accessToken } = await join(accounts, "ada");
    const owner = await accounts.identify(accessToken);
    const draft = { name: "k", scopes: ["live"] as const, expiresDays: 1 };
    const { key, secret } = await accounts.keys.create(owner, draft, here);
    const byKey = await open(secret);
    const bySession = await open(accessToken);
    await accounts.keys.revoke(owner, key.id, here);
    look();
    equal((await byKey.closed).code, 4001);
    deepEqual([bySession.socket.readyState, count()], [WebSocket.OPEN, 1]);
  }));

Deno.test("WS-01 a session that runs keeps its connections, its access token expired or not", () =>
  withLive(async ({ accounts, open, look, time }) => {
    const { accessToken } = await join(accounts, "ada");
    const { socket } = await open(accessToken);
    time.nowMs += 3_700_000;
    look();
    const pong = new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
    socket.send('{"type":"ping"}');
    equal(JSON.parse((await pong).data).type, "pong");
  }));

Deno.test("WS-09 the eleventh connection of a user is refused, by socket and by event stream", () =>
  withLive(async ({ accounts, open, listen, count }) => {
    const ada = (await join(accounts, "ada")).accessToken;
    const readers = [];
    for (let i = 0; i < 5; i++) await open(ada);
    for (let i = 0; i < 5; i++) readers.push(await listen(ada));
    equal(count(), 10);
    const { socket } = await open(ada);
    equal(socket.readyState, WebSocket.CLOSED);
    const refused = await listen(ada);
    equal((await refused.read()).done, true, "a refusal is no stream");
    equal(count(), 10);
    const bob = (await join(accounts, "bob")).accessToken;
    equal((await open(bob)).socket.readyState, WebSocket.OPEN);
    for (const reader of readers) await reader.cancel();
  }));
