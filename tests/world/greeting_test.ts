import { equal, match } from "node:assert/strict";
import { describeFailure, describeStart, formatUrl } from "../../lib/world/greeting.ts";

const base = { url: "http://127.0.0.1:8000", dataDir: "./data", mode: { mode: "live" } as const };

Deno.test("a start says where it is, where its data lies, and that it is live", () => {
  equal(
    describeStart({ ...base, setupLink: null }),
    "CryptoIntel  http://127.0.0.1:8000\n  data  ./data\n  mode  live\n",
  );
});

Deno.test("while there is no administrator, a start gives the link that makes one", () => {
  const text = describeStart({ ...base, setupLink: "http://127.0.0.1:8000/setup#a.b.c" });
  match(text, /\n {2}first administrator, once and within a day {2}http:\S+\/setup#a\.b\.c\n$/);
});

Deno.test("a recording is named with its dates", () => {
  const mode = {
    mode: "replay",
    recordedFrom: Date.UTC(2022, 10, 8, 22, 31),
    recordedTo: Date.UTC(2022, 10, 9, 15, 18),
  } as const;
  match(
    describeStart({ ...base, mode, setupLink: null }),
    /mode {2}replay \(recorded 2022-11-08T22:31Z to 2022-11-09T15:18Z\)\n$/,
  );
});

Deno.test("an address of IPv6 stands in brackets", () => {
  equal(formatUrl({ hostname: "::1", port: 8000 }), "http://[::1]:8000");
  equal(formatUrl({ hostname: "127.0.0.1", port: 1 }), "http://127.0.0.1:1");
});

Deno.test("a start that fails says why in one line", () => {
  match(describeFailure(new Deno.errors.AddrInUse("os error 98")), /^Cannot start: the port.*\n$/);
  equal(describeFailure(new RangeError("Cannot sign tokens")), "Cannot sign tokens\n");
  equal(describeFailure("no reason"), "no reason\n");
});
