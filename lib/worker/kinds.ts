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

/** Addresses that are no page of ours, carry a secret, are good once, or tell of other people. */
const neverKept = new RegExp(
  "^/(api|x402|docs|metrics|health|openapi\\.json|udf|signals|dex|market-data|market-analysis|" +
    "collect|dashboard/api|setup|sign-?in|sign-?up|forgot|reset|settings/users|s|shared|share|play-again|ws)(/|$)",
);
/** Answers that a page can go on with while offline. What is polled would look like a connection. */
const keptData = new RegExp(
  "^/(chart-notes|api/v1/(charts|symbols|alerts|watchlists|portfolios|preferences|notifications))" +
    "(/|$)",
);
/** Who has signed in or out, or is no more. Renewing a session or asking for a link changes nobody. */
const sessionPath =
  /^\/(api\/v1\/auth\/(?!(refresh|forgot)$)|(sign-?in|sign-?out|setup|reset|settings\/account)(\/|$))/;

/** Says what is done with a request. */
export function findKind({ method, pathname, search, isNavigation }: Asked): RequestKind {
  if (method !== "GET") return sessionPath.test(pathname) ? "session" : "none";
  if (new URLSearchParams(search).has("token")) return "none";
  if (isNavigation) return neverKept.test(pathname) ? "none" : "page";
  return keptData.test(pathname) ? "data" : "none";
}

/** Where what somebody has is listed, by the addresses that change it. */
const ownPages: readonly [RegExp, string][] = [
  [/^\/(api\/v1\/)?alerts(\/|$)/, "/alerts"],
  [/^\/(api\/v1\/)?watchlists(\/|$)/, "/watchlists"],
  [/^\/(api\/v1\/portfolios|portfolio)(\/|$)/, "/portfolio"],
  [/^\/(api\/v1\/preferences|settings)(\/|$)/, "/settings"],
];

/** Pages that list what somebody has. */
export const ownLists = ownPages.map(([, page]) => page);

/**
 * Returns the pages that tell something else once a request that changes something was answered: the
 * list, and the record's own page where the address names one.
 */
export function listTouchedPages(
  { method, pathname }: Pick<Asked, "method" | "pathname">,
): string[] {
  if (method === "GET") return [];
  const found = ownPages.find(([path]) => path.test(pathname));
  if (!found) return [];
  const id = /\/([\da-f-]{36})(\/|$)/.exec(pathname)?.[1];
  return id && found[1] !== "/settings" ? [found[1], `${found[1]}/${id}`] : [found[1]];
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
