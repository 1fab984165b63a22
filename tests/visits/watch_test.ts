/** A page in a browser: what it counts, what it tells, and when it tells nothing at all. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { visitReportsSchema } from "../../lib/contracts/visits.ts";
import { addReports, DAY_MS, HOUR_MS, MINUTE_MS, openPage } from "../support/visits.ts";

Deno.test("PWA-10 a visit is told when its page is left: that it began, and how long it was seen", async () => {
  const page = openPage();
  page.wait(95_000);
  await page.hide();
  deepEqual(page.sent.map(({ day, counts }) => ({ day, counts })), [
    { day: "2024-01-02", counts: { visits: 1, activeBrowsers: 1, visitSeconds: 95 } },
  ]);
  deepEqual(page.state().waiting, []);
});

Deno.test("PWA-10 a report goes without cookies, outlives its page, and says nothing of its sender", async () => {
  const page = openPage({ path: "/enhanced-dashboard" });
  page.wait(10_000);
  await page.hide();
  const [{ credentials, keepalive, headers, body } = {}] = page.requests;
  deepEqual({ credentials, keepalive, headers }, {
    credentials: "omit",
    keepalive: true,
    headers: { "content-type": "application/json" },
  });
  const sent = JSON.parse(body as string);
  deepEqual(Object.keys(sent), ["reports"]);
  deepEqual(Object.keys(sent.reports[0]), ["id", "day", "counts"]);
  ok(visitReportsSchema.safeParse(sent).success);
});

Deno.test("time is counted while a page is to be seen, and not while it is hidden", async () => {
  const page = openPage();
  page.wait(20_000);
  await page.hide();
  page.wait(10 * MINUTE_MS);
  page.show();
  page.wait(30_000);
  await page.hide();
  deepEqual(addReports(page.sent), { visits: 1, activeBrowsers: 1, visitSeconds: 50 });
});

for (
  const { name, pauseMs, visits } of [
    { name: "a pause of 29 minutes goes on with the visit", pauseMs: 29 * MINUTE_MS, visits: 1 },
    { name: "a pause of 30 minutes ends it", pauseMs: 30 * MINUTE_MS, visits: 2 },
  ]
) {
  Deno.test(name, async () => {
    const page = openPage();
    page.wait(20_000);
    await page.hide();
    page.wait(pauseMs);
    page.show();
    page.wait(20_000);
    await page.hide();
    deepEqual(addReports(page.sent), { visits, activeBrowsers: 1, visitSeconds: 40 });
  });
}

Deno.test("walking through pages is one visit, told at most every ten seconds", async () => {
  const first = openPage();
  const { storage, time } = first;
  const sent = [...first.sent];
  let requests = 0;
  for (let i = 0; i < 20; i++) {
    const page = i === 0 ? first : openPage({ storage, time, makeId: first.makeId });
    page.wait(2_000);
    await page.hide();
    sent.push(...page.sent);
    requests += page.requests.length;
    page.stop();
  }
  equal(requests, 4);
  const { visitSeconds, ...rest } = addReports(sent);
  deepEqual(rest, { visits: 1, activeBrowsers: 1 });
  // What is left is told by the next report.
  equal(visitSeconds! + (first.state().open?.counts.visitSeconds ?? 0), 40);
});

Deno.test("of two pages that are both to be seen each moment counts once", async () => {
  const left = openPage();
  const right = openPage({ storage: left.storage, time: left.time, makeId: left.makeId });
  left.wait(5 * MINUTE_MS);
  await left.hide();
  await right.hide();
  deepEqual(addReports([...left.sent, ...right.sent]), {
    visits: 1,
    activeBrowsers: 1,
    visitSeconds: 300,
  });
});

Deno.test("a machine that slept was not looked at", async () => {
  const page = openPage();
  page.wait(MINUTE_MS);
  page.time.nowMs += 20 * MINUTE_MS;
  page.wait(MINUTE_MS);
  await page.hide();
  equal(addReports(page.sent).visitSeconds, 180, "two minutes at most of such a step");
  page.time.nowMs += 8 * HOUR_MS;
  page.show();
  await page.hide();
  equal(addReports(page.sent).visits, 2);
});

Deno.test("a visit counts for four hours at most", async () => {
  const page = openPage();
  page.wait(9 * HOUR_MS);
  await page.hide();
  deepEqual(addReports(page.sent), { visits: 1, activeBrowsers: 1, visitSeconds: 14_400 });
});

Deno.test("a browser is counted once a UTC day, whatever it does", async () => {
  const page = openPage();
  for (let hour = 0; hour < 30; hour++) {
    page.wait(15_000);
    await page.hide();
    page.wait(HOUR_MS - 15_000);
    page.show();
  }
  await page.hide();
  const byDay = Map.groupBy(page.sent, ({ day }) => day);
  deepEqual(
    [...byDay].map(([day, reports]) => [day, addReports(reports).activeBrowsers]),
    [["2024-01-02", 1], ["2024-01-03", 1]],
  );
});

Deno.test("a visit over midnight counts for both days, and each second for its own", async () => {
  const page = openPage({ time: { nowMs: Date.UTC(2024, 0, 2, 23, 58) } });
  page.wait(4 * MINUTE_MS);
  await page.hide();
  const byDay = Object.fromEntries(
    [...Map.groupBy(page.sent, ({ day }) => day)].map(([day, all]) => [day, addReports(all)]),
  );
  deepEqual(byDay, {
    "2024-01-02": { visits: 1, activeBrowsers: 1, visitSeconds: 60 },
    "2024-01-03": { activeBrowsers: 1, visitSeconds: 180 },
  });
});

Deno.test("PWA-10 failures make one crashed visit, however many there are; what loads badly makes none", async () => {
  const page = openPage();
  page.tell("error", { error: undefined, message: "ResizeObserver loop" });
  page.tell("error", {});
  page.wait(20_000);
  await page.hide();
  equal(addReports(page.sent).crashedVisits, undefined);
  page.show();
  page.tell("error", { error: new Error("ours") });
  page.tell("unhandledrejection", { reason: 1 });
  await page.hide();
  equal(addReports(page.sent).crashedVisits, 1);
  page.wait(HOUR_MS);
  page.show();
  page.tell("unhandledrejection");
  await page.hide();
  deepEqual([addReports(page.sent).crashedVisits, addReports(page.sent).visits], [2, 2]);
});

Deno.test("what failed before anybody listened counts too", async () => {
  const page = openPage({ hasCrashed: true });
  await page.hide();
  equal(addReports(page.sent).crashedVisits, 1);
});

Deno.test("PWA-10 an install counts once: as it happens, or when the app is found running", async () => {
  const page = openPage();
  page.tell("appinstalled");
  page.tell("appinstalled");
  await page.hide();
  const { storage, time } = page;
  const app = openPage({ storage, time, isApp: true, makeId: page.makeId });
  app.wait(20_000);
  await app.hide();
  equal(addReports([...page.sent, ...app.sent]).installs, 1);
  const other = openPage({ isApp: true });
  await other.hide();
  equal(addReports(other.sent).installs, 1);
});

Deno.test("PWA-10 signals count when their page is opened, and when one is unfolded", async () => {
  const views = async (path: string) => {
    const page = openPage({ path });
    const card = { closest: (selector: string) => selector === ".signal" ? {} : null };
    for (
      const target of [
        { ...card, open: true },
        { ...card, open: false },
        { open: true, closest: () => null },
        null,
      ]
    ) {
      const event = new Event("toggle");
      Object.defineProperty(event, "target", { value: target });
      (page.document as unknown as EventTarget).dispatchEvent(event);
    }
    await page.hide();
    return addReports(page.sent).signalViews;
  };
  equal(await views("/"), 1);
  equal(await views("/explore/signals"), 2);
  equal(await views("/explore/signalsmith"), 1);
});

for (
  const { name, part } of [
    { name: "Global Privacy Control", part: { wishes: { globalPrivacyControl: true } } },
    { name: "Do Not Track", part: { wishes: { doNotTrack: "1" } } },
  ]
) {
  Deno.test(`PWA-10 with ${name} nothing is counted, kept or sent`, async () => {
    const page = openPage({ ...part, isApp: true, hasCrashed: true, path: "/explore/signals" });
    page.wait(10 * MINUTE_MS);
    page.tell("error", { error: new Error("ours") });
    page.tell("appinstalled");
    await page.hide();
    deepEqual([page.requests.length, page.storage.kept.size], [0, 0]);
  });
}

Deno.test("a browser that does not object is counted, whatever else it says", async () => {
  for (
    const wishes of [{ doNotTrack: "0" }, { doNotTrack: null }, { globalPrivacyControl: false }]
  ) {
    const page = openPage({ wishes });
    await page.hide();
    equal(page.sent.length, 1, JSON.stringify(wishes));
  }
});

Deno.test("PWA-10 whoever refuses on an open page is not counted from that moment on", async () => {
  const page = openPage();
  page.wait(20_000);
  page.storage.kept.set("cryptointel.visits.refused", "1");
  page.storage.kept.delete("cryptointel.visits");
  page.wait(20_000);
  page.tell("error", { error: new Error("ours") });
  await page.hide();
  page.show();
  await page.hide();
  deepEqual([page.requests.length, [...page.storage.kept.keys()]], [
    0,
    ["cryptointel.visits.refused"],
  ]);
});

Deno.test("a storage that refuses everything costs the count and nothing else", async () => {
  const page = openPage();
  page.storage.isBroken = true;
  page.wait(5 * MINUTE_MS);
  page.tell("error", { error: new Error("ours") });
  await page.hide();
  page.show();
  equal(page.requests.length, 0);
});

Deno.test("PWA-10 what was counted without a network is sent with the next report, with the same ids", async () => {
  const page = openPage();
  page.answer.status = null;
  page.wait(20_000);
  await page.hide();
  equal(page.state().waiting.length, 1);
  const [{ id } = { id: "" }] = page.state().waiting;
  page.wait(3 * HOUR_MS);
  page.answer.status = 200;
  page.show();
  page.wait(10_000);
  await page.hide();
  deepEqual(page.sent.map((report) => report.id === id), [true, false]);
  deepEqual(addReports(page.sent), { visits: 2, activeBrowsers: 1, visitSeconds: 30 });
  deepEqual(page.state().waiting, []);
});

Deno.test("what went down with its page is sent by the next one, as soon as it counts", async () => {
  const page = openPage();
  page.answer.status = null;
  page.wait(20_000);
  await page.hide();
  const { storage, time, makeId } = page;
  const [report] = page.state().waiting;
  const next = openPage({ storage, time, makeId });
  deepEqual(next.sent, [report]);
  await new Promise((done) => setTimeout(done, 0));
  deepEqual(next.state().waiting, []);
  next.wait(20_000);
  await next.hide();
  deepEqual(addReports(next.sent), { visits: 1, activeBrowsers: 1, visitSeconds: 40 });
});

Deno.test("what is older than two days is not sent any more, and at most ten reports wait", async () => {
  const page = openPage();
  page.answer.status = null;
  for (let i = 0; i < 25; i++) {
    page.wait(20_000);
    await page.hide();
    page.wait(HOUR_MS);
    page.show();
  }
  equal(page.state().waiting.length, 10);
  page.time.nowMs += 3 * DAY_MS;
  page.answer.status = 200;
  await page.hide();
  page.show();
  await page.hide();
  ok(page.sent.length > 0);
  deepEqual([...new Set(page.sent.map(({ day }) => day))], ["2024-01-06"]);
});

for (
  const { status, isAgain } of [
    { status: 204, isAgain: false },
    { status: 400, isAgain: false },
    { status: 413, isAgain: false },
    { status: 408, isAgain: true },
    { status: 429, isAgain: true },
    { status: 500, isAgain: true },
    { status: 503, isAgain: true },
  ]
) {
  Deno.test(`after ${status} a report is ${isAgain ? "kept" : "forgotten"}`, async () => {
    const page = openPage();
    page.answer.status = status;
    await page.hide();
    equal(page.state().waiting.length, isAgain ? 1 : 0);
  });
}

Deno.test("a page that stopped counting hears nothing more", async () => {
  const page = openPage();
  page.stop();
  page.tell("error", { error: new Error("ours") });
  page.wait(5 * MINUTE_MS);
  await page.hide();
  equal(page.requests.length, 0);
});
