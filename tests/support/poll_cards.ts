/** The nine acceptance cards of a polled source, played with its recorded answers. */
import { equal, match, ok } from "node:assert/strict";
import type { PollSource, SourceRecords } from "../../collectors/source.ts";
import type { Cards } from "./cards.ts";
import { createManualClock } from "./clock.ts";
import { turn } from "./exchange.ts";
import { aFullContext } from "./feed_cases.ts";
import { answerWell } from "./good_answers.ts";
import { aPoller } from "./polled.ts";
import { aShare } from "./stocks.ts";

/** Friday, 20 November 2026, noon in Istanbul: every market is open. */
const startMs = Date.UTC(2026, 10, 20, 9);
const minuteMs = 60_000;

const countOf = (records: readonly SourceRecords[]) =>
  records.flatMap((one) => Object.values(one)).reduce((sum, { length }) => sum + length, 0);

type Answer = (url: URL) => Response | Promise<Response>;

/** A source at work on a clock in the test's hand. */
async function play(source: PollSource, answer?: Answer) {
  const clock = createManualClock(startMs);
  const stop = new AbortController();
  const good = answerWell(source, clock.now);
  let respond: Answer = answer ?? good;
  const run = aPoller(clock, {
    source,
    apiKey: "key",
    signal: stop.signal,
    respond: (url) => respond(url),
    readContext: () =>
      Promise.resolve({
        ...aFullContext,
        nowMs: clock.now(),
        symbols: [...aFullContext.symbols, aShare("THYAO")],
      }),
  });
  const done = run.poller.run(stop.signal);
  const pass = async (ms: number, stepMs = 2_000) => {
    for (let passed = 0; passed < ms; passed += stepMs) {
      await clock.advance(stepMs);
      await turn(1);
    }
  };
  await turn(3);
  await pass(minuteMs);
  return {
    ...run,
    clock,
    good,
    pass,
    answer: (next: Answer) => void (respond = next),
    state: () => run.poller.health().state,
    count: () => countOf(run.kept),
    async stop() {
      stop.abort();
      await clock.advance(0);
      await done;
    },
  };
}

const paceOf = ({ feeds }: PollSource) => Math.min(...feeds.map(({ cadenceMs }) => cadenceMs));

/** The same answer in another language: fields renamed, rows of figures wrapped. */
function rename(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.some((item) => typeof item === "number") ? { row: value } : value.map(rename);
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [`${name}_2`, rename(of)]));
}

async function drift(answer: Response): Promise<Response> {
  const text = await answer.text();
  return text.trimStart().startsWith("<")
    ? new Response(text.replaceAll(/<(\/?)item>/g, "<$1thing>"))
    : Response.json(rename(JSON.parse(text)));
}

/** Plays answers that give no figure, and asserts that none is kept. */
async function playBad(source: PollSource, answer: Answer, words: RegExp | null): Promise<void> {
  const run = await play(source, answer);
  equal(run.count(), 0);
  if (words) {
    equal(run.state(), "reconnecting");
    match(run.poller.health().detail, words);
  }
  run.answer(run.good);
  await run.pass(20 * minuteMs + paceOf(source), 30_000);
  ok(run.count() > 0, "goes on when it answers well again");
  await run.stop();
}

/** Returns the cards of a polled source. */
export function createPollCards(source: PollSource): Cards {
  const isText = source.feeds.some(({ format }) => format === "text");
  return {
    async list() {
      const run = await play(source);
      ok(run.count() > 0);
      equal(run.state(), "live");
      await run.stop();
    },
    async "subscribe or poll"() {
      const run = await play(source);
      const first = run.asked.length;
      await run.pass(paceOf(source) * 0.9 - minuteMs, 30_000);
      equal(run.asked.length, first, "not before its pace");
      await run.pass(paceOf(source) * 0.2, 30_000);
      ok(run.asked.length > first, "at its pace");
      await run.stop();
    },
    async reconnect() {
      const away = () => Promise.reject(new TypeError("connection refused"));
      await playBad(source, away, /Cannot (ask|call) .*a refused connection/);
    },
    async gap() {
      const run = await play(source);
      const before = run.count();
      const lastMs = run.poller.health().lastMessageMs!;
      run.answer(() => new Response("", { status: 503 }));
      await run.pass(3 * paceOf(source), 30_000);
      equal(run.count(), before, "nothing is made up for the gap");
      equal(run.state(), "reconnecting");
      equal(run.poller.health().lastMessageMs, lastMs, "its age is told");
      run.answer(run.good);
      await run.pass(20 * minuteMs, 30_000);
      ok(run.count() > before && run.poller.health().lastMessageMs! > lastMs);
      await run.stop();
    },
    async limit() {
      const run = await play(
        source,
        () => new Response("", { status: 429, headers: { "retry-after": "300" } }),
      );
      const asked = run.asked.length;
      equal(run.state(), "reconnecting");
      await run.pass(3.5 * minuteMs);
      equal(run.asked.length, asked, "is not asked while it refuses");
      run.answer(run.good);
      await run.pass(10 * minuteMs);
      ok(run.count() > 0);
      await run.stop();
    },
    async "bad key"() {
      const run = await play(source, () => new Response("{}", { status: 401 }));
      equal(run.state(), "blocked");
      match(run.poller.health().detail, /HTTP 401/);
      const asked = run.asked.length;
      await run.pass(12 * minuteMs, 30_000);
      equal(run.asked.length, asked, "the same key is not tried at once");
      run.answer(run.good);
      await run.pass(5 * minuteMs);
      equal(run.state(), "live");
      ok(run.count() > 0);
      await run.stop();
    },
    async "schema drift"() {
      const good = answerWell(source, () => startMs);
      await playBad(source, (url) => drift(good(url)), isText ? null : /Cannot use an answer/);
    },
    async "empty answer"() {
      await playBad(source, () => new Response(""), /an empty body|breaker/);
      for (const body of ["[]", "{}", '{"data":[]}']) {
        const run = await play(source, () => new Response(body));
        equal(run.count(), 0);
        await run.stop();
      }
    },
    async "malformed answer"() {
      const page = "<!doctype html><title>Just a moment...</title>";
      await playBad(source, () => new Response(page), /Cannot|instead of data/);
      const good = answerWell(source, () => startMs);
      const half = async (url: URL) => new Response((await good(url).text()).slice(0, 60));
      await playBad(source, half, /Cannot|is not JSON/);
    },
  };
}
