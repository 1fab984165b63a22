/**
 * Days of the calendar (UTC), by name: which ones are still counted, and which lie in between.
 *
 * @module
 */

const dayMs = 86_400_000;
/** Days back to which a report is still taken: whoever was without a network sends it later. */
export const lateDays = 2;

/** Returns the UTC day of a time (epoch ms), such as `2024-01-31`. */
export function nameDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** Returns the day so many days later; earlier for a negative number. */
export function addDays(day: string, days: number): string {
  return nameDay(Date.parse(day) + days * dayMs);
}

/** Returns how many days lie from one to the other; negative when the other is earlier. */
export function countDays(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs);
}

/**
 * Says whether a report of `day` is still taken at `nowMs`. What is older could be counted twice, as
 * ids of reports are forgotten; what is later comes from a clock that is wrong.
 */
export function isTaken(day: string, nowMs: number): boolean {
  const age = countDays(day, nameDay(nowMs));
  return age >= 0 && age <= lateDays;
}
