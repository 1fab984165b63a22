import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import PreferenceEdits from "../../islands/PreferenceEdits.tsx";
import VisitChoice from "../../islands/VisitChoice.tsx";
import { channelNames } from "../../lib/contracts/owned.ts";
import { accountStrings } from "../../lib/format/account_strings.ts";
import { strings } from "../../lib/format/mod.ts";
import { visitStrings } from "../../lib/format/visit_strings.ts";
import { CheckField, Field } from "../../lib/ui/Field.tsx";
import { privatePage, readForm, requirePerson } from "../../lib/ui/forms.ts";
import { type AskApi, getOwn, noProblem, type Problem, readProblem } from "../../lib/ui/own.ts";
import {
  formatMinute,
  type PreferencesView,
  readPreferencesForm,
} from "../../lib/ui/preference_form.ts";
import { SettingsNav, Told } from "../../lib/ui/SettingsParts.tsx";
import { readSafely } from "../../lib/ui/read.ts";
import { ReadError } from "../../lib/ui/Shell.tsx";
import type { State } from "../../lib/ui/state.ts";

interface Data {
  preferences: PreferencesView | null;
  told: string;
  problem: Problem;
}

const words = accountStrings.preferences;
const path = "/api/v1/preferences";
const quietNights = { fromMinute: 1_320, toMinute: 420 };

async function readPreferences(ask: AskApi): Promise<PreferencesView | null> {
  const read = await readSafely(() => getOwn<PreferencesView>(ask, path));
  return read.isOk ? read.value : null;
}

async function testChannel(ask: AskApi, channel: string): Promise<Data & { status: number }> {
  const answer = await ask("POST", `${path}/test`, { body: { channel } });
  const preferences = await readPreferences(ask);
  const base = { preferences, told: "", problem: noProblem, status: answer.status };
  if (!answer.isOk) return { ...base, problem: readProblem(answer) };
  const { status, detail } = answer.body as { status: string; detail: string };
  const name = words.channelNames[channel as keyof typeof words.channelNames];
  const said = words.tested[(status === "retry" ? "retry" : status) as keyof typeof words.tested];
  return { ...base, told: `${name}: ${said}${status === "sent" ? "" : ` ${detail}`}` };
}

async function save(ask: AskApi, form: URLSearchParams): Promise<Data & { status: number }> {
  const revision = form.get("revision") ?? "";
  const answer = await ask("PUT", path, {
    body: readPreferencesForm(form),
    headers: /^\d+$/.test(revision) ? { "if-match": `"${revision}"` } : {},
  });
  if (answer.isOk) {
    const preferences = answer.body as PreferencesView;
    return { preferences, told: accountStrings.settings.saved, problem: noProblem, status: 200 };
  }
  const problem = answer.status === 412
    ? { text: accountStrings.settings.stale, fields: {} }
    : readProblem(answer);
  return { preferences: await readPreferences(ask), told: "", problem, status: answer.status };
}

export const handler = {
  async GET(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    if (ask instanceof Response) return ask;
    const preferences = await readPreferences(ask);
    return page({ preferences, told: "", problem: noProblem }, privatePage);
  },
  async POST(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    if (ask instanceof Response) return ask;
    const form = await readForm(ctx.req) ?? new URLSearchParams();
    const channel = form.get("test");
    const { status, ...data } = channel === null
      ? await save(ask, form)
      : await testChannel(ask, channel);
    return page(data, { ...privatePage, status });
  },
};

type Props = { preferences: PreferencesView; errors: Problem["fields"] };

function Channels({ preferences, errors }: Props) {
  const { email, isMailOn, webhookUrl, hasWebhookSecret, webhookSecret, slackUrl } = preferences;
  return (
    <fieldset class="card checks">
      <legend>
        <h2>{words.channels}</h2>
      </legend>
      {channelNames.map((name) => (
        <CheckField
          key={name}
          name="channel"
          value={name}
          label={words.channelNames[name]}
          hint={name === "EMAIL" && !isMailOn ? words.mailOff : words.channelHints[name]}
          checked={preferences.channels[name] !== false}
        />
      ))}
      <div class="form-grid">
        <Field name="email" label={words.email} error={errors.email}>
          <input type="email" maxLength={254} value={email ?? ""} />
        </Field>
        <Field
          name="webhookUrl"
          label={words.webhookUrl}
          hint={words.webhookHint}
          error={errors.webhookUrl}
        >
          <input type="url" maxLength={2_000} value={webhookUrl ?? ""} />
        </Field>
        <Field
          name="slackUrl"
          label={words.slackUrl}
          hint={words.slackHint(slackUrl ?? "")}
          error={errors.slackUrl}
        >
          <input type="url" maxLength={500} autoComplete="off" />
        </Field>
      </div>
      {webhookSecret && (
        <p role="status">
          {words.secretOnce}: <code>{webhookSecret}</code>
        </p>
      )}
      {hasWebhookSecret && (
        <CheckField name="rotate" label={words.rotate} hint={words.hasSecret} checked={false} />
      )}
      {slackUrl && <CheckField name="slackRemove" label={words.slackRemove} checked={false} />}
    </fieldset>
  );
}

function Times({ preferences, errors }: Props) {
  const { quietHours, timeZone, batchSeconds } = preferences;
  const { fromMinute, toMinute } = quietHours ?? quietNights;
  const isListed = words.batches.some(([seconds]) => seconds === batchSeconds);
  const batches = [
    ...words.batches,
    ...isListed ? [] : [[batchSeconds, `${batchSeconds} s`] as const],
  ];
  return (
    <fieldset class="card checks">
      <legend>
        <h2>{words.quiet}</h2>
      </legend>
      <CheckField
        name="quiet"
        label={words.quietOn}
        hint={words.quietHint}
        checked={quietHours !== null}
      />
      <div class="form-grid">
        <Field name="from" label={words.from} error={errors.quietHours}>
          <input type="time" value={formatMinute(fromMinute)} />
        </Field>
        <Field name="to" label={words.to}>
          <input type="time" value={formatMinute(toMinute)} />
        </Field>
        <Field
          name="timeZone"
          label={words.timeZone}
          hint={words.timeZoneHint}
          error={errors.timeZone}
        >
          <input type="text" list="zones" required maxLength={60} value={timeZone} />
        </Field>
        <datalist id="zones">
          {Intl.supportedValuesOf("timeZone").map((zone) => <option key={zone} value={zone} />)}
        </datalist>
        <Field
          name="batch"
          label={words.batch}
          hint={words.batchHint}
          error={errors.batchSeconds}
        >
          <select>
            {batches.map(([seconds, label]) => (
              <option key={seconds} value={seconds} selected={seconds === batchSeconds}>
                {label}
              </option>
            ))}
          </select>
        </Field>
      </div>
    </fieldset>
  );
}

function InApp({ preferences, errors }: Props) {
  return (
    <fieldset class="card checks">
      <legend>
        <h2>{words.app}</h2>
      </legend>
      <CheckField name="toasts" label={words.toasts} checked={preferences.toasts} />
      <CheckField name="sound" label={words.sound} checked={preferences.sound} />
      <Field
        name="confidence"
        label={`${words.toastConfidence} (%)`}
        error={errors.toastConfidence}
      >
        <input
          type="number"
          min={0}
          max={100}
          step={1}
          required
          value={Math.round(preferences.toastConfidence * 100)}
        />
      </Field>
    </fieldset>
  );
}

function Tests() {
  return (
    <form method="post" action="/settings" class="card">
      <h2>{words.tests}</h2>
      <p class="muted">{words.testsHint}</p>
      <div class="actions">
        {channelNames.filter((name) => name !== "WEBSOCKET").map((name) => (
          <button key={name} type="submit" name="test" value={name}>
            {words.test(words.channelNames[name])}
          </button>
        ))}
      </div>
    </form>
  );
}

/** Where and when a person is told. */
export default function PreferencesPage({ data, state }: PageProps<Data, State>) {
  const { preferences, told, problem } = data;
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <SettingsNav path="/settings" isAdmin={state.person?.role === "admin"} />
      <Told text={told} problem={problem.text} />
      {!preferences ? <ReadError href="/settings" /> : (
        <>
          <form method="post" action="/settings" class="settings-form">
            <input type="hidden" name="revision" value={preferences.revision} />
            <Channels preferences={preferences} errors={problem.fields} />
            <Times preferences={preferences} errors={problem.fields} />
            <InApp preferences={preferences} errors={problem.fields} />
            <PreferenceEdits preferences={{ ...preferences, webhookSecret: null }} />
            <div class="actions">
              <button type="submit" class="primary">{words.save}</button>
            </div>
          </form>
          <section class="card" aria-labelledby="counted">
            <h2 id="counted">{visitStrings.heading}</h2>
            <VisitChoice />
            <p class="after">
              <a href="/visits">{visitStrings.counted}</a>
            </p>
          </section>
          <Tests />
        </>
      )}
    </>
  );
}
