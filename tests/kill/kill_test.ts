import assert from "node:assert/strict";
import { runKills } from "./kill_task.ts";

Deno.test("twenty kills at any moment lose nothing acknowledged and tear nothing", async () => {
  const { kills, acknowledgedSteps, lost, torn } = await runKills(20);
  assert.deepEqual({ kills, lost, torn }, { kills: 20, lost: 0, torn: 0 });
  assert.ok(acknowledgedSteps > 20, `only ${acknowledgedSteps} steps were acknowledged`);
});
