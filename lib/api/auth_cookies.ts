/**
 * Tokens of browsers: in cookies that no script can read.
 *
 * @module
 */
import type { Context } from "hono";
import type { SignedIn } from "../accounts/mod.ts";
import type { ApiEnv } from "./deps.ts";

/** What is kept in a cookie. */
export type CookieKind = "access" | "refresh";

/** Where the refresh token is sent: to those who exchange it, and to nobody else. */
const refreshPath = "/api/v1/auth";
/** Names; with TLS the browser itself sees to it that no other host sets them. */
const names: Readonly<Record<CookieKind, { plain: string; secure: string }>> = {
  access: { plain: "ci_access", secure: "__Host-ci_access" },
  refresh: { plain: "ci_refresh", secure: "__Secure-ci_refresh" },
};

/** Returns the token that a cookie holds; null where there is none. */
export function readCookie(req: Request, kind: CookieKind): string | null {
  const header = req.headers.get("cookie") ?? "";
  const pairs = header.split(";").map((part) => {
    const at = part.indexOf("=");
    return [part.slice(0, Math.max(0, at)).trim(), part.slice(at + 1).trim()] as const;
  });
  // The one that only TLS can have set is believed first.
  for (const wanted of [names[kind].secure, names[kind].plain]) {
    const value = pairs.find(([name]) => name === wanted)?.[1];
    if (value) return value;
  }
  return null;
}

/** Gives a browser its tokens. */
export function setTokenCookies(c: Context<ApiEnv>, signedIn: SignedIn, nowMs: number): void {
  const { accessToken, expiresIn, refreshToken, refreshExpiresMs } = signedIn;
  setCookie(c, "access", accessToken, expiresIn);
  setCookie(c, "refresh", refreshToken, Math.floor((refreshExpiresMs - nowMs) / 1000));
}

/** Takes the tokens away from a browser. */
export function clearTokenCookies(c: Context<ApiEnv>): void {
  setCookie(c, "access", "", 0);
  setCookie(c, "refresh", "", 0);
}

function setCookie(c: Context<ApiEnv>, kind: CookieKind, value: string, maxAge: number): void {
  const secure = isPageSecure(c.req.raw);
  const parts = [
    `${names[kind][secure ? "secure" : "plain"]}=${value}`,
    `Path=${kind === "access" ? "/" : refreshPath}`,
    `Max-Age=${Math.max(0, maxAge)}`,
    "HttpOnly",
    // A link from elsewhere shows the page as its visitor; no other site can act with it.
    kind === "access" ? "SameSite=Lax" : "SameSite=Strict",
    ...(secure ? ["Secure"] : []),
  ];
  c.header("set-cookie", parts.join("; "), { append: true });
}

/**
 * Says whether the browser speaks TLS. Behind a proxy that ends it, our own address does not tell; the
 * proxy's header does. A client that forges it harms itself only.
 */
export function isSecure(req: Request): boolean {
  return new URL(req.url).protocol === "https:" ||
    req.headers.get("x-forwarded-proto")?.split(",")[0]?.trim() === "https";
}

/** The same, also behind a proxy that says nothing: the asking page's own origin tells. */
function isPageSecure(req: Request): boolean {
  return isSecure(req) || (req.headers.get("origin")?.startsWith("https:") ?? false);
}
