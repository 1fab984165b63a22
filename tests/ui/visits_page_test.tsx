/** The page on visits: figures for administrators, and for everybody what is counted and how not to be. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { App } from "fresh";
import Wrapper from "../../routes/_app.tsx";
import HelpPage from "../../routes/help.tsx";
import PreferencesPage, * as preferences from "../../routes/settings/index.tsx";
import VisitsPage, * as visits from "../../routes/visits.tsx";
import { visitLimits } from "../../lib/contracts/visit_limits.ts";
import type { VisitCounts, VisitsView } from "../../lib/contracts/visits.ts";
import { visitStrings } from "../../lib/format/visit_strings.ts";
import type { State } from "../../lib/ui/state.ts";
import { addDays, fillDays, makeDay, measureVisits } from "../../lib/visits/mod.ts";
import { fullPages } from "../support/pages.ts";
import { type Answers, aPerson, createAnswers } from "../support/person_app.tsx";
import { tellAll } from "../support/person_answers.ts";

const today = "2024-03-01";
const firstDay = "2024-01-15";

/** What the API tells when every day was like `counts`. */
function tell(counts: VisitCounts, part: Partial<VisitsView> = {}): VisitsView {
  const from = addDays(today, -29);
  const days = fillDays([], from, today).map(({ day }) => makeDay(day, counts));
  const firstMonth = fillDays([], firstDay, addDays(firstDay, 29)).map(({ day }) =>
    makeDay(day, counts)
  );
  return {
    isCounted: true,
    firstDay,
    figures: measureVisits({ firstDay, today, firstMonth, days }),
    days: days.toReversed(),
    count: days.length,
    timestamp: 0,
    ...part,
  };
}

const nothing: VisitsView = {
  ...tell({}),
  firstDay: null,
  figures: measureVisits({ firstDay: null, today, firstMonth: [], days: [] }),
  days: [],
  count: 0,
};

function serve(answers: Answers, given: Partial<State> = {}, areVisitsCounted = true) {
  const { ask, asked } = createAnswers(answers);
  const data = { ...fullPages, areVisitsCounted: () => areVisitsCounted };
  const handle = new App<State>({ logError: () => {} })
    .use((ctx) => {
      Object.assign(ctx.state, { requestId: "r1", mode: { mode: "live" }, data, ask, ...given });
      return ctx.next();
    })
    .appWrapper(Wrapper)
    .route("/visits", { component: VisitsPage, handler: visits.handler } as never)
    .route("/help", { component: HelpPage } as never)
    .route("/settings", { component: PreferencesPage, handler: preferences.handler } as never)
    .handler();
  const get = async (path: string) => {
    const answer = await handle(new Request(`http://here${path}`));
    return { status: answer.status, headers: answer.headers, html: await answer.text() };
  };
  return { get, asked };
}

const admin = { person: { ...aPerson, role: "admin" as const } };
const readKey = "GET /api/v1/admin/visits";

/** The text of each figure's card, by its name. */
function readCards(html: string): Record<string, string> {
  const cards = [...html.matchAll(/<div class="stat"><dt>(.*?)<\/dt><dd[^>]*>(.*?)<\/dd>/g)];
  return Object.fromEntries(
    cards.map((
      [, name, text],
    ) => [name, text!.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ").trim()]),
  );
}

Deno.test("PWA-10 before anything was counted every figure reads not yet measured, with its goal", async () => {
  const { html, headers } = await serve({ [readKey]: nothing }, admin).get("/visits");
  equal(headers.get("cache-control"), "no-store");
  deepEqual(readCards(html), {
    "Installs in the first month": "not yet measured goal: at least 100",
    "Daily users": "not yet measured goal: at least 50",
    "Visits": "not yet measured",
    "Average visit": "not yet measured goal: above 5 min",
    "Signal views": "not yet measured",
    "Push messages opened": "not yet measured goal: above 20%",
    "Visits without a crash": "not yet measured goal: above 99%",
    "Satisfied": "not yet measured goal: above 70%",
  });
  match(html, /Nothing was counted yet/);
});

Deno.test("PWA-10 measured figures stand beside their goals, with what they rest on", async () => {
  const counts = {
    visits: 100,
    activeBrowsers: 60,
    visitSeconds: 25_000,
    installs: 5,
    pushShown: 40,
    pushOpened: 10,
    crashedVisits: 3,
    feedbackYes: 3,
    feedbackNo: 1,
    signalViews: 7,
  };
  const { html } = await serve({ [readKey]: tell(counts) }, admin).get("/visits");
  deepEqual(readCards(html), {
    "Installs in the first month": "150 goal: at least 100, reached, 30 of the first 30 days",
    "Daily users": "60 goal: at least 50, reached, mean of 7 full days",
    "Visits": "3,000 in 30 days",
    "Average visit": "4 min 10 s goal: above 5 min, missed, 3,000 visits in 30 days",
    "Signal views": "210 3,000 visits in 30 days",
    "Push messages opened": "25% goal: above 20%, reached, 1,200 messages shown in 30 days",
    "Visits without a crash": "97.000% goal: above 99%, missed, 3,000 visits in 30 days",
    "Satisfied": "75% goal: above 70%, reached, 120 answers in 30 days",
  });
  equal(html.match(/<th scope="row">/g)?.length, 30);
  match(
    html,
    /<th scope="row">1 Mar 2024<\/th><td +class="number">60<\/td><td +class="number">100</,
  );
});

Deno.test("a goal that is not due is neither reached nor missed", async () => {
  const young = { ...tell({ activeBrowsers: 3 }) };
  young.figures = young.figures.map((each) => ({ ...each, isMet: null }));
  const { html } = await serve({ [readKey]: young }, admin).get("/visits");
  match(readCards(html)["Daily users"]!, /^3 goal: at least 50, not due yet/);
  ok(!html.includes("s-failed"));
});

Deno.test("PWA-10 who is no administrator is shown no figure, and the API is not even asked", async () => {
  for (const given of [{ person: aPerson }, { person: null }]) {
    const { get, asked } = serve({ [readKey]: tell({ visits: 3 }) }, given);
    const { status, html, headers } = await get("/visits");
    deepEqual([status, asked.length], [200, 0]);
    match(html, /The figures are shown to administrators/);
    equal(/href="\/signin\?next=%2Fvisits"/.test(html.split("<main")[1]!), given.person === null);
    ok(!html.includes("Average visit"));
    equal(headers.get("cache-control"), null);
  }
});

Deno.test("PWA-10 everybody reads what is counted and what is not, and can switch it off", async () => {
  const { html } = await serve({}, { person: null }).get("/visits");
  for (
    const text of [/no fingerprint/, /without cookies/, /Global Privacy Control/, /Count my visits/]
  ) {
    match(html, text);
  }
});

Deno.test("figures that cannot be read offer another try, and the page goes on", async () => {
  const { status, html } = await (serve({ [readKey]: 503 }, admin)).get("/visits");
  equal(status, 200);
  match(html, /role="alert"[\s\S]*href="\/visits"/);
  match(html, /Count my visits/);
});

Deno.test("switched off is said beside what was counted before", async () => {
  const off = tell({ visits: 1 }, { isCounted: false });
  match((await serve({ [readKey]: off }, admin).get("/visits")).html, /Counting is switched off/);
});

for (
  const [query, days] of [
    ["", 30],
    ["?days=7", 7],
    ["?days=366", 366],
    ["?days=31", 30],
    ["?days=1e9", 30],
    ["?days=%3Cscript%3E", 30],
  ] as const
) {
  Deno.test(`/visits${query} asks for ${days} days`, async () => {
    const { get, asked } = serve({ [readKey]: tell({}) }, admin);
    const { html } = await get(`/visits${query}`);
    deepEqual(asked.map(({ path }) => path), [`/api/v1/admin/visits?days=${days}`]);
    match(html, new RegExp(`href="\\?days=${days}" aria-current="page"`));
  });
}

Deno.test("days are sorted by any column, and stay those of the period", async () => {
  const view = tell({});
  view.days = [makeDay("2024-03-01", { visits: 1 }), makeDay("2024-02-29", { visits: 9 })];
  const { get } = serve({ [readKey]: view }, admin);
  const read = async (query: string) =>
    [...(await get(`/visits${query}`)).html.matchAll(/<th scope="row">([^<]+)/g)].map(([, day]) =>
      day
    );
  deepEqual(await read(""), ["1 Mar 2024", "29 Feb 2024"]);
  deepEqual(await read("?days=7&sort=visits"), ["29 Feb 2024", "1 Mar 2024"]);
  deepEqual(await read("?sort=nothing&order=up"), ["1 Mar 2024", "29 Feb 2024"]);
  match((await get("/visits?days=7")).html, /href="\?days=7&(amp;)?sort=visits/);
});

Deno.test("PWA-10 pages say that they count, and nothing where the operator does not want it", async () => {
  for (const isCounted of [true, false]) {
    const { html } = await serve({}, { person: null }, isCounted).get("/help");
    equal(/<html lang="en" data-visits="on">/.test(html), isCounted);
  }
});

Deno.test("PWA-10 the preferences hold the choice, and the navigation leads to the page", async () => {
  const { html } = await serve(tellAll("x"), { person: aPerson }).get("/settings");
  match(html, /Count my visits[\s\S]*href="\/visits"/);
  match(html, /<nav class="side"[\s\S]*href="\/visits"[\s\S]*<\/nav>/);
});

Deno.test("every counter has its words in the table, but time, which stands as the average", () => {
  const named = Object.keys(visitStrings.columns).filter((name) => !/^(day|average)$/.test(name));
  deepEqual(
    named.toSorted(),
    Object.keys(visitLimits).filter((name) => name !== "visitSeconds").toSorted(),
  );
});
