/**
 * Which messages become toasts, and which of them are on the screen.
 *
 * @module
 */

/** A short message at the edge of the page. */
export interface Toast {
  id: string;
  title: string;
  text: string;
  /** Page that shows it, as a path. */
  link: string;
  isRecorded: boolean;
}

/** Toasts at once; the oldest makes room. */
export const toastsMax = 4;
/** Ids that are remembered, so that one event told twice is one toast. */
const knownMax = 200;

/** What is on the screen, and what was. */
export interface ToastState {
  shown: readonly Toast[];
  known: readonly string[];
}

/** Nothing was told yet. */
export const noToasts: ToastState = { shown: [], known: [] };

/** Adds a toast; the same state for one that was there before. */
export function addToast(state: ToastState, toast: Toast): ToastState {
  if (state.known.includes(toast.id)) return state;
  return {
    shown: [...state.shown, toast].slice(-toastsMax),
    known: [...state.known, toast.id].slice(-knownMax),
  };
}

/** Takes a toast from the screen; it does not come again. */
export function dropToast(state: ToastState, id: string): ToastState {
  return { ...state, shown: state.shown.filter((each) => each.id !== id) };
}

/** Only paths of ours are gone to. */
function readPath(value: unknown, fallback: string): string {
  return typeof value === "string" && /^\/(?![\\/])/.test(value) ? value : fallback;
}

/** Reads a notification of the private channel; null for anything else. */
export function readNotification(data: unknown): Toast | null {
  if (typeof data !== "object" || data === null) return null;
  const { id, title, message, link, isRecorded } = data as Record<string, unknown>;
  if (typeof id !== "string" || typeof title !== "string" || title === "") return null;
  return {
    id,
    title,
    text: typeof message === "string" ? message : "",
    link: readPath(link, "/notifications"),
    isRecorded: isRecorded === true,
  };
}

/** Reads a signal of the public channel; null for one that is not sure enough, or none. */
export function readSignal(
  data: unknown,
  { confidence, name }: { confidence: number; name(type: string): string },
): Toast | null {
  if (typeof data !== "object" || data === null) return null;
  const { id, type, entity, confidence_score: score } = data as Record<string, unknown>;
  if (typeof id !== "string" || typeof type !== "string" || typeof entity !== "string") return null;
  if (typeof score !== "number" || !(score >= confidence)) return null;
  return {
    id: `signal:${id}`,
    title: `${entity}: ${name(type)}`,
    text: `${Math.round(score * 100)} %`,
    link: `/explore/signals?entity=${encodeURIComponent(entity)}`,
    isRecorded: false,
  };
}

/** A notification as the centre lists it. */
interface Listed {
  id: string;
  timestamp: number;
}

/**
 * Returns what of the unread notifications is news, oldest first. What this browser has shown, on
 * this page or one before it, is none: `mark` is the time of the newest of that, null where the
 * browser remembers nothing, and then only what comes after the first look is news.
 */
export function pickNews<T extends Listed>(
  unread: readonly T[],
  { mark, known }: { mark: number | null; known: ReadonlySet<string> | null },
): T[] {
  return unread.toReversed().filter(({ id, timestamp }) =>
    !known?.has(id) && (mark === null ? known !== null : timestamp > mark)
  );
}
