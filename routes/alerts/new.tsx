import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import AlertForm from "../../islands/AlertForm.tsx";
import { comparedFigures, conditionSpecs } from "../../lib/api/page_alerts.ts";
import { alertStrings } from "../../lib/format/alert_strings.ts";
import { strings } from "../../lib/format/mod.ts";
import { getAlertPath } from "../../lib/ui/alert_acts.ts";
import { type AlertDraft, fitDraft, readAlertQuery } from "../../lib/ui/alert_form.ts";
import { takeAlertForm } from "../../lib/ui/alert_post.ts";
import { goOn, privatePage, readForm, requirePerson } from "../../lib/ui/forms.ts";
import type { Foresight } from "../../lib/ui/ForesightView.tsx";
import { noProblem, type Problem } from "../../lib/ui/own.ts";
import { readSafely } from "../../lib/ui/read.ts";
import type { State } from "../../lib/ui/state.ts";

interface Data {
  alertId: string;
  draft: AlertDraft;
  symbols: string[];
  problem: Problem;
  foresight: Foresight | null;
}

const words = alertStrings.form;

async function listSymbols({ data }: State): Promise<string[]> {
  const symbols = await readSafely(() => data.listSymbols());
  return symbols.isOk ? symbols.value.map(({ symbol }) => symbol) : [];
}

export const handler = {
  async GET(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    if (ask instanceof Response) return ask;
    const asked = readAlertQuery(ctx.url.searchParams);
    const draft = fitDraft(asked, conditionSpecs.find(({ name }) => name === asked.condition)!);
    const symbols = await listSymbols(ctx.state);
    const alertId = crypto.randomUUID();
    return page({ alertId, draft, symbols, problem: noProblem, foresight: null }, privatePage);
  },
  async POST(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    if (ask instanceof Response) return ask;
    const form = await readForm(ctx.req);
    const path = getAlertPath(form?.get("alert_id") ?? null);
    if (!form || !path) return goOn("/alerts/new");
    const post = await takeAlertForm(ask, form, { path, specs: conditionSpecs });
    if (post.isSaved) return goOn("/alerts?told=made");
    const alertId = path.split("/").at(-1)!;
    const symbols = await listSymbols(ctx.state);
    return page({ ...post, alertId, symbols }, { ...privatePage, status: post.status });
  },
};

/** The builder of an alert, which says what it would have done. */
export default function NewAlertPage({ data }: PageProps<Data, State>) {
  return (
    <>
      <Head>
        <title>{`${words.newHeading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.newHeading}</h1>
      <AlertForm
        path="/alerts/new"
        alertId={data.alertId}
        revision={null}
        draft={data.draft}
        specs={[...conditionSpecs]}
        figures={[...comparedFigures]}
        symbols={data.symbols}
        problem={data.problem}
        foresight={data.foresight}
      />
    </>
  );
}
