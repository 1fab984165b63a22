import { deepEqual, equal, rejects } from "node:assert/strict";
import {
  fetchJson,
  GeoBlockedError,
  RateLimitedError,
  SourceAnswerError,
  UnreachableError,
} from "../../collectors/http.ts";
import { BreakerOpenError } from "../../lib/resilience/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { anHttp, readFixture } from "../support/exchange.ts";

const request = { path: "/x?y=1", weight: 1 };
const page = "<!doctype html><title>Attention</title>";

const refusals = [
  { name: "429 with seconds", status: 429, body: "{}", header: "7", ms: 7_000 },
  { name: "429 without a time", status: 429, body: "{}", header: null, ms: 60_000 },
  { name: "418 without a time", status: 418, body: "{}", header: null, ms: 120_000 },
  {
    name: "418 with a date",
    status: 418,
    body: "{}",
    header: "Thu, 01 Jan 1970 00:01:00 GMT",
    ms: 60_000,
  },
  {
    name: "200 with the body of a 429",
    status: 200,
    body: readFixture("coingecko/error-429-rate-limit.json").text,
    header: null,
    ms: 60_000,
  },
];
for (const { name, status, body, header, ms } of refusals) {
  Deno.test(`${name} is a RateLimitedError, stops the budget and spares the breaker`, async () => {
    const http = anHttp(
      createManualClock(),
      () =>
        new Response(body, { status, headers: header === null ? {} : { "retry-after": header } }),
    );
    await rejects(fetchJson(request, http), (error) => {
      return error instanceof RateLimitedError && error.retryAfterMs === ms;
    });
    equal((await http.queue.quota.read()).blockedUntilMs, ms);
    equal(http.breaker.counts.failures, 0);
  });
}

Deno.test("a ban that only its message dates is waited for", async () => {
  const { text } = readFixture("binance/error-418-1003-ban.json");
  const http = anHttp(createManualClock(1785050100000), () => new Response(text, { status: 418 }));
  await rejects(fetchJson(request, http), (error) => {
    return error instanceof RateLimitedError && error.retryAfterMs === 29_644;
  });
});

const faults = [
  {
    name: "a 404",
    status: 404,
    body: '{"message":"Protocol not found"}',
    words: /does not know what was asked for: HTTP 404 \(Protocol not found\)$/,
    counts: false,
  },
  {
    name: "a web page",
    status: 200,
    body: page,
    words: /answered with a web page instead of data/,
    counts: true,
  },
  {
    name: "an empty body",
    status: 200,
    body: " ",
    words: /answered with an empty body/,
    counts: true,
  },
  {
    name: "torn JSON",
    status: 200,
    body: "[1,",
    words: /with something that is not JSON/,
    counts: true,
  },
  { name: "an error with 200", status: 200, body: '{"error":"no"}', words: /no/, counts: true },
  {
    name: "a 500",
    status: 500,
    body: "oops",
    words: /has a fault of its own: HTTP 500 \(oops\)/,
    counts: true,
  },
  { name: "a 503 page", status: 503, body: page, words: /HTTP 503/, counts: true },
  {
    name: "a 400",
    status: 400,
    body: '{"code":-1121,"msg":"Invalid symbol."}',
    words: /does not take the question: HTTP 400 \(-1121: Invalid symbol/,
    counts: false,
  },
];
for (const { name, status, body, words, counts } of faults) {
  Deno.test(`${name} is a SourceAnswerError that ${counts ? "counts" : "does not count"}`, async () => {
    const http = anHttp(createManualClock(), () => new Response(body, { status }));
    await rejects(fetchJson(request, http), (error) => {
      return error instanceof SourceAnswerError && words.test(error.message);
    });
    equal(http.breaker.counts.failures, counts ? 1 : 0);
  });
}

Deno.test("451 is recognised once: the next host is asked, and from then on only that", async () => {
  const asked: string[] = [];
  const http = anHttp(createManualClock(), (url) => {
    asked.push(url);
    return url.startsWith("http://one") ? new Response("", { status: 451 }) : Response.json([1]);
  }, { addresses: ["http://one", "http://two"] });
  deepEqual(await fetchJson(request, http), [1]);
  deepEqual(await fetchJson(request, http), [1]);
  deepEqual(asked, ["http://one/x?y=1", "http://two/x?y=1", "http://two/x?y=1"]);
});

Deno.test("451 from every host is a GeoBlockedError, without asking again", async () => {
  let asked = 0;
  const http = anHttp(createManualClock(), () => (asked++, new Response("", { status: 451 })), {
    addresses: ["http://one", "http://two"],
  });
  await rejects(fetchJson(request, http), GeoBlockedError);
  await rejects(fetchJson(request, http), GeoBlockedError);
  equal(asked, 2);
});

Deno.test("no answer within the timeout is an UnreachableError; five of them open the breaker", async () => {
  const clock = createManualClock();
  const http = anHttp(clock, () => Response.json([]));
  http.fetch = (_input, init) =>
    new Promise((_, reject) => {
      init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
    });
  for (let i = 0; i < 5; i++) {
    const refused = rejects(fetchJson(request, http), UnreachableError);
    await clock.advance(10_000);
    await refused;
  }
  await rejects(fetchJson(request, http), BreakerOpenError);
  equal(clock.waiting(), 0);
});

Deno.test("a spent budget is waited for", async () => {
  const clock = createManualClock();
  const http = anHttp(clock, () => Response.json([]), { limit: 1 });
  await fetchJson(request, http);
  let isDone = false;
  const second = fetchJson(request, http).then(() => isDone = true);
  await clock.advance(59_000);
  equal(isDone, false);
  await clock.advance(10_000);
  await second;
});
