import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import PasskeySignIn from "../islands/PasskeySignIn.tsx";
import { accountStrings } from "../lib/format/account_strings.ts";
import { strings } from "../lib/format/mod.ts";
import { peopleStrings } from "../lib/format/people_strings.ts";
import { Field, FormError } from "../lib/ui/Field.tsx";
import { goOn, privatePage, readForm } from "../lib/ui/forms.ts";
import { linkSignIn, noProblem, type Problem, readNext, readProblem } from "../lib/ui/own.ts";
import type { State } from "../lib/ui/state.ts";

interface Data {
  isNew: boolean;
  isSignedOut: boolean;
  isSetupNeeded: boolean;
  next: string;
  email: string;
  problem: Problem;
}

const words = accountStrings.signIn;

async function signOut(ctx: Context<State>): Promise<Response> {
  const answer = await ctx.state.ask?.("POST", "/api/v1/auth/logout", { body: {} });
  return goOn("/signin?out=1", answer?.cookies);
}

async function readData(ctx: Context<State>): Promise<Data> {
  const query = ctx.url.searchParams;
  const setup = await ctx.state.ask?.("GET", "/api/v1/auth/setup");
  return {
    isNew: query.has("new"),
    isSignedOut: query.has("out"),
    isSetupNeeded: setup?.isOk === true && (setup.body as { isNeeded: boolean }).isNeeded,
    next: readNext(query.get("next")),
    email: "",
    problem: noProblem,
  };
}

export const handler = {
  async GET(ctx: Context<State>) {
    const data = await readData(ctx);
    return ctx.state.person ? goOn(data.next) : page(data, privatePage);
  },
  async POST(ctx: Context<State>) {
    const data = await readData(ctx);
    const form = await readForm(ctx.req);
    if (form?.get("act") === "sign-out") return await signOut(ctx);
    const { ask } = ctx.state;
    if (!form || !ask) {
      data.problem = { text: form ? accountStrings.closed : words.unreadable, fields: {} };
      return page(data, { ...privatePage, status: form ? 503 : 400 });
    }
    const next = readNext(form.get("next"));
    const isNew = form.get("act") === "register";
    const [email, password] = [form.get("email") ?? "", form.get("password") ?? ""];
    const path = `/api/v1/auth/${isNew ? "register" : "login"}`;
    const answer = await ask("POST", path, { body: { email, password, cookie: true } });
    if (answer.isOk) return goOn(next, answer.cookies);
    const problem = readProblem(answer);
    const { status } = answer;
    return page({ ...data, isNew, next, email, problem }, { ...privatePage, status });
  },
};

function Credentials({ data }: { data: Data }) {
  const { isNew, email, problem, next } = data;
  return (
    <form method="post" action="/signin" class="stack" aria-labelledby="signin-heading">
      <input type="hidden" name="next" value={next} />
      <FormError text={problem.text} />
      <Field name="email" label={words.email} error={problem.fields.email}>
        <input type="email" autoComplete="username" required maxLength={254} value={email} />
      </Field>
      <Field
        name="password"
        label={words.password}
        hint={isNew ? words.passwordHint : undefined}
        error={problem.fields.password}
      >
        <input
          type="password"
          autoComplete={isNew ? "new-password" : "current-password"}
          required
          maxLength={1_000}
        />
      </Field>
      <button type="submit" name="act" value={isNew ? "register" : "sign-in"} class="primary">
        {isNew ? words.register : words.act}
      </button>
    </form>
  );
}

/** Sign in with a password or a passkey, or make an account. */
export default function SignInPage({ data }: PageProps<Data, State>) {
  const { isNew, isSignedOut, isSetupNeeded, next } = data;
  const heading = isNew ? words.newHeading : words.heading;
  const other = linkSignIn(next);
  return (
    <div class="narrow">
      <Head>
        <title>{`${heading} · ${strings.title}`}</title>
      </Head>
      <h1 id="signin-heading">{heading}</h1>
      {isSignedOut && <p role="status">{words.signedOut}</p>}
      {isSetupNeeded && (
        <p class="banner">
          <span>{words.setupNeeded}</span> <a class="button" href="/setup">{words.setup}</a>
        </p>
      )}
      <p class="muted">{words.intro}</p>
      <div class="card">
        <Credentials data={data} />
        {!isNew && <PasskeySignIn next={next} isSignedOut={isSignedOut} />}
      </div>
      {!isNew && (
        <p>
          <a href="/forgot">{peopleStrings.forgot.link}</a>
        </p>
      )}
      <p>
        {isNew ? words.haveOne : words.newHere} {isNew
          ? <a href={other}>{words.heading}</a>
          : <a href={`${other}${other.includes("?") ? "&" : "?"}new=1`}>{words.register}</a>}
      </p>
    </div>
  );
}
