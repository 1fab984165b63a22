/** What a browser keeps of visits: the state, the refusal, and nothing that was tampered with. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { visitReportSchema } from "../../lib/contracts/visits.ts";
import {
  asksForPrivacy,
  chooseCounting,
  isRefused,
  parseReports,
  parseVisits,
  readVisits,
  writeVisits,
} from "../../lib/visits/kept.ts";
import { enterVisit, noVisit, sealReport, stayOnVisit } from "../../lib/visits/visit.ts";
import { aStorage, countIds } from "../support/visits.ts";

const moment = { nowMs: Date.UTC(2024, 0, 2, 12), makeId: countIds() };

Deno.test("what was written is read", () => {
  const storage = aStorage();
  const state = enterVisit(sealReport(enterVisit(noVisit, moment), moment), {
    ...moment,
    nowMs: moment.nowMs + 3_600_000,
  });
  writeVisits(storage, state);
  deepEqual(readVisits(storage), state);
});

Deno.test("text that is none of ours is as if nothing were kept", () => {
  for (const text of ["", "{", "null", "[]", "7", '"x"', '{"seenMs":"soon"}', '{"seenMs":-1}']) {
    const storage = aStorage();
    storage.kept.set("cryptointel.visits", text);
    deepEqual(readVisits(storage), noVisit, text);
  }
});

Deno.test("whatever is kept, counting goes on and reports either fit or are dropped", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (first, second) => {
    const value = { ...(first as object), open: second, waiting: [second, first] };
    for (const one of [first, value]) {
      const state = parseVisits(one);
      const next = stayOnVisit(enterVisit(state, moment), moment.nowMs, moment);
      ok(Number.isFinite(next.seenMs) && next.countedMs >= 0 && next.restMs < 1_000);
    }
  }));
});

Deno.test("reports among other things are found", () => {
  const report = { id: crypto.randomUUID(), day: "2024-01-02", counts: { visits: 1 } };
  const mixed = [null, 1, "x", [], {}, { ...report, day: "today" }, { ...report, id: 5 }, report, {
    ...report,
    counts: { visits: "many" },
  }];
  deepEqual(parseReports(mixed), [report]);
  ok(visitReportSchema.safeParse(report).success);
  deepEqual([parseReports(null), parseReports({ length: 3 })], [[], []]);
});

Deno.test("PWA-10 a refusal is kept and takes what was counted along; a consent takes the refusal back", () => {
  const storage = aStorage();
  writeVisits(storage, enterVisit(noVisit, moment));
  equal(isRefused(storage), false);
  chooseCounting(storage, false);
  deepEqual([...storage.kept], [["cryptointel.visits.refused", "1"]]);
  equal(isRefused(storage), true);
  chooseCounting(storage, true);
  deepEqual([...storage.kept], []);
  equal(isRefused(storage), false);
});

Deno.test("where nothing can be kept nothing is counted, and nothing breaks", () => {
  const storage = aStorage();
  storage.isBroken = true;
  equal(isRefused(storage), true);
  chooseCounting(storage, false);
  chooseCounting(storage, true);
  writeVisits(storage, enterVisit(noVisit, moment));
  deepEqual(readVisits(storage), noVisit);
});

Deno.test("a storage that is full forgets the count rather than keep what was told already", () => {
  const storage = aStorage();
  writeVisits(storage, enterVisit(noVisit, moment));
  const full = {
    ...storage,
    setItem() {
      throw new DOMException("The storage is full", "QuotaExceededError");
    },
  };
  writeVisits(full, noVisit);
  equal(storage.kept.size, 0);
});

for (
  const [wishes, isAsked] of [
    [{}, false],
    [{ globalPrivacyControl: true }, true],
    [{ globalPrivacyControl: false, doNotTrack: "1" }, true],
    [{ globalPrivacyControl: false, doNotTrack: "0" }, false],
    [{ doNotTrack: "unspecified" }, false],
    [{ doNotTrack: null }, false],
  ] as const
) {
  Deno.test(`a browser that says ${JSON.stringify(wishes)} ${isAsked ? "asks" : "does not ask"} for privacy`, () => {
    equal(asksForPrivacy(wishes), isAsked);
  });
}
