import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  fetchJson,
  GeoBlockedError,
  RateLimitedError,
  SourceAnswerError,
} from "../../collectors/http.ts";
import { SourceParseError } from "../../collectors/source.ts";
import { createManualClock } from "../support/clock.ts";
import { anHttp } from "../support/exchange.ts";
import { aFullContext, type FeedCase, feedCases } from "../support/feed_cases.ts";
import {
  assertSane,
  attempt,
  damaged,
  parseAs,
  receivedMs,
  withOddLeaf,
} from "../support/sources.ts";

const nameOf = ({ source, feed }: FeedCase) => `${source.key} ${feed.name}`;
const textOf = ({ body }: FeedCase) => typeof body === "string" ? body : JSON.stringify(body);
const isText = ({ feed }: FeedCase) => feed.format === "text";
const countOf = (records: object) =>
  Object.values(records).reduce((sum, list: unknown[]) => sum + list.length, 0);

/** Asks as the collectors do, of a server that answers this. */
function askOf({ feed, about }: FeedCase, respond: () => Response) {
  const http = anHttp(createManualClock(receivedMs), respond);
  return async () => {
    const body = await fetchJson({ path: "/x", weight: 1 }, {
      ...http,
      format: feed.format ?? "json",
    });
    return parseAs(feed, body, { about });
  };
}

for (const one of feedCases) {
  Deno.test(`${nameOf(one)}: asks with clean paths, the same each time, within its cadence`, () => {
    const requests = one.feed.requests(aFullContext);
    ok(requests.length > 0);
    deepEqual(one.feed.requests(aFullContext), requests);
    for (const { path, weight, credits = 0 } of requests) {
      match(path, /^\/[\w\-./]*(\?[\w\-.%=&,+]*)?$/);
      ok(weight >= 1 && credits >= 0);
    }
    ok(one.feed.cadenceMs >= 60_000);
    equal(one.source.creditsPerMonth === undefined, requests.every(({ credits }) => !credits));
  });

  Deno.test(`${nameOf(one)}: a good answer becomes records with sane figures`, async () => {
    const records = await askOf(one, () => new Response(textOf(one)))();
    ok(countOf(records) > 0);
    assertSane(records);
    deepEqual(parseAs(one.feed, one.body, { about: one.about }), records);
  });

  Deno.test(`${nameOf(one)}: goes on after a fault as if nothing had been`, async () => {
    const answers = [
      () => new Response("oops", { status: 500 }),
      () => new Response("<!doctype html><title>Just a moment</title>"),
      () => new Response(textOf(one).slice(0, 40)),
    ];
    let at = 0;
    const ask = askOf(one, () => answers[at++]?.() ?? new Response(textOf(one)));
    for (const _ of answers) await rejects(ask(), isTyped);
    ok(countOf(await ask()) > 0);
  });

  Deno.test(`${nameOf(one)}: another language than documented is refused`, () => {
    const renamed = textOf(one).replaceAll(
      isText(one) ? /<(\/?)item>/g : new RegExp(`"${one.needs}":`, "g"),
      isText(one) ? "<$1thing>" : `"${one.needs}_2":`,
    );
    if (isText(one)) return deepEqual(parseAs(one.feed, renamed), { news: [] });
    if (one.needs === "4") return; // A row of numbers has no names.
    throws(
      () => parseAs(one.feed, JSON.parse(renamed), { about: one.about }),
      SourceParseError,
    );
  });
}

function isTyped(error: unknown): boolean {
  return error instanceof SourceAnswerError || error instanceof SourceParseError ||
    error instanceof RateLimitedError || error instanceof GeoBlockedError;
}

const refusals: [string, number, string, new (...of: never[]) => Error][] = [
  ["a wrong key", 401, '{"status":{"error_code":1001,"error_message":"no"}}', SourceAnswerError],
  ["another plan", 403, '{"status":{"error_code":1006,"error_message":"no"}}', SourceAnswerError],
  ["a ban", 418, "{}", RateLimitedError],
  ["a wrong parameter", 422, '{"error":"Missing parameter"}', SourceAnswerError],
  ["the limit", 429, "", RateLimitedError],
  ["our region", 451, "", GeoBlockedError],
  ["its own fault", 500, '{"status":500,"error":"Internal"}', SourceAnswerError],
  ["a page for people", 503, "<html>Cloudflare</html>", SourceAnswerError],
  ["nothing", 200, "", SourceAnswerError],
];
for (const [name, status, body, kind] of refusals) {
  Deno.test(`HTTP ${status} (${name}) is a ${kind.name} for every feed`, async () => {
    for (const one of feedCases) {
      await rejects(askOf(one, () => new Response(body, { status }))(), kind, nameOf(one));
    }
  });
}

const lies: unknown[] = [
  { status: { error_code: "500", error_message: "The system is busy" } },
  { status: { error_code: 1008, error_message: "rate limit" }, data: [] },
  { error: "coin not found" },
  { message: "Protocol not found" },
  { status: "Incomplete", info: "Token not found" },
  null,
  {},
  [[]],
  [null],
  "",
  "<html></html>",
  7,
];
for (const lie of lies) {
  Deno.test(`${JSON.stringify(lie)} with status 200 gives no record to any feed`, async () => {
    for (const one of feedCases) {
      const text = typeof lie === "string" ? lie : JSON.stringify(lie);
      await rejects(askOf(one, () => new Response(text))(), isTyped, `${nameOf(one)} ${text}`);
      attempt(() => parseAs(one.feed, lie, { about: one.about }));
    }
  });
}

Deno.test("empty lists are no news, not a fault", () => {
  const empty: Record<string, unknown> = {
    coingecko: [],
    defillama: [],
    coinmarketcap: { data: [] },
    coinmarketcap_dex: { data: [] },
  };
  const single = ["global", "global DeFi", "history", "protocol history"];
  for (const one of feedCases) {
    const body = empty[one.source.key];
    if (body === undefined || single.includes(one.feed.name)) continue;
    equal(countOf(parseAs(one.feed, body, { about: one.about })), 0, nameOf(one));
  }
});

Deno.test("recorded answers with bytes changed, cut, doubled and put in never break a parser", () => {
  for (const one of feedCases) {
    // Long lists say nothing more than short ones.
    const text = textOf(one).slice(0, 200_000);
    fc.assert(
      fc.property(damaged([text]), (broken) => {
        let body: unknown = broken;
        if (!isText(one)) {
          try {
            body = JSON.parse(broken);
          } catch {
            return; // The collectors refuse it before any parser sees it.
          }
        }
        const records = attempt(() => parseAs(one.feed, body, { about: one.about }));
        if (records) assertSane(records);
      }),
      { numRuns: isText(one) ? 500 : 100 },
    );
  }
});

Deno.test("recorded answers with an odd value anywhere give sane figures or a refusal", () => {
  for (const one of feedCases.filter((each) => !isText(each))) {
    fc.assert(
      fc.property(withOddLeaf(one.body), (body) => {
        const records = attempt(() => parseAs(one.feed, body, { about: one.about }));
        if (records) assertSane(records);
      }),
      { numRuns: 100 },
    );
  }
});

Deno.test("no value at all makes a parser throw anything but its own error", () => {
  fc.assert(fc.property(fc.oneof(fc.jsonValue(), fc.anything(), fc.string()), (value) => {
    for (const one of feedCases) {
      const records = attempt(() => parseAs(one.feed, value, { about: one.about }));
      if (records) assertSane(records);
    }
  }));
});
