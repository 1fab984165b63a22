import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import type { z } from "zod";
import PushSwitch from "../../islands/PushSwitch.tsx";
import type { pushListSchema } from "../../lib/contracts/notifications.ts";
import { accountStrings } from "../../lib/format/account_strings.ts";
import { formatDate, strings } from "../../lib/format/mod.ts";
import { ScrollTable } from "../../lib/ui/Figures.tsx";
import { goOn, privatePage, readForm, requirePerson } from "../../lib/ui/forms.ts";
import { type AskApi, getOwn, readProblem } from "../../lib/ui/own.ts";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { SettingsNav, Told } from "../../lib/ui/SettingsParts.tsx";
import { ReadError } from "../../lib/ui/Shell.tsx";
import type { State } from "../../lib/ui/state.ts";

type Devices = z.output<typeof pushListSchema>;
type Device = Devices["subscriptions"][number];

interface Data {
  devices: Reading<Devices>;
  told: string;
  problem: string;
}

const words = accountStrings.devices;
const listPath = "/api/v1/push/devices";
const path = "/api/v1/push/subscriptions";
const idPattern = /^[\da-f]{64}$/;

async function readData(ask: AskApi, told = "", problem = ""): Promise<Data> {
  return { devices: await readSafely(() => getOwn<Devices>(ask, listPath)), told, problem };
}

function runAct(ask: AskApi, one: string, act: string, form: URLSearchParams) {
  if (act === "remove") return ask("DELETE", one);
  if (act === "test") return ask("POST", `${one}/test`);
  if (act === "wants") return ask("PATCH", one, { body: { wants: form.get("wants") } });
  return ask("PATCH", one, { body: { isEnabled: act === "on" } });
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
    if (!form || !idPattern.test(id)) return goOn("/settings/devices");
    const act = form.get("act") ?? "";
    const answer = await runAct(ask, `${path}/${id}`, act, form);
    if (answer.isOk && act !== "test") return goOn("/settings/devices");
    const tested = answer.body as { status: keyof typeof accountStrings.preferences.tested };
    const data = answer.isOk
      ? await readData(ask, accountStrings.preferences.tested[tested.status])
      : await readData(ask, "", readProblem(answer).text);
    return page(data, { ...privatePage, status: answer.status });
  },
};

function Row({ device }: { device: Device }) {
  const { id, deviceName, service, createdMs, isEnabled, wants } = device;
  const name = deviceName || words.unnamed;
  const of = <span class="visually-hidden">{` ${name}`}</span>;
  return (
    <tr>
      <th scope="row" class="wrap">
        {name}
        <small>{words.carriedBy(service)}</small>
      </th>
      <td>{formatDate(createdMs)}</td>
      <td>{isEnabled ? words.isOn : words.isOff}</td>
      <td>
        <form method="post" action="/settings/devices" class="actions acts">
          <input type="hidden" name="id" value={id} />
          <button type="submit" name="act" value={isEnabled ? "off" : "on"}>
            {isEnabled ? words.turnOff : words.turnOn}
            {of}
          </button>
          <span class="joined">
            <select name="wants" aria-label={`${words.wants} ${name}`}>
              {(["all", "important"] as const).map((each) => (
                <option key={each} value={each} selected={each === wants}>{words[each]}</option>
              ))}
            </select>
            <button type="submit" name="act" value="wants">{words.set}{of}</button>
          </span>
          <button type="submit" name="act" value="test">{words.test}{of}</button>
          <button type="submit" name="act" value="remove" class="danger">{words.remove}{of}</button>
        </form>
      </td>
    </tr>
  );
}

/** Devices that get push messages. */
export default function DevicesPage({ data, state }: PageProps<Data, State>) {
  const { devices, told, problem } = data;
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <SettingsNav path="/settings/devices" isAdmin={state.person?.role === "admin"} />
      <Told text={told} problem={problem} />
      <section class="card">
        <p>{words.intro}</p>
        <p class="no-script muted">{words.noScript}</p>
        <PushSwitch />
      </section>
      {!devices.isOk
        ? <ReadError href="/settings/devices" />
        : devices.value.count === 0
        ? <p class="card empty">{words.empty}</p>
        : (
          <section class="card stacked">
            <ScrollTable label={words.caption}>
              <thead>
                <tr>
                  {[words.device, words.since, words.state, words.acts].map((each) => (
                    <th key={each} scope="col">{each}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {devices.value.subscriptions.map((device) => (
                  <Row
                    key={device.id}
                    device={device}
                  />
                ))}
              </tbody>
            </ScrollTable>
          </section>
        )}
    </>
  );
}
