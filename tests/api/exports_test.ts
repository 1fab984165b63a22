/** Exports: every table in every format, as it is asked for, of its owner alone, and not too often. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { parquetReadObjects } from "hyparquet";
import { buildAlert, buildWatchlist } from "../support/owned.ts";
import { bars } from "../support/market.ts";
import { buildSignal } from "../support/store.ts";
import { dayBar, type TestOwn, uuid, withOwnApi } from "../support/possessions.ts";

const path = "/api/v1/export";
const startMs = Date.UTC(2024, 0, 1);
const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Reads a PDF's text signs; enough to tell that it is one. */
const isPdf = (bytes: Uint8Array) => new TextDecoder().decode(bytes.slice(0, 5)) === "%PDF-";

/** Twenty minutes of BTCUSDT. */
async function putBars({ market }: TestOwn) {
  await market.bars.putBars({ symbol: "BTCUSDT", timeframe: "1m" }, bars(20, startMs));
}

Deno.test("bars come in each format, all of them, oldest first", () =>
  withOwnApi(async (given) => {
    const { ask } = given;
    await putBars(given);
    const url = `${path}/BTCUSDT?timeframe=1m`;
    const csv = await ask("GET", `${url}&format=csv`, { token: null });
    equal(csv.status, 200, csv.text);
    equal(csv.headers.get("content-type"), "text/csv; charset=utf-8; header=present");
    match(
      csv.headers.get("content-disposition")!,
      /^attachment; filename="cryptointel-BTCUSDT-1m-\d{4}-\d\d-\d\d\.csv"$/,
    );
    const lines = csv.text.trimEnd().split("\r\n");
    equal(lines[0], "time,open,high,low,close,volume,closed,quality");
    equal(lines.length, 21);
    ok(lines[1]!.startsWith("2024-01-01T00:00:00.000Z,"));
    const json = JSON.parse((await ask("GET", `${url}&format=json`)).text) as { time: number }[];
    deepEqual(
      json.map(({ time }) => time),
      Array.from({ length: 20 }, (_, i) => startMs + i * minuteMs),
    );
    const lined = (await ask("GET", `${url}&format=ndjson`)).text.trimEnd().split("\n");
    deepEqual(lined.map((line) => JSON.parse(line)), json);
    const { bytes } = await ask("GET", `${url}&format=parquet`);
    const rows = await parquetReadObjects({ file: bytes.slice().buffer as ArrayBuffer });
    deepEqual(rows.map(({ time }) => (time as Date).getTime()), json.map(({ time }) => time));
  }));

Deno.test("a range is honoured to the bar, in either spelling of the symbol, and may be empty", () =>
  withOwnApi(async (given) => {
    const { ask } = given;
    await putBars(given);
    const read = async (query: string, symbol = "BTCUSDT") =>
      JSON.parse((await ask("GET", `${path}/${symbol}?format=json&${query}`)).text).length;
    const range = `start=${startMs + 5 * minuteMs}&end=${startMs + 8 * minuteMs}`;
    equal(await read(range), 3);
    equal(await read(range, "crypto%3ABTC%2FUSDT%40binance"), 3);
    equal(await read(`start=${startMs + dayMs}`), 0);
    equal(await read("timeframe=4h"), 0);
    equal((await ask("GET", `${path}/BTCUSDT?start=5&end=5`)).status, 400);
    equal((await ask("GET", `${path}/NOPE`)).status, 404);
  }));

Deno.test("signals, outcomes, figures and the dashboard are tables, and formulas are defused", () =>
  withOwnApi(async ({ ask, market, setPrice }) => {
    const entity = '=HYPERLINK("http://x","y")';
    await market.signals.putMany([
      buildSignal("s1", { timestamp: startMs, entity }),
      buildSignal("s2", { timestamp: startMs + 1 }),
    ]);
    setPrice("BTCUSDT", 42_000);
    const csv = await ask("GET", `${path}/signals?end=${startMs + 1}`);
    const [, row, ...rest] = csv.text.trimEnd().split("\r\n");
    deepEqual(rest, []);
    ok(row!.includes(`"'=HYPERLINK(""http://x"",""y"")"`), row);
    const json = JSON.parse((await ask("GET", `${path}/signals?format=json`)).text);
    deepEqual(json.map(({ id }: { id: string }) => id), ["s2", "s1"]);
    deepEqual((await ask("GET", `${path}/outcomes?format=json`)).json, []);
    equal((await ask("GET", `${path}/market`)).status, 200);
    const board = JSON.parse((await ask("GET", `${path}/dashboard?format=json`)).text);
    equal(board.find(({ symbol }: { symbol: string }) => symbol === "BTCUSDT").price, 42_000);
    const snapshot = (await ask("GET", `${path}/snapshot`)).text.trimEnd().split("\n")
      .map((line) => JSON.parse(line) as { kind: string });
    deepEqual([...new Set(snapshot.map(({ kind }) => kind))], [
      ...["snapshot", "symbol", "price", "signal"],
    ]);
  }));

Deno.test("a person takes away what is theirs, nothing of another, and no secret", () =>
  withOwnApi(async ({ ask, owned, ids, time, bob }) => {
    await owned.alerts.putMany([
      buildAlert("a1", { user_id: ids.ada, note: "=1+1" }),
      buildAlert("a2", { user_id: ids.bob }),
    ]);
    await owned.watchlists.put(buildWatchlist("w1", { userId: ids.ada }));
    await ask("PUT", `/api/v1/portfolios/${uuid(1)}`, { body: { name: "x" } });
    const trade = { type: "buy", symbol: "BTCUSDT", quantity: "1", price: "1", currency: "USDT" };
    await ask("PUT", `/api/v1/portfolios/${uuid(1)}/activities/${uuid(2)}`, {
      body: { ...trade, timestamp: time.nowMs },
    });
    const alerts = await ask("GET", `${path}/alerts`);
    ok(alerts.text.includes("a1") && !alerts.text.includes("a2"));
    ok(alerts.text.includes(",'=1+1,"), alerts.text);
    for (const table of ["firings", "watchlists", "notifications"]) {
      equal((await ask("GET", `${path}/${table}?format=json`)).status, 200, table);
    }
    const mine = (await ask("GET", `${path}/me`)).text;
    const kinds = mine.trimEnd().split("\n").map((line) => JSON.parse(line).kind);
    for (const kind of ["user", "session", "alert", "watchlist", "portfolio", "activity"]) {
      ok(kinds.includes(kind), `${kind} of ${kinds}`);
    }
    ok(mine.includes("ada@example.org") && !mine.includes("bob@example.org"));
    const user = await owned.users.get(ids.ada);
    const [session] = (await owned.sessions.list({ index: "user", equals: [ids.ada] })).items;
    for (const secret of [user!.passwordHash!, session!.refreshHash]) ok(!mine.includes(secret));
    ok(!(await ask("GET", `${path}/me`, { token: bob })).text.includes(ids.ada));
  }));

Deno.test("activities that were exported are imported again as the same ones", () =>
  withOwnApi(async ({ ask, time, market }) => {
    const [one, two] = [1, 2].map((n) => `/api/v1/portfolios/${uuid(n)}`);
    await ask("PUT", one!, { body: { name: "One" } });
    await ask("PUT", two!, { body: { name: "Two" } });
    const today = Math.floor(time.nowMs / dayMs) * dayMs;
    await market.bars.putBars({ symbol: "BTCUSDT", timeframe: "1d" }, [dayBar(today - dayMs, 5)]);
    const trade = { type: "buy", symbol: "BTCUSDT", price: "1.5", currency: "USDT", note: "=1" };
    for (const quantity of ["0.00000001", "12345678901234567.123"]) {
      await ask("PUT", `${one}/activities/${uuid(quantity.length)}`, {
        body: { ...trade, quantity, timestamp: time.nowMs - dayMs },
      });
    }
    const csv = await ask("GET", `${path}/portfolios/${uuid(1)}`);
    const done = await ask("POST", `${two}/imports?import_id=${uuid(9)}`, {
      body: csv.text,
      headers: { "content-type": "text/csv" },
    });
    deepEqual([done.json.written, done.json.errors], [2, 0], done.text);
    const read = async (url: string) =>
      ((await ask("GET", `${url}/activities`)).json.activities as Record<string, unknown>[])
        .map(({ quantity, note, timestamp }) => ({ quantity, note, timestamp }))
        .toSorted((a, b) => String(a.quantity).length - String(b.quantity).length);
    deepEqual(await read(two!), await read(one!));
    for (const table of ["holdings", "history"]) {
      const url = `${path}/portfolios/${uuid(1)}?table=${table}&format=json`;
      ok(JSON.parse((await ask("GET", url)).text).length > 0, table);
    }
  }));

Deno.test("what belongs to a person needs them, their key, and nobody else", () =>
  withOwnApi(async ({ ask, bob, makeKey }) => {
    await ask("PUT", `/api/v1/portfolios/${uuid(1)}`, { body: { name: "x" } });
    const [reader, exporter] = [await makeKey(["read"]), await makeKey(["export"])];
    const own = [`${path}/me`, `${path}/alerts`, `${path}/portfolios/${uuid(1)}`];
    for (const url of [...own, `/api/v1/reports/portfolios/${uuid(1)}`]) {
      equal((await ask("GET", url, { token: null })).status, 401, url);
      equal((await ask("GET", url, { token: reader })).status, 403, url);
      equal((await ask("GET", url, { token: exporter })).status, 200, url);
      if (url.includes(uuid(1))) equal((await ask("GET", url, { token: bob })).status, 404, url);
    }
  }));

Deno.test("a client makes ten exports a minute, of its own count, and is told when to come again", () =>
  withOwnApi(async ({ ask, time, bob }) => {
    for (let i = 0; i < 10; i++) equal((await ask("GET", `${path}/signals`)).status, 200);
    const refused = await ask("GET", `${path}/BTCUSDT`);
    equal(refused.status, 429);
    match(refused.text, /10 in 60 s/);
    ok(Number(refused.headers.get("retry-after")) >= 1);
    equal((await ask("GET", `${path}/signals`, { token: bob })).status, 200);
    equal((await ask("GET", `${path}/signals`, { token: null })).status, 200);
    equal((await ask("GET", "/signals")).status, 200, "other requests go on");
    time.nowMs += 60_000;
    equal((await ask("GET", `${path}/signals`)).status, 200);
  }));

Deno.test("a file is sent as it is read, and reading ends with whoever goes away", () =>
  withOwnApi(async (given) => {
    const { api, market } = given;
    let reads = 0;
    const read = market.bars.readColumns;
    market.bars.readColumns = (series, range) => {
      reads++;
      return read(series, range);
    };
    const series = { symbol: "BTCUSDT", timeframe: "1m" } as const;
    // Two bars with sixty pages of nothing between them.
    const far = startMs + 60 * 10_000 * minuteMs;
    const [first, last] = [bars(20_000, startMs), bars(1, far)];
    await market.bars.putBars(series, [...first, ...last]);
    const response = await api.request(`${path}/BTCUSDT?format=ndjson`, {
      headers: { "accept-encoding": "gzip" },
    });
    equal(response.headers.get("etag"), null, "a tag would need the whole file");
    equal(response.headers.get("content-encoding"), null);
    const reader = response.body!.getReader();
    ok((await reader.read()).value!.length > 0);
    ok(reads <= 2, `${reads} pages for the first piece`);
    await reader.cancel();
    const atEnd = reads;
    await new Promise((resolve) => queueMicrotask(() => resolve(null)));
    equal(reads, atEnd);
  }));

Deno.test("reports are PDF documents of a symbol, the dashboard and a portfolio", () =>
  withOwnApi(async (given) => {
    const { ask, time, setPrice } = given;
    await putBars(given);
    setPrice("BTCUSDT", 42_000);
    await ask("PUT", `/api/v1/portfolios/${uuid(1)}`, { body: { name: "Birikim ₺ şğ" } });
    const trade = { type: "buy", symbol: "BTCUSDT", quantity: "1", price: "1", currency: "USDT" };
    await ask("PUT", `/api/v1/portfolios/${uuid(1)}/activities/${uuid(2)}`, {
      body: { ...trade, timestamp: time.nowMs - 5 * dayMs },
    });
    const reports = "/api/v1/reports";
    const urls = [
      `${reports}/symbols/BTCUSDT?timeframe=1m&bars=20`,
      `${reports}/symbols/ETHUSDT`,
      `${reports}/dashboard`,
      `${reports}/portfolios/${uuid(1)}`,
    ];
    for (const url of urls) {
      const { status, bytes, headers, text } = await ask("GET", url);
      equal(status, 200, `${url}: ${text.slice(0, 200)}`);
      equal(headers.get("content-type"), "application/pdf");
      match(headers.get("content-disposition")!, /\.pdf"$/);
      ok(isPdf(bytes) && bytes.length > 2_000, url);
    }
    equal((await ask("GET", `${reports}/symbols/NOPE`)).status, 404);
    equal((await ask("GET", `${reports}/symbols/BTCUSDT?bars=9`)).status, 400);
  }));

const hostile = [
  "'; DROP TABLE x; --",
  "<script>",
  "=1+1",
  "%00",
  "-1",
  "NaN",
  "1e999",
  "x".repeat(500),
];

Deno.test("no text in any parameter brings more than a problem", () =>
  withOwnApi(async ({ ask, time }) => {
    for (const text of hostile) {
      const value = encodeURIComponent(text);
      const urls = [
        `${path}/${value}`,
        ...["format", "start", "end", "timeframe"].map((name) =>
          `${path}/BTCUSDT?${name}=${value}`
        ),
        `${path}/portfolios/${value}`,
        `${path}/portfolios/${uuid(1)}?table=${value}`,
      ];
      for (const url of urls) {
        time.nowMs += 6_000;
        const { status, headers } = await ask("GET", url);
        ok(status === 400 || status === 404, `${url}: ${status}`);
        equal(headers.get("content-type"), "application/problem+json", url);
      }
    }
  }));
