/**
 * What pages know of the person who looks at them, and how they ask the API on that person's behalf.
 *
 * @module
 */

/** Who is signed in, as every page shows it. */
export interface PersonView {
  id: string;
  email: string;
  role: "user" | "admin";
  hasPassword: boolean;
  /** Unread notifications, counted to 100. */
  unread: number;
  /** Toasts and their sound, as the person wants them. */
  toasts: boolean;
  sound: boolean;
  /** Signals of less confidence (0 to 1) give no toast. */
  toastConfidence: number;
}

/** What the API answered. */
export interface OwnAnswer {
  status: number;
  isOk: boolean;
  /** Parsed JSON; null where there is none. */
  body: unknown;
  /** `set-cookie` headers, for the page to pass on. */
  cookies: readonly string[];
  etag: string | null;
}

/** What is asked beside method and path. */
export interface OwnQuestion {
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

/** Asks the API as the visitor of the page, whose cookies and origin go along. */
export type AskApi = (method: string, path: string, question?: OwnQuestion) => Promise<OwnAnswer>;

/** What is wrong with an input, as a form shows it. */
export interface Problem {
  /** About the whole; empty for nothing. */
  text: string;
  /** By the last part of a pointer, such as `email` of `/json/email`. */
  fields: Readonly<Record<string, string>>;
}

/** Nothing is wrong. */
export const noProblem: Problem = { text: "", fields: {} };

/** The API refused a read of a page. */
export class OwnError extends Error {
  constructor(readonly status: number, detail: string) {
    super(`Cannot read what is the visitor's: ${status} ${detail}`);
    this.name = "OwnError";
  }
}

/** Reads a problem document, whatever it holds; an answer that is none says its status only. */
export function readProblem({ status, body }: Pick<OwnAnswer, "status" | "body">): Problem {
  const { detail, title, errors } = (typeof body === "object" && body !== null ? body : {}) as {
    detail?: unknown;
    title?: unknown;
    errors?: unknown;
  };
  const fields: Record<string, string> = {};
  for (const each of Array.isArray(errors) ? errors : []) {
    const { pointer, detail } = (each ?? {}) as { pointer?: unknown; detail?: unknown };
    if (typeof pointer !== "string" || typeof detail !== "string") continue;
    const [, , name, ...rest] = pointer.split("/");
    fields[name === "parameters" ? rest[0] ?? name : name ?? ""] ??= detail;
  }
  const text = typeof detail === "string" ? detail : typeof title === "string" ? title : "";
  return { text: text || `Error ${status}`, fields };
}

/**
 * Returns the JSON of an address of the API.
 *
 * @throws {OwnError} When it refuses.
 */
export async function getOwn<T>(ask: AskApi, path: string): Promise<T> {
  const answer = await ask("GET", path);
  if (!answer.isOk) throw new OwnError(answer.status, readProblem(answer).text);
  return answer.body as T;
}

/** Returns a path of ours to go on to; the home page for anything that leads elsewhere. */
export function readNext(text: string | null): string {
  return text !== null && /^\/(?![\\/])[^\p{Cc}]*$/u.test(text) ? text.slice(0, 500) : "/";
}

/** The address of the sign-in page that leads back to `path`. */
export function linkSignIn(path: string): string {
  return path === "/" ? "/signin" : `/signin?next=${encodeURIComponent(path)}`;
}
