/**
 * What administrators do with users by forms: asked of the API, one act a button.
 *
 * @module
 */
import type { z } from "zod";
import type { managedUsersSchema } from "../contracts/auth.ts";
import type { peopleStrings } from "../format/people_strings.ts";
import type { AskApi, OwnAnswer, OwnQuestion } from "./own.ts";

/** A page of users, as the API tells of them. */
export type UsersView = z.output<typeof managedUsersSchema>;
/** One of them. */
export type UserView = UsersView["users"][number];

const path = "/api/v1/admin/users";
const idPattern = /^[\w-]{1,100}$/;
/** Users of a page. */
const pageUsers = 50;

/** The name of what is told once an act is done. */
type Told = keyof typeof peopleStrings.users.told;

/** Acts that change a user, by the value of their button. */
const acts: Readonly<Record<string, { told: Told; question: OwnQuestion } | undefined>> = {
  promote: { told: "admin", question: { body: { role: "admin" } } },
  demote: { told: "user", question: { body: { role: "user" } } },
  disable: { told: "disabled", question: { body: { isDisabled: true } } },
  enable: { told: "enabled", question: { body: { isDisabled: false } } },
};

/** What came of an act. */
export type ActResult =
  | { kind: "done"; told: Told }
  /** Something that cannot be undone, without the box that says it is meant. */
  | { kind: "unsure" }
  /** A refusal, or (for a link) what is shown once. */
  | { kind: "answer"; answer: OwnAnswer; email: string };

/** Returns the address of the page of users that a query of the page asks for. */
export function listUsersPath(query: URLSearchParams): string {
  const asked = new URLSearchParams({ limit: String(pageUsers) });
  for (const name of ["email", "cursor"]) {
    const value = query.get(name)?.trim();
    if (value) asked.set(name, value);
  }
  return `${path}?${asked}`;
}

/** Does what a form asks; null for a form that is none of ours. */
export async function actOnUser(ask: AskApi, form: URLSearchParams): Promise<ActResult | null> {
  const id = form.get("id") ?? "";
  if (!idPattern.test(id)) return null;
  const one = `${path}/${id}`;
  const email = form.get("email") ?? "";
  const act = form.get("act") ?? "";
  if (act === "reset") {
    return { kind: "answer", answer: await ask("POST", `${one}/reset`), email };
  }
  if (act === "remove" && !form.has("confirm")) return { kind: "unsure" };
  const change = Object.hasOwn(acts, act) ? acts[act] : undefined;
  const told: Told | null = change?.told ??
    (act === "out" ? "out" : act === "remove" ? "removed" : null);
  if (told === null) return null;
  const answer = change
    ? await ask("PATCH", one, change.question)
    : await ask("DELETE", act === "out" ? `${one}/sessions` : one);
  return answer.isOk ? { kind: "done", told } : { kind: "answer", answer, email };
}
