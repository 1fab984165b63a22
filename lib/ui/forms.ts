/**
 * Forms that pages take without scripts: read with a limit, answered with a redirect.
 *
 * @module
 */
import { type AskApi, linkSignIn } from "./own.ts";
import type { State } from "./state.ts";

/** No form of ours comes near. */
const formBytesMax = 64 * 1024;

/** What a page with a form needs of its request. */
interface FormContext {
  url: URL;
  state: State;
}

/** Returns what a form holds; null when it is too large or no form. */
export async function readForm(req: Request): Promise<URLSearchParams | null> {
  const type = req.headers.get("content-type") ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded") || !req.body) return null;
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of req.body) {
    bytes += chunk.byteLength;
    if (bytes > formBytesMax) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return new URLSearchParams(text + decoder.decode());
}

/** Goes on to a page after a form was taken; `cookies` travel along. */
export function goOn(to: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ location: to, "cache-control": "no-store" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

/** Headers of a page that is for one person. */
export const privatePage: { headers: Record<string, string> } = {
  headers: { "cache-control": "no-store" },
};

/** Returns how to ask for the person who is signed in, or where a visitor has to go first. */
export function requirePerson({ url, state }: FormContext): AskApi | Response {
  if (state.person && state.ask) return state.ask;
  return goOn(linkSignIn(url.pathname + url.search));
}
