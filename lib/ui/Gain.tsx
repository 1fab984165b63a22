/**
 * Gains and losses with sign, mark and colour, and amounts with their currency.
 *
 * @module
 */
import { formatAmount, formatGain, getAmountDirection } from "../format/amounts.ts";

const marks = { up: "▲", down: "▼", flat: "" };

/** A gain or loss; the mark tells the direction without colour. */
export function Gain({ amount }: { amount: string | null }) {
  const direction = getAmountDirection(amount);
  return (
    <span class={`change ${direction}`}>
      <span aria-hidden="true">{marks[direction]}</span> {formatGain(amount)}
    </span>
  );
}

/** An amount and what it is in. */
export function Money({ amount, currency }: { amount: string | null; currency: string }) {
  return (
    <>
      {formatAmount(amount)} <span class="unit">{currency}</span>
    </>
  );
}
