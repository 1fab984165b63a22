/** Bad answers at the sources that stream: the state, in words, of those that are asked by REST first. */
import { doesNotMatch, equal, match } from "node:assert/strict";
import { streamSources } from "../../collectors/mod.ts";
import { startCollectors } from "../../collectors/run.ts";
import { silentLogger } from "../../lib/log.ts";
import { badAnswers, respond } from "../support/bad_answers.ts";
import { createManualClock } from "../support/clock.ts";
import { createIntake, createSocketFactory } from "../support/exchange.ts";
import { grantedLeases } from "../support/leases.ts";
import { createMemoryStore } from "../support/memory_store.ts";

/** Friday, 20 November 2026, 10:30 in New York: every market is open. */
const nowMs = Date.UTC(2026, 10, 20, 15, 30);

// Alpaca's symbols are known beforehand: what it refuses is told by its stream, in frames.
for (const source of streamSources.filter(({ usualSymbols }) => !usualSymbols)) {
  Deno.test(`${source.key}: every recorded and documented bad answer has its state and words`, async () => {
    for (const answer of badAnswers) {
      const intake = createIntake();
      const collectors = startCollectors({
        store: createMemoryStore(),
        leases: grantedLeases,
        intake,
        addresses: {},
        clock: createManualClock(nowMs),
        log: silentLogger,
        mode: "live",
        onHealth: () => {},
        fetch: () => Promise.resolve(respond(answer)),
        open: createSocketFactory().open,
        keys: { APCA_API_KEY_ID: "id", APCA_API_SECRET_KEY: "s3cret" },
        sources: { stream: [source], poll: [] },
      });
      await collectors.ready;
      const health = collectors.health()[0]!;
      const name = `${source.key} / ${answer.name}: ${health.detail}`;
      equal(health.state, answer.state, name);
      match(health.detail, answer.words, name);
      doesNotMatch(health.detail, /undefined|\[object|\bNaN\b|s3cret/, name);
      equal(intake.bars.length + intake.history.length, 0, name);
      await collectors.stop();
    }
  });
}
