/** The whole path: a trade in, the firing decided, and real receivers told of it. */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { readConfig } from "../../lib/config.ts";
import { silentLogger } from "../../lib/log.ts";
import { createPreferences } from "../../lib/notify/mod.ts";
import { openDelivery } from "../../lib/world/delivery.ts";
import { aPort } from "../support/api.ts";
import { createManualClock } from "../support/clock.ts";
import { aTrade } from "../support/market.ts";
import { buildAlert, buildUser } from "../support/owned.ts";
import { createPushBrowser, withHttpReceiver } from "../support/receivers.ts";
import { buildSignal, withFolder, withMemoryStore } from "../support/store.ts";
import { waitFor, withWatchedWorld } from "../support/watched_world.ts";

const browser = (id: string, endpoint: string, userId: string | null, symbols: string[] = []) => {
  const keys = createPushBrowser();
  const { p256dh, auth } = keys;
  const record = {
    ...{ id, userId, endpoint, p256dh, auth, deviceName: id, symbols, isEnabled: true },
    ...{ createdMs: 1, usedMs: null, wants: "all" as const },
  };
  return { record, open: keys.open };
};

Deno.test("ALR-03 ALR-05 one trade reaches the owner's page, webhook and browser, each once", () =>
  withHttpReceiver(({ host, url, received }) =>
    withWatchedWorld(async ({ store, path, delivery, put, trade, metrics }) => {
      const phone = browser("phone", `http://${host}/push/phone`, "ada");
      await store.owned.pushSubscriptions.put(phone.record);
      await store.owned.preferences.put({
        ...createPreferences("ada"),
        webhookUrl: url,
        webhookSecret: await delivery.vault.lock(`whsec_${btoa("x".repeat(32))}`),
      });
      const mine = aPort();
      const other = aPort();
      const visitor = aPort();
      for (const [port, userId] of [[mine, "ada"], [other, "eve"], [visitor, null]] as const) {
        const connection = path.hub.connect(port, { ip: "127.0.0.1", userId })!;
        connection.receive('{"type":"subscribe","channels":["alerts","signals"]}');
      }
      await put("a", { user_id: "ada", channels: ["WEBSOCKET", "WEBHOOK", "PUSH"] });
      trade(99);
      trade(101.5);
      trade(101.6);
      await waitFor(() => received.length === 2 && mine.of("alerts").length === 1);
      await waitFor(async () => await store.owned.deliveries.count() === 2);
      const [update] = mine.of("alerts");
      const data = update!.data as Record<string, unknown>;
      deepEqual([update!.type, update!.seq, data.title, data.kind], [
        ...["update", 1, "BTC above 100", "alert"],
      ]);
      equal(data.message, "BTCUSDT trades at 101.50, above the level 100.00.");
      deepEqual([other.of("alerts"), visitor.of("alerts")], [[], []]);
      match(String(visitor.messages[0]!.message), /"alerts": it needs a signed-in user/);
      const push = received.find((one) => one.path === "/push/phone")!;
      const shown = JSON.parse(phone.open(push.body));
      deepEqual([shown.title, shown.body, shown.recorded], [
        ...["BTC above 100", "BTCUSDT trades at 101.50, above the level 100.00.", false],
      ]);
      equal(shown.url, "https://intel.example.org/enhanced-dashboard?symbol=BTCUSDT");
      const hook = JSON.parse(received.find((one) => one.path === "/hook")!.text);
      deepEqual([hook.type, hook.data.alerts[0].value], ["cryptointel.alert", 101.5]);
      const text = await metrics.render();
      match(text, /notifications_sent_total\{channel="WEBHOOK",outcome="sent"\} 1/);
      deepEqual((await store.owned.notifications.list()).items.length, 1);
    }, { allow: host })
  ));

Deno.test("ALR-05 a bar that closes is tried with its indicators, once", () =>
  withWatchedWorld(async ({ path, put, firings }) => {
    const rules = [{ field: "close", is: "above" as const, value: 100 }];
    const parameters = { group: { match: "all" as const, rules } };
    await put("c", { condition: "CUSTOM", threshold: null, parameters, cooldown: 0 });
    const { intake } = path.pipeline;
    const startMs = Math.floor(systemClock.now() / 3_600_000) * 3_600_000;
    for (const [i, price] of [99, 101, 99, 102].entries()) {
      const eventMs = startMs + i * 60_000;
      intake.addTrade(aTrade({ tradeId: i + 1, price, eventMs, receivedMs: eventMs }));
    }
    intake.advance(startMs + 4 * 60_000);
    await intake.settled();
    await waitFor(() => firings.length >= 2);
    deepEqual(firings.map(({ timestamp, isRecorded }) => [timestamp - startMs, isRecorded]), [
      [120_000, true],
      [240_000, true],
    ]);
  }, { mode: "replay" }));

Deno.test("ALR-05 an emitted signal is tried as it passes by", () =>
  withWatchedWorld(async ({ path, put, firings, world }) => {
    await put("s", { condition: "SIGNAL_CONFIDENCE", threshold: 0.7 });
    await put("any", { condition: "SIGNAL_CONFIDENCE", symbol: "*", threshold: 0.9 });
    const publish = (id: string, confidence_score: number, timestamp: number) =>
      path.hub.publish("signals", buildSignal(id, { confidence_score, timestamp }));
    publish("s1", 0.65, 1);
    publish("s2", 0.75, 2);
    publish("s3", 0.95, 3);
    await path.alerts.desk.settled();
    deepEqual(firings.map(({ alert_id, figures }) => [alert_id, figures.signal]).toSorted(), [
      ["any", "s3"],
      ["s", "s2"],
    ]);
    equal(firings[0]!.world, world.world);
    const { personal } = path.alerts;
    equal(personal.getAlertState("s", 1)?.lastFiredMs, 2);
    equal(personal.getAlertState("s", 2), null, "another revision is another order");
    equal(personal.getAlertState("none", 1), null);
  }));

Deno.test("ALR-05 figures of a cycle are tried through the same desk", () =>
  withWatchedWorld(async ({ path, put, firings }) => {
    await put("t", { condition: "TVL_CHANGE", symbol: "protocol:aave", threshold: 10 });
    const figure = {
      ...{
        kind: "figure",
        name: "tvl",
        symbol: "protocol:aave",
        timeMs: 5,
        receivedMs: 5,
      } as const,
      ...{ isUnsure: false, value: 9e8, change: -12, link: "/x" },
    };
    path.alerts.desk.offer({ ...figure, change: -5 });
    path.alerts.desk.offer(figure);
    await path.alerts.desk.settled();
    deepEqual(firings.map(({ alert_id, value, link }) => [alert_id, value, link]), [[
      "t",
      -12,
      "/x",
    ]]);
  }));

Deno.test("NEW-08 visitors who watch a symbol are pushed its signals; dead browsers are removed", () =>
  withHttpReceiver(
    ({ host, received }) =>
      withWatchedWorld(async ({ store, path }) => {
        const live = Array.from({ length: 450 }, (_, i) =>
          browser(`live${i}`, `http://${host}/push/live${i}`, null, ["BTCUSDT"]));
        const others = [
          browser("dead1", `http://${host}/push/dead1`, null, ["BTCUSDT"]).record,
          browser("eth", `http://${host}/push/eth`, null, ["ETHUSDT"]).record,
          browser("ada", `http://${host}/push/ada`, "ada").record,
          {
            ...browser("off", `http://${host}/push/off`, null, ["BTCUSDT"]).record,
            isEnabled: false,
          },
          {
            ...browser("picky", `http://${host}/push/picky`, null, ["BTCUSDT"]).record,
            wants: "important" as const,
          },
        ];
        await store.owned.pushSubscriptions.putMany([
          ...live.map(({ record }) =>
            record
          ),
          ...others,
        ]);
        const signal = buildSignal("s1", { confidence_score: 0.75 });
        path.hub.publish("signals", signal);
        path.hub.publish("signals", signal);
        const isServed = () => received.filter((one) => one.path.includes("live")).length >= 450;
        await waitFor(isServed);
        await waitFor(async () => await store.owned.pushSubscriptions.get("dead1") === null);
        const paths = received.map((one) => one.path);
        equal(new Set(paths).size, paths.length, "nobody is told twice");
        deepEqual(paths.filter((one) => !one.includes("live")), ["/push/dead1"]);
        const [first] = received;
        const who = live.find(({ record }) => record.endpoint.endsWith(first!.path))!;
        const shown = JSON.parse(who.open(first!.body));
        equal(shown.title, "BTCUSDT: price alert");
        equal(shown.url, "https://intel.example.org/explore/signals?entity=BTCUSDT");
        equal(await store.owned.pushSubscriptions.count(), 454);
      }, { allow: host }),
    ({ path }) => new Response("", { status: path.includes("dead") ? 410 : 201 }),
  ));

Deno.test("ALR-09 owners are told by their channels, once, and others are not", () =>
  withHttpReceiver(({ host, received }) =>
    withWatchedWorld(async ({ store, path }) => {
      await store.owned.users.putMany([
        buildUser("root", { role: "admin" }),
        buildUser("old", { role: "admin", isDisabled: true }),
        buildUser("ada"),
      ]);
      const phones = ["root", "old", "ada"].map((id) =>
        browser(id, `http://${host}/push/${id}`, id)
      );
      await store.owned.pushSubscriptions.putMany(phones.map(({ record }) => record));
      const open = {
        ...{ id: "binance", message: "binance: HTTP 503", failures: 3, sinceMs: 5 },
        resolvedMs: null,
      };
      await path.alerts.tellOwners(open);
      await path.alerts.tellOwners({ ...open, failures: 4 });
      await path.alerts.tellOwners({ ...open, failures: 4, resolvedMs: 9 });
      await waitFor(() => received.length === 2);
      await waitFor(async () => (await store.owned.deliveries.count()) === 2);
      deepEqual(received.map((one) => one.path), ["/push/root", "/push/root"]);
      const titles = received.map((one) => JSON.parse(phones[0]!.open(one.body)).title).toSorted();
      deepEqual(titles, ["binance keeps failing", "binance works again"]);
      const { items } = await store.owned.notifications.list();
      deepEqual(items.map(({ userId, kind }) => [userId, kind]), [
        ["root", "system"],
        ["root", "system"],
      ]);
    }, { allow: host })
  ));

Deno.test("what a sudden end left untried is tried at the next start, with the queue's work", () =>
  withWatchedWorld(async ({ store, firings, path }) => {
    await path.alerts.desk.settled();
    deepEqual(firings.map(({ alert_id }) => alert_id), ["a"]);
    await waitFor(async () => await store.owned.notifications.count() === 1);
  }, {
    prepare: async (store) => {
      const world = store.world("live");
      await store.owned.alerts.put(buildAlert("a"));
      await world.bars.putBars({ symbol: "BTCUSDT", timeframe: "1m" }, [
        {
          time: 60_000,
          open: 99,
          high: 103,
          low: 98,
          close: 99,
          volume: 1,
          closed: true,
          quality: "observed",
        },
      ]);
      await world.putState("alertsSeenMs", 30_000);
    },
  }));

const base = { CRYPTOINTEL_PUBLIC_URL: "https://intel.example.org" };

Deno.test("ARC-10 secrets and keys are made once, kept for their owner alone, and used again", () =>
  withFolder((folder) =>
    withMemoryStore(async (store) => {
      const clock = createManualClock(1_000);
      const open = (env: Record<string, string> = {}) =>
        openDelivery({
          config: readConfig({ ...base, ...env, CRYPTOINTEL_DATA_DIR: folder }),
          ...{ store, clock, log: silentLogger },
        });
      const first = await open();
      const second = await open();
      equal(second.pushKey, first.pushKey);
      equal(await second.vault.unlock(await first.vault.lock("x")), "x");
      equal(await second.readUnsubscribe(await first.signUnsubscribe("ada")), "ada");
      for (const name of ["vapid-keys.json", "delivery-secret"]) {
        const { mode } = await Deno.stat(`${folder}/${name}`);
        equal(mode! & 0o777, 0o600, name);
      }
      const other = await open({ DELIVERY_SECRET: "s".repeat(32) });
      equal(await other.vault.unlock(await first.vault.lock("x")), null);
      equal(await other.readUnsubscribe(await first.signUnsubscribe("ada")), null);
      await rejects(open({ DELIVERY_SECRET: "short" }), /at least 32 characters/);
      await rejects(open({ VAPID_PUBLIC_KEY: "x" }), /both the public and the private one/);
      const keys = JSON.parse(await Deno.readTextFile(`${folder}/vapid-keys.json`));
      const given = await open({
        VAPID_PUBLIC_KEY: keys.publicKey,
        VAPID_PRIVATE_KEY: keys.privateKey,
      });
      equal(given.pushKey, keys.publicKey);
      await Deno.writeTextFile(`${folder}/vapid-keys.json`, "{}");
      await rejects(open(), /delete it to have new ones made/);
      for (const delivery of [first, second, other, given]) delivery.close();
      ok(!first.isMailOn && first.isPushEndpoint("https://web.push.apple.com/a"));
    })
  ));

const servers: { env: Record<string, string>; expected: Record<string, unknown> | RegExp }[] = [
  {
    env: { SMTP_URL: "smtp://me%40x:p%3Aw@mail.example.org" },
    expected: {
      host: "mail.example.org",
      port: 587,
      security: "starttls",
      user: "me@x",
      password: "p:w",
    },
  },
  {
    env: { SMTP_URL: "smtps://mail.example.org:4650", SMTP_FROM: "A <a@b.co>" },
    expected: { port: 4650, security: "tls", user: null, password: null, from: "A <a@b.co>" },
  },
  {
    env: {
      SMTP_HOST: "relay",
      SMTP_PORT: "25",
      SMTP_SECURITY: "none",
      SMTP_USER: "u",
      SMTP_PASSWORD: "p",
    },
    expected: { host: "relay", port: 25, security: "none", user: "u", password: "p" },
  },
  { env: { SMTP_URL: "http://secret@x" }, expected: /^Cannot use SMTP_URL: smtp:/ },
  { env: { SMTP_URL: "secret" }, expected: /^Cannot use SMTP_URL/ },
  { env: { SMTP_PORT: "x" }, expected: /SMTP_PORT/ },
  { env: { CRYPTOINTEL_PUBLIC_URL: "intel.example.org" }, expected: /PUBLIC_URL: an address such/ },
  { env: { CRYPTOINTEL_PUBLIC_URL: "https://a.example/path" }, expected: /PUBLIC_URL/ },
];
for (const { env, expected } of servers) {
  Deno.test(`the mail server and address of ${JSON.stringify(env)} are read, or refused by name`, () => {
    if (!(expected instanceof RegExp)) {
      const mail = readConfig(env).mail as unknown as Record<string, unknown>;
      for (const [name, value] of Object.entries(expected)) equal(mail[name], value, name);
      return;
    }
    throws(() => readConfig(env), ({ message }: Error) => {
      match(message, expected);
      return !message.includes("secret");
    });
  });
}
