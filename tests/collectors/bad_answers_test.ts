/** Bad answers of every kind at every source: its state, in words, and never a figure. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { pollSources } from "../../collectors/mod.ts";
import type { PollSource, SourceRecords } from "../../collectors/source.ts";
import { badAnswers, liedAnswers, respond } from "../support/bad_answers.ts";
import { createManualClock } from "../support/clock.ts";
import { turn } from "../support/exchange.ts";
import { aFullContext, feedCases } from "../support/feed_cases.ts";
import { aPoller } from "../support/polled.ts";
import { assertSane, attempt, parseAs, receivedMs } from "../support/sources.ts";
import { aShare } from "../support/stocks.ts";

/** Friday, 20 November 2026, noon in Istanbul: every market is open. */
const nowMs = Date.UTC(2026, 10, 20, 9);

const context = {
  ...aFullContext,
  nowMs,
  symbols: [...aFullContext.symbols, aShare("THYAO")],
};

const countOf = (records: SourceRecords) =>
  Object.values(records).reduce((sum, list: readonly unknown[]) => sum + list.length, 0);

/** Lets a source ask everything once, and returns what became of it. */
async function ask(source: PollSource, answer: () => Response) {
  const clock = createManualClock(nowMs);
  const stop = new AbortController();
  const run = aPoller(clock, {
    source,
    respond: answer,
    apiKey: "s3cret",
    signal: stop.signal,
    readContext: () => Promise.resolve(context),
  });
  const done = run.poller.run(stop.signal);
  // Some wait for their turn, and behind a limit until it ends.
  const isWaiting = () => run.poller.health().feeds!.some(({ state }) => state === "connecting");
  await turn(3);
  for (let i = 0; i < 25 && isWaiting(); i++) {
    await clock.advance(2_000);
    await turn(2);
  }
  const health = run.poller.health();
  stop.abort();
  await clock.advance(0);
  await done;
  return { health, kept: run.kept.reduce((sum, records) => sum + countOf(records), 0) };
}

function assertPlain(words: string, name: string): void {
  ok(words.length > 20 && words.length < 500, `${name}: ${words}`);
  doesNotMatch(words, /undefined|\[object|\bNaN\b|TypeError|file:\/\/|s3cret/, name);
}

for (const source of pollSources) {
  Deno.test(`${source.key}: every recorded and documented bad answer has its state and words`, async () => {
    for (const answer of badAnswers) {
      const { health, kept } = await ask(source, () => respond(answer));
      const name = `${source.key} / ${answer.name}: ${health.detail}`;
      equal(health.state, answer.state, name);
      equal(kept, 0, name);
      match(health.detail, answer.words, name);
      assertPlain(health.detail, name);
      ok(health.retryAtMs! > nowMs, `${name} must be tried again`);
    }
  });

  Deno.test(`${source.key}: a recorded error told with status 200 gives no figure`, async () => {
    for (const answer of liedAnswers) {
      const { health, kept } = await ask(source, () => respond(answer));
      const name = `${source.key} / ${answer.name}: ${health.detail}`;
      equal(kept, 0, name);
      equal(health.state, "reconnecting", name);
      assertPlain(health.detail, name);
    }
  });
}

for (
  const { source, feed, about, body } of feedCases.filter(({ feed }) => feed.format !== "text")
) {
  Deno.test(`${source.key} ${feed.name}: fields that nobody knows change no figure`, () => {
    const known = parseAs(feed, body, { about });
    deepEqual(parseAs(feed, addUnknown(body), { about }), known);
  });

  Deno.test(`${source.key} ${feed.name}: a null anywhere leaves every other figure as it was`, () => {
    const known = new Set(listFigures(parseAs(feed, body, { about })));
    for (const holed of listHoled(body)) {
      const records = attempt(() => parseAs(feed, holed, { about }));
      if (records === null) continue;
      assertSane(records);
      const invented = listFigures(records).filter((figure) => !known.has(figure));
      deepEqual(invented, []);
    }
  });
}

/** Returns the value with a field more in every object that is no table of figures by name. */
function addUnknown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(addUnknown);
  if (typeof value !== "object" || value === null) return value;
  if (Object.values(value).every((child) => typeof child === "number")) return value;
  const entries = Object.entries(value).map(([name, child]) => [name, addUnknown(child)]);
  return { ...Object.fromEntries(entries), surprise_2027: { price: 1, list: [1, null] } };
}

/** Every number that records hold, with its field's name; for an absent time another may stand. */
function listFigures(value: unknown, name = ""): string[] {
  const isTime = /^(time|timestamp|created_at|last_updated)$/.test(name);
  if (typeof value === "number") return isTime && value <= receivedMs ? [] : [`${name} ${value}`];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([field, child]) =>
    listFigures(child, Array.isArray(value) ? name : field)
  );
}

/** Up to eighty copies of a body, each with a null in another place. */
function listHoled(body: unknown): unknown[] {
  const paths: (string | number)[][] = [];
  const walk = (node: unknown, path: (string | number)[]) => {
    if (path.length > 0) paths.push(path);
    if (typeof node !== "object" || node === null) return;
    for (const [key, child] of Object.entries(node)) walk(child, [...path, key]);
  };
  walk(body, []);
  const every = Math.max(1, Math.ceil(paths.length / 80));
  return paths.filter((_, i) => i % every === 0).map((path) => {
    const copy = structuredClone(body) as Record<string | number, unknown>;
    let node = copy;
    for (const key of path.slice(0, -1)) node = node[key] as Record<string | number, unknown>;
    node[path.at(-1)!] = null;
    return copy;
  });
}
