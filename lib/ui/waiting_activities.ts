/**
 * The book of a portfolio with what waits on this device.
 *
 * @module
 */
import { placeActivity } from "./activity_form.ts";
import type { ActivityView } from "./own_views.ts";
import type { Waiting } from "./waiting.ts";

/**
 * Returns the entries, newest first, as the person left them: new ones among them, deleted ones still
 * in their place. `empty` has what nobody filled in.
 */
export function overlayActivities(
  known: readonly ActivityView[],
  waiting: readonly Waiting[],
  empty: ActivityView,
): ActivityView[] {
  return waiting.reduce<ActivityView[]>((rows, { id, fields }) => {
    const before = rows.find((row) => row.id === id);
    // A deletion of an entry on another page of the book.
    if (fields === null) return rows;
    return placeActivity(rows, { ...empty, ...before, ...fields, id } as ActivityView);
  }, [...known]);
}
