/**
 * The end of mail by one click (RFC 8058): a signed address in each mail, without signing in.
 *
 * A GET only shows a button, as scanners of mail open every address that they find.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { NotFoundError } from "../contracts/errors.ts";
import { unsubscribeQuerySchema } from "../contracts/preferences.ts";
import { createPreferences } from "../notify/mod.ts";
import { getPersonal, type PersonalDeps } from "./personal.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

/** Where mail is ended. */
export const unsubscribePath = "/api/v1/unsubscribe";
/** Of this page: one form, to this very address. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; " +
  "form-action 'self'; frame-ancestors 'none'";

const { 200: _json, ...problems } = describeAnswers(z.string(), "A page");
const page = {
  ...problems,
  ...unavailable,
  200: { description: "A page", content: { "text/html": { schema: z.string() } } },
};
const tags = ["notifications"];

const askRoute = createRoute({
  method: "get",
  path: unsubscribePath,
  tags,
  summary: "A page with the button that ends mail",
  request: { query: unsubscribeQuerySchema },
  responses: page,
});

const endRoute = createRoute({
  method: "post",
  path: unsubscribePath,
  tags,
  summary: "Ends mail to whoever the token was made for",
  request: { query: unsubscribeQuerySchema },
  responses: page,
});

/** Binds the end of mail. */
export function bindUnsubscribe(api: Api, deps: PersonalDeps): void {
  api.openapi(askRoute, async (c) => {
    await readUser(deps, c.req.valid("query").token);
    c.header("content-security-policy", policy);
    return c.html(
      writePage(
        "End mail from CryptoIntel?",
        `<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">` +
          `<button>No more mail</button></form>`,
      ),
      200,
    );
  });
  api.openapi(endRoute, async (c) => {
    const userId = await readUser(deps, c.req.valid("query").token);
    await getPersonal(deps).owned.transact(async (transaction) => {
      const current = await transaction.get("preferences", userId) ?? createPreferences(userId);
      if (current.channels.EMAIL === false) return;
      await transaction.put("preferences", {
        ...current,
        channels: { ...current.channels, EMAIL: false },
        revision: current.revision + 1,
        updatedMs: deps.now(),
      });
    });
    c.header("content-security-policy", policy);
    const text =
      "<p>You will get no more mail. Alerts reach you by your other channels; mail can " +
      "be switched on again in the settings.</p>";
    return c.html(writePage("Mail has ended", text), 200);
  });
}

/** @throws {NotFoundError} For a token that is none of ours. */
async function readUser(deps: PersonalDeps, token: string): Promise<string> {
  const userId = await getPersonal(deps).delivery.readUnsubscribe(token);
  if (userId === null) throw new NotFoundError("Cannot find whose mail this address ends");
  return userId;
}

function writePage(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>` +
    `<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">` +
    `</head><body style="font-family:sans-serif;max-width:30rem;margin:3rem auto;padding:0 1rem">` +
    `<h1>${title}</h1>${body}</body></html>`;
}
