/** Visits over HTTP: what is taken and what is not, that nothing else is kept, and who reads it. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { ApiDeps } from "../../lib/api/deps.ts";
import { createLogger } from "../../lib/log.ts";
import { visitsSchema } from "../../lib/contracts/visits.ts";
import { anApi, NOW_MS } from "../support/api.ts";
import { DAY_MS } from "../support/visits.ts";
import { withMemoryStore } from "../support/store.ts";

const path = "/api/v1/visits";
const readPath = "/api/v1/admin/visits";
const token = { authorization: `Bearer ${"t".repeat(64)}` };
const today = "2024-01-03";

const aReport = (part: object = {}) => ({
  id: crypto.randomUUID(),
  day: today,
  counts: { visits: 1, activeBrowsers: 1, visitSeconds: 95 },
  ...part,
});

interface Sent {
  status: number;
  body: string;
}

interface Asked {
  send(body: unknown, headers?: Record<string, string>): Promise<Sent>;
  read(query?: string): Promise<ReturnType<typeof visitsSchema.parse>>;
  request(path: string, init?: RequestInit): Promise<Response>;
  settings: { isCounted: boolean };
  time: { nowMs: number };
  log: string[];
}

/** Runs `test` with an API that counts into a store in memory. */
function withVisits(test: (asked: Asked) => Promise<void>, part: Partial<ApiDeps> = {}) {
  return withMemoryStore(async (store) => {
    const settings = { isCounted: true };
    const lines: string[] = [];
    const log = createLogger({
      level: "debug",
      now: () => NOW_MS,
      write: (line) => void lines.push(line),
    });
    const visits = { book: store.visits, isCounted: () => settings.isCounted };
    const { api, time, hub } = await anApi({ visits, log, ...part });
    const request = async (url: string, init: RequestInit = {}) =>
      await api.request(url, init, { ip: "203.0.113.7" });
    await test({
      settings,
      time,
      log: lines,
      request,
      async send(body, headers = {}) {
        const answer = await request(path, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: typeof body === "string" ? body : JSON.stringify(body),
        });
        return { status: answer.status, body: await answer.text() };
      },
      async read(query = "") {
        const answer = await request(readPath + query, { headers: token });
        return visitsSchema.parse(await answer.json());
      },
    });
    hub.close();
  });
}

Deno.test("PWA-10 reports are added to their day, and a report that comes again is not", () =>
  withVisits(async ({ send, read }) => {
    const [one, two] = [aReport(), aReport({ day: "2024-01-02", counts: { signalViews: 3 } })];
    deepEqual(await send({ reports: [one, two] }), { status: 200, body: '{"counted":2}' });
    deepEqual(await send({ reports: [one, two] }), { status: 200, body: '{"counted":0}' });
    deepEqual(await send({ reports: [aReport({ id: two.id }), aReport({ id: one.id })] }), {
      status: 200,
      body: '{"counted":0}',
    });
    const { days, firstDay, count } = await read();
    deepEqual([firstDay, count], ["2024-01-02", 2]);
    deepEqual(
      days.map((
        { day, visits, visitSeconds, signalViews },
      ) => [day, visits, visitSeconds, signalViews]),
      [[today, 1, 95, 0], ["2024-01-02", 0, 0, 3]],
    );
  }));

Deno.test("the same report twice in one request counts once", () =>
  withVisits(async ({ send }) => {
    const report = aReport();
    equal((await send({ reports: [report, report] })).body, '{"counted":1}');
  }));

for (
  const [day, counted] of [
    ["2024-01-01", 1],
    ["2023-12-31", 0],
    ["2024-01-04", 0],
    ["1970-01-01", 0],
  ] as const
) {
  Deno.test(`on 3 January a report of ${day} adds ${counted}`, () =>
    withVisits(async ({ send }) => {
      equal((await send({ reports: [aReport({ day })] })).body, `{"counted":${counted}}`);
    }));
}

Deno.test("PWA-10 a report cannot come back after its id is forgotten", () =>
  withVisits(async ({ send, time }) => {
    const report = aReport();
    await send({ reports: [report] });
    for (let day = 1; day < 6; day++) {
      time.nowMs = NOW_MS + day * DAY_MS;
      equal((await send({ reports: [report] })).body, '{"counted":0}', `day ${day}`);
    }
  }));

const hostile: [string, unknown][] = [
  ["nothing", {}],
  ["no reports", { reports: [] }],
  ["eleven reports", { reports: Array.from({ length: 11 }, () => aReport()) }],
  ["a report that is no object", { reports: [null] }],
  ["a field more", { reports: [aReport({ user: "u" })] }],
  ["a field more at the top", { reports: [aReport()], user: "u" }],
  ["an address in the counts", { reports: [aReport({ counts: { visits: 1, ip: 1 } })] }],
  ["no counts", { reports: [aReport({ counts: {} })] }],
  ["counts in a list", { reports: [aReport({ counts: [1] })] }],
  ["zero", { reports: [aReport({ counts: { visits: 0 } })] }],
  ["less than zero", { reports: [aReport({ counts: { visits: -1 } })] }],
  ["a part", { reports: [aReport({ counts: { visitSeconds: 1.5 } })] }],
  ["two visits at once", { reports: [aReport({ counts: { visits: 2 } })] }],
  ["more than four hours", { reports: [aReport({ counts: { visitSeconds: 14_401 } })] }],
  ["a million views", { reports: [aReport({ counts: { signalViews: 1_000_000 } })] }],
  ["a count as text", { reports: [aReport({ counts: { visits: "1" } })] }],
  [
    "a prototype",
    `{"reports":[{"id":"${crypto.randomUUID()}","day":"${today}",` +
    `"counts":{"visits":1,"__proto__":{"x":1}}}]}`,
  ],
  ["no day", { reports: [aReport({ day: undefined })] }],
  ["a day that is none", { reports: [aReport({ day: "2024-02-30" })] }],
  ["a day in words", { reports: [aReport({ day: "yesterday" })] }],
  ["an id that is chosen", { reports: [aReport({ id: "mara" })] }],
  ["an id of 1000 letters", { reports: [aReport({ id: "a".repeat(1_000) })] }],
  ["no JSON", "{"],
  ["a list", "[]"],
  ["null", "null"],
];
for (const [name, body] of hostile) {
  Deno.test(`PWA-10 ${name} is refused, and nothing of it is kept`, () =>
    withVisits(async ({ send, read }) => {
      const { status, body: told } = await send(body);
      equal(status, 400, told);
      deepEqual((await read()).days, []);
    }));
}

Deno.test("PWA-10 10 MB are refused before they are read, whether their length is told or not", () =>
  withVisits(async ({ request }) => {
    const body = JSON.stringify({ reports: [aReport({ id: "A".repeat(10_000_000) })] });
    const headers = { "content-type": "application/json" };
    const told = await request(path, {
      method: "POST",
      headers: { ...headers, "content-length": String(body.length) },
      body,
    });
    equal(told.status, 413);
    match(await told.text(), /16384 bytes/);
    const untold = await request(path, {
      method: "POST",
      headers,
      body: new Blob([body]).stream(),
    });
    equal(untold.status, 413);
    await untold.body?.cancel();
  }));

Deno.test("ten full reports fit into a body", () =>
  withVisits(async ({ send }) => {
    const counts = { visits: 1, visitSeconds: 14_400, activeBrowsers: 1, installs: 1 };
    const reports = Array.from({ length: 10 }, () =>
      aReport({
        counts: {
          ...counts,
          signalViews: 1_000,
          pushShown: 100,
          pushOpened: 100,
          crashedVisits: 1,
        },
      }));
    equal((await send({ reports })).body, '{"counted":10}');
  }));

Deno.test("PWA-10 switched off it answers 204 to whatever comes, keeps nothing, and shows what was", () =>
  withVisits(async ({ send, read, settings }) => {
    await send({ reports: [aReport()] });
    settings.isCounted = false;
    for (const body of [{ reports: [aReport()] }, "{", {}]) {
      deepEqual(await send(body), { status: 204, body: "" });
    }
    const { isCounted, days } = await read();
    deepEqual([isCounted, days[0]?.visits], [false, 1]);
    settings.isCounted = true;
    equal((await send({ reports: [aReport()] })).status, 200);
  }));

for (const [header, value] of [["sec-gpc", "1"], ["dnt", "1"]] as const) {
  Deno.test(`PWA-10 whose browser sends ${header} is not counted, should a report come all the same`, () =>
    withVisits(async ({ send, read }) => {
      deepEqual(await send({ reports: [aReport()] }, { [header]: value }), {
        status: 204,
        body: "",
      });
      deepEqual((await read()).days, []);
      equal((await send({ reports: [aReport()] }, { [header]: "0" })).status, 200);
    }));
}

Deno.test("without a book nothing is counted, and operators are told so", async () => {
  const { api, hub } = await anApi();
  const sent = await api.request(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ reports: [aReport()] }),
  });
  equal(sent.status, 204);
  const read = await api.request(readPath, { headers: token });
  equal(read.status, 503);
  await read.body?.cancel();
  hub.close();
});

Deno.test("PWA-10 nobody but operators reads what was counted", () =>
  withVisits(async ({ request }) => {
    for (const headers of [new Headers(), new Headers({ authorization: "Bearer wrong" })]) {
      const answer = await request(readPath, { headers });
      equal(answer.status, 401);
      ok(!(await answer.text()).includes("figures"));
    }
    const answer = await request(readPath, { headers: token });
    equal(answer.headers.get("cache-control")?.includes("no-store"), true);
    await answer.body?.cancel();
  }));

Deno.test("a page of another origin reports nothing, and nobody reports more often than requests allow", () =>
  withVisits(async ({ send }) => {
    const foreign = await send({ reports: [aReport()] }, { origin: "https://evil.example" });
    equal(foreign.status, 403);
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await send({ reports: [aReport()] })).status);
    deepEqual(statuses, [200, 200, 429, 429]);
  }, { rateLimit: 3 }));

Deno.test("PWA-10 neither the log nor an answer holds an address or what a browser calls itself", () =>
  withVisits(async ({ send, log }) => {
    const report = aReport();
    await send({ reports: [report] }, {
      "user-agent": "Mozilla/5.0 Special",
      cookie: "ci_access=x",
    });
    const text = log.join("\n");
    match(text, /\/api\/v1\/visits/);
    for (const part of ["203.0.113.7", "Special", "ci_access", report.id]) {
      ok(!text.includes(part), `${part} is in the log`);
    }
  }));

Deno.test("days without visits are zeros, and days before the first are not told", () =>
  withVisits(async ({ send, read, time }) => {
    await send({ reports: [aReport()] });
    time.nowMs = NOW_MS + 3 * DAY_MS;
    await send({ reports: [aReport({ day: "2024-01-06" })] });
    deepEqual((await read()).days.map(({ day, visits }) => [day, visits]), [
      ["2024-01-06", 1],
      ["2024-01-05", 0],
      ["2024-01-04", 0],
      [today, 1],
    ]);
    deepEqual((await read("?days=2")).days.map(({ day }) => day), ["2024-01-06", "2024-01-05"]);
  }));

Deno.test("PWA-10 before the first report every figure is not yet measured; after it, measured ones have values", () =>
  withVisits(async ({ send, read }) => {
    const before = await read();
    deepEqual([before.firstDay, before.days, before.figures.length], [null, [], 8]);
    ok(before.figures.every(({ value, isMet }) => value === null && isMet === null));
    const counts = { visits: 1, visitSeconds: 400, pushShown: 4, pushOpened: 1, feedbackYes: 1 };
    await send({ reports: [aReport({ counts })] });
    const { figures } = await read();
    deepEqual(
      Object.fromEntries(figures.map(({ name, value, isMet }) => [name, [value, isMet]])),
      {
        installs: [0, null],
        dailyUsers: [null, null],
        visits: [1, null],
        visitSeconds: [400, true],
        signalViews: [0, null],
        pushOpenShare: [0.25, true],
        crashFreeShare: [1, true],
        satisfiedShare: [1, true],
      },
    );
  }));

Deno.test("installs are of the first month, also when only later days are told", () =>
  withVisits(async ({ send, read, time }) => {
    await send({ reports: [aReport({ counts: { installs: 1 } })] });
    time.nowMs = NOW_MS + 60 * DAY_MS;
    await send({ reports: [aReport({ day: "2024-03-03", counts: { installs: 1 } })] });
    const [installs] = (await read("?days=7")).figures;
    deepEqual([installs?.name, installs?.value, installs?.isMet, installs?.days], [
      "installs",
      1,
      false,
      30,
    ]);
  }));

for (const days of ["0", "367", "-1", "x", "1.5"]) {
  Deno.test(`${days} days are refused`, () =>
    withVisits(async ({ request }) => {
      const answer = await request(`${readPath}?days=${days}`, { headers: token });
      equal(answer.status, 400);
      await answer.body?.cancel();
    }));
}
