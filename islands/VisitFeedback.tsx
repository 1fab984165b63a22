import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { visitStrings as words } from "../lib/format/visit_strings.ts";
import { answerHere, mayAskHere } from "../lib/visits/browser.ts";

/** Asks once in 30 days whether the product helps; nobody is asked who is not counted. */
export default function VisitFeedback() {
  const state = useSignal<"none" | "asked" | "answered">("none");
  useEffect(() => {
    if (mayAskHere(Date.now())) state.value = "asked";
  }, []);
  const answer = (isYes: boolean) => {
    answerHere(isYes, Date.now());
    state.value = "answered";
  };
  if (state.value === "none") return null;
  return (
    <section class="card" aria-labelledby="feedback">
      <h2 id="feedback">{words.feedback}</h2>
      {state.value === "asked" && (
        <div class="actions">
          <button type="button" onClick={() => answer(true)}>{words.yes}</button>
          <button type="button" onClick={() => answer(false)}>{words.no}</button>
        </div>
      )}
      <p role="status">{state.value === "answered" && words.thanks}</p>
    </section>
  );
}
