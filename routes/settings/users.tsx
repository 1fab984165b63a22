import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import CopyText from "../../islands/CopyText.tsx";
import { strings } from "../../lib/format/mod.ts";
import { peopleStrings } from "../../lib/format/people_strings.ts";
import { readTimes } from "../../lib/ui/Age.tsx";
import { Field } from "../../lib/ui/Field.tsx";
import { goOn, privatePage, readForm, requirePerson } from "../../lib/ui/forms.ts";
import { type AskApi, getOwn, readProblem } from "../../lib/ui/own.ts";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { SettingsNav, Told } from "../../lib/ui/SettingsParts.tsx";
import { ReadError } from "../../lib/ui/Shell.tsx";
import type { State } from "../../lib/ui/state.ts";
import { actOnUser, listUsersPath, type UsersView } from "../../lib/ui/user_acts.ts";
import { ResetLinkCard, type ShownLink, UserTable } from "../../lib/ui/UserTable.tsx";

interface Data {
  /** Null for whoever may not see them. */
  users: Reading<UsersView> | null;
  link: ShownLink | null;
  told: string;
  problem: string;
}

const words = peopleStrings.users;
const here = "/settings/users";

async function readData(ask: AskApi, query: URLSearchParams): Promise<Data> {
  const told = query.get("told") ?? "";
  return {
    users: await readSafely(() => getOwn<UsersView>(ask, listUsersPath(query))),
    link: null,
    told: Object.entries(words.told).find(([name]) => name === told)?.[1] ?? "",
    problem: "",
  };
}

function refuse() {
  const data: Data = { users: null, link: null, told: "", problem: "" };
  return page(data, { ...privatePage, status: 403 });
}

/** Where this server lies, as the administrator's browser says. */
function readOrigin({ req, url }: Context<State>): string {
  const origin = req.headers.get("origin") ?? "";
  return URL.canParse(origin) && new URL(origin).host === url.host ? origin : url.origin;
}

export const handler = {
  async GET(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    if (ask instanceof Response) return ask;
    if (ctx.state.person?.role !== "admin") return refuse();
    return page(await readData(ask, ctx.url.searchParams), privatePage);
  },
  async POST(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    if (ask instanceof Response) return ask;
    if (ctx.state.person?.role !== "admin") return refuse();
    const query = new URLSearchParams(ctx.url.searchParams);
    query.delete("told");
    const form = await readForm(ctx.req) ?? new URLSearchParams();
    const done = await actOnUser(ask, form);
    if (done?.kind === "done") {
      query.set("told", done.told);
      return goOn(`${here}?${query}`);
    }
    if (!done) return goOn(here);
    const data = await readData(ask, query);
    if (done.kind === "unsure") {
      return page({ ...data, problem: words.confirmNeeded }, { ...privatePage, status: 422 });
    }
    const { answer } = done;
    if (!answer.isOk) {
      const problem = readProblem(answer).text;
      return page({ ...data, problem }, { ...privatePage, status: answer.status });
    }
    const { token, expiresMs } = answer.body as { token: string; expiresMs: number };
    const link = { email: done.email, url: `${readOrigin(ctx)}/reset#${token}`, expiresMs };
    return page({ ...data, link }, privatePage);
  },
};

function NewLink({ link }: { link: ShownLink }) {
  const { copy: label, copied: done, copyFailed: failed } = words;
  return (
    <ResetLinkCard link={link}>
      <CopyText text={link.url} label={label} done={done} failed={failed} />
    </ResetLinkCard>
  );
}

function FindUser({ email }: { email: string }) {
  return (
    <form method="get" action={here} class="card find-user">
      <Field name="email" label={words.email}>
        <input type="search" maxLength={254} required autoComplete="off" value={email} />
      </Field>
      <span class="actions">
        <button type="submit">{words.find}</button>
        {email !== "" && <a class="button" href={here}>{words.all}</a>}
      </span>
    </form>
  );
}

/** Everybody with an account, for administrators. */
export default function UsersPage({ data, state, url }: PageProps<Data, State>) {
  const { users, link, told, problem } = data;
  const query = new URLSearchParams(url.search);
  query.delete("told");
  const next = users?.isOk ? users.value.next_cursor : null;
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <SettingsNav path={here} isAdmin={state.person?.role === "admin"} />
      {users === null && <p class="card empty">{words.forbidden}</p>}
      {users && (
        <>
          <p>{words.intro}</p>
          <Told text={told} problem={problem} />
          {link && <NewLink link={link} />}
          <FindUser email={query.get("email") ?? ""} />
          {!users.isOk
            ? <ReadError href={here} />
            : users.value.users.length === 0
            ? <p class="card empty">{words.none}</p>
            : (
              <section class="card stacked">
                <UserTable
                  users={users.value.users}
                  own={state.person?.id ?? ""}
                  action={`${here}?${query}`}
                  times={readTimes(state)}
                />
              </section>
            )}
          {next && (
            <p class="pages">
              <a class="button" href={`${here}?${new URLSearchParams({ cursor: next })}`}>
                {words.next}
              </a>
            </p>
          )}
        </>
      )}
    </>
  );
}
