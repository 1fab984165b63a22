import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import { accountStrings } from "../../lib/format/account_strings.ts";
import { strings } from "../../lib/format/mod.ts";
import { CheckField, Field } from "../../lib/ui/Field.tsx";
import { goOn, privatePage, readForm, requirePerson } from "../../lib/ui/forms.ts";
import { noProblem, type Problem, readProblem } from "../../lib/ui/own.ts";
import { SettingsNav, Told } from "../../lib/ui/SettingsParts.tsx";
import type { State } from "../../lib/ui/state.ts";

interface Data {
  problem: Problem;
}

const words = accountStrings.account;
const here = "/settings/account";

export const handler = {
  GET(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    return ask instanceof Response ? ask : page({ problem: noProblem }, privatePage);
  },
  async POST(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    if (ask instanceof Response) return ask;
    const form = await readForm(ctx.req);
    if (!form?.has("confirm")) {
      const problem = { text: words.confirmNeeded, fields: {} };
      return page({ problem }, { ...privatePage, status: 422 });
    }
    const body = { password: form.get("password") ?? "" };
    const answer = await ask("DELETE", "/api/v1/auth/me", { body });
    if (answer.isOk) return goOn("/signin?out=1", answer.cookies);
    return page({ problem: readProblem(answer) }, { ...privatePage, status: answer.status });
  },
};

function Removal({ problem }: { problem: Problem }) {
  return (
    <form method="post" action={here} class="stack">
      <p>{words.removeIntro}</p>
      <Field name="password" label={words.password} error={problem.fields.password}>
        <input type="password" autoComplete="current-password" required maxLength={1_000} />
      </Field>
      <CheckField name="confirm" label={words.confirm} checked={false} />
      <button type="submit" class="danger">{words.act}</button>
    </form>
  );
}

/** Take one's data along, or delete the account. */
export default function AccountPage({ data, state }: PageProps<Data, State>) {
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <SettingsNav path={here} isAdmin={state.person?.role === "admin"} />
      <Told text="" problem={data.problem.text} />
      <section class="card" aria-labelledby="export">
        <h2 id="export">{words.export}</h2>
        <p class="muted">{words.exportIntro}</p>
        <ul class="plain">
          {words.exports.map(([href, label]) => (
            <li key={href}>
              <a href={href} download>{label}</a>
            </li>
          ))}
        </ul>
      </section>
      <section class="card" aria-labelledby="removal">
        <h2 id="removal">{words.remove}</h2>
        {state.person?.hasPassword
          ? <Removal problem={data.problem} />
          : <p class="empty">{words.noPassword}</p>}
      </section>
    </>
  );
}
