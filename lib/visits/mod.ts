/**
 * Visits: what one is, how browsers tell of them without saying whose they are, and what they come to.
 *
 * @module
 */
export { addDays, countDays, isTaken, lateDays, nameDay } from "./days.ts";
export { fillDays, makeDay, measureVisits, monthDays, visitGoals } from "./figures.ts";
