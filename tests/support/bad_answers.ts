/** Every bad answer that was recorded or quoted, and some that the documentation of sources tells. */

/** An answer that must never become a figure. */
export interface BadAnswer {
  name: string;
  status: number;
  text: string;
  headers: Record<string, string>;
  state: "blocked" | "reconnecting";
  /** What people read of it. */
  words: RegExp;
}

/** By their files under tests/fixtures, with the state and the words that each leads to. */
const recorded: [string, BadAnswer["state"], RegExp][] = [
  ["alpaca/error-403-forbidden", "blocked", /HTTP 403/],
  ["alpaca/error-429", "reconnecting", /fewer requests .* HTTP 429/],
  ["recorded/api/binance/error-400-1121-invalid-symbol", "reconnecting", /Invalid symbol/],
  ["recorded/api/binance/error-418-1003-ban", "reconnecting", /fewer requests .* HTTP 418/],
  ["recorded/api/binance/error-429-1003-weight", "reconnecting", /fewer requests .* HTTP 429/],
  ["recorded/api/coingecko/coins-markets-422-missing-vs", "reconnecting", /422 .*vs_currency/],
  ["recorded/api/coingecko/simple-price-422-missing-ids", "reconnecting", /422 .*ids/],
  ["recorded/api/coingecko/coins-ohlc-500", "reconnecting", /500 .*Internal Server Error/],
  ["recorded/api/coingecko/error-429-rate-limit", "reconnecting", /fewer requests .* HTTP 429/],
  ["recorded/api/coinmarketcap/v1-403-plan-1006", "blocked", /403 .*1006/],
  ["recorded/api/coinmarketcap/v1-429-rate-limit-1008", "reconnecting", /fewer requests/],
  ["recorded/api/coinmarketcap/v4-dex-spot-pairs-400-no-dex", "reconnecting", /400 .*dex/],
  ["recorded/api/defillama/protocol-404", "reconnecting", /404/],
  ["yahoo/chart-404-not-found", "reconnecting", /404/],
  ["yahoo/chart-422-15m-range", "reconnecting", /422/],
  ["yahoo/chart-429-too-many-requests", "reconnecting", /fewer requests .* HTTP 429/],
  ["yahoo/quoteSummary-404-THYAO.IS", "reconnecting", /404/],
];

function readRecorded([path, state, words]: (typeof recorded)[number]): BadAnswer {
  const file = new URL(`../fixtures/${path}.json`, import.meta.url);
  const { status, headers, body, body_text } = JSON.parse(Deno.readTextFileSync(file)).response;
  const told = Object.entries<string>(headers).filter(([, value]) => !value.startsWith("("));
  return {
    name: path,
    status,
    text: body_text ?? JSON.stringify(body),
    headers: Object.fromEntries(told),
    state,
    words,
  };
}

const page = "<!doctype html><html><head><title>Just a moment...</title></head></html>";
const made: [string, number, string, BadAnswer["state"], RegExp][] = [
  [
    "a wrong key",
    401,
    '{"status":{"error_code":1001,"error_message":"invalid"}}',
    "blocked",
    /401/,
  ],
  ["a key that is not paid", 402, "{}", "blocked", /402/],
  ["another region", 451, "", "blocked", /serves our region.*451/],
  ["a fault as a page", 500, page, "reconnecting", /500 .*Just a moment/],
  ["a wall as a page", 503, page, "reconnecting", /503 .*Just a moment/],
  ["a page instead of data", 200, page, "reconnecting", /a web page|no feed|RSS|item/],
  ["nothing at all", 200, "", "reconnecting", /an empty body/],
  ["half an answer", 200, '{"data": [{"id": 1, "pri', "reconnecting", /not JSON|RSS|feed/],
];

/** Recorded ones first. */
export const badAnswers: readonly BadAnswer[] = [
  ...recorded.map(readRecorded),
  ...made.map(([name, status, text, state, words]) => ({
    name,
    status,
    text,
    headers: {},
    state,
    words,
  })),
];

/** The bodies of recorded errors, told with status 200 as some sources do. */
export const liedAnswers: readonly BadAnswer[] = badAnswers
  .filter(({ name, text }) => name.includes("/") && text.startsWith("{"))
  .map((answer) => ({
    ...answer,
    name: `${answer.name} with status 200`,
    status: 200,
    state: "reconnecting",
    words: /./,
  }));

/** Returns the answer anew: a body is read once. */
export const respond = ({ text, status, headers }: BadAnswer) =>
  new Response(text, { status, headers });
