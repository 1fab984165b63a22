/**
 * What stands where a visitor would see something of their own.
 *
 * @module
 */
import { linkSignIn } from "./own.ts";

/** Says what an account is for, and leads there and back. */
export function SignInFirst({ text, link, path }: { text: string; link: string; path: string }) {
  return (
    <section class="card">
      <p>{text}</p>
      <p>
        <a class="button" href={linkSignIn(path)}>{link}</a>
      </p>
    </section>
  );
}
