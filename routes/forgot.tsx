import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import { accountStrings } from "../lib/format/account_strings.ts";
import { strings } from "../lib/format/mod.ts";
import { peopleStrings } from "../lib/format/people_strings.ts";
import { Field, FormError } from "../lib/ui/Field.tsx";
import { goOn, privatePage, readForm } from "../lib/ui/forms.ts";
import { noProblem, type Problem, readProblem } from "../lib/ui/own.ts";
import type { State } from "../lib/ui/state.ts";

interface Data {
  /** Whether links are mailed; null where nobody can say. */
  isByMail: boolean | null;
  isSent: boolean;
  email: string;
  problem: Problem;
}

const words = peopleStrings.forgot;
const here = "/forgot";

async function readData({ url, state }: Context<State>): Promise<Data> {
  const ways = await state.ask?.("GET", "/api/v1/auth/forgot");
  return {
    isByMail: ways?.isOk ? (ways.body as { byMail: boolean }).byMail : null,
    isSent: url.searchParams.has("sent"),
    email: "",
    problem: noProblem,
  };
}

export const handler = {
  async GET(ctx: Context<State>) {
    return page(await readData(ctx), privatePage);
  },
  async POST(ctx: Context<State>) {
    const email = (await readForm(ctx.req))?.get("email") ?? "";
    const answer = await ctx.state.ask?.("POST", "/api/v1/auth/forgot", { body: { email } });
    // The same page whether the address has an account or not.
    if (answer?.isOk) return goOn(`${here}?sent=1`);
    const problem = answer ? readProblem(answer) : { ...noProblem, text: accountStrings.closed };
    const data = { ...await readData(ctx), isSent: false, email, problem };
    return page(data, { ...privatePage, status: answer?.status ?? 503 });
  },
};

function MailForm({ email, problem }: { email: string; problem: Problem }) {
  return (
    <form method="post" action={here} class="card stack" aria-labelledby="forgot-heading">
      <FormError text={problem.text} />
      <Field name="email" label={accountStrings.signIn.email} error={problem.fields.email}>
        <input type="email" autoComplete="username" required maxLength={254} value={email} />
      </Field>
      <button type="submit" class="primary">{words.act}</button>
    </form>
  );
}

/** How somebody who lost their password comes by a new one. */
export default function ForgotPage({ data }: PageProps<Data, State>) {
  const { isByMail, isSent, email, problem } = data;
  return (
    <div class="narrow">
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1 id="forgot-heading">{words.heading}</h1>
      {isByMail === null && <p class="card empty">{accountStrings.closed}</p>}
      {isByMail && isSent && <p class="banner" role="status">{words.sent}</p>}
      {isByMail && !isSent && (
        <>
          <p class="muted">{words.intro}</p>
          <MailForm email={email} problem={problem} />
        </>
      )}
      {isByMail !== null && (
        <section class="card" aria-labelledby="otherwise">
          <h2 id="otherwise">{words.otherwise}</h2>
          {!isByMail && <p>{words.noMail}</p>}
          <p>{words.administrator}</p>
          <p>
            {words.operator} <a href="/guides/security#passwords">{words.guide}</a>
          </p>
          <p>
            {words.passkey} <a class="button" href="/signin">{words.toSignIn}</a>
          </p>
        </section>
      )}
    </div>
  );
}
