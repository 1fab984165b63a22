/**
 * Comparisons in groups: all or any of them, up to three groups deep.
 *
 * @module
 */
import { type AlertComparison, alertComparisons, type AlertGroup } from "../contracts/owned.ts";
import { alertStrings } from "../format/alert_strings.ts";
import { groupDepthMax } from "./alert_form.ts";
import { getFieldId } from "./Field.tsx";

const words = alertStrings.form;

function Act({ act, label }: { act: string; label: string }) {
  return <button type="submit" name="act" value={act} formNoValidate>{label}</button>;
}

function Comparison({ rule, at, figures }: {
  rule: AlertComparison;
  at: string;
  figures: readonly string[];
}) {
  const { field, is, value } = rule;
  return (
    <div class="rule">
      <select name={`${at}-field`} aria-label={words.field}>
        {figures.map((each) => (
          <option key={each} value={each} selected={each === field}>{each}</option>
        ))}
      </select>
      <select name={`${at}-is`} aria-label={words.is}>
        {alertComparisons.map((each) => (
          <option key={each} value={each} selected={each === is}>{words.comparisons[each]}</option>
        ))}
      </select>
      <input
        type="text"
        inputMode="decimal"
        name={`${at}-value`}
        aria-label={words.value}
        maxLength={30}
        required
        value={Number.isFinite(value) ? String(value) : ""}
      />
      <Act act={`drop:${at}`} label={words.drop} />
    </div>
  );
}

/** A group with its comparisons and inner groups; `at` is where it lies, such as `g-1`. */
export function AlertGroupFields({ group, at, figures, depth = 1, error }: {
  group: AlertGroup;
  at: string;
  figures: readonly string[];
  depth?: number;
  error?: string | undefined;
}) {
  const id = getFieldId(`${at}-match`);
  return (
    <fieldset class="rules">
      <legend class="visually-hidden">{words.group}</legend>
      {error && <small class="field-error">{error}</small>}
      <div class="field">
        <label for={id}>{words.match}</label>
        <select id={id} name={`${at}-match`}>
          {(["all", "any"] as const).map((each) => (
            <option key={each} value={each} selected={each === group.match}>
              {words.matches[each]}
            </option>
          ))}
        </select>
      </div>
      {group.rules.map((rule, i) =>
        "rules" in rule
          ? (
            <AlertGroupFields
              key={i}
              group={rule}
              at={`${at}-${i}`}
              figures={figures}
              depth={depth + 1}
            />
          )
          : <Comparison key={i} rule={rule} at={`${at}-${i}`} figures={figures} />
      )}
      <div class="actions">
        <Act act={`add:${at}`} label={words.addRule} />
        {depth < groupDepthMax && <Act act={`group:${at}`} label={words.addGroup} />}
        {depth > 1 && <Act act={`drop:${at}`} label={words.dropGroup} />}
      </div>
    </fieldset>
  );
}
