/**
 * Why something of one's own is not shown.
 *
 * @module
 */
import type { Own } from "./own_views.ts";
import type { Reading } from "./read.ts";
import { ReadError } from "./Shell.tsx";
import { SignInFirst } from "./SignInFirst.tsx";

/** Says that it could not be read, or that nobody is signed in; nothing for what is shown. */
export function WhyNotShown({ own, words, path }: {
  own: Reading<Own<unknown>>;
  words: { signIn: string; signInLink: string };
  /** Of the page. */
  path: string;
}) {
  if (!own.isOk) return <ReadError href={path} />;
  if (own.value.isSignedIn) return null;
  return <SignInFirst text={words.signIn} link={words.signInLink} path={path} />;
}
