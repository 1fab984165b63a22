/**
 * Who is signed in, at the top of every page; opens without scripts.
 *
 * @module
 */
import { accountStrings } from "../format/account_strings.ts";
import { linkSignIn, type PersonView } from "./own.ts";
import { formatUnread } from "./unread.ts";

const words = accountStrings.menu;

/** A link to sign in, or a menu of what is the person's. */
export function AccountMenu({ person, path }: { person: PersonView | null; path: string }) {
  if (!person) {
    const here = path.startsWith("/signin") || path === "/setup";
    return <a class="button signin" href={linkSignIn(here ? "/" : path)}>{words.signIn}</a>;
  }
  const { email, unread } = person;
  return (
    <div class="account">
      <button
        type="button"
        class="icon-button"
        popovertarget="account"
        aria-label={words.open(email)}
        title={words.open(email)}
      >
        <span class="initial" aria-hidden="true">{email.slice(0, 1).toUpperCase()}</span>
        <Badge count={unread} class="on-phone" />
      </button>
      <nav id="account" popover="auto" class="account-menu" aria-label={words.open(email)}>
        <p class="muted">
          {words.signedInAs} <strong>{email}</strong>
        </p>
        <ul class="plain">
          <li>
            <a href="/alerts">{words.alerts}</a>
          </li>
          <li>
            <a href="/notifications">
              {words.notifications} <Badge count={unread} />
            </a>
          </li>
          <li>
            <a href="/settings">{words.settings}</a>
          </li>
        </ul>
        <form method="post" action="/signin">
          <button type="submit" name="act" value="sign-out">{words.signOut}</button>
        </form>
      </nav>
      <a
        class="bell icon-button button"
        href="/notifications"
        aria-label={unread > 0
          ? `${words.notifications}, ${words.unread(formatUnread(unread))}`
          : words.notifications}
      >
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path
            d="M6 10a6 6 0 0 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7ZM10 20h4"
            fill="none"
            stroke="currentColor"
            stroke-width="2"
            stroke-linejoin="round"
          />
        </svg>
        <Badge count={unread} />
      </a>
    </div>
  );
}

/** How many are unread; empty for none, so that a script can fill it. */
function Badge({ count, class: name = "" }: { count: number; class?: string }) {
  return (
    <span class={`badge ${name}`} data-unread={count} hidden={count === 0}>
      <span aria-hidden="true">{formatUnread(count)}</span>
    </span>
  );
}
