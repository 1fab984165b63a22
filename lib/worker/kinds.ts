/**
 * What the service worker does with a request, by its address.
 *
 * @module
 */

/**
 * `page` and `data` are asked for first and answered from what was kept where no answer comes;
 * `session` changes who is signed in, after which nothing kept is right; all else is left alone.
 */
export type RequestKind = "page" | "data" | "session" | "none";

/** What counts of a request. */
export interface Asked {
  method: string;
  pathname: string;
  search: string;
  /** It is to become a document. */
  isNavigation: boolean;
}

/** Addresses that are no page of ours, or carry a secret, or are good once. */
const neverKept = new RegExp(
  "^/(api|x402|docs|metrics|health|openapi\\.json|udf|signals|dex|market-data|market-analysis|" +
    "collect|dashboard/api|setup|sign-?in|sign-?up|reset|s|shared|share|play-again|ws)(/|$)",
);
/** Answers that a page can go on with while offline. What is polled would look like a connection. */
const keptData = new RegExp(
  "^/(chart-notes|api/v1/(charts|symbols|alerts|watchlists|portfolios|preferences|notifications))" +
    "(/|$)",
);
/** Who has signed in or out, or is no more. The renewal of a session changes nobody. */
const sessionPath =
  /^\/(api\/v1\/auth\/(?!refresh$)|(sign-?in|sign-?out|setup|settings\/account)(\/|$))/;

/** Says what is done with a request. */
export function findKind({ method, pathname, search, isNavigation }: Asked): RequestKind {
  if (method !== "GET") return sessionPath.test(pathname) ? "session" : "none";
  if (new URLSearchParams(search).has("token")) return "none";
  if (isNavigation) return neverKept.test(pathname) ? "none" : "page";
  return keptData.test(pathname) ? "data" : "none";
}

/** Returns those of the paths that are pages to keep, each once, without their parts after `#`. */
export function listWarmPaths(paths: unknown, origin: string): string[] {
  const found = new Set<string>();
  for (const path of Array.isArray(paths) ? paths.slice(0, 200) : []) {
    if (typeof path !== "string" || !URL.canParse(path, origin)) continue;
    const { origin: of, pathname, search } = new URL(path, origin);
    const kind = findKind({ method: "GET", pathname, search, isNavigation: true });
    if (of === origin && kind === "page") found.add(pathname + search);
  }
  return [...found];
}
