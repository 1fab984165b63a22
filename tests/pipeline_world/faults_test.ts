/** Whatever the exchange does: no bar invented, none twice, every hole labelled and mended. */
import assert from "node:assert/strict";
import type { ReplayFault } from "../../collectors/replay.ts";
import { timeframeMs } from "../../lib/market/mod.ts";
import { withFolder } from "../support/recorded.ts";
import { startSteppedWorld, type SteppedWorld } from "../support/stepped_world.ts";
import { cutMinutes, multiPath, readRecordedBars } from "../support/world_files.ts";

const symbols = ["BTCUSDT", "ETHUSDT", "FTTUSDT"];
const minuteMs = 60_000;

interface FaultCase {
  name: string;
  faults: ReplayFault[];
  /** How long a lasting fault stays on before it is switched off, simulated ms. */
  lastsMs?: number;
  /** How long the first fault is alone before the second one takes its place, simulated ms. */
  firstMs?: number;
  /** Whether we were away, which has to be labelled. */
  hasHole: boolean;
  /** Whether trades were missed meanwhile: after a short cut their numbers follow one another. */
  missesBars?: boolean;
}

const cases: FaultCase[] = [
  { name: "a cut connection", faults: [{ kind: "drop" }], hasHole: true },
  {
    name: "a hole of three minutes",
    faults: [{ kind: "hole", minutes: 3 }],
    hasHole: true,
    missesBars: true,
  },
  {
    name: "two minutes of silence",
    faults: [{ kind: "silence", seconds: 150 }],
    hasHole: true,
    missesBars: true,
  },
  { name: "torn frames", faults: [{ kind: "torn", every: 7 }], lastsMs: 120_000, hasHole: true },
  { name: "duplicates", faults: [{ kind: "duplicate" }], lastsMs: 120_000, hasHole: false },
  { name: "reordering", faults: [{ kind: "reorder" }], lastsMs: 120_000, hasHole: false },
  {
    name: "a hole, then 429 for every request",
    faults: [{ kind: "hole", minutes: 2 }, { kind: "status", status: 429, retryAfterSeconds: 10 }],
    lastsMs: 60_000,
    firstMs: 2 * minuteMs,
    hasHole: true,
    missesBars: true,
  },
  {
    name: "a cut with a ban (418)",
    faults: [{ kind: "drop" }, { kind: "status", status: 418, retryAfterSeconds: 20 }],
    lastsMs: 60_000,
    hasHole: true,
    missesBars: true,
  },
  {
    name: "a cut with a closed region (451)",
    faults: [{ kind: "drop" }, { kind: "status", status: 451 }],
    lastsMs: 60_000,
    hasHole: true,
    missesBars: true,
  },
  {
    name: "a hole, then failing servers (503)",
    faults: [{ kind: "hole", minutes: 2 }, { kind: "status", status: 503 }],
    lastsMs: 60_000,
    firstMs: 2 * minuteMs,
    hasHole: true,
    missesBars: true,
  },
];

async function assertExact(world: SteppedWorld, folder: string) {
  const recorded = await readRecordedBars(folder);
  for (const symbol of symbols) {
    const stored = await world.store.bars.listBars({ symbol, timeframe: "1m" });
    const times = stored.map(({ time }) => time);
    assert.equal(new Set(times).size, times.length, `${symbol}: a bar twice`);
    const first = times[0]!;
    const wanted = recorded.get(symbol)!.filter(({ time }) =>
      time >= first && time <= times.at(-1)!
    );
    const figures = stored.map(({ closed: _closed, quality: _quality, ...bar }) => bar);
    assert.deepEqual(figures, wanted, `${symbol}: bars invented, missing or wrong`);
  }
}

async function runFault(
  { faults, firstMs, lastsMs, hasHole, missesBars }: FaultCase,
  folder: string,
) {
  const world = await startSteppedWorld({ folder });
  const { replay, pipeline, store } = world;
  try {
    assert.equal(world.health()?.state, "live");
    await world.run(2 * minuteMs + 30_000);
    const faultAt = replay.marketNow();
    for (const [i, fault] of faults.entries()) {
      if (i > 0 && firstMs) await world.run(firstMs);
      replay.setFault(fault);
    }
    let endsMs = faultAt;
    if (lastsMs) {
      await world.run(lastsMs);
      replay.setFault(null);
      endsMs = replay.marketNow();
    } else {
      const [fault] = faults;
      if (fault?.kind === "hole") endsMs += fault.minutes * minuteMs;
      if (fault?.kind === "silence") endsMs += fault.seconds * 1000;
      await world.run(endsMs - faultAt);
    }
    const isBack = () =>
      world.health()?.state === "live" && pipeline.market.now() > endsMs &&
      pipeline.intake.listHoles().length === 0;
    assert.ok(await world.run(minuteMs, isBack), `not back in 60 s: ${world.health()?.detail}`);
    await world.run(3 * minuteMs);
    await world.run(minuteMs, isBack);
    await assertExact(world, folder);
    const { items: gaps } = await store.gaps.list({ limit: 100 });
    assert.equal(gaps.length > 0, hasHole, "labelled");
    assert.ok(gaps.every(({ status }) => status === "repaired"), JSON.stringify(gaps));
    for (const { symbol, from, to } of gaps) {
      assert.ok(from <= endsMs && to >= Math.floor(faultAt / minuteMs) * minuteMs, symbol);
      const mended = await store.bars.listBars({ symbol, timeframe: "1m" }, { from, to });
      assert.equal(mended.length, (to - from) / timeframeMs["1m"]);
      assert.ok(mended.every(({ quality }) => quality === "repaired"), symbol);
    }
    for (const row of pipeline.getContinuity().filter(({ timeframe }) => timeframe === "1m")) {
      assert.equal(row.expected, row.received + row.repaired + row.filled + row.missing);
      assert.equal(row.missing, 0, row.symbol);
      if (missesBars) assert.ok(row.repaired > 0, `${row.symbol} has mended bars`);
    }
    return pipeline.stats();
  } finally {
    await world.stop();
  }
}

for (const fault of cases) {
  Deno.test(`${fault.name}: nothing invented or twice, mended, back within a minute`, async () => {
    await withFolder(
      { [multiPath]: await cutMinutes({ symbols, minutes: 60 }) },
      async (folder) => {
        const stats = await runFault(fault, folder);
        if (fault.name === "duplicates") assert.ok(stats.duplicates > 0);
      },
    );
  });
}
