import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { visitStrings as words } from "../lib/format/visit_strings.ts";
import { type Choice, choose, readChoice } from "../lib/visits/browser.ts";

/** Whether this browser's visits are counted; kept in the browser, so that nobody else knows. */
export default function VisitChoice() {
  const choice = useSignal<Choice | null>(null);
  useEffect(() => {
    choice.value = readChoice();
  }, []);
  const isFixed = choice.value === "private" || choice.value === "closed";
  const hint = choice.value === "private"
    ? words.choicePrivacy
    : choice.value === "closed"
    ? words.choiceOff
    : words.choiceHint;
  return (
    <label class="check js-only">
      <input
        type="checkbox"
        checked={choice.value === "on"}
        disabled={choice.value === null || isFixed}
        aria-describedby="visit-choice"
        onChange={(event) => {
          choose(event.currentTarget.checked);
          choice.value = readChoice();
        }}
      />
      <span>
        {words.choice}
        <small id="visit-choice">{hint}</small>
      </span>
    </label>
  );
}
