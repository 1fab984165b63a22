/**
 * The list of alerts: filtered and sorted as the address says.
 *
 * @module
 */
import type { z } from "zod";
import type { alertSchema } from "../contracts/alerts.ts";
import { alertConditions, alertPhases } from "../contracts/owned.ts";
import { matchesText, readText } from "./list_query.ts";
import { type Sort, type SortColumns, sortRows } from "./sort.ts";

/** An alert as its owner sees it. */
export type AlertView = z.output<typeof alertSchema>;

/** Columns that alerts can be sorted by. */
export type AlertColumn = "name" | "symbol" | "phase" | "fired";

/** Columns of the table. */
export const alertColumns: SortColumns<AlertColumn> = {
  all: ["name", "symbol", "phase", "fired"],
  ascending: ["name", "symbol", "phase"],
  first: "fired",
};

/** Which alerts; empty texts do not filter. */
export interface AlertFilter {
  text: string;
  condition: string;
  phase: string;
}

/** Reads which alerts are wanted; what cannot be read does not filter. */
export function parseAlertFilter(query: URLSearchParams): AlertFilter {
  const pick = (all: readonly string[], text: string | null) =>
    all.find((each) => each === text) ?? "";
  return {
    text: readText(query, "q"),
    condition: pick(alertConditions, query.get("condition")),
    phase: pick(alertPhases, query.get("phase")),
  };
}

/** Returns the alerts that are wanted, in order. */
export function arrangeAlerts(
  alerts: readonly AlertView[],
  { text, condition, phase }: AlertFilter,
  { sort, order }: Sort<AlertColumn>,
): AlertView[] {
  const wanted = alerts.filter((alert) =>
    (!condition || alert.condition === condition) && (!phase || alert.phase === phase) &&
    matchesText([alert.name, alert.symbol], text)
  );
  const read = (alert: AlertView) =>
    sort === "fired"
      ? alert.lastFiredMs
      : sort === "phase"
      ? alertPhases.indexOf(alert.phase)
      : alert[sort].toLowerCase();
  return sortRows(wanted, order, read, ({ name }) => name);
}
