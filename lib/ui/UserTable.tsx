/**
 * Users as administrators see them, with what can be done with each.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { formatDate, formatDateTime } from "../format/dates.ts";
import { peopleStrings } from "../format/people_strings.ts";
import { Age, type PageTimes } from "./Age.tsx";
import { CheckField } from "./Field.tsx";
import { ScrollTable } from "./Figures.tsx";
import type { UserView } from "./user_acts.ts";

const words = peopleStrings.users;

/** A link to a new password, shown once. */
export interface ShownLink {
  email: string;
  url: string;
  /** Wall time, epoch ms. */
  expiresMs: number;
}

/** A link that was made just now; beside it `children`, such as a button that copies it. */
export function ResetLinkCard({ link: { email, url, expiresMs }, children }: {
  link: ShownLink;
  children: ComponentChildren;
}) {
  return (
    <section class="card" role="status">
      <h2>{words.link(email)}</h2>
      <p>
        <code class="secret">{url}</code>
      </p>
      {children}
      <p class="muted after">{words.linkHint(formatDateTime(expiresMs))}</p>
    </section>
  );
}

function Acts({ user, action }: { user: UserView; action: string }) {
  const { id, email, role, isDisabled } = user;
  const of = <span class="visually-hidden">{` ${email}`}</span>;
  const hidden = (
    <>
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="email" value={email} />
    </>
  );
  const buttons = [
    ["reset", words.reset],
    role === "admin" ? ["demote", words.demote] : ["promote", words.promote],
    isDisabled ? ["enable", words.enable] : ["disable", words.disable],
    ["out", words.signOut],
  ] as const;
  return (
    <details class="user-acts">
      <summary>{words.change}{of}</summary>
      <form method="post" action={action} class="actions">
        {hidden}
        {buttons.map(([act, label]) => (
          <button key={act} type="submit" name="act" value={act}>{label}{of}</button>
        ))}
      </form>
      <form method="post" action={action}>
        {hidden}
        <CheckField name="confirm" label={words.confirm} checked={false} form={`u-${id}`} />
        <button type="submit" name="act" value="remove" class="danger">{words.remove}{of}</button>
      </form>
    </details>
  );
}

/** All of one page; `own` is the id of who looks, whose own account is changed elsewhere. */
export function UserTable({ users, own, action, times }: {
  users: readonly UserView[];
  own: string;
  /** Where forms go. */
  action: string;
  times: PageTimes;
}) {
  const heads = [words.user, words.role, words.since, words.signedIn, words.devices, words.acts];
  return (
    <ScrollTable label={words.caption}>
      <thead>
        <tr>{heads.map((each) => <th key={each} scope="col">{each}</th>)}</tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <tr key={user.id}>
            <th scope="row" class="wrap">
              {user.email}
              {user.id === own && <small>{words.you}</small>}
              {user.isDisabled && <small>{words.disabled}</small>}
            </th>
            <td>{words.roles[user.role]}</td>
            <td>{formatDate(user.createdMs)}</td>
            <td>
              <Age timeMs={user.signedInMs} times={times} clock="wall" none={words.unknown} />
            </td>
            <td>{words.devicesOf(user.devices)}</td>
            <td class="wrap">
              {user.id === own
                ? <small>{words.ofYou}</small>
                : <Acts user={user} action={action} />}
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
