/**
 * Endpoints of accounts: signing in and out, devices, keys, passkeys, and who administers them.
 *
 * @module
 */
import type * as auth from "../contracts/auth.ts";
import {
  type Answer,
  type Body,
  type Call,
  type EndpointAddress,
  get,
  type OfId,
  patch,
  post,
  put,
  type Query,
  remove,
} from "./calls.ts";

/** They, by the name of their function. */
export interface AccountCalls {
  getSetupState: Call<Answer<typeof auth.setupStateSchema>>;
  setUp: Call<Answer<typeof auth.signedInSchema>, Body<typeof auth.setupSchema>>;
  register: Call<Answer<typeof auth.signedInSchema>, Body<typeof auth.credentialsSchema>>;
  login: Call<Answer<typeof auth.signedInSchema>, Body<typeof auth.credentialsSchema>>;
  refreshTokens: Call<Answer<typeof auth.signedInSchema>, Body<typeof auth.refreshSchema>>;
  logout: Call<Answer<typeof auth.doneSchema>, Body<typeof auth.refreshSchema>>;
  /** Whether a link to a new password can be mailed. */
  getResetWays: Call<Answer<typeof auth.resetWaysSchema>>;
  /** Has one mailed; the answer is the same whether the address has an account or not. */
  askForResetLink: Call<Answer<typeof auth.doneSchema>, Body<typeof auth.forgotSchema>>;
  resetPassword: Call<Answer<typeof auth.signedInSchema>, Body<typeof auth.resetSchema>>;
  changePassword: Call<Answer<typeof auth.signedInSchema>, Body<typeof auth.passwordChangeSchema>>;
  getMe: Call<Answer<typeof auth.userSchema>>;
  /** Removes the account with all that belongs to it. */
  deleteMe: Call<Answer<typeof auth.doneSchema>, Body<typeof auth.proofSchema>>;
  listSessions: Call<Answer<typeof auth.sessionsSchema>>;
  endSession: Call<Answer<typeof auth.doneSchema>, OfId>;
  endOtherSessions: Call<Answer<typeof auth.doneSchema>>;
  listKeys: Call<Answer<typeof auth.keysSchema>>;
  createKey: Call<Answer<typeof auth.createdKeySchema>, Body<typeof auth.newKeySchema>>;
  revokeKey: Call<Answer<typeof auth.doneSchema>, OfId>;
  listPasskeys: Call<Answer<typeof auth.passkeysSchema>>;
  askForPasskey: Call<Answer<typeof auth.passkeyOptionsSchema>, Body<typeof auth.proofSchema>>;
  addPasskey: Call<Answer<typeof auth.passkeySchema>, Body<typeof auth.newPasskeySchema>>;
  removePasskey: Call<Answer<typeof auth.doneSchema>, OfId>;
  askForPasskeyLogin: Call<Answer<typeof auth.passkeyOptionsSchema>>;
  loginWithPasskey: Call<
    Answer<typeof auth.signedInSchema>,
    Body<typeof auth.passkeySignInSchema>
  >;
  listUsers: Call<Answer<typeof auth.managedUsersSchema>, Query<typeof auth.usersQuerySchema>>;
  changeUser: Call<
    Answer<typeof auth.managedUserSchema>,
    OfId & Body<typeof auth.userChangeSchema>
  >;
  /** Removes somebody's account with all that belongs to it. */
  removeUser: Call<Answer<typeof auth.doneSchema>, OfId>;
  endUserSessions: Call<Answer<typeof auth.doneSchema>, OfId>;
  makeResetLink: Call<Answer<typeof auth.resetLinkSchema>, OfId>;
  listAuditLog: Call<Answer<typeof auth.auditSchema>, Query<typeof auth.auditQuerySchema>>;
}

/** Where each is. */
export const accountEndpoints: Readonly<Record<keyof AccountCalls, EndpointAddress>> = {
  getSetupState: get("/api/v1/auth/setup"),
  setUp: post("/api/v1/auth/setup"),
  register: post("/api/v1/auth/register"),
  login: post("/api/v1/auth/login"),
  refreshTokens: post("/api/v1/auth/refresh"),
  logout: post("/api/v1/auth/logout"),
  getResetWays: get("/api/v1/auth/forgot"),
  askForResetLink: post("/api/v1/auth/forgot"),
  resetPassword: post("/api/v1/auth/reset"),
  changePassword: put("/api/v1/auth/password"),
  getMe: get("/api/v1/auth/me"),
  deleteMe: remove("/api/v1/auth/me"),
  listSessions: get("/api/v1/auth/sessions"),
  endSession: remove("/api/v1/auth/sessions/{id}"),
  endOtherSessions: remove("/api/v1/auth/sessions"),
  listKeys: get("/api/v1/auth/keys"),
  createKey: post("/api/v1/auth/keys"),
  revokeKey: remove("/api/v1/auth/keys/{id}"),
  listPasskeys: get("/api/v1/auth/passkeys"),
  askForPasskey: post("/api/v1/auth/passkeys/options"),
  addPasskey: post("/api/v1/auth/passkeys"),
  removePasskey: remove("/api/v1/auth/passkeys/{id}"),
  askForPasskeyLogin: post("/api/v1/auth/passkey-login/options"),
  loginWithPasskey: post("/api/v1/auth/passkey-login"),
  listUsers: get("/api/v1/admin/users"),
  changeUser: patch("/api/v1/admin/users/{id}"),
  removeUser: remove("/api/v1/admin/users/{id}"),
  endUserSessions: remove("/api/v1/admin/users/{id}/sessions"),
  makeResetLink: post("/api/v1/admin/users/{id}/reset"),
  listAuditLog: get("/api/v1/admin/audit"),
};
