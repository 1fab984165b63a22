/** Pages, islands and scripts ask for addresses of the API that exist. */
import { deepEqual, ok } from "node:assert/strict";
import { anApi } from "../support/api.ts";
import { readDocument } from "../support/documents.ts";
import { readSources } from "../support/source_files.ts";

const isScript = (path: string) => /\.tsx?$/.test(path);
const sources = ["routes", "islands", "lib/ui", "lib/outbox", "lib/worker"]
  .flatMap((folder) => readSources(folder, isScript));

/** Addresses as the code spells them; what is put in stands as one part. */
function listAddresses(text: string): string[] {
  return [...text.matchAll(/["'`](\/api\/v1\/[^"'`\s]*)["'`]/g)]
    .map(([, address]) =>
      address!.replaceAll(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, "x").replace(/[?#].*$/, "")
        .replace(/\/$/, "")
    );
}

Deno.test("every address of the API that a page asks for is in the document, or begins one", async () => {
  const { operations } = await readDocument((await anApi()).api);
  const patterns = operations.map(({ path }) =>
    new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, "[^/]+")}(/|$)`)
  );
  const known = operations.map(({ path }) => path);
  const asked = sources.flatMap(({ path, text }) =>
    listAddresses(text).map((address) => ({ path, address }))
  );
  ok(asked.length > 30, `found ${asked.length}`);
  const missing = asked.filter(({ address }) =>
    !patterns.some((pattern) => pattern.test(address)) &&
    // What is put in last may be several parts, as in `reports/${"symbols/BTCUSDT"}`.
    !known.some((path) => path.startsWith(address.replace(/\/x$/, "") + "/"))
  );
  deepEqual(missing.map(({ path, address }) => `${path}: ${address}`), []);
});
