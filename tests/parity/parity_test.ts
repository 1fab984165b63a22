/** The same recording gives the same bars and signals bit for bit; another one does not. */
import assert from "node:assert/strict";
import { withFolder } from "../support/recorded.ts";
import { cutHours, cutMinutes, multiPath } from "../support/world_files.ts";
import {
  compareRuns,
  formatVerdict,
  runRecording,
  runReplayTask,
  verifyRecording,
} from "./replay_task.ts";

const symbols = ["BTCUSDT", "ETHUSDT", "FTTUSDT"];

Deno.test("a recording played twice into fresh worlds leaves the same hash", async () => {
  const text = await cutMinutes({ symbols, minutes: 90 });
  await withFolder({ [multiPath]: text }, async (folder) => {
    const verdict = await verifyRecording({ folder, startMinutes: 30 });
    assert.match(verdict.left.hash, /^[0-9a-f]{64}$/);
    assert.equal(verdict.left.hash, verdict.right.hash, formatVerdict(verdict));
    assert.equal(verdict.difference, null);
    assert.ok(verdict.left.bars > 3 * 90, "bars of more than one timeframe");
    assert.match(formatVerdict(verdict), /\nequal\n$/);
  });
});

Deno.test("hours with signals leave the same hash twice, whatever the time of writing", async () => {
  const [from, to] = [Date.UTC(2022, 9, 8), Date.UTC(2022, 10, 12)];
  const files = { "candles/binance/BTCUSDT-1h.csv": await cutHours("BTCUSDT", from, to) };
  await withFolder(files, async (folder) => {
    const verdict = await verifyRecording({ folder, set: "BTCUSDT-1h", startMinutes: 600 * 60 });
    assert.ok(verdict.left.signals > 0);
    assert.equal(verdict.left.hash, verdict.right.hash, formatVerdict(verdict));
  });
});

Deno.test("one changed figure changes the hash, and the first difference names its bar", async () => {
  const text = await cutMinutes({ symbols, minutes: 60 });
  const lines = text.split("\n");
  const at = lines.findIndex((line, i) => i > 45 * 3 && line.startsWith("ETHUSDT,"));
  const fields = lines[at]!.split(",");
  const time = fields[1]!;
  fields[6] = String(Number(fields[6]) + 1);
  const changed = lines.with(at, fields.join(",")).join("\n");
  const options = { startMinutes: 30 };
  await withFolder(
    { [multiPath]: text },
    (left) =>
      withFolder({ [multiPath]: changed }, async (right) => {
        const verdict = compareRuns(
          await runRecording({ folder: left, ...options }),
          await runRecording({ folder: right, ...options }),
        );
        assert.notEqual(verdict.left.hash, verdict.right.hash);
        assert.ok(verdict.difference);
        assert.match(verdict.difference.left ?? "", /^bar ETHUSDT /);
        assert.notEqual(verdict.difference.left, verdict.difference.right);
        const differing = verdict.left.lines.filter((line) => !verdict.right.lines.includes(line));
        assert.ok(differing.some((line) => line.startsWith(`bar ETHUSDT 1m ${time} `)));
        assert.match(formatVerdict(verdict), /different: first difference at line \d+/);
      }),
  );
});

Deno.test("the task prints both hashes and ends with 0, or says why it cannot play", async () => {
  const text = await cutMinutes({ symbols: ["BTCUSDT"], minutes: 45 });
  await withFolder({ [multiPath]: text }, async (folder) => {
    let said = "";
    const write = (part: string) => void (said += part);
    assert.equal(await runReplayTask([folder, "--verify", "--start", "30"], write), 0);
    assert.match(said, /^first {3}[0-9a-f]{64} .*\nsecond {2}[0-9a-f]{64} .*\nequal\n$/);
    said = "";
    assert.equal(await runReplayTask([folder, "--start", "30"], write), 0);
    assert.match(said, /^[0-9a-f]{64} {2}\d+ trades/);
    for (const args of [[`${folder}/none`], [folder, "--start", "soon"], [folder, "--what"]]) {
      said = "";
      assert.equal(await runReplayTask(args, write), 2);
      assert.ok(said.trim().length > 0);
    }
  });
});
