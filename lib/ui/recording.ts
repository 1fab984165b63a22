/**
 * How an open page learns that the recording it shows has ended.
 *
 * @module
 */

/** Where the server says how its recording stands; answered by `routes/recording.ts`. */
export const recordingPath = "/recording";

/** Asks whether the recording has ended; false when there is no answer or it makes no sense. */
export async function readHasEnded(
  ask: (url: string) => Promise<{ ok: boolean; json(): Promise<unknown> }>,
): Promise<boolean> {
  try {
    const answer = await ask(recordingPath);
    const value = answer.ok ? await answer.json() : null;
    return typeof value === "object" && value !== null &&
      (value as { ended?: unknown }).ended === true;
  } catch {
    return false;
  }
}
