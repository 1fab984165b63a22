/** Alerts over HTTP: made once, read and changed by their owner alone, merged by revision. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { startMs } from "../support/accounts.ts";
import { buildAlert } from "../support/owned.ts";
import { priceAlert, withPersonalApi } from "../support/personal_api.ts";

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

Deno.test("ALR-01 API-35 an alert is made with its defaults, told to the desk, and read again", () =>
  withPersonalApi(async ({ ask, join, noted }) => {
    const { token, id } = await join("ada");
    const made = await ask("POST", "/alerts", { token, body: priceAlert });
    equal(made.status, 201, made.text);
    const { alert_id, user_id, cooldown, channels, one_time, is_active } = made.json;
    deepEqual([user_id, cooldown, channels, one_time, is_active], [
      ...[id, 300, ["WEBSOCKET"], false, true],
    ]);
    deepEqual([made.json.name, made.json.phase, made.json.revision], [
      ...["BTCUSDT price above 60000", "armed", 1],
    ]);
    equal(made.headers.get("location"), `/api/v1/alerts/${alert_id}`);
    equal(made.headers.get("cache-control"), "no-store");
    deepEqual(noted.map(({ id, alert }) => [id, alert?.revision]), [[alert_id, 1]]);
    const read = await ask("GET", `/alerts/${alert_id}`, { token });
    deepEqual(read.json, made.json);
    const list = await ask("GET", "/alerts", { token });
    deepEqual(list.json.alerts, [made.json]);
  }));

Deno.test("API-35 symbols are found by either spelling, tokens of the news by their symbol", () =>
  withPersonalApi(async ({ ask, join }) => {
    const { token } = await join("ada");
    const rows: [object, string][] = [
      [{ ...priceAlert, symbol: "crypto:BTC/USDT@binance" }, "BTCUSDT"],
      [{ ...priceAlert, symbol: "ethusdt" }, "ETHUSDT"],
      [{ symbol: "btc", condition: "SENTIMENT_SHIFT" }, "BTCUSDT"],
      [{ symbol: "aave", condition: "SENTIMENT_SHIFT" }, "aave"],
      [{ symbol: "protocol:aave-v3", condition: "TVL_CHANGE" }, "protocol:aave-v3"],
      [{ symbol: "*", condition: "NEW_PAIR" }, "*"],
    ];
    for (const [body, symbol] of rows) {
      const { status, json } = await ask("POST", "/alerts", { token, body });
      deepEqual([status, json.symbol], [201, symbol], JSON.stringify(json));
    }
  }));

Deno.test("API-35 whoever is not signed in, or has a key without the scope, is refused", () =>
  withPersonalApi(async ({ ask, join, accounts }) => {
    const { token } = await join("ada");
    const owner = await accounts.identify(token);
    const { secret } = await accounts.keys.create(
      { ...owner, sessionId: owner.sessionId! },
      { name: "reader", scopes: ["read"], expiresMs: null } as never,
      { ip: "203.0.113.9", client: "ip 203.0.113.9", userAgent: "" },
    );
    for (
      const path of ["/alerts", "/alert-history", "/preferences", "/notifications", "/deliveries"]
    ) {
      equal((await ask("GET", path)).status, 401, path);
      equal((await ask("GET", path, { token: secret })).status, 403, path);
      equal((await ask("GET", path, { token })).status, 200, path);
    }
    equal((await ask("POST", "/alerts", { body: priceAlert })).status, 401);
    equal((await ask("POST", "/alerts/foresight", { body: priceAlert })).status, 401);
    equal((await ask("GET", "/push/devices")).status, 401);
  }));

Deno.test("API-35 another owner's alert is answered like one that does not exist", () =>
  withPersonalApi(async ({ ask, join, owned, noted }) => {
    const ada = await join("ada");
    const eve = await join("eve");
    const made = await ask("POST", "/alerts", { token: ada.token, body: priceAlert });
    const id = String(made.json.alert_id);
    noted.length = 0;
    const tries: [string, string, unknown?][] = [
      ["GET", `/alerts/${id}`],
      ["PUT", `/alerts/${id}`, priceAlert],
      ["PATCH", `/alerts/${id}`, { is_active: false }],
      ["DELETE", `/alerts/${id}`],
      ["POST", `/alerts/${id}/snooze`, { untilMs: null }],
      ["GET", `/alert-history?alert_id=${id}`],
      ["POST", "/alerts", { ...priceAlert, alert_id: id }],
    ];
    for (const [method, path, body] of tries) {
      const answer = await ask(method, path, { token: eve.token, body });
      const isDelete = method === "DELETE";
      equal(answer.status, isDelete ? 200 : 404, `${method} ${path}: ${answer.text}`);
      if (method !== "GET" && !isDelete) continue;
      const none = await ask(method, path.replace(id, uuid(9)), { token: eve.token });
      equal(none.json.detail, answer.json.detail);
      if (isDelete) deepEqual([none.status, none.json], [answer.status, answer.json]);
    }
    deepEqual(noted, []);
    equal((await owned.alerts.get(id))?.revision, 1);
    equal((await ask("GET", "/alerts", { token: eve.token })).json.count, 0);
  }));

Deno.test("API-35 what an offline device sends again is made once, by id or by key", () =>
  withPersonalApi(async ({ ask, join, owned, time }) => {
    const { token } = await join("ada");
    const path = `/alerts/${uuid(1)}`;
    equal((await ask("PUT", path, { token, body: priceAlert })).status, 201);
    equal((await ask("PUT", path, { token, body: priceAlert })).status, 200);
    const body = { ...priceAlert, alert_id: uuid(1).toUpperCase() };
    equal((await ask("POST", "/alerts", { token, body })).status, 200);
    const headers = { "idempotency-key": "key-12345678" };
    const first = await ask("POST", "/alerts", { token, body: priceAlert, headers });
    const again = await ask("POST", "/alerts", { token, body: priceAlert, headers });
    deepEqual([first.status, again.status], [201, 201]);
    deepEqual(again.json, first.json);
    equal(again.headers.get("idempotency-replayed"), "true");
    equal(await owned.alerts.count(), 2);
    const other = { ...priceAlert, threshold: 1 };
    const refused = await ask("POST", "/alerts", { token, body: other, headers });
    equal(refused.status, 400);
    deepEqual(refused.json.errors, [
      { pointer: "/header/idempotency-key", detail: "each request has a key of its own" },
    ]);
    time.nowMs += 25 * 3_600_000;
    const { token: later } = await join("bob");
    equal((await ask("POST", "/alerts", { token: later, body: other, headers })).status, 201);
    equal(await owned.answered.count(), 1, "what nobody will ask for again is forgotten");
  }));

Deno.test("API-35 ten that send the same at once make one alert", () =>
  withPersonalApi(async ({ ask, join, owned }) => {
    const { token } = await join("ada");
    const headers = { "idempotency-key": "key-12345678" };
    const answers = await Promise.all(
      Array.from(
        { length: 10 },
        () => ask("POST", "/alerts", { token, body: priceAlert, headers }),
      ),
    );
    deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    equal(new Set(answers.map(({ json }) => json.alert_id)).size, 1);
    const puts = await Promise.all(
      Array.from(
        { length: 10 },
        () => ask("PUT", `/alerts/${uuid(3)}`, { token, body: priceAlert }),
      ),
    );
    equal(puts.filter(({ status }) => status === 201).length, 1);
    equal(await owned.alerts.count(), 2);
  }));

Deno.test("API-35 whoever changes an older revision gets the current one to merge with", () =>
  withPersonalApi(async ({ ask, join }) => {
    const { token } = await join("ada");
    const path = `/alerts/${uuid(1)}`;
    const made = await ask("PUT", path, { token, body: priceAlert });
    const etag = (await ask("GET", path, { token })).headers.get("etag")!;
    match(etag, /^"1-armed-0"$/);
    equal(made.headers.get("etag"), etag);
    const changed = await ask("PATCH", path, {
      token,
      body: { threshold: 61_000 },
      headers: { "if-match": etag },
    });
    deepEqual([changed.status, changed.json.revision, changed.json.threshold], [200, 2, 61_000]);
    const stale = await ask("PATCH", path, {
      token,
      body: { threshold: 62_000 },
      headers: { "if-match": '"1"' },
    });
    equal(stale.status, 412);
    match(stale.headers.get("content-type")!, /^application\/problem\+json/);
    deepEqual(stale.json.current, changed.json);
    const removed = await ask("DELETE", path, { token, headers: { "if-match": '"1"' } });
    equal(removed.status, 412);
    const same = await ask("PATCH", path, {
      token,
      body: { threshold: 61_000 },
      headers: { "if-match": '"1"' },
    });
    deepEqual([same.status, same.json.revision], [200, 2], "it is as was wished for already");
    const gone = await ask("PUT", `/alerts/${uuid(2)}`, {
      token,
      body: priceAlert,
      headers: { "if-match": '"1"' },
    });
    deepEqual([gone.status, gone.json.current], [412, null]);
    const taken = await ask("PUT", path, {
      token,
      body: priceAlert,
      headers: { "if-none-match": "*" },
    });
    equal(taken.status, 412);
    const ended = await ask("DELETE", path, { token, headers: { "if-match": "*" } });
    equal(ended.status, 200);
    equal((await ask("GET", path, { token })).status, 404);
    equal((await ask("DELETE", path, { token })).status, 200, "it is gone already");
  }));

Deno.test("API-35 of many changes at once with one revision, one wins", () =>
  withPersonalApi(async ({ ask, join, owned }) => {
    const { token } = await join("ada");
    const path = `/alerts/${uuid(1)}`;
    await ask("PUT", path, { token, body: priceAlert });
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) =>
      ask("PATCH", path, {
        token,
        body: { threshold: 100 + i },
        headers: { "if-match": '"1"' },
      })));
    equal(answers.filter(({ status }) => status === 200).length, 1);
    equal(answers.filter(({ status }) => status === 412).length, 7);
    equal((await owned.alerts.get(uuid(1)))?.revision, 2);
  }));

Deno.test("API-35 pages are full, in order and complete, whatever they are narrowed to", () =>
  withPersonalApi(async ({ ask, join, owned, states }) => {
    const { token, id: user_id } = await join("ada");
    await owned.alerts.putMany(Array.from({ length: 50 }, (_, i) =>
      buildAlert(uuid(i), {
        user_id,
        created_at: 1_000 + i,
        symbol: i % 2 ? "BTCUSDT" : "ETHUSDT",
        condition: i % 5 ? "PRICE_ABOVE" : "PRICE_BELOW",
        is_active: i % 10 !== 3,
      })));
    await owned.alerts.put(buildAlert(uuid(99), { user_id: "somebody" }));
    states.set(uuid(7), { phase: "firing", sinceMs: 5, heldSinceMs: 5, lastFiredMs: 5 });
    const walk = async (query: string, limit: number) => {
      const found: { alert_id: string }[] = [];
      let cursor: string | null = "";
      do {
        const at: string = cursor ? `&cursor=${cursor}` : "";
        const page = await ask("GET", `/alerts?limit=${limit}${query}${at}`, { token });
        equal(page.status, 200, page.text);
        const alerts = page.json.alerts as { alert_id: string }[];
        cursor = page.json.next_cursor as string | null;
        if (cursor !== null) equal(alerts.length, limit, "no page is half empty");
        found.push(...alerts);
      } while (cursor !== null);
      return found.map(({ alert_id }) => Number(alert_id.slice(-12)));
    };
    const all = Array.from({ length: 50 }, (_, i) => 49 - i);
    for (const limit of [1, 7, 50, 200]) {
      deepEqual(await walk("", limit), all);
      deepEqual(await walk("&symbol=btcusdt", limit), all.filter((i) => i % 2));
      deepEqual(await walk("&condition=PRICE_BELOW", limit), all.filter((i) => i % 5 === 0));
      deepEqual(await walk("&phase=inactive", limit), all.filter((i) => i % 10 === 3));
      deepEqual(await walk("&phase=firing", limit), [7]);
    }
  }));

Deno.test("NEW-05 an alert is snoozed and woken, and keeps what was learnt of it", () =>
  withPersonalApi(async ({ ask, join, owned }) => {
    const { token } = await join("ada");
    const path = `/alerts/${uuid(1)}`;
    await ask("PUT", path, { token, body: priceAlert });
    const state = { phase: "firing", sinceMs: 7, heldSinceMs: 7, lastFiredMs: 7 } as const;
    await owned.alertStates.put({ id: `live ${uuid(1)}`, alertId: uuid(1), ...state, revision: 1 });
    equal((await ask("GET", path, { token })).json.phase, "firing");
    const untilMs = startMs + 60_000;
    const silent = await ask("POST", `${path}/snooze`, { token, body: { untilMs } });
    deepEqual([silent.json.phase, silent.json.lastFiredMs], ["snoozed", 7]);
    const woken = await ask("POST", `${path}/snooze`, { token, body: { untilMs: null } });
    deepEqual([woken.json.phase, woken.json.lastFiredMs], ["firing", 7]);
    const changed = await ask("PATCH", path, { token, body: { threshold: 5 } });
    deepEqual([changed.json.phase, changed.json.lastFiredMs], ["armed", null], "another condition");
    const off = await ask("PATCH", path, { token, body: { is_active: false } });
    equal(off.json.phase, "inactive");
    const over = await ask("PATCH", path, { token, body: { is_active: true, expiresMs: 5 } });
    equal(over.json.phase, "expired");
  }));

Deno.test("API-35 the history lists firings by alert and of all, and outlives the alert", () =>
  withPersonalApi(async ({ ask, join, owned }) => {
    const { token, id: user_id } = await join("ada");
    const eve = await join("eve");
    const firing = (n: number, alert: number, userId = user_id) => ({
      ...{ id: `f${n}`, alert_id: uuid(alert), user_id: userId, symbol: "BTCUSDT" },
      ...{ condition: "PRICE_ABOVE" as const, threshold: 1, value: 2, timestamp: n, receivedMs: n },
      ...{ decidedMs: n, world: "live", isRecorded: false, title: "t", message: "m" },
      ...{ figures: { price: 2 }, link: "/", channels: ["WEBSOCKET" as const] },
    });
    await owned.firings.putMany([firing(1, 1), firing(2, 2), firing(3, 1), firing(4, 3, "other")]);
    const list = async (query: string) => {
      const { json, status } = await ask("GET", `/alert-history${query}`, { token });
      equal(status, 200);
      return (json.firings as { id: string }[]).map(({ id }) => id);
    };
    deepEqual(await list(""), ["f3", "f2", "f1"]);
    deepEqual(await list(`?alert_id=${uuid(1)}`), ["f3", "f1"]);
    const page = await ask("GET", "/alert-history?limit=2", { token });
    deepEqual(await list(`?limit=2&cursor=${page.json.next_cursor}`), ["f1"]);
    const path = `/alert-history?alert_id=${uuid(1)}`;
    equal((await ask("GET", path, { token: eve.token })).status, 404);
    const { firings } = page.json as { firings: Record<string, unknown>[] };
    ok(!("user_id" in firings[0]!) && !("world" in firings[0]!));
  }));

Deno.test("API-35 one person has at most 1,000 alerts, and room again when some are deleted", () =>
  withPersonalApi(async ({ ask, join, owned }) => {
    const { token, id: user_id } = await join("ada");
    for (let at = 0; at < 998; at += 100) {
      const count = Math.min(100, 998 - at);
      await owned.alerts.putMany(
        Array.from({ length: count }, (_, i) => buildAlert(uuid(at + i), { user_id })),
      );
    }
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => ask("POST", "/alerts", { token, body: priceAlert })),
    );
    deepEqual(answers.map(({ status }) => status).toSorted(), [201, 201, 400, 400, 400, 400]);
    const refused = answers.find(({ status }) => status === 400)!;
    match(String(refused.json.detail), /at most 1000; delete some first/);
    const again = await ask("PUT", `/alerts/${uuid(5)}`, { token, body: priceAlert });
    equal(again.status, 200, "what is there can be changed");
    equal((await ask("DELETE", `/alerts/${uuid(5)}`, { token })).status, 200);
    equal((await ask("POST", "/alerts", { token, body: priceAlert })).status, 201);
    equal((await ask("POST", "/alerts", { token, body: priceAlert })).status, 400);
    const { token: other } = await join("bob");
    equal((await ask("POST", "/alerts", { token: other, body: priceAlert })).status, 201);
  }));
