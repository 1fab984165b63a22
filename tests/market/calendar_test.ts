/** Trading hours of New York and Istanbul, against known days and recorded bars. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { type CalendarTable, createCalendar, formatZoneDay } from "../../lib/market/mod.ts";
import { calendarTables, getCalendar } from "../../lib/market/calendars/mod.ts";

const nyse = getCalendar("alpaca")!;
const bist = getCalendar("bist")!;
const calendars = { nyse, bist };
const dayMs = 86_400_000;
const minuteMs = 60_000;
const iso = (timeMs: number) => new Date(timeMs).toISOString().slice(0, 16);

/** The sessions that begin on one date (both exchanges trade within one UTC day). */
const onDay = (calendar: typeof nyse, day: string) =>
  calendar.listSessions(Date.parse(day), Date.parse(day) + dayMs);

const sessions = [
  { at: "an ordinary winter day", of: nyse, day: "2026-11-20", open: "14:30", close: "21:00" },
  { at: "an ordinary summer day", of: nyse, day: "2026-07-20", open: "13:30", close: "20:00" },
  {
    at: "the Friday before clocks go on",
    of: nyse,
    day: "2025-03-07",
    open: "14:30",
    close: "21:00",
  },
  { at: "the Monday after", of: nyse, day: "2025-03-10", open: "13:30", close: "20:00" },
  {
    at: "the Friday before they go back",
    of: nyse,
    day: "2025-10-31",
    open: "13:30",
    close: "20:00",
  },
  { at: "the Monday after that", of: nyse, day: "2025-11-03", open: "14:30", close: "21:00" },
  {
    at: "the day after Thanksgiving",
    of: nyse,
    day: "2026-11-27",
    open: "14:30",
    close: "18:00",
    half: true,
  },
  { at: "Christmas Eve", of: nyse, day: "2024-12-24", open: "14:30", close: "18:00", half: true },
  { at: "3 July 2025", of: nyse, day: "2025-07-03", open: "13:30", close: "17:00", half: true },
  { at: "Istanbul in winter", of: bist, day: "2026-01-05", open: "06:40", close: "15:10" },
  {
    at: "Istanbul in summer, on the same offset",
    of: bist,
    day: "2026-07-06",
    open: "06:40",
    close: "15:10",
  },
  {
    at: "the eve of the Feast of Sacrifice",
    of: bist,
    day: "2026-05-26",
    open: "06:40",
    close: "09:40",
    half: true,
  },
  {
    at: "the eve of Republic Day",
    of: bist,
    day: "2025-10-28",
    open: "06:40",
    close: "09:40",
    half: true,
  },
  {
    at: "31 December, a full day in Istanbul",
    of: bist,
    day: "2025-12-31",
    open: "06:40",
    close: "15:10",
  },
  {
    at: "the day of the earthquake's halt",
    of: bist,
    day: "2023-02-08",
    open: "06:40",
    close: "08:01",
    half: true,
  },
];
for (const { at, of, day, open, close, half = false } of sessions) {
  Deno.test(`${of.name} trades ${open} to ${close} UTC on ${at}`, () => {
    const [session, ...more] = onDay(of, day);
    deepEqual(more, []);
    deepEqual(
      [session!.day, iso(session!.openMs), iso(session!.closeMs), session!.isHalfDay],
      [day, `${day}T${open}`, `${day}T${close}`, half],
    );
    equal(of.isOpen(session!.openMs - 1), false);
    equal(of.isOpen(session!.openMs), true);
    equal(of.isOpen(session!.closeMs - 1), true);
    equal(of.isOpen(session!.closeMs), false);
  });
}

const closedDays = [
  { of: nyse, days: ["2025-01-09", "2018-12-05", "2021-12-24", "2022-06-20", "2023-01-02"] },
  { of: nyse, days: ["2026-07-03", "2027-06-18", "2024-03-29", "2026-11-26", "2026-11-21"] },
  { of: bist, days: ["2023-02-09", "2023-02-14", "2024-04-10", "2025-03-31", "2025-06-09"] },
  { of: bist, days: ["2026-03-20", "2026-05-29", "2027-03-11", "2027-05-19", "2026-11-22"] },
];
for (const { of, days } of closedDays) {
  Deno.test(`${of.name} has no session on ${days.join(", ")}`, () => {
    for (const day of days) deepEqual(onDay(of, day), [], day);
  });
}

Deno.test("a Saturday asked for its session gets Monday's, a half day's evening the next one", () => {
  equal(nyse.getSession(Date.parse("2026-11-21T15:00Z")).day, "2026-11-23");
  equal(nyse.getSession(Date.parse("2026-11-27T18:00Z")).day, "2026-11-30");
  equal(nyse.getSession(Date.parse("2026-11-27T17:59Z")).day, "2026-11-27");
  equal(bist.getSession(Date.parse("2026-03-19T09:40Z")).day, "2026-03-23");
});

// As counted by the exchange's yearly trading calendars.
const counts = { "2020": 253, "2021": 252, "2022": 251, "2023": 250, "2024": 252, "2025": 250 };
for (const [year, days] of Object.entries(counts)) {
  Deno.test(`New York traded on ${days} days in ${year}`, () => {
    const from = Date.parse(`${year}-01-02T00:00Z`) - dayMs + 12 * 3_600_000;
    equal(nyse.listSessions(from, from + 365.2 * dayMs).length, days);
  });
}

const outside = [NaN, Infinity, -Infinity, Date.parse("2017-12-31"), Date.parse("2028-01-02"), -1];
for (const timeMs of outside) {
  Deno.test(`a time outside the table (${timeMs}) is refused with the table's dates`, () => {
    for (const calendar of [nyse, bist]) {
      const words = new RegExp(`${calendar.name}: a time from ${calendar.firstDay} to 2027-12-31`);
      throws(() => calendar.isOpen(timeMs), { name: "RangeError", message: words });
      throws(() => calendar.getSession(timeMs), { name: "RangeError", message: words });
      if (Number.isNaN(timeMs)) continue;
      const [from, to] = timeMs < 1e12 || timeMs < Date.parse("2019-01-01")
        ? [timeMs, Date.parse("2026-01-01")]
        : [Date.parse("2026-01-01"), timeMs];
      throws(() => calendar.listSessions(from, to), { name: "RangeError", message: words });
    }
  });
}

Deno.test("after the last session of the table there is no next one to tell", () => {
  const last = nyse.getSession(Date.parse("2027-12-31T16:00Z"));
  equal(last.day, "2027-12-31");
  equal(nyse.isOpen(last.closeMs), false);
  throws(() => nyse.getSession(last.closeMs), RangeError);
});

Deno.test("an exchange that never closes has no calendar", () => {
  equal(getCalendar("binance"), null);
  equal(getCalendar("toString"), null);
  equal(getCalendar("bist"), getCalendar("bist"));
});

const base = calendarTables.bist!;
const wrongRows: ({ name: string } & Partial<Pick<CalendarTable, "holidays" | "shortDays">>)[] = [
  { name: "a Saturday", holidays: { "2026-11-21": "no" } },
  { name: "a day outside the table", holidays: { "2028-03-01": "no" } },
  { name: "a date that does not exist", holidays: { "2026-02-30": "no" } },
  { name: "a word", holidays: { tomorrow: "no" } },
  {
    name: "a day in both lists",
    holidays: { "2026-01-01": "a" },
    shortDays: { "2026-01-01": { close: "12:40", reason: "b" } },
  },
];
for (const { name, ...rows } of wrongRows) {
  Deno.test(`a table with ${name} is refused`, () => {
    const { holidays = {}, shortDays = {} } = rows;
    throws(() => createCalendar({ ...base, holidays, shortDays }), RangeError);
  });
}

for (const [name, calendar] of Object.entries(calendars)) {
  const first = Date.parse(calendar.firstDay) + dayMs;
  const last = Date.parse(calendar.lastDay) - dayMs;
  const time = fc.integer({ min: first, max: last });

  Deno.test(`sessions of ${name} are in order, never overlap, and open before they close`, () => {
    const all = calendar.listSessions(first, last);
    ok(all.length > 1_900);
    for (let i = 0; i < all.length; i++) {
      const { day, openMs, closeMs } = all[i]!;
      ok(openMs < closeMs, day);
      equal(formatZoneDay(openMs, calendar.timeZone), day);
      equal(formatZoneDay(closeMs, calendar.timeZone), day);
      // So that the UTC day of a bar is its trading day.
      equal(formatZoneDay(openMs, "UTC"), day);
      equal(formatZoneDay(closeMs, "UTC"), day);
      if (i > 0) ok(all[i - 1]!.closeMs < openMs && all[i - 1]!.day < day, day);
    }
  });

  Deno.test(`isOpen, getSession and listSessions of ${name} agree at any time, in any order`, () => {
    fc.assert(
      fc.property(time, (timeMs) => {
        const running = calendar.listSessions(timeMs, timeMs + 1);
        equal(calendar.isOpen(timeMs), running.length === 1);
        const session = calendar.getSession(timeMs);
        ok(session.closeMs > timeMs);
        if (running[0]) deepEqual(session, running[0]);
        else deepEqual(calendar.listSessions(timeMs, session.openMs), []);
      }),
      { numRuns: 2_000 },
    );
  });

  Deno.test(`sessions of ${name} listed in two parts are those listed in one`, () => {
    fc.assert(fc.property(time, time, time, (...times) => {
      const [a, b, c] = times.sort((x, y) => x - y) as [number, number, number];
      const days = (from: number, to: number) => calendar.listSessions(from, to).map((s) => s.day);
      deepEqual([...new Set([...days(a, b), ...days(b, c)])], days(a, c));
    }));
  });
}

Deno.test("dates on the exchange's clock change at its midnight, whatever UTC says", () => {
  equal(formatZoneDay(Date.parse("2026-11-21T04:59Z"), "America/New_York"), "2026-11-20");
  equal(formatZoneDay(Date.parse("2026-11-21T05:00Z"), "America/New_York"), "2026-11-21");
  equal(formatZoneDay(Date.parse("2026-07-21T04:00Z"), "America/New_York"), "2026-07-21");
  equal(formatZoneDay(Date.parse("2026-07-20T21:00Z"), "Europe/Istanbul"), "2026-07-21");
  equal(formatZoneDay(-minuteMs, "UTC"), "1969-12-31");
});

/** Days of the week without weekends, fewer the holidays that fall on them, counted by hand. */
const years = [
  { name: "nyse", year: 2026, weekdays: 261, holidays: 10, short: 2 },
  { name: "nyse", year: 2027, weekdays: 261, holidays: 10, short: 1 },
  { name: "bist", year: 2026, weekdays: 261, holidays: 10, short: 3 },
  { name: "bist", year: 2027, weekdays: 261, holidays: 11, short: 2 },
] as const;
for (const { name, year, weekdays, holidays, short } of years) {
  Deno.test(`${name} is open on ${weekdays - holidays} days of ${year}, ${short} of them short`, () => {
    const to = Date.UTC(year, 11, 31, 20);
    const all = calendars[name].listSessions(Date.UTC(year, 0, 1), to);
    equal(all.length, weekdays - holidays);
    const longest = Math.max(...all.map(({ openMs, closeMs }) => closeMs - openMs));
    const isShort = ({ openMs, closeMs }: typeof all[number]) => closeMs - openMs < longest * 0.8;
    equal(all.filter(isShort).length, short);
  });
}
