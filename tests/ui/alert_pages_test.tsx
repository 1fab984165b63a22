/** Pages of alerts and notifications, as the server writes them. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { arrangeAlerts, parseAlertFilter } from "../../lib/ui/alert_list.ts";
import { describeCondition, formatLevel } from "../../lib/ui/alert_words.ts";
import { anAlert, emptyAnswers, someForesight, tellAll } from "../support/person_answers.ts";
import {
  ALERT_ID,
  type Answers,
  aPerson,
  createAnswers,
  personPaths,
  servePerson,
} from "../support/person_app.tsx";

const HOSTILE = `<script>alert(1)</script>"'&`;
const HOUR_MS = 3_600_000;

function open(answers: Answers) {
  const { ask, asked } = createAnswers(answers);
  return { get: servePerson({ person: aPerson, ask }), asked };
}

Deno.test("AUT-04 a page of one's own sends a visitor to sign in, and back", async () => {
  const { ask, asked } = createAnswers(tellAll("x"));
  for (const given of [{ ask, person: null }, {}]) {
    const get = servePerson(given);
    for (const path of personPaths) {
      const forms = [undefined, { act: "delete", alert_id: ALERT_ID }];
      // The history takes no form.
      for (const form of path === "/alerts/history" ? [undefined] : forms) {
        const { status, headers } = await get(`${path}?a=1`, form);
        equal(status, 303, path);
        equal(headers.get("location"), `/signin?next=${encodeURIComponent(`${path}?a=1`)}`);
      }
    }
  }
  deepEqual(asked, []);
});

Deno.test("UI-17 ALR-07 every page is complete without scripts, and for nobody's cache", async () => {
  const { get } = open(tellAll("Mine"));
  const contents: Record<string, RegExp[]> = {
    "/alerts": [/Mine[\s\S]*Price above 60,000[\s\S]*Armed[\s\S]*1 min ago/, /1 of at most 1,000/],
    "/alerts/new": [/Save the alert/, /name="threshold"/, /value="CUSTOM"/],
    [`/alerts/${ALERT_ID}`]: [/value="60000"/, /name="revision" value="3"/, /60012\.5/],
    "/alerts/history": [/60012\.5[\s\S]*In the app, E-mail/, /cursor=c1/],
    "/notifications": [/2 firings in one/, /Mark as read/, /recorded/],
    "/settings": [/value="23:00"/, /77 s/, /no mail server/],
    "/settings/devices": [/Only what is important/, /Turn off/],
    "/settings/security": [/this one/, /Firefox on Linux[\s\S]*10\.0\.0\.1/, /Sign out all others/],
    "/settings/keys": [/ci_abc…[\s\S]*Read market data, Alerts[\s\S]*never/],
    "/settings/account": [/Delete my account/, /href="\/api\/v1\/alerts\?limit=200"/],
  };
  deepEqual(Object.keys(contents), personPaths);
  for (const [path, patterns] of Object.entries(contents)) {
    const { status, headers, html } = await get(path);
    equal(status, 200, path);
    equal(headers.get("cache-control"), "no-store", path);
    equal(html.match(/<h1/g)?.length, 1, path);
    match(html, /mara@example\.org/);
    for (const pattern of patterns) match(html, pattern, path);
  }
});

Deno.test("texts of people and sources are shown as they are, on every page", async () => {
  const { get } = open(tellAll(HOSTILE, "javascript:alert(1)"));
  for (const path of personPaths) {
    const { status, html } = await get(path);
    equal(status, 200, path);
    ok(!html.includes("<script>alert"), path);
    ok(!html.includes('href="javascript:'), path);
    ok(!html.includes('value="javascript:'), path);
  }
});

Deno.test("a page with nothing to show says what to do, one that cannot read offers a retry", async () => {
  const empty = open(emptyAnswers);
  match((await empty.get("/alerts")).html, /No alert yet\. Make one/);
  match((await empty.get("/alerts/history")).html, /Nothing has fired yet/);
  match((await empty.get("/notifications")).html, /Nothing yet/);
  match((await empty.get("/notifications?unread=1")).html, /Nothing unread/);
  match((await empty.get("/settings/keys")).html, /No key yet/);
  match((await empty.get("/settings/devices")).html, /No device gets push messages yet/);
  const failing = open({});
  for (const path of personPaths.filter((path) => !path.includes(ALERT_ID))) {
    const { status, html } = await failing.get(path);
    equal(status, 200, path);
    if (!/new|account$/.test(path)) match(html, /role="alert"/, path);
  }
  equal((await failing.get(`/alerts/${ALERT_ID}`)).status, 404);
  equal((await failing.get("/alerts/none-such")).status, 404);
});

Deno.test("UI-17 the list is filtered and sorted by its address", async () => {
  const alerts = [
    anAlert({ alert_id: "1", name: "b", symbol: "ETHUSDT", phase: "snoozed", lastFiredMs: null }),
    anAlert({ alert_id: "2", name: "a", condition: "RSI_BELOW", lastFiredMs: 5 }),
    anAlert({ alert_id: "3", name: "c", lastFiredMs: 9 }),
  ];
  const ids = (query: string, sort: Parameters<typeof arrangeAlerts>[2]) =>
    arrangeAlerts(alerts, parseAlertFilter(new URLSearchParams(query)), sort)
      .map(({ alert_id }) => alert_id).join("");
  equal(ids("", { sort: "fired", order: "desc" }), "321");
  equal(ids("", { sort: "fired", order: "asc" }), "231", "never fired comes last either way");
  equal(ids("", { sort: "name", order: "asc" }), "213");
  equal(ids("", { sort: "phase", order: "asc" }), "231");
  equal(ids("q=eth", { sort: "name", order: "asc" }), "1");
  equal(ids("condition=RSI_BELOW", { sort: "name", order: "asc" }), "2");
  equal(ids("phase=snoozed&condition=nonsense", { sort: "name", order: "asc" }), "1");
  const all = { alerts, count: 3, most: 1_000, next_cursor: null };
  const { get } = open({ ...tellAll("x"), "GET /api/v1/alerts": all });
  const { html } = await get("/alerts?q=eth&sort=name");
  match(html, /href="\/alerts\?q=eth&(?:amp;)?sort=name&(?:amp;)?order=desc"/);
  match((await get("/alerts?q=nothing")).html, /No alert matches/);
});

Deno.test("all pages of the API make one list", async () => {
  let pages = 0;
  const { ask } = createAnswers(tellAll("x"));
  const get = servePerson({
    person: aPerson,
    ask: async (method, path, question) => {
      if (!path.startsWith("/api/v1/alerts?")) return await ask(method, path, question);
      equal(path.includes("cursor"), pages > 0);
      const next_cursor = ++pages < 3 ? "next" : null;
      const alerts = [anAlert({ alert_id: `${pages}`, name: `number ${pages}` })];
      const body = { alerts, count: 1, most: 1_000, next_cursor };
      return { status: 200, isOk: true, body, cookies: [], etag: null };
    },
  });
  match((await get("/alerts")).html, /number 1[\s\S]*number 2[\s\S]*number 3/);
});

Deno.test("buttons of an alert ask the API for what they say, on the revision that was shown", async () => {
  const path = `/api/v1/alerts/${ALERT_ID}`;
  const { get, asked } = open({
    ...tellAll("Mine"),
    [`PATCH ${path}`]: anAlert(),
    [`POST ${path}/snooze`]: anAlert(),
    [`DELETE ${path}`]: { done: true },
    [`PUT ${path}`]: anAlert(),
  });
  const form = { alert_id: ALERT_ID, revision: "3", back: "/alerts?sort=name" };
  const last = () => asked.at(-1)!;

  const off = await get("/alerts", { ...form, act: "off" });
  deepEqual([off.status, off.headers.get("location")], [303, "/alerts?sort=name"]);
  deepEqual(last(), {
    method: "PATCH",
    path,
    headers: { "if-match": '"3"' },
    body: { is_active: false },
  });
  await get("/alerts", { ...form, act: "snooze", seconds: "3600" });
  deepEqual(last().body, { untilMs: Date.UTC(2024, 0, 2) + HOUR_MS });
  await get("/alerts", { ...form, act: "snooze", seconds: "-5" });
  deepEqual(last().body, { untilMs: Date.UTC(2024, 0, 2) });
  await get("/alerts", { ...form, act: "wake" });
  deepEqual(last().body, { untilMs: null });

  const removed = await get("/alerts", { ...form, act: "delete" });
  equal(removed.status, 200);
  match(removed.html, /“Mine” was deleted/);
  const content = removed.html.match(/name="content" value="([^"]*)"/)![1]!
    .replaceAll("&quot;", '"');
  const undone = await get("/alerts", { alert_id: ALERT_ID, act: "undo", content });
  equal(undone.headers.get("location"), "/alerts?told=back");
  deepEqual([last().method, last().headers], ["PUT", { "if-none-match": "*" }]);
  equal((last().body as { name: string }).name, "Mine");
  ok(!("revision" in (last().body as object)));

  for (const each of [{ act: "off" }, { act: "off", alert_id: "../users" }, { act: "burn" }]) {
    const count = asked.length;
    equal((await get("/alerts", each as never)).headers.get("location"), "/alerts");
    equal(asked.length, count);
  }
  equal(
    (await get("/alerts", { ...form, act: "off", back: "//evil.example" })).headers
      .get("location"),
    "/",
  );
});

Deno.test("a button that the API refuses says why above the list", async () => {
  const { get } = open({ ...tellAll("Mine"), [`PATCH /api/v1/alerts/${ALERT_ID}`]: 412 });
  const { status, html } = await get("/alerts", { alert_id: ALERT_ID, act: "on" });
  equal(status, 412);
  match(html, /role="alert">refused with 412/);
});

Deno.test("NEW-05 nothing is saved before its past was shown; then it is, once", async () => {
  const { get, asked } = open({
    ...tellAll("Mine"),
    "POST /api/v1/alerts/foresight": someForesight,
    [`PUT /api/v1/alerts/${ALERT_ID}`]: anAlert(),
  });
  const form = {
    act: "save",
    alert_id: ALERT_ID,
    symbol: "BTCUSDT",
    condition: "PRICE_ABOVE",
    threshold: "60000",
    channel: "WEBSOCKET",
    cooldown: "5",
    is_active: "on",
    repeats: "on",
  };
  const looked = await get("/alerts/new", form);
  equal(looked.status, 200);
  match(looked.html, /90 days[\s\S]*90[\s\S]*0\.4 of 90 days[\s\S]*−0\.31%[\s\S]*25%[\s\S]*12/);
  match(looked.html, /Where n is below 30, it says little/);
  match(looked.html, /name="looked" value="1"/);
  ok(!asked.some(({ method }) => method === "PUT"));
  const saved = await get("/alerts/new", { ...form, looked: "1" });
  equal(saved.headers.get("location"), "/alerts?told=made");
  const put = asked.find(({ method }) => method === "PUT")!;
  deepEqual(put.headers, { "if-none-match": "*" });
  equal((put.body as { threshold: number }).threshold, 60_000);
  const changed = await get(`/alerts/${ALERT_ID}`, { ...form, looked: "1", revision: "3" });
  equal(changed.headers.get("location"), "/alerts?told=changed");
  deepEqual(asked.findLast(({ method }) => method === "PUT")!.headers, { "if-match": '"3"' });
});

Deno.test("a form that is refused keeps what was typed", async () => {
  const { get } = open({ ...tellAll("Mine"), "POST /api/v1/alerts/foresight": 422 });
  const form = { act: "look", alert_id: ALERT_ID, symbol: "NOPE", name: "Typed", threshold: "12" };
  const { status, html } = await get("/alerts/new", form);
  equal(status, 422);
  match(html, /refused with 422/);
  match(html, /value="NOPE"/);
  match(html, /value="Typed"/);
  match(html, /value="12"/);
  equal((await get("/alerts/new", { act: "save" })).headers.get("location"), "/alerts/new");
});

Deno.test("UI-17 without scripts a condition brings its fields, and groups grow", async () => {
  const { get } = open(tellAll("Mine"));
  const form = { alert_id: ALERT_ID, symbol: "BTCUSDT", condition: "CUSTOM" };
  const chosen = await get("/alerts/new", { ...form, act: "condition" });
  match(chosen.html, /name="g-0-field"/);
  ok(!chosen.html.includes('name="threshold"'));
  const grown = await get("/alerts/new", {
    ...form,
    act: "group:g",
    "g-match": "any",
    "g-0-field": "close",
    "g-0-is": "below",
    "g-0-value": "7.5",
  });
  match(grown.html, /name="g-0-value"[^>]*value="7\.5"/);
  match(grown.html, /name="g-1-match"[\s\S]*name="g-1-0-field"/);
  const percent = await get("/alerts/new", {
    ...form,
    condition: "PERCENT_CHANGE",
    act: "condition",
  });
  for (const name of ["threshold", "timeframe", "direction", "windowMs"]) {
    match(percent.html, new RegExp(`name="${name}"`));
  }
});

Deno.test("ALR-07 notifications are marked one by one or all, and lead only to pages of ours", async () => {
  const { get, asked } = open({
    ...tellAll("Mine"),
    "POST /api/v1/notifications/read": { marked: 1 },
  });
  const one = await get("/notifications", { id: "n1", to: "/enhanced-dashboard?symbol=X" });
  equal(one.headers.get("location"), "/enhanced-dashboard?symbol=X");
  deepEqual(asked.at(-1)?.body, { ids: ["n1"] });
  const all = await get("/notifications", { act: "all", to: "https://evil.example" });
  equal(all.headers.get("location"), "/");
  deepEqual(asked.at(-1)?.body, {});
});

Deno.test("levels are written in their condition's unit", () => {
  const rows = [
    ["PRICE_ABOVE", 63_250.1, "63,250.10"],
    ["PERCENT_CHANGE", 5, "5 %"],
    ["SIGNAL_CONFIDENCE", 0.7, "70%"],
    ["VOLUME_SPIKE", 2, "2×"],
    ["RSI_ABOVE", 70, "70"],
    ["CUSTOM", null, ""],
    ["PRICE_BELOW", NaN, ""],
  ] as const;
  for (const [condition, level, text] of rows) equal(formatLevel(condition, level), text);
  equal(
    describeCondition({ condition: "PRICE_ABOVE", threshold: null, parameters: { line: {} } }),
    "Price above a drawn line",
  );
  equal(
    describeCondition({ condition: "RSI_BELOW", threshold: 30, parameters: { timeframe: "1h" } }),
    "RSI below 30 (1h)",
  );
});
