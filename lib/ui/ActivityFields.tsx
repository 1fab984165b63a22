/**
 * The fields of an entry of a portfolio's book.
 *
 * @module
 */
import { type ActivityType, activityTypes } from "../contracts/owned.ts";
import { portfolioStrings as words } from "../format/portfolio_strings.ts";
import { type ActivityForm, hasPrice } from "./activity_form.ts";
import { Field } from "./Field.tsx";
import type { SymbolChoice } from "./own_views.ts";

type TextName = Exclude<keyof ActivityForm, "type">;

/** Text fields in their order, and what kind of keyboard they want. */
const texts: readonly { name: TextName; max: number; isNumber?: boolean; isNeeded?: boolean }[] = [
  { name: "symbol", max: 40, isNeeded: true },
  { name: "quantity", max: 44, isNumber: true, isNeeded: true },
  { name: "price", max: 44, isNumber: true },
  { name: "currency", max: 12 },
  { name: "fee", max: 44, isNumber: true },
  { name: "feeCurrency", max: 12 },
  { name: "exchange", max: 40 },
  { name: "note", max: 500 },
];

/** Fields with what they hold; `onChange` is told each change. `id` tells apart two forms of a page. */
export function ActivityFields({ form, choices, id, onChange }: {
  form: ActivityForm;
  choices: readonly SymbolChoice[];
  id: string;
  onChange(change: Partial<ActivityForm>): void;
}) {
  const shown = texts.filter(({ name }) => name !== "price" || hasPrice(form.type));
  return (
    <div class="form-grid">
      <Field name="type" label={words.fields.type} form={id}>
        <select
          value={form.type}
          onChange={(event) => onChange({ type: event.currentTarget.value as ActivityType })}
        >
          {activityTypes.map((type) => (
            <option key={type} value={type} selected={type === form.type}>
              {words.types[type]}
            </option>
          ))}
        </select>
      </Field>
      <Field name="timestamp" label={words.fields.timestamp} form={id}>
        <input
          type="datetime-local"
          step="1"
          required
          value={form.timestamp}
          onInput={(event) => onChange({ timestamp: event.currentTarget.value })}
        />
      </Field>
      {shown.map(({ name, max, isNumber, isNeeded }) => (
        <Field key={name} name={name} label={words.fields[name]} form={id}>
          <input
            maxLength={max}
            required={isNeeded}
            autocomplete="off"
            inputMode={isNumber ? "decimal" : undefined}
            list={name === "symbol" ? `${id}-symbols` : undefined}
            value={form[name]}
            onInput={(event) =>
              onChange({ [name]: event.currentTarget.value })}
          />
        </Field>
      ))}
      <datalist id={`${id}-symbols`}>
        {choices.map(({ symbol, name }) => <option key={symbol} value={symbol}>{name}</option>)}
      </datalist>
    </div>
  );
}
