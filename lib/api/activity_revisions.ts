/**
 * Revisions of activities: each write raises them, and what a book comes to does not depend on them.
 *
 * @module
 */
import type { ActivityRecord } from "../contracts/owned.ts";

/** Returns an activity's revision; those that were stored before there was one are at their first. */
export function getRevision({ revision = 1 }: Pick<ActivityRecord, "revision">): number {
  return revision;
}

/** Returns an activity as books keep and pack it: without its revision. */
export function dropRevision(activity: ActivityRecord): ActivityRecord {
  const { revision: _revision, ...booked } = activity;
  return booked;
}
