/**
 * Accounts on the wire: signing in, tokens, sessions, API keys, passkeys.
 *
 * Times are epoch ms of the wall clock. Passwords and secrets go in, or come out once, and are never
 * shown again.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { scopes } from "./owned.ts";

/**
 * Addresses that are taken: ASCII, beginning with a letter or digit, without quotes. That is less than
 * mail allows, and leaves nothing that a page, a table or a mail header could mistake.
 */
export const emailPattern =
  /^[a-z0-9](?:[a-z0-9._%+-]{0,62}[a-z0-9_-])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$/i;

/** An e-mail address. */
export const emailSchema = z.string().max(254).trim().regex(emailPattern, {
  error: "must be an e-mail address such as name@example.org",
}).refine((text) => !text.includes(".."), { error: "must not hold two dots in a row" })
  .openapi({ example: "name@example.org" });

/** A password as it is typed; what is wrong with a new one is said in words. */
const passwordSchema = z.string().min(1).max(1_000).openapi({ format: "password" });
const idSchema = z.string().regex(/^[\w-]{1,100}$/);
/** A name that people give to a key or device. */
const nameSchema = z.string().trim().min(1).max(60)
  // Nothing that a page or a terminal would act upon.
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]+$/u, { error: "must be one line of text" });
const cookieSchema = z.boolean().default(false).openapi({
  description: "Keeps the tokens in HttpOnly cookies and out of the answer; for browsers.",
});

/** Somebody with an account, as they see themselves. */
export const userSchema = z.object({
  id: z.string(),
  email: z.string(),
  role: z.enum(["user", "admin"]),
  hasPassword: z.boolean(),
  createdMs: z.number().int(),
}).openapi("User");

/** E-mail address and password. */
export const credentialsSchema = z.object({
  email: emailSchema,
  password: passwordSchema,
  cookie: cookieSchema,
}).openapi("Credentials");

/** The one-time link's token, and the account of the first administrator. */
export const setupSchema = z.object({
  token: z.string().min(1).max(2_048),
  email: emailSchema,
  password: passwordSchema,
  cookie: cookieSchema,
}).openapi("Setup");

/** Whether somebody has to set the product up. */
export const setupStateSchema = z.object({ isNeeded: z.boolean() }).openapi("SetupState");

/** Somebody has signed in. */
export const signedInSchema = z.object({
  /** Null where cookies hold it. */
  access_token: z.string().nullable(),
  /** Good once; null where cookies hold it. */
  refresh_token: z.string().nullable(),
  token_type: z.literal("Bearer"),
  /** Seconds. */
  expires_in: z.number().int(),
  user: userSchema,
}).openapi("SignedIn");

/** A refresh token; browsers leave it out, their cookie has it. */
export const refreshSchema = z.object({ refresh_token: z.string().min(1).max(400).optional() })
  .openapi("Refresh");

/** Something was done, and there is nothing to tell of it. */
export const doneSchema = z.object({ done: z.literal(true) }).openapi("Done");

/** A new password, and the one that it replaces. */
export const passwordChangeSchema = z.object({
  current: passwordSchema,
  next: passwordSchema,
  cookie: cookieSchema,
}).openapi("PasswordChange");

/** Whose password is forgotten. */
export const forgotSchema = z.object({ email: emailSchema }).openapi("ForgottenPassword");

/** How somebody who lost their password comes by a link to a new one. */
export const resetWaysSchema = z.object({
  /** False where only an administrator can make one. */
  byMail: z.boolean(),
}).openapi("PasswordResetWays");

/** The token of a link that was mailed or made by an administrator, and the new password. */
export const resetSchema = z.object({
  token: z.string().min(1).max(2_048),
  password: passwordSchema,
  cookie: cookieSchema,
}).openapi("PasswordReset");

/** The link to a new password; its token is shown this once. */
export const resetLinkSchema = z.object({
  token: z.string(),
  /** End of the link. */
  expiresMs: z.number().int(),
}).openapi("PasswordResetLink");

/** The password, asked for again before something that cannot be undone. */
export const proofSchema = z.object({ password: passwordSchema }).openapi("Proof");

/** A signed-in device. */
export const sessionSchema = z.object({
  id: z.string(),
  createdMs: z.number().int(),
  usedMs: z.number().int(),
  expiresMs: z.number().int(),
  /** What the device called itself. */
  userAgent: z.string(),
  ip: z.string(),
  /** It is the one that asks. */
  isCurrent: z.boolean(),
}).openapi("Session");

/** The signed-in devices of a user, newest first. */
export const sessionsSchema = z.object({ sessions: z.array(sessionSchema), count: z.number() })
  .openapi("Sessions");

/** Path with the id of something of one's own. */
export const ownIdSchema = z.object({
  id: idSchema.openapi({ param: { name: "id", in: "path" }, example: "w3cA1yq0Xg7mPq2K4dTn" }),
});

/** What a new key is to be. */
export const newKeySchema = z.object({
  name: nameSchema,
  scopes: z.array(z.enum(scopes)).min(1).max(scopes.length).default(["read"]),
  /** Days until it ends; null never. */
  expiresDays: z.number().int().min(1).max(3_650).nullable().default(365),
}).openapi("NewApiKey");

/** A key as its owner sees it. */
export const keySchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Its first characters. */
  start: z.string(),
  scopes: z.array(z.enum(scopes)),
  createdMs: z.number().int(),
  /** To the minute; null when it was never used. */
  usedMs: z.number().int().nullable(),
  expiresMs: z.number().int().nullable(),
}).openapi("ApiKey");

/** The keys of a user. */
export const keysSchema = z.object({ keys: z.array(keySchema), count: z.number() })
  .openapi("ApiKeys");

/** A new key; the secret is shown this once. */
export const createdKeySchema = keySchema.extend({ secret: z.string() }).openapi("CreatedApiKey");

/** What a browser's authenticator is asked, as WebAuthn wants it. */
const optionsSchema = z.looseObject({ challenge: z.string() });

/** What to ask an authenticator; the ticket goes back with its answer, within five minutes. */
export const passkeyOptionsSchema = z.object({ ticket: z.string(), options: optionsSchema })
  .openapi("PasskeyOptions");

/** Texts of an authenticator; base64url, and of a size that no real one comes near. */
const bytesText = z.string().regex(/^[\w-]*$/).max(20_000);
const credentialId = bytesText.min(1).max(1_400);

/** An authenticator's answer when a passkey is made. */
export const newPasskeySchema = z.object({
  ticket: z.string().min(1).max(2_048),
  name: nameSchema.default("Passkey"),
  response: z.object({
    id: credentialId,
    rawId: credentialId,
    type: z.literal("public-key"),
    response: z.object({
      clientDataJSON: bytesText,
      attestationObject: bytesText,
      transports: z.array(z.string().regex(/^[a-z-]{1,20}$/)).max(10).optional(),
    }),
  }),
}).openapi("NewPasskey");

/** An authenticator's answer when somebody signs in. */
export const passkeySignInSchema = z.object({
  ticket: z.string().min(1).max(2_048),
  cookie: cookieSchema,
  response: z.object({
    id: credentialId,
    rawId: credentialId,
    type: z.literal("public-key"),
    response: z.object({
      clientDataJSON: bytesText,
      authenticatorData: bytesText,
      signature: bytesText,
      userHandle: bytesText.nullish(),
    }),
  }),
}).openapi("PasskeySignIn");

/** A passkey as its owner sees it. */
export const passkeySchema = z.object({
  id: z.string(),
  name: z.string(),
  createdMs: z.number().int(),
  usedMs: z.number().int().nullable(),
}).openapi("Passkey");

/** The passkeys of a user. */
export const passkeysSchema = z.object({ passkeys: z.array(passkeySchema), count: z.number() })
  .openapi("Passkeys");

/** Path with the id of a passkey. */
export const passkeyIdSchema = z.object({
  id: credentialId.openapi({ param: { name: "id", in: "path" }, example: "pQECAyYgASFYIA" }),
});

/** A user as an administrator sees them. */
export const managedUserSchema = userSchema.extend({
  isDisabled: z.boolean(),
  /** Devices that are signed in. */
  devices: z.number().int(),
  /** The newest sign-in that is remembered; those of devices are for 30 days after their end. */
  signedInMs: z.number().int().nullable(),
}).openapi("ManagedUser");

const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).openapi({ example: 50 }),
  cursor: z.string().max(2_000).optional(),
};

/** Which page of users; with an address, whoever has it, or nobody. */
export const usersQuerySchema = z.object({
  ...pageQuery,
  email: z.string().trim().min(1).max(254).optional().openapi({ example: "name@example.org" }),
});
/** Users, newest first. */
export const managedUsersSchema = z.object({
  users: z.array(managedUserSchema),
  count: z.number(),
  next_cursor: z.string().nullable(),
}).openapi("ManagedUsers");

/** What an administrator changes of a user. */
export const userChangeSchema = z.object({
  role: z.enum(["user", "admin"]).optional(),
  isDisabled: z.boolean().optional(),
}).refine((change) => change.role !== undefined || change.isDisabled !== undefined, {
  error: "role or isDisabled is required",
}).openapi("UserChange");

/** Which page of the audit log; with both, a page may hold fewer entries than its limit. */
export const auditQuerySchema = z.object({
  ...pageQuery,
  actor: z.string().max(100).optional().openapi({ example: "owner" }),
  act: z.string().regex(/^[a-z_.]{1,60}$/).optional().openapi({ example: "auth.sign_in" }),
});

/** One entry of the audit log. */
export const auditEntrySchema = z.object({
  id: z.string(),
  timestamp: z.number().int(),
  actor: z.string(),
  act: z.string(),
  target: z.string(),
  ip: z.string(),
  isDone: z.boolean(),
  detail: z.string(),
}).openapi("AuditEntry");

/** The audit log, newest first. */
export const auditSchema = z.object({
  entries: z.array(auditEntrySchema),
  count: z.number(),
  next_cursor: z.string().nullable(),
}).openapi("AuditLog");
