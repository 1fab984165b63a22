/** A person with an account in a real browser. */
import { equal } from "node:assert/strict";
import type { Page } from "playwright-core";

/** Sends JSON as the page would, with its cookies; resolves to status and answer. */
export async function callApi(
  page: Page,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  return await page.evaluate(async ([method, path, text]) => {
    const init = text === null
      ? { method }
      : { method, headers: { "content-type": "application/json" }, body: text };
    const answer = await fetch(path, init);
    return { status: answer.status, body: await answer.json().catch(() => null) };
  }, [method, path, body === undefined ? null : JSON.stringify(body)] as [string, string, string]);
}

/** Makes an account and signs this browser in; the page has to be one of the product's. */
export async function signUp(page: Page): Promise<string> {
  const email = `p${crypto.randomUUID().slice(0, 12)}@example.org`;
  const password = "four unrelated words 57";
  const { status } = await callApi(page, "POST", "/api/v1/auth/register", {
    email,
    password,
    cookie: true,
  });
  equal(status, 200, "the account could not be made");
  return email;
}
