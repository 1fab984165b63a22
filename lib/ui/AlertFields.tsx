/**
 * The fields of an alert, as its condition takes them.
 *
 * @module
 */
import { type AlertGroup, channelNames } from "../contracts/owned.ts";
import { accountStrings } from "../format/account_strings.ts";
import { alertStrings } from "../format/alert_strings.ts";
import { formatPrice } from "../format/numbers.ts";
import { strings } from "../format/strings.ts";
import { timeframes } from "../market/timeframe.ts";
import { AlertGroupFields } from "./AlertGroupFields.tsx";
import { type AlertDraft, type ConditionSpec, formatLine, formatMoment } from "./alert_form.ts";
import { CheckField, Field } from "./Field.tsx";

const words = alertStrings.form;

/** What the fields are made of. */
export interface AlertFieldsProps {
  draft: AlertDraft;
  spec: ConditionSpec;
  specs: readonly ConditionSpec[];
  /** Figures that comparisons may look at. */
  figures: readonly string[];
  /** Symbols to choose from; others may be typed. */
  symbols: readonly string[];
  /** What is wrong, by field. */
  errors: Readonly<Record<string, string>>;
}

/** A number as a field shows it; what could not be read is empty. */
function show(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? "" : String(value);
}

function Level({ draft, spec, errors }: AlertFieldsProps) {
  const { line } = draft.parameters;
  if (line && spec.parameters.includes("line")) {
    return (
      <div class="field">
        <input type="hidden" name="line" value={formatLine(line)} />
        <p>{words.lineOn(formatPrice(line.fromPrice), formatPrice(line.toPrice))}</p>
        <CheckField name="fixed" label={words.lineOff} checked={false} />
      </div>
    );
  }
  if (!spec.threshold) return null;
  const { unit, fallback } = spec.threshold;
  return (
    <Field
      name="threshold"
      label={words.threshold}
      hint={words.thresholdHint(alertStrings.units[unit], show(fallback))}
      error={errors.threshold}
    >
      <input
        type="text"
        inputMode="decimal"
        autoComplete="off"
        maxLength={30}
        required={fallback === null}
        value={show(draft.threshold)}
      />
    </Field>
  );
}

/** What some conditions need beside the level. */
function Parameters({ draft, spec, errors }: AlertFieldsProps) {
  const { timeframe = "1m", direction = "both", windowMs = 3_600_000, signalType = "" } =
    draft.parameters;
  const takes = (name: string) => spec.parameters.includes(name);
  return (
    <>
      {takes("timeframe") && (
        <Field name="timeframe" label={words.timeframe} error={errors.timeframe}>
          <select>
            {timeframes.map((each) => (
              <option key={each} value={each} selected={each === timeframe}>{each}</option>
            ))}
          </select>
        </Field>
      )}
      {takes("direction") && (
        <Field name="direction" label={words.direction} error={errors.direction}>
          <select>
            {(["both", "up", "down"] as const).map((each) => (
              <option key={each} value={each} selected={each === direction}>
                {words.directions[each]}
              </option>
            ))}
          </select>
        </Field>
      )}
      {takes("windowMs") && (
        <Field name="windowMs" label={words.window} error={errors.windowMs}>
          <select>
            {words.windows.map(([ms, label]) => (
              <option key={ms} value={ms} selected={ms === windowMs}>{label}</option>
            ))}
          </select>
        </Field>
      )}
      {takes("signalType") && (
        <Field name="signalType" label={words.signalType} error={errors.signalType}>
          <select>
            <option value="">{words.anySignal}</option>
            {Object.entries(strings.signals.types).map(([type, label]) => (
              <option key={type} value={type} selected={type === signalType}>{label}</option>
            ))}
          </select>
        </Field>
      )}
    </>
  );
}

function Channels({ draft, errors }: AlertFieldsProps) {
  return (
    <fieldset class="checks">
      <legend>{words.channels}</legend>
      {channelNames.map((name) => (
        <CheckField
          key={name}
          name="channel"
          value={name}
          label={accountStrings.preferences.channelNames[name]}
          checked={draft.channels.includes(name)}
        />
      ))}
      {errors.channels && <small class="field-error">{errors.channels}</small>}
    </fieldset>
  );
}

/** Once for each time that the condition comes true, unless something else is wanted. */
function HowOften({ draft }: AlertFieldsProps) {
  return (
    <fieldset class="checks">
      <legend>{words.howOften}</legend>
      <CheckField
        name="repeats"
        label={words.repeats}
        hint={words.repeatsHint}
        checked={draft.parameters.repeats !== false}
      />
      <CheckField
        name="one_time"
        label={words.oneTime}
        hint={words.oneTimeHint}
        checked={draft.one_time}
      />
    </fieldset>
  );
}

/** What most alerts leave as it is. */
function More({ draft, spec, errors }: AlertFieldsProps) {
  const names = ["cooldown", "holdMs", "expiresMs", "name", "note"];
  return (
    <details class="more-fields" open={names.some((name) => errors[name])}>
      <summary>{words.more}</summary>
      <div class="form-grid">
        <Field name="cooldown" label={words.cooldown} error={errors.cooldown}>
          <input type="text" inputMode="decimal" maxLength={12} value={show(draft.cooldown / 60)} />
        </Field>
        {!spec.isEvent && (
          <Field name="hold" label={words.hold} hint={words.holdHint} error={errors.holdMs}>
            <input
              type="text"
              inputMode="decimal"
              maxLength={12}
              value={show(draft.holdMs / 60_000)}
            />
          </Field>
        )}
        <Field
          name="expires"
          label={words.expires}
          hint={words.expiresHint}
          error={errors.expiresMs}
        >
          <input type="datetime-local" value={formatMoment(draft.expiresMs)} />
        </Field>
        <Field name="name" label={words.name} hint={words.nameHint} error={errors.name}>
          <input type="text" maxLength={120} autoComplete="off" value={draft.name} />
        </Field>
        <Field name="note" label={words.note} error={errors.note}>
          <textarea rows={2} maxLength={1_000}>{draft.note}</textarea>
        </Field>
      </div>
      <CheckField
        name="allowsUnsure"
        label={words.allowsUnsure}
        hint={words.allowsUnsureHint}
        checked={draft.allowsUnsure}
      />
      <CheckField name="is_active" label={words.active} checked={draft.is_active} />
      <input type="hidden" name="snoozedUntil" value={formatMoment(draft.snoozedUntilMs)} />
    </details>
  );
}

/** All fields of an alert. */
export function AlertFields(props: AlertFieldsProps) {
  const { draft, spec, specs, symbols, errors } = props;
  const group = draft.parameters.group as AlertGroup | undefined;
  return (
    <>
      <div class="form-grid">
        <Field name="symbol" label={words.symbol} hint={words.symbolHint} error={errors.symbol}>
          <input
            type="text"
            list="symbols"
            required
            maxLength={120}
            autoComplete="off"
            value={draft.symbol}
          />
        </Field>
        <datalist id="symbols">
          {symbols.map((each) => <option key={each} value={each} />)}
        </datalist>
        <Field
          name="condition"
          label={words.condition}
          hint={alertStrings.conditions[spec.name][1]}
          error={errors.condition}
        >
          <select>
            {specs.map(({ name }) => (
              <option key={name} value={name} selected={name === spec.name}>
                {alertStrings.conditions[name][0]}
              </option>
            ))}
          </select>
        </Field>
        <button type="submit" name="act" value="condition" formNoValidate class="no-script">
          {words.chooseCondition}
        </button>
        <Level {...props} />
        <Parameters {...props} />
      </div>
      {group && spec.parameters.includes("group") && (
        <AlertGroupFields
          group={group}
          at="g"
          figures={props.figures}
          error={errors.group}
        />
      )}
      <HowOften {...props} />
      <Channels {...props} />
      <More {...props} />
    </>
  );
}
