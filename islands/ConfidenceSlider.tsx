import { useSignal } from "@preact/signals";

interface Props {
  label: string;
  /** From 0 to 100. */
  value: number;
}

/** A slider that says its value; without scripts it says what the page was asked for. */
export default function ConfidenceSlider({ label, value }: Props) {
  const shown = useSignal(value);
  return (
    <label class="field slider">
      <span>
        {label}: <output class="number">{shown.value}%</output>
      </span>
      <input
        type="range"
        name="confidence"
        min={0}
        max={100}
        step={5}
        value={shown.value}
        aria-valuetext={`${shown.value}%`}
        onInput={(event) => shown.value = event.currentTarget.valueAsNumber}
      />
    </label>
  );
}
