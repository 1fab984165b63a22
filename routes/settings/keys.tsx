import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import type { z } from "zod";
import LiveText from "../../islands/LiveText.tsx";
import type { createdKeySchema, keysSchema } from "../../lib/contracts/auth.ts";
import { scopes } from "../../lib/contracts/owned.ts";
import { accountStrings } from "../../lib/format/account_strings.ts";
import { formatDate, strings } from "../../lib/format/mod.ts";
import { Age, type PageTimes, readTimes } from "../../lib/ui/Age.tsx";
import { CheckField, Field } from "../../lib/ui/Field.tsx";
import { ScrollTable } from "../../lib/ui/Figures.tsx";
import { goOn, privatePage, readForm, requirePerson } from "../../lib/ui/forms.ts";
import { type AskApi, getOwn, noProblem, type Problem, readProblem } from "../../lib/ui/own.ts";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { SettingsNav, Told } from "../../lib/ui/SettingsParts.tsx";
import { ReadError } from "../../lib/ui/Shell.tsx";
import type { State } from "../../lib/ui/state.ts";

type Keys = z.output<typeof keysSchema>["keys"];

interface Data {
  keys: Reading<{ keys: Keys }>;
  made: z.output<typeof createdKeySchema> | null;
  problem: Problem;
}

const words = accountStrings.keys;
const here = "/settings/keys";
const path = "/api/v1/auth/keys";

async function readData(ask: AskApi, part: Partial<Data> = {}): Promise<Data> {
  const keys = await readSafely(() => getOwn<{ keys: Keys }>(ask, path));
  return { keys, made: null, problem: noProblem, ...part };
}

export const handler = {
  async GET(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    return ask instanceof Response ? ask : page(await readData(ask), privatePage);
  },
  async POST(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    if (ask instanceof Response) return ask;
    const form = await readForm(ctx.req);
    const id = form?.get("id") ?? "";
    if (form?.get("act") === "revoke" && /^[\w-]{1,100}$/.test(id)) {
      const answer = await ask("DELETE", `${path}/${id}`);
      if (answer.isOk) return goOn(here);
      const data = await readData(ask, { problem: readProblem(answer) });
      return page(data, { ...privatePage, status: answer.status });
    }
    const days = Number(form?.get("expiresDays") ?? 365);
    const answer = await ask("POST", path, {
      body: {
        name: form?.get("name") ?? "",
        scopes: form?.getAll("scope") ?? [],
        expiresDays: days === 0 ? null : days,
      },
    });
    const data = await readData(
      ask,
      answer.isOk ? { made: answer.body as Data["made"] } : { problem: readProblem(answer) },
    );
    return page(data, { ...privatePage, status: answer.status });
  },
};

function KeyTable({ keys, times }: { keys: Keys; times: PageTimes }) {
  return (
    <ScrollTable label={words.caption}>
      <thead>
        <tr>
          {[words.name, words.scopes, words.used, words.ends, words.acts].map((each) => (
            <th key={each} scope="col">{each}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {keys.map(({ id, name, start, scopes, usedMs, expiresMs }) => (
          <tr key={id}>
            <th scope="row" class="wrap">
              {name}
              <small>
                {words.start} <code>{start}…</code>
              </small>
            </th>
            <td class="wrap">{scopes.map((scope) => words.scopeNames[scope]).join(", ")}</td>
            <td>
              <Age timeMs={usedMs} times={times} clock="wall" none={words.never} />
            </td>
            <td>{expiresMs === null ? words.never : formatDate(expiresMs)}</td>
            <td>
              <form method="post" action={here}>
                <input type="hidden" name="id" value={id} />
                <button type="submit" name="act" value="revoke" class="danger">
                  {words.revoke}
                  <span class="visually-hidden">{` ${name}`}</span>
                </button>
              </form>
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function NewKey({ problem, isAdmin }: { problem: Problem; isAdmin: boolean }) {
  return (
    <form method="post" action={here} class="card" aria-label={words.create}>
      <h2>{words.create}</h2>
      <div class="form-grid">
        <Field name="name" label={words.name} error={problem.fields.name}>
          <input type="text" required maxLength={60} autoComplete="off" />
        </Field>
        <Field name="expiresDays" label={words.expires} error={problem.fields.expiresDays}>
          <select>
            {words.expiries.map(([days, label]) => (
              <option key={days} value={days} selected={days === 365}>{label}</option>
            ))}
          </select>
        </Field>
      </div>
      <fieldset class="checks">
        <legend>{words.scopes}</legend>
        {scopes.filter((scope) => isAdmin || scope !== "admin").map((scope) => (
          <CheckField
            key={scope}
            name="scope"
            value={scope}
            label={words.scopeNames[scope]}
            checked={scope === "read"}
          />
        ))}
        {problem.fields.scopes && <small class="field-error">{problem.fields.scopes}</small>}
      </fieldset>
      <button type="submit" name="act" value="create" class="primary">{words.create}</button>
    </form>
  );
}

/** Keys for programs. */
export default function KeysPage({ data, state }: PageProps<Data, State>) {
  const { keys, made, problem } = data;
  const times = readTimes(state);
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <SettingsNav path={here} isAdmin={state.person?.role === "admin"} />
      <p>{words.intro}</p>
      <Told text="" problem={problem.text} />
      {made && (
        <section class="card" role="status">
          <h2>{words.created}</h2>
          <p>
            <code class="secret">{made.secret}</code>
          </p>
          <p class="muted">{words.createdHint}</p>
        </section>
      )}
      {!keys.isOk
        ? <ReadError href={here} />
        : keys.value.keys.length === 0
        ? <p class="card empty">{words.empty}</p>
        : (
          <section class="card stacked">
            <KeyTable keys={keys.value.keys} times={times} />
          </section>
        )}
      <NewKey problem={problem} isAdmin={state.person?.role === "admin"} />
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
