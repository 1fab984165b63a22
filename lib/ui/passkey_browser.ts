/**
 * Passkeys in a browser: the only file that brings their library, when somebody asks for one.
 *
 * @module
 */
import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
} from "@simplewebauthn/browser";

/** What the API said no to, in its words. */
export class PasskeyError extends Error {
  override name = "PasskeyError";
}

interface Question {
  ticket: string;
  options: never;
}

async function send(path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const read = await answer.json().catch(() => ({})) as { detail?: string };
  if (!answer.ok) throw new PasskeyError(read.detail ?? `Error ${answer.status}`);
  return read;
}

/** Says whether this browser knows passkeys. */
export function hasPasskeys(): boolean {
  return browserSupportsWebAuthn();
}

/**
 * Signs in with a passkey; cookies then hold the session.
 *
 * @throws {PasskeyError} When the server refuses it; whatever the browser throws when a person does.
 */
export async function signInByPasskey(): Promise<void> {
  const path = "/api/v1/auth/passkey-login";
  const { ticket, options } = await send(`${path}/options`, {}) as Question;
  const response = await startAuthentication({ optionsJSON: options });
  await send(path, { ticket, cookie: true, response: trim(response) });
}

/**
 * Adds a passkey of this device to the account of who is signed in.
 *
 * @throws {PasskeyError} When the server refuses it; whatever the browser throws when a person does.
 */
export async function addPasskey({ name, password }: { name: string; password: string }) {
  const path = "/api/v1/auth/passkeys";
  const { ticket, options } = await send(`${path}/options`, { password }) as Question;
  const response = await startRegistration({ optionsJSON: options });
  await send(path, { ticket, ...(name ? { name } : {}), response: trim(response) });
}

/** What the server asks for, and nothing that browsers add. */
function trim({ id, rawId, type, response }: {
  id: string;
  rawId: string;
  type: string;
  response: object;
}) {
  return { id, rawId, type, response };
}
