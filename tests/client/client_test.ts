import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import {
  ApiCallError,
  type Client,
  type ClientOptions,
  createClient,
} from "../../lib/client/mod.ts";
import { endpoints, eventsEndpoint } from "../../lib/client/endpoints.ts";
import { readRetryAfter } from "../../lib/client/errors.ts";
import type { Clock } from "../../lib/clock.ts";
import { readDocument } from "../support/documents.ts";
import { withPublicApi } from "../support/public_api.ts";
import { listImports, readSources, root } from "../support/source_files.ts";

/** A clock whose waits end at once and are written down. */
function aClock(): Clock & { waits: number[] } {
  const waits: number[] = [];
  let nowMs = Date.UTC(2024, 0, 1);
  return {
    waits,
    now: () => nowMs,
    random: () => 0,
    wait(ms) {
      waits.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
  };
}

/** A client whose answers are these, one after the other; the last one stays. */
function aClient(
  answers: readonly (Response | Error)[],
  part: Partial<ClientOptions> = {},
): { api: Client; clock: ReturnType<typeof aClock>; requests: Request[] } {
  const clock = aClock();
  const requests: Request[] = [];
  const fetch = (input: string | URL | Request, init?: RequestInit) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)]!;
    requests.push(new Request(input, init));
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer.clone());
  };
  const api = createClient({ baseUrl: "http://api.test/base/", fetch, clock, ...part });
  return { api, clock, requests };
}

const fine = Response.json({ status: "healthy" });
const refusal = (status: number, headers: Record<string, string> = {}) =>
  Response.json({ title: "No", detail: "not now", status, errors: [] }, {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });

Deno.test("every endpoint of the OpenAPI document has a function, and no function is of another", () =>
  withPublicApi(async ({ api }) => {
    const { operations } = await readDocument(api);
    const documented = operations.map(({ method, path }) => `${method} ${path}`).toSorted();
    const known = [...Object.values(endpoints), eventsEndpoint]
      .map(({ method, path }) => `${method} ${path}`).toSorted();
    deepEqual(known, documented);
  }));

Deno.test("nothing but types comes from contracts and zod: no schema is loaded at run time", () => {
  const sources = readSources("lib", (path) => path.endsWith(".ts"));
  const reached = new Set(["lib/client/mod.ts"]);
  for (const from of reached) {
    const file = sources.find(({ path }) => path === from);
    for (const { target, specifier, isType } of file ? listImports(file) : []) {
      if (isType) continue;
      ok(target !== null, `${from} loads ${specifier}`);
      reached.add(target);
    }
  }
  ok(reached.has("lib/client/endpoints.ts"));
  deepEqual([...reached].filter((path) => /contracts|api|store/.test(path)), []);
});

Deno.test("parameters go into path, query and body; the token into its header", async () => {
  const { api, requests } = aClient([Response.json({})], { token: "secret" });
  await api.getChart({ symbol: "crypto:BTC/USDT@binance", limit: 5, timeframe: undefined });
  await api.listMarketData({ symbols: ["A B", "C"] });
  await api.putManagedSymbol({ body: { symbol: "SOLUSDT" } });
  await api.checkConfig({ body: { symbols: null } });
  deepEqual(requests.map(({ method, url }) => `${method} ${url}`), [
    "GET http://api.test/base/api/v1/charts/crypto%3ABTC%2FUSDT%40binance?limit=5",
    "GET http://api.test/base/dashboard/api/market?symbols=A+B&symbols=C",
    "PUT http://api.test/base/api/v1/admin/symbols",
    "POST http://api.test/base/api/v1/admin/config/check",
  ]);
  equal(await requests[2]!.text(), '{"symbol":"SOLUSDT"}');
  equal(requests[2]!.headers.get("authorization"), "Bearer secret");
  await rejects(api.getChart({ symbol: "" }), /symbol is required/);
});

const retried: {
  name: string;
  answers: (Response | Error)[];
  waits: number[];
  status?: number;
  part?: Partial<ClientOptions>;
}[] = [
  { name: "nothing to retry", answers: [fine], waits: [] },
  { name: "429 without a word", answers: [refusal(429), fine], waits: [500] },
  {
    name: "503 thrice",
    answers: [refusal(503), refusal(503), refusal(503), fine],
    waits: [500, 1_000, 2_000],
  },
  {
    name: "429 with seconds",
    answers: [refusal(429, { "retry-after": "20" }), fine],
    waits: [20_000],
  },
  {
    name: "503 with a date",
    answers: [refusal(503, { "retry-after": "Mon, 01 Jan 2024 00:00:07 GMT" }), fine],
    waits: [7_000],
  },
  { name: "a broken connection", answers: [new TypeError("gone"), fine], waits: [500] },
  {
    name: "more refusals than tries",
    answers: [refusal(429)],
    waits: [500, 1_000],
    status: 429,
    part: { retries: 2 },
  },
  {
    name: "a wait that is too long",
    answers: [refusal(503, { "retry-after": "3600" })],
    waits: [],
    status: 503,
  },
  {
    name: "no tries at all",
    answers: [refusal(503)],
    waits: [],
    status: 503,
    part: { retries: 0 },
  },
  ...[400, 401, 403, 404, 500].map((status) => ({
    name: `a ${status}, which would be one again`,
    answers: [refusal(status)],
    waits: [],
    status,
  })),
];
for (const { name, answers, waits, status, part } of retried) {
  Deno.test(`a call meets ${name}`, async () => {
    const { api, clock } = aClient(answers, part);
    const done = api.getHealth();
    if (status === undefined) equal((await done).status, "healthy");
    else {
      await rejects(done, (error) => {
        ok(error instanceof ApiCallError);
        deepEqual([error.status, error.problem?.detail, error.message], [
          status,
          "not now",
          "No: not now",
        ]);
        return true;
      });
    }
    deepEqual(clock.waits, waits);
  });
}

Deno.test("a POST whose connection broke is not sent twice: it may have been done", async () => {
  const { api, requests } = aClient([new TypeError("gone"), fine]);
  await rejects(api.collect(), /gone/);
  equal(requests.length, 1);
  const refused = aClient([refusal(503), fine]);
  await refused.api.collect();
  equal(refused.requests.length, 2);
});

Deno.test("an error that is not the API's own keeps its status and says nothing of its body", async () => {
  for (const body of ["<html>bad gateway</html>", "", "{"]) {
    const { api } = aClient([
      new Response(body, { status: 502, headers: { "content-type": "text/html" } }),
    ]);
    await rejects(api.getHealth(), (error) => {
      ok(error instanceof ApiCallError);
      deepEqual([error.status, error.problem, error.faults], [502, null, {}]);
      return true;
    });
  }
});

Deno.test("a call ends when its signal is aborted, also between two tries", async () => {
  const early = AbortSignal.abort(new Error("never mind"));
  await rejects(aClient([fine], { fetch }).api.getHealth({}, { signal: early }), /never mind/);
  const stop = new AbortController();
  const clock = aClock();
  const { api, requests } = aClient([refusal(503)], {
    clock: { ...clock, wait: () => Promise.resolve(stop.abort(new Error("enough"))) },
  });
  await rejects(api.getHealth({}, { signal: stop.signal }), /enough/);
  equal(requests.length, 1);
});

const retryAfters: [text: string | null, expected: number | null][] = [
  [null, null],
  ["", null],
  ["0", 0],
  ["120", 120_000],
  ["soon", null],
  ["Thu, 01 Jan 1970 00:00:10 GMT", 9_000],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
];
for (const [text, expected] of retryAfters) {
  Deno.test(`Retry-After "${text}" asks to wait ${expected} ms`, () => {
    const headers = new Headers(text === null ? {} : { "retry-after": text });
    equal(readRetryAfter(headers, 1_000), expected);
  });
}

Deno.test("events resume after the last one that was seen, across connections that break", async () => {
  const stream = (...ids: string[]) =>
    new Response(
      ids.map((id) => `event: update\nid: ${id}\ndata: {"type":"update",\ndata: "id":"${id}"}\n\n`)
        .join("") +
        ": beat\r\n\r\n",
      { headers: { "content-type": "text/event-stream" } },
    );
  const { api, requests, clock } = aClient([
    stream("e-1", "e-2"),
    new TypeError("gone"),
    stream("e-3"),
  ]);
  const stop = new AbortController();
  const ids: string[] = [];
  const query = { channels: ["bars", "signals"], symbols: ["BTCUSDT"] };
  for await (const { id } of api.events(query, { signal: stop.signal })) {
    ids.push(id);
    if (id === "e-3") stop.abort();
  }
  deepEqual(ids, ["e-1", "e-2", "e-3"]);
  const asked = requests.map(({ url }) => Object.fromEntries(new URL(url).searchParams));
  const narrowed = { channels: "bars,signals", symbols: "BTCUSDT" };
  deepEqual(asked, [narrowed, { ...narrowed, after: "e-2" }, { ...narrowed, after: "e-2" }]);
  ok(clock.waits.length >= 1);
});

Deno.test("events that the API refuses end with its reason", async () => {
  const { api } = aClient([refusal(400)]);
  const read = async () => {
    for await (const event of api.events()) ok(event);
  };
  await rejects(read(), ApiCallError);
});

/** Serves an API on loopback. */
async function withServer(test: (baseUrl: string) => Promise<void>): Promise<void> {
  await withPublicApi(async ({ api, hub }) => {
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      (request) => api.fetch(request, { ip: "127.0.0.1" }),
    );
    try {
      await test(`http://127.0.0.1:${server.addr.port}`);
    } finally {
      hub.close();
      await server.shutdown();
    }
  });
}

Deno.test("a running API answers the client in the types it promises", () =>
  withServer(async (baseUrl) => {
    const api = createClient({ baseUrl, token: "t".repeat(64) });
    const { bars } = await api.getChart({ symbol: "BTCUSDT", timeframe: "1h", limit: 3 });
    equal(bars.length, 3);
    equal((await api.analyseDexPair({ pair_id: "ethereum:0xaa" })).pair.name, "WETH/USDC");
    equal((await api.getStats()).transactions.total_revenue, "0.35");
    ok((await api.getMetrics()).includes("http_requests_total"));
    ok(Number(await api.getUdfTime()) > 0);
    const ids: string[] = [];
    for await (const page of api.pages(api.listSignals, { limit: 1 })) {
      ids.push(...page.signals.map(({ id }) => id));
    }
    deepEqual(ids, ["s1", "s2", "s3"]);
    const leaders: string[] = [];
    for await (const page of api.pages(api.listVolumeLeaders, { limit: 1 })) {
      leaders.push(...page.leaders.map(({ dex_name }) => dex_name));
    }
    equal(leaders.length, 3);
    for await (const page of api.pages(api.getContinuity, { limit: 1 })) {
      deepEqual(page.gaps, []);
    }
    for await (const page of api.pages(api.getFeatures, { symbol: "BTCUSDT", limit: 1 })) {
      deepEqual(page.features, []);
    }
    await rejects(api.listSignals({ limit: 0 }), (error) => {
      ok(error instanceof ApiCallError);
      deepEqual(Object.keys(error.faults), ["/query/limit"]);
      return true;
    });
  }));

Deno.test("the examples of the client's page run against the running API", () =>
  withServer(async (baseUrl) => {
    const page = await Deno.readTextFile(`${root}lib/client/README.md`);
    const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((found) => found[1]!);
    const says = [/^50 bars, RSI \d/, /^3 signals/, /^404 Not Found true/, /^initial prices/];
    equal(examples.length, says.length);
    const folder = await Deno.makeTempDir();
    try {
      for (const [i, example] of examples.entries()) {
        const path = `${folder}/example_${i}.ts`;
        const runnable = example
          .replace('"cryptointel/client"', JSON.stringify(`file://${root}lib/client/mod.ts`))
          .replace("http://localhost:8000", baseUrl);
        await Deno.writeTextFile(path, runnable);
        const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
          args: [
            "run",
            "--no-check",
            "--allow-net=127.0.0.1",
            "--config",
            `${root}deno.json`,
            path,
          ],
          env: { NO_COLOR: "1" },
        }).output();
        const text = new TextDecoder().decode(stdout);
        ok(says[i]!.test(text), `${example}\n${text}\n${new TextDecoder().decode(stderr)}`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }));
