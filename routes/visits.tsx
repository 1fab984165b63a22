import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import VisitChoice from "../islands/VisitChoice.tsx";
import VisitFeedback from "../islands/VisitFeedback.tsx";
import type { VisitsView } from "../lib/contracts/visits.ts";
import { strings } from "../lib/format/mod.ts";
import { visitStrings as words } from "../lib/format/visit_strings.ts";
import { privatePage } from "../lib/ui/forms.ts";
import { getOwn, linkSignIn } from "../lib/ui/own.ts";
import { type Reading, readSafely } from "../lib/ui/read.ts";
import { ReadError } from "../lib/ui/Shell.tsx";
import type { State } from "../lib/ui/state.ts";
import { VisitDays, VisitFigures } from "../lib/ui/VisitParts.tsx";

interface Data {
  /** Null for whoever may not read the figures. */
  visits: Reading<VisitsView> | null;
  /** How many days are shown. */
  days: number;
}

const path = "/api/v1/admin/visits";

function readPeriod(query: URLSearchParams): number {
  const asked = Number(query.get("days"));
  return words.periods.find(([days]) => days === asked)?.[0] ?? 30;
}

export const handler = {
  async GET({ state, url }: Context<State>) {
    const days = readPeriod(url.searchParams);
    const { person, ask } = state;
    const visits = person?.role === "admin" && ask
      ? await readSafely(() => getOwn<VisitsView>(ask, `${path}?days=${days}`))
      : null;
    return page({ visits, days }, visits ? privatePage : {});
  },
};

function Visits({ visits, days, query }: {
  visits: VisitsView;
  days: number;
  query: URLSearchParams;
}) {
  return (
    <>
      {!visits.isCounted && <p class="banner" role="status">{words.off}</p>}
      <section class="card" aria-labelledby="figures">
        <h2 id="figures">{words.figures}</h2>
        <VisitFigures figures={visits.figures} />
      </section>
      <section class="card" aria-labelledby="days">
        <h2 id="days">{words.days}</h2>
        <nav class="tabs" aria-label={words.period}>
          <ul>
            {words.periods.map(([each, label]) => (
              <li key={each}>
                <a href={`?days=${each}`} aria-current={each === days ? "page" : undefined}>
                  {label}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <VisitDays days={visits.days} query={query} />
      </section>
    </>
  );
}

/** What visits come to, for administrators; what is counted, and how not to be, for everybody. */
export default function VisitsPage({ data, state, url }: PageProps<Data, State>) {
  const { visits, days } = data;
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      {visits === null && (
        <p class="card muted">
          {words.onlyAdmins}{" "}
          {state.ask && !state.person && <a href={linkSignIn(url.pathname)}>{words.signIn}</a>}
        </p>
      )}
      {visits !== null && (visits.isOk
        ? <Visits visits={visits.value} days={days} query={url.searchParams} />
        : <ReadError href={url.pathname} />)}
      <section class="card" aria-labelledby="counted">
        <h2 id="counted">{words.counted}</h2>
        {words.countedTexts.map((text) => <p key={text}>{text}</p>)}
        <VisitChoice />
      </section>
      <VisitFeedback />
    </>
  );
}
