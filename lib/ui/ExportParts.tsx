/**
 * The form for a file of one's choice, and files that need no choice.
 *
 * @module
 */
import { exportStrings as words } from "../format/export_strings.ts";
import { timeframes } from "../market/mod.ts";
import {
  type ExportChoice,
  type ExportFault,
  exportFormats,
  marketTables,
  ownTables,
  portfolioTables,
  type RangeName,
} from "./export_links.ts";

const rangeNames: readonly RangeName[] = ["day", "week", "month", "all"];

/** Tables as options: values and names. */
function listTables(portfolios: readonly { id: string; name: string }[] | null) {
  const named = (names: readonly (keyof typeof words.tables)[]) =>
    names.map((name) => [name, words.tables[name]] as const);
  const parts = (portfolios ?? []).flatMap(({ id, name }) =>
    portfolioTables.map((table) =>
      [`portfolio:${id}:${table}`, `${name}: ${words.portfolioTables[table]}`] as const
    )
  );
  return [...named(marketTables), ...portfolios ? [...named(ownTables), ...parts] : []];
}

function Select({ name, label, options, value }: {
  name: string;
  label: string;
  options: readonly (readonly [string, string])[];
  value: string;
}) {
  return (
    <label class="field">
      <span>{label}</span>
      <select name={name}>
        {options.map(([each, text]) => (
          <option key={each} value={each} selected={each === value}>{text}</option>
        ))}
      </select>
    </label>
  );
}

function Input({ name, label, value, type = "text" }: {
  name: string;
  label: string;
  value: string;
  type?: string;
}) {
  return (
    <label class="field">
      <span>{label}</span>
      <input type={type} name={name} value={value} maxLength={80} autocomplete="off" />
    </label>
  );
}

/** Any table, format and stretch of time; `portfolios` is null for a visitor. */
export function ExportForm({ choice, fault, portfolios }: {
  choice: ExportChoice | null;
  fault: ExportFault | null;
  portfolios: readonly { id: string; name: string }[] | null;
}) {
  return (
    <section class="card" aria-labelledby="one-file">
      <h2 id="one-file">{words.one}</h2>
      {fault && <p class="error" role="alert">{words[fault]}</p>}
      <form method="get" action="/exports" class="filters">
        <Select
          name="table"
          label={words.what}
          value={choice?.table ?? "bars"}
          options={listTables(portfolios)}
        />
        <Input name="symbol" label={words.symbol} value={choice?.symbol ?? ""} />
        <Select
          name="timeframe"
          label={words.timeframe}
          value={choice?.timeframe ?? "1h"}
          options={timeframes.map((each) => [each, each])}
        />
        <Select
          name="format"
          label={words.format}
          value={choice?.format ?? "csv"}
          options={exportFormats.map((each) => [each, words.formats[each]])}
        />
        <Select
          name="range"
          label={words.range}
          value={choice?.range ?? "month"}
          options={rangeNames.map((each) => [each, words.ranges[each]])}
        />
        <Input name="from" label={words.from} value={choice?.from ?? ""} type="date" />
        <Input name="to" label={words.to} value={choice?.to ?? ""} type="date" />
        <div class="actions">
          <button type="submit">{words.go}</button>
        </div>
      </form>
    </section>
  );
}

/** Files that need no choice. */
export function ReadyFiles({ isSignedIn }: { isSignedIn: boolean }) {
  const files = [
    ["/api/v1/export/snapshot", words.snapshot, words.snapshotNote],
    ["/api/v1/export/dashboard?format=csv", `${words.tables.dashboard} (CSV)`, words.dashboardNote],
    [
      "/api/v1/export/dashboard?format=json",
      `${words.tables.dashboard} (JSON)`,
      words.dashboardNote,
    ],
    ...isSignedIn ? [["/api/v1/export/me", words.mine, words.mineNote] as const] : [],
  ] as const;
  return (
    <section class="card" aria-labelledby="ready-files">
      <h2 id="ready-files">{words.ready}</h2>
      <ul class="plain file-list">
        {files.map(([href, name, note]) => (
          <li key={href}>
            <a href={href} download>{name}</a>
            <small>{note}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}
