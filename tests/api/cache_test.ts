import { deepEqual, equal } from "node:assert/strict";
import { anApi } from "../support/api.ts";

Deno.test("the cache says what it was good for, by kind and in all", async () => {
  const { api, deps } = await anApi();
  const read = async () => {
    const answer = await api.fetch(new Request("http://localhost:8000/api/v1/cache"), {
      ip: "127.0.0.1",
    });
    equal(answer.status, 200);
    return await answer.json();
  };
  const empty = await read();
  deepEqual([empty.hitShare, empty.memoryShare, empty.bytes], [null, null, 0]);
  const family = deps.answers.family<number>("things", { ttlMs: 60_000 });
  for (let i = 0; i < 4; i++) await family.get("a", () => Promise.resolve(1));
  const { families, count, hitShare, memoryShare } = await read();
  equal(count, families.length);
  const things = families.find((each: { family: string }) => each.family === "things");
  deepEqual([things.hits.memory, things.misses, things.hitShare, things.ttlMs], [
    3,
    1,
    0.75,
    60_000,
  ]);
  deepEqual([hitShare, memoryShare], [0.75, 0.75]);
  equal(families[0].family, "charts");
});
