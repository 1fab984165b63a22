import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import SetupCode from "../islands/SetupCode.tsx";
import ShowPassword from "../islands/ShowPassword.tsx";
import { accountStrings } from "../lib/format/account_strings.ts";
import { strings } from "../lib/format/mod.ts";
import { peopleStrings } from "../lib/format/people_strings.ts";
import { Field, FormError } from "../lib/ui/Field.tsx";
import { goOn, privatePage, readForm } from "../lib/ui/forms.ts";
import { noProblem, type Problem, readProblem } from "../lib/ui/own.ts";
import type { State } from "../lib/ui/state.ts";

interface Data {
  /** Of the link, once it was sent; empty while only the browser knows it. */
  token: string;
  /** The link is used, expired or none of ours: no password will do. */
  isOver: boolean;
  problem: Problem;
}

const words = peopleStrings.reset;
const here = "/reset";

/** Takes the whole link, too, of which the code is the part behind `#`. */
function readToken(text: string): string {
  return text.trim().split("#").at(-1)!;
}

export const handler = {
  GET: () => page({ token: "", isOver: false, problem: noProblem }, privatePage),
  async POST(ctx: Context<State>) {
    const form = await readForm(ctx.req);
    const token = readToken(form?.get("token") ?? "");
    const body = { token, password: form?.get("password") ?? "", cookie: true };
    const answer = await ctx.state.ask?.("POST", "/api/v1/auth/reset", { body });
    if (answer?.isOk) return goOn("/settings/security?changed=1", answer.cookies);
    const problem = answer ? readProblem(answer) : { ...noProblem, text: accountStrings.closed };
    const data = { token, isOver: answer?.status === 403, problem };
    return page(data, { ...privatePage, status: answer?.status ?? 503 });
  },
};

function ResetForm({ token, problem }: { token: string; problem: Problem }) {
  const isKnown = token !== "" && problem.fields.token === undefined;
  return (
    <form method="post" action={here} class="card stack" aria-labelledby="reset-heading">
      <FormError text={problem.text} />
      {isKnown ? <input type="hidden" name="token" value={token} /> : (
        <Field
          name="token"
          label={words.token}
          hint={words.tokenHint}
          error={problem.fields.token}
        >
          <input type="text" required maxLength={4_096} autoComplete="off" value={token} />
        </Field>
      )}
      <Field
        name="password"
        label={words.password}
        hint={accountStrings.signIn.passwordHint}
        error={problem.fields.password}
      >
        <input type="password" autoComplete="new-password" required maxLength={1_000} />
      </Field>
      <ShowPassword name="password" />
      <button type="submit" class="primary">{words.act}</button>
      <SetupCode isHiding />
    </form>
  );
}

/** Sets a new password, by a link that was mailed or made by an administrator. */
export default function ResetPage({ data }: PageProps<Data, State>) {
  const { token, isOver, problem } = data;
  return (
    <div class="narrow">
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1 id="reset-heading">{isOver ? words.over : words.heading}</h1>
      {isOver
        ? (
          <section class="card">
            <FormError text={problem.text} />
            <p>
              <a class="button" href="/forgot">{words.another}</a>
            </p>
          </section>
        )
        : (
          <>
            <p class="muted">{words.intro}</p>
            <ResetForm token={token} problem={problem} />
          </>
        )}
    </div>
  );
}
