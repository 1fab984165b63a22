import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import {
  BackfillError,
  readArguments,
  runBackfillCommand,
  tellSecondsLeft,
} from "../../collectors/backfill_command.ts";
import type { BackfillRecord } from "../../lib/contracts/records.ts";
import { createManualClock } from "../support/clock.ts";
import { turn } from "../support/exchange.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2024, 5, 1);
const usual = ["--symbol", "BTCUSDT", "--start-date", "2024-01-01", "--end-date", "2024-01-02"];

Deno.test("arguments are read in either spelling, with the usual exchange and timeframe", () => {
  const expected = {
    exchange: "binance",
    symbol: "BTCUSDT",
    timeframe: "1h",
    start: "2024-01-01T00:00:00.000Z",
    end: "2024-01-02T00:00:00.000Z",
  };
  deepEqual(readArguments(usual, NOW_MS), expected);
  const underscored = usual.map((arg) => arg.replace("-date", "_date"));
  deepEqual(readArguments([...underscored, "--timeframe=4h", "--exchange=yahoo"], NOW_MS), {
    ...expected,
    timeframe: "4h",
    exchange: "yahoo",
  });
  equal(readArguments(usual.slice(0, 4), NOW_MS).end, "2024-06-01T00:00:00.000Z");
});

const refused = [
  { args: [], says: /--symbol and --start-date are required/ },
  { args: ["--symbol", "BTCUSDT"], says: /--start-date/ },
  { args: [...usual, "--speed", "1"], says: /--speed/ },
  { args: [...usual, "BTCUSDT"], says: /BTCUSDT/ },
  { args: [...usual, "--timeframe", "2m"], says: /one of 1m, .*was "2m"/ },
  { args: [...usual, "--start-date", "yesterday"], says: /--start-date must be .*was "yesterday"/ },
  { args: [...usual, "--end-date", "2024-13-01"], says: /--end-date must be .*was "2024-13-01"/ },
];
for (const { args, says } of refused) {
  Deno.test(`"${args.join(" ")}" is refused in plain words`, () => {
    throws(() => readArguments(args, NOW_MS), (error) => {
      match((error as Error).message, says);
      return error instanceof BackfillError;
    });
  });
}

Deno.test("the time left follows the speed since the start, and is unknown before", () => {
  equal(tellSecondsLeft({ done_ms: 50, total_ms: 100 }, 25, 1_000), 2);
  equal(tellSecondsLeft({ done_ms: 25, total_ms: 100 }, 25, 1_000), null);
  equal(tellSecondsLeft({ done_ms: 0, total_ms: 100 }, 0, 0), null);
});

/** A product that needs three looks for a backfill of a day, and serves it afterwards. */
function aProduct() {
  const asked: string[] = [];
  const bars: string[] = [];
  const record: BackfillRecord = {
    id: "b1",
    exchange: "binance",
    symbol: "BTCUSDT",
    timeframe: "1h",
    from: Date.UTC(2024, 0, 1),
    to: Date.UTC(2024, 0, 2),
    status: "waiting",
    bars: 0,
    done_ms: 0,
    total_ms: 24 * HOUR_MS,
    error: null,
    created_at: 0,
    updated_at: 0,
  };
  const product = {
    asked,
    bars,
    record,
    indicators: { sma_20: [null, 1] } as Record<string, unknown[]>,
    failure: null as string | null,
    refusal: null as Response | null,
    isGone: false,
    /** Bars that the API serves of the stretch. */
    served: 24,
    stored: 24,
    windows: [] as string[],
    /** So many questions for bars are refused before one is answered. */
    refusedReads: 0,
  };
  const answer = (url: URL, method: string): Response => {
    if (product.isGone) throw new TypeError("connection refused");
    if (product.refusal) return product.refusal;
    if (url.pathname.startsWith("/udf/")) {
      const from = Number(url.searchParams.get("from"));
      const to = Number(url.searchParams.get("to"));
      product.windows.push(`${from}-${to}`);
      const refused = product.refusedReads-- > 0;
      if (refused) return Response.json({ detail: "Cannot take more" }, { status: 429 });
      const hours = Array.from({ length: product.served }, (_, i) => from + i * 3600);
      return Response.json({ s: "ok", t: [from - 3600, ...hours] });
    }
    if (url.pathname.includes("/charts/")) {
      return Response.json({ bars: [{}, {}], indicators: product.indicators });
    }
    if (method === "DELETE") record.status = "stopped";
    else if (method === "GET") {
      record.status = product.failure
        ? "failed"
        : record.done_ms < 16 * HOUR_MS
        ? "running"
        : "done";
      record.error = product.failure;
      if (record.status === "done") record.stored = product.stored;
      record.done_ms += 8 * HOUR_MS;
      record.bars += 8;
    }
    return Response.json(record);
  };
  const clock = createManualClock();
  const stop = new AbortController();
  const run = () =>
    runBackfillCommand(readArguments(usual, NOW_MS), {
      address: "http://127.0.0.1:8000",
      token: "secret",
      clock,
      signal: stop.signal,
      fetch: (input, init) => {
        const url = new URL(String(input));
        asked.push(`${init?.method ?? "GET"} ${url.pathname}`);
        const sent = new Headers(init?.headers).get("authorization");
        equal(sent, "Bearer secret");
        try {
          return Promise.resolve(answer(url, init?.method ?? "GET"));
        } catch (error) {
          return Promise.reject(error);
        }
      },
      bar: {
        show: ({ bars: count }, left) => bars.push(`${count} ${left}`),
        end: () => bars.push("end"),
      },
    });
  const pass = async (times: number) => {
    for (let i = 0; i < times; i++) {
      await turn(3);
      await clock.advance(1_000);
    }
    await turn(3);
  };
  return { product, run, pass, stop };
}

Deno.test("the command follows the backfill to its end and counts what the API serves", async () => {
  const { product, run, pass } = aProduct();
  const done = run();
  await pass(3);
  const { record, served } = await done;
  deepEqual([record.status, record.bars, served], ["done", 24, 24]);
  deepEqual(product.bars, ["8 2", "16 1", "24 0", "end"]);
  equal(product.asked[0], "POST /api/v1/admin/backfills");
});

Deno.test("a person who stops it stops the backfill, also when the product stops with it", async () => {
  for (const isGone of [false, true]) {
    const { product, run, pass, stop } = aProduct();
    const done = run();
    await pass(1);
    product.isGone = isGone;
    stop.abort();
    await pass(1);
    const { record, served } = await done;
    deepEqual([record.status, served], ["stopped", 0]);
    equal(product.asked.at(-1), "DELETE /api/v1/admin/backfills/b1");
  }
});

Deno.test("a failed backfill, a refusal and indicators that are missing are told in words", async () => {
  const failing = aProduct();
  failing.product.failure = "the exchange does not know it";
  const failed = rejects(failing.run(), /BTCUSDT: the exchange does not know it/);
  await failing.pass(1);
  await failed;
  const strange = aProduct();
  strange.product.refusal = new Response("no token", { status: 401 });
  await rejects(strange.run(), /Cannot backfill: HTTP 401: no token/);
  const clear = aProduct();
  const detail = "Cannot backfill from yaho: it has no past to give";
  clear.product.refusal = Response.json({ title: "Bad Request", detail }, { status: 400 });
  await rejects(clear.run(), { name: "BackfillError", message: detail }, "its words, no JSON");
  const uneven = aProduct();
  uneven.product.indicators = { sma_20: [1] };
  const short = rejects(uneven.run(), /sma_20 has 1 values for 2 bars/);
  await uneven.pass(3);
  await short;
});

const unserved = [
  {
    what: "less than is stored",
    served: 2,
    stored: 24,
    says: /24 bars are stored, the API serves 2/,
  },
  { what: "nothing of what is stored", served: 0, stored: 24, says: /the API serves 0/ },
  {
    what: "nothing, as nothing came",
    served: 0,
    stored: 0,
    says: /binance has no 1h bars of that/,
  },
];
for (const { what, served, stored, says } of unserved) {
  Deno.test(`the command fails when the API serves ${what}`, async () => {
    const { product, run, pass } = aProduct();
    Object.assign(product, { served, stored });
    const failed = rejects(run(), says);
    await pass(3);
    await failed;
  });
}

Deno.test("bars of a long stretch are asked for part by part, also when the API says to wait", async () => {
  const { product, run, pass } = aProduct();
  const { record } = product;
  record.to = record.from + 25_000 * HOUR_MS;
  product.refusedReads = 2;
  product.stored = 72;
  const done = run();
  await pass(20);
  equal((await done).served, 72);
  equal(product.windows.length, 5, "three parts, one of them asked three times");
  equal(new Set(product.windows).size, 3);
});
