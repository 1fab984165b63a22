/**
 * Parts of the settings: the links between their pages, and what was told of a form.
 *
 * @module
 */
import { accountStrings } from "../format/account_strings.ts";
import { peopleStrings } from "../format/people_strings.ts";
import { FormError } from "./Field.tsx";

const { settings } = accountStrings;
const pages = [
  ["/settings", settings.pages.preferences],
  ["/settings/devices", settings.pages.devices],
  ["/settings/security", settings.pages.security],
  ["/settings/keys", settings.pages.keys],
  ["/settings/account", settings.pages.account],
] as const;
const administration = [["/settings/users", peopleStrings.users.nav]] as const;

/** Links to all pages of the settings; administrators have more of them. */
export function SettingsNav({ path, isAdmin }: { path: string; isAdmin: boolean }) {
  return (
    <nav class="tabs" aria-label={settings.nav}>
      <ul>
        {[...pages, ...(isAdmin ? administration : [])].map(([href, label]) => (
          <li key={href}>
            <a href={href} aria-current={href === path ? "page" : undefined}>{label}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** What came of the last form. */
export function Told({ text, problem }: { text: string; problem: string }) {
  return (
    <>
      {text && <p class="banner" role="status">{text}</p>}
      <FormError text={problem} />
    </>
  );
}
