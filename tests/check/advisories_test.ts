import { equal } from "node:assert/strict";
import { judgeAudit, type Verdict } from "./advisories.ts";

const cases: { name: string; code: number; text: string; verdict: Verdict }[] = [
  { name: "nothing found", code: 0, text: "No known vulnerabilities found\n", verdict: "clean" },
  {
    name: "a vulnerability",
    code: 1,
    text: "│ example has a hole\n│ Severity: critical\nFound 1 vulnerability\n",
    verdict: "found",
  },
  { name: "an end without words", code: 1, text: "", verdict: "found" },
  {
    name: "no network",
    code: 0,
    text: "Failed to get data from the registry: error sending request for url (https://x)",
    verdict: "unreachable",
  },
];
for (const { name, code, text, verdict } of cases) {
  Deno.test(`SEC-05 of an audit with ${name}, the verdict is ${verdict}`, () =>
    equal(judgeAudit({ code, text }), verdict));
}
