import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import type { z } from "zod";
import AddPasskey from "../../islands/AddPasskey.tsx";
import LiveText from "../../islands/LiveText.tsx";
import type { passkeysSchema, sessionsSchema } from "../../lib/contracts/auth.ts";
import { accountStrings } from "../../lib/format/account_strings.ts";
import { formatDate, strings } from "../../lib/format/mod.ts";
import { Age, type PageTimes, readTimes } from "../../lib/ui/Age.tsx";
import { Field } from "../../lib/ui/Field.tsx";
import { ScrollTable } from "../../lib/ui/Figures.tsx";
import { goOn, privatePage, readForm, requirePerson } from "../../lib/ui/forms.ts";
import {
  type AskApi,
  getOwn,
  noProblem,
  type OwnAnswer,
  type Problem,
  readProblem,
} from "../../lib/ui/own.ts";
import { nameDevice } from "../../lib/ui/push_browser.ts";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { SettingsNav, Told } from "../../lib/ui/SettingsParts.tsx";
import { ReadError } from "../../lib/ui/Shell.tsx";
import type { State } from "../../lib/ui/state.ts";

type Sessions = z.output<typeof sessionsSchema>["sessions"];
type Passkeys = z.output<typeof passkeysSchema>["passkeys"];

interface Data {
  sessions: Reading<Sessions>;
  passkeys: Reading<Passkeys>;
  told: string;
  problem: Problem;
}

const words = accountStrings.security;
const here = "/settings/security";
const idPattern = /^[\w-]{1,1400}$/;

async function readData(ask: AskApi, told = "", problem = noProblem): Promise<Data> {
  const [sessions, passkeys] = await Promise.all([
    readSafely(() => getOwn<{ sessions: Sessions }>(ask, "/api/v1/auth/sessions")),
    readSafely(() => getOwn<{ passkeys: Passkeys }>(ask, "/api/v1/auth/passkeys")),
  ]);
  return {
    sessions: sessions.isOk ? { isOk: true, value: sessions.value.sessions } : sessions,
    passkeys: passkeys.isOk ? { isOk: true, value: passkeys.value.passkeys } : passkeys,
    told,
    problem,
  };
}

async function runAct(ask: AskApi, form: URLSearchParams): Promise<OwnAnswer | null> {
  const [act, id] = [form.get("act"), form.get("id") ?? ""];
  if (act === "others") return await ask("DELETE", "/api/v1/auth/sessions");
  if (act === "password") {
    const body = { current: form.get("current"), next: form.get("next"), cookie: true };
    return await ask("PUT", "/api/v1/auth/password", { body });
  }
  if (!idPattern.test(id)) return null;
  if (act === "session") return await ask("DELETE", `/api/v1/auth/sessions/${id}`);
  if (act === "passkey") return await ask("DELETE", `/api/v1/auth/passkeys/${id}`);
  return null;
}

export const handler = {
  async GET(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    if (ask instanceof Response) return ask;
    const isChanged = ctx.url.searchParams.has("changed");
    return page(await readData(ask, isChanged ? words.changed : ""), privatePage);
  },
  async POST(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    if (ask instanceof Response) return ask;
    const form = await readForm(ctx.req);
    const answer = form && await runAct(ask, form);
    if (!answer) return goOn(here);
    const query = form.get("act") === "password" ? "?changed=1" : "";
    if (answer.isOk) return goOn(here + query, answer.cookies);
    const data = await readData(ask, "", readProblem(answer));
    return page(data, { ...privatePage, status: answer.status });
  },
};

function SessionTable({ sessions, times }: { sessions: Sessions; times: PageTimes }) {
  return (
    <ScrollTable label={words.caption}>
      <thead>
        <tr>
          {[words.device, words.address, words.used, words.acts].map((each) => (
            <th key={each} scope="col">{each}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sessions.map(({ id, userAgent, ip, usedMs, isCurrent }) => {
          const name = nameDevice(userAgent) || words.unknownDevice;
          return (
            <tr key={id}>
              <th scope="row" class="wrap">
                {name}
                {isCurrent && <small>{words.current}</small>}
              </th>
              <td>{ip}</td>
              <td>
                <Age timeMs={usedMs} times={times} clock="wall" />
              </td>
              <td>
                {!isCurrent && (
                  <form method="post" action={here}>
                    <input type="hidden" name="id" value={id} />
                    <button type="submit" name="act" value="session">
                      {words.revoke}
                      <span class="visually-hidden">{` ${name}, ${ip}`}</span>
                    </button>
                  </form>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </ScrollTable>
  );
}

function SessionsCard({ sessions, times }: { sessions: Reading<Sessions>; times: PageTimes }) {
  return (
    <section class="card stacked" aria-labelledby="sessions">
      <h2 id="sessions">{words.sessions}</h2>
      {!sessions.isOk ? <ReadError href={here} /> : (
        <>
          <SessionTable sessions={sessions.value} times={times} />
          {sessions.value.length > 1 && (
            <form method="post" action={here} class="after">
              <button type="submit" name="act" value="others">{words.revokeAll}</button>
            </form>
          )}
        </>
      )}
    </section>
  );
}

function PasskeysCard({ passkeys }: { passkeys: Reading<Passkeys> }) {
  return (
    <section class="card" aria-labelledby="passkeys">
      <h2 id="passkeys">{words.passkeys}</h2>
      <p class="muted">{words.passkeysIntro}</p>
      {!passkeys.isOk
        ? <ReadError href={here} />
        : passkeys.value.length === 0
        ? <p class="empty">{words.noPasskeys}</p>
        : (
          <ul class="plain">
            {passkeys.value.map(({ id, name, createdMs, usedMs }) => (
              <li key={id} class="line">
                <span>
                  <strong>{name}</strong>
                  <small>
                    {words.created} {formatDate(createdMs)} · {words.used}{" "}
                    {usedMs === null ? words.never : formatDate(usedMs)}
                  </small>
                </span>
                <form method="post" action={here}>
                  <input type="hidden" name="id" value={id} />
                  <button type="submit" name="act" value="passkey" class="danger">
                    {words.remove}
                    <span class="visually-hidden">{` ${name}`}</span>
                  </button>
                </form>
              </li>
            ))}
          </ul>
        )}
      <p class="no-script muted">{words.noScript}</p>
      <AddPasskey />
    </section>
  );
}

function PasswordCard({ email, problem }: { email: string; problem: Problem }) {
  return (
    <section class="card" aria-labelledby="password">
      <h2 id="password">{words.password}</h2>
      <form method="post" action={here} class="stack">
        <input type="hidden" name="username" autoComplete="username" value={email} />
        <Field name="current" label={words.current_password} error={problem.fields.current}>
          <input type="password" autoComplete="current-password" required maxLength={1_000} />
        </Field>
        <Field
          name="next"
          label={words.next}
          hint={accountStrings.signIn.passwordHint}
          error={problem.fields.next}
        >
          <input type="password" autoComplete="new-password" required maxLength={1_000} />
        </Field>
        <button type="submit" name="act" value="password">{words.change}</button>
      </form>
    </section>
  );
}

/** Signed-in devices, passkeys and the password. */
export default function SecurityPage({ data, state }: PageProps<Data, State>) {
  const { sessions, passkeys, told, problem } = data;
  const times = readTimes(state);
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <SettingsNav path={here} isAdmin={state.person?.role === "admin"} />
      <Told text={told} problem={problem.text} />
      <SessionsCard sessions={sessions} times={times} />
      <div class="halves">
        <PasskeysCard passkeys={passkeys} />
        {state.person?.hasPassword && <PasswordCard email={state.person.email} problem={problem} />}
      </div>
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
