import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import SetupCode from "../islands/SetupCode.tsx";
import { accountStrings } from "../lib/format/account_strings.ts";
import { strings } from "../lib/format/mod.ts";
import { Field, FormError } from "../lib/ui/Field.tsx";
import { goOn, privatePage, readForm } from "../lib/ui/forms.ts";
import { noProblem, type Problem, readProblem } from "../lib/ui/own.ts";
import type { State } from "../lib/ui/state.ts";

interface Data {
  /** Null where nobody can say. */
  isNeeded: boolean | null;
  email: string;
  token: string;
  problem: Problem;
}

const words = accountStrings.setup;

async function readIsNeeded({ ask }: State): Promise<boolean | null> {
  const answer = await ask?.("GET", "/api/v1/auth/setup");
  return answer?.isOk ? (answer.body as { isNeeded: boolean }).isNeeded : null;
}

export const handler = {
  async GET(ctx: Context<State>) {
    const isNeeded = await readIsNeeded(ctx.state);
    return page({ isNeeded, email: "", token: "", problem: noProblem }, privatePage);
  },
  async POST(ctx: Context<State>) {
    const form = await readForm(ctx.req);
    const [email, token] = [form?.get("email") ?? "", form?.get("token")?.trim() ?? ""];
    const body = { email, token, password: form?.get("password") ?? "", cookie: true };
    const answer = await ctx.state.ask?.("POST", "/api/v1/auth/setup", { body });
    if (answer?.isOk) return goOn("/", answer.cookies);
    const isNeeded = await readIsNeeded(ctx.state);
    const problem = answer ? readProblem(answer) : { ...noProblem, text: accountStrings.closed };
    return page({ isNeeded, email, token, problem }, {
      ...privatePage,
      status: answer?.status ?? 503,
    });
  },
};

function SetupForm({ data: { problem, email, token } }: { data: Data }) {
  return (
    <form method="post" action="/setup" class="card stack" aria-labelledby="setup-heading">
      <FormError text={problem.text} />
      <Field name="token" label={words.token} hint={words.tokenHint} error={problem.fields.token}>
        <input type="text" required maxLength={2_048} autoComplete="off" value={token} />
      </Field>
      <Field name="email" label={accountStrings.signIn.email} error={problem.fields.email}>
        <input type="email" autoComplete="username" required maxLength={254} value={email} />
      </Field>
      <Field
        name="password"
        label={accountStrings.signIn.password}
        hint={accountStrings.signIn.passwordHint}
        error={problem.fields.password}
      >
        <input type="password" autoComplete="new-password" required maxLength={1_000} />
      </Field>
      <button type="submit" class="primary">{words.act}</button>
      <SetupCode />
    </form>
  );
}

/** Makes the first administrator, with the one-time link of the first start. */
export default function SetupPage({ data }: PageProps<Data, State>) {
  return (
    <div class="narrow">
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1 id="setup-heading">{words.heading}</h1>
      {data.isNeeded === null && <p class="card empty">{accountStrings.closed}</p>}
      {data.isNeeded === false && (
        <p class="card">
          {words.done} <a class="button" href="/signin">{accountStrings.signIn.act}</a>
        </p>
      )}
      {data.isNeeded && (
        <>
          <p class="muted">{words.intro}</p>
          <SetupForm data={data} />
        </>
      )}
    </div>
  );
}
