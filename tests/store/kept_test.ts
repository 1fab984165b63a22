import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { type KeptNotice, MAX_KEPT_BYTES } from "../../lib/store/mod.ts";
import { withMemoryStore } from "../support/store.ts";

Deno.test("a text of any length and script comes back as it was", () =>
  withMemoryStore(async (store) => {
    const { kept } = store.world("live");
    const texts = [
      "",
      "x",
      "é".repeat(50_000),
      "🙂".repeat(30_000),
      "a".repeat(60_000),
      "b".repeat(60_001),
    ];
    for (const [i, text] of texts.entries()) {
      equal(await kept.put("family", `name ${i}`, { text, madeMs: i }, 60_000), true);
    }
    for (const [i, text] of texts.entries()) {
      deepEqual(await kept.get("family", `name ${i}`), { text, madeMs: i });
    }
    equal(await kept.get("family", "nobody"), null);
    equal(await kept.get("other", "name 1"), null);
  }));

Deno.test("a newer text replaces a longer one whole; one that is too long is not kept", () =>
  withMemoryStore(async (store) => {
    const { kept } = store.world("live");
    const lengths = fc.array(fc.integer({ min: 0, max: 150_000 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(lengths, async (all) => {
        for (const [i, length] of all.entries()) {
          await kept.put("f", "n", { text: String(i).repeat(length), madeMs: i }, 60_000);
        }
        const last = all.length - 1;
        const found = await kept.get("f", "n");
        deepEqual(found, { text: String(last).repeat(all[last]!), madeMs: last });
      }),
      { numRuns: 15 },
    );
    const text = "a".repeat(MAX_KEPT_BYTES + 1);
    equal(await kept.put("f", "long", { text, madeMs: 1 }, 60_000), false);
    equal(await kept.get("f", "long"), null);
  }));

Deno.test("what is dropped is gone, and others hear of it", () =>
  withMemoryStore(async (store) => {
    const { kept } = store.world("live");
    const heard: string[] = [];
    const stop = new AbortController();
    let wake = Promise.withResolvers<void>();
    const listener = ({ family, name, by }: KeptNotice) => {
      heard.push(`${family}/${name} by ${by}`);
      wake.resolve();
    };
    for (const name of ["a", "b"]) await kept.put("f", name, { text: name, madeMs: 1 }, 60_000);
    await kept.drop({ family: "old", name: null, by: "before" });
    const watching = kept.watch(listener, stop.signal);
    // The watch has begun once it hears; what was dropped before it came is not told.
    while (heard.length === 0) {
      await kept.drop({ family: "f", name: "a", by: "me" });
      await Promise.race([wake.promise, new Promise((resolve) => setTimeout(resolve, 10))]);
    }
    equal(await kept.get("f", "a"), null);
    deepEqual(await kept.get("f", "b"), { text: "b", madeMs: 1 });
    wake = Promise.withResolvers<void>();
    await kept.drop({ family: "f", name: null, by: "me" });
    await wake.promise;
    equal(await kept.get("f", "b"), null);
    equal(heard.includes("old/null by before"), false);
    stop.abort();
    await watching;
  }));
