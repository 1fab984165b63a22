/** Trading hours for collectors: when to be connected, and how far back to look. */
import { deepEqual, equal } from "node:assert/strict";
import { cutToSessions, goBackBars, isTradingTime, readHours } from "../../collectors/sessions.ts";
import { getCalendar } from "../../lib/market/calendars/mod.ts";

const nyse = getCalendar("alpaca")!;
const at = (text: string) => Date.parse(`${text}Z`);
const open = { isOpen: true, opensAtMs: null };

const hours = [
  { name: "mid-session", now: "2026-11-20T16:00", expected: open },
  { name: "a minute before the bell", now: "2026-11-20T14:29", expected: open },
  {
    name: "a second earlier",
    now: "2026-11-20T14:28:59",
    expected: { isOpen: false, opensAtMs: at("2026-11-20T14:30") },
  },
  { name: "89 s after the close", now: "2026-11-20T21:01:29", expected: open },
  {
    name: "90 s after the close",
    now: "2026-11-20T21:01:30",
    expected: { isOpen: false, opensAtMs: at("2026-11-23T14:30") },
  },
  {
    name: "Thanksgiving",
    now: "2026-11-26T16:00",
    expected: { isOpen: false, opensAtMs: at("2026-11-27T14:30") },
  },
  { name: "a time after the table", now: "2029-01-01T16:00", expected: open },
  { name: "the last evening of the table", now: "2027-12-31T22:00", expected: open },
];
for (const { name, now, expected } of hours) {
  Deno.test(`readHours() of ${name}`, () => deepEqual(readHours(nyse, at(now)), expected));
}

Deno.test("what lies outside sessions does not count; outside the table everything does", () => {
  equal(isTradingTime(nyse, at("2026-11-21T16:00")), false);
  equal(isTradingTime(nyse, at("2026-11-20T16:00")), true);
  equal(isTradingTime(nyse, at("2031-11-22T16:00")), true);
  equal(isTradingTime(nyse, NaN), true);
});

const back = [
  { name: "minutes of today's session", bars: 60, timeframe: "1m", from: "2026-11-20" },
  {
    name: "minutes that reach over the weekend",
    bars: 400,
    timeframe: "1m",
    to: "2026-11-23T15:00",
    from: "2026-11-20",
  },
  {
    name: "days, counted by session, over Thanksgiving",
    bars: 3,
    timeframe: "1d",
    to: "2026-11-30T22:00",
    from: "2026-11-25",
  },
  { name: "more hours than the table has", bars: 100_000, timeframe: "1h", from: "2018-01-02" },
  {
    name: "a time before the table",
    bars: 1,
    timeframe: "1h",
    to: "2010-01-01T00:00",
    from: "2010-01-01",
  },
] as const;
for (const { name, bars, timeframe, from, ...rest } of back) {
  Deno.test(`goBackBars() of ${name}`, () => {
    const toMs = at("to" in rest ? rest.to : "2026-11-20T20:00");
    const found = goBackBars(nyse, { toMs, timeframe, bars });
    equal(new Date(found).toISOString().slice(0, 10), from);
  });
}

const cuts = [
  { name: "a night", from: "2026-11-19T21:00", to: "2026-11-20T14:30", parts: [] },
  {
    name: "a weekend with its edges",
    from: "2026-11-20T20:00",
    to: "2026-11-23T15:00",
    parts: [["2026-11-20T20:00", "2026-11-20T21:00"], ["2026-11-23T14:30", "2026-11-23T15:00"]],
  },
  {
    name: "minutes of one session",
    from: "2026-11-20T15:00",
    to: "2026-11-20T15:05",
    parts: [["2026-11-20T15:00", "2026-11-20T15:05"]],
  },
  {
    name: "a time after the table, whole",
    from: "2030-01-01T00:00",
    to: "2030-01-02T00:00",
    parts: [["2030-01-01T00:00", "2030-01-02T00:00"]],
  },
];
for (const { name, from, to, parts } of cuts) {
  Deno.test(`cutToSessions() of ${name}`, () => {
    const found = cutToSessions(nyse, { from: at(from), to: at(to) });
    deepEqual(found.map((one) => [one.from, one.to]), parts.map((part) => part.map(at)));
  });
}
