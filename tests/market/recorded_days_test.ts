/** The calendars against the days on which shares have recorded bars. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { getCalendar } from "../../lib/market/calendars/mod.ts";

interface RecordedDays {
  days: Record<string, string>;
  earlyEnds?: Record<string, number>;
}

function readDays(name: string): RecordedDays & { list: string[] } {
  const file = new URL(`../fixtures/market/days-${name}.json`, import.meta.url);
  const read: RecordedDays = JSON.parse(Deno.readTextFileSync(file));
  const list = Object.entries(read.days)
    .flatMap(([month, days]) => days.split(" ").map((day) => `${month}-${day}`));
  return { ...read, list };
}

const cases = [
  // On 31 January 2020 New York traded; the recording lacks that day for every share.
  { exchange: "alpaca", fixture: "nyse", days: 548, lost: ["2020-01-31"] },
  { exchange: "bist", fixture: "bist", days: 1_123, lost: [] },
];
for (const { exchange, fixture, days, lost } of cases) {
  const calendar = getCalendar(exchange)!;
  Deno.test(`${calendar.name}: the table's session days are exactly the ${days} days with bars`, () => {
    const { list } = readDays(fixture);
    equal(list.length, days);
    const from = Date.parse(list[0]!);
    const to = Date.parse(list.at(-1)!) + 86_400_000;
    deepEqual(calendar.listSessions(from, to).map(({ day }) => day), [...list, ...lost].sort());
  });
}

Deno.test("New York's half days are exactly the days whose last hourly bar ends early", () => {
  const { list, earlyEnds } = readDays("nyse");
  const sessions = getCalendar("alpaca")!
    .listSessions(Date.parse(list[0]!), Date.parse(list.at(-1)!) + 86_400_000);
  const half = sessions.filter(({ isHalfDay }) => isHalfDay)
    .map(({ day, closeMs }) => [day, new Date(closeMs).getUTCHours()]);
  deepEqual(Object.fromEntries(half), earlyEnds);
  ok(half.length >= 5);
});

/** Reads the times of a packed bars file. */
async function readTimes(path: string): Promise<number[]> {
  const file = await Deno.open(path);
  const text = await new Response(file.readable.pipeThrough(new DecompressionStream("gzip")))
    .text();
  return text.trim().split("\n").slice(1).map((line) => Number(line.slice(0, line.indexOf(","))));
}

const datasets = Deno.env.get("CRYPTOINTEL_DATASETS");
if (datasets) {
  for (const symbol of ["AAPL", "AMZN", "BAC", "GLD", "JPM", "MSFT", "QQQ", "SPY", "TSLA"]) {
    Deno.test(`every recorded minute of ${symbol} in 2019 lies in a session, each session has some`, async () => {
      const calendar = getCalendar("alpaca")!;
      const times = (await readTimes(`${datasets}/candles/us/${symbol}-1m.csv.gz`))
        .filter((time) => time >= Date.parse(calendar.firstDay));
      ok(times.length > 0);
      deepEqual(times.filter((time) => !calendar.isOpen(time)), []);
      const days = new Set(times.map((time) => calendar.getSession(time).day));
      const all = calendar.listSessions(times[0]!, times.at(-1)! + 1).map(({ day }) => day);
      deepEqual(all.filter((day) => !days.has(day)), []);
    });
  }
}
