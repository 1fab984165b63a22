/** The API of accounts in process, and people who call it. */
import { createLogger } from "../../lib/log.ts";
import { goodPassword, type TestAccounts, withAccounts } from "./accounts.ts";
import { anApi } from "./api.ts";

/** The operator's token of tests. */
export const adminToken = "t".repeat(64);
/** Where our pages lie. */
export const home = "http://localhost";

/** One call. */
export interface Call {
  body?: unknown;
  /** An access token or API key. */
  token?: string | undefined;
  headers?: Record<string, string>;
  ip?: string;
}

/** An answer, read. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, unknown>;
}

/** What tests of the API are given. */
export interface TestAuth extends TestAccounts {
  ask(method: string, path: string, call?: Call): Promise<Answer>;
  /** Everything that was logged. */
  lines: string[];
}

/** Runs `test` with the API of accounts. */
export function withAuthApi(test: (given: TestAuth) => Promise<void>): Promise<void> {
  return withAccounts(async (given) => {
    const lines: string[] = [];
    const now = () => given.time.nowMs;
    const log = createLogger({ level: "debug", now, write: (line) => lines.push(line) });
    const corsOrigins = ["https://friend.example"];
    const { accounts } = given;
    const { api, hub } = await anApi({ accounts, adminToken, corsOrigins, now, log });
    const ask: TestAuth["ask"] = async (method, path, { body, token, headers, ip } = {}) => {
      const isText = typeof body === "string";
      const response = await api.request(`${home}${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      }, { ip: ip ?? "203.0.113.9" });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json");
      const { status } = response;
      return { status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
    };
    try {
      await test({ ...given, ask, lines });
    } finally {
      hub.close();
    }
  });
}

/** Registers somebody over HTTP and returns their tokens. */
export async function joinByHttp({ ask }: Pick<TestAuth, "ask">, name: string) {
  const { json } = await ask("POST", "/api/v1/auth/register", {
    body: { email: `${name}@example.org`, password: goodPassword },
  });
  return {
    access: json.access_token as string,
    refresh: json.refresh_token as string,
    user: json.user as { id: string; role: string },
  };
}

/** Cookies of an answer as the browser sends them back; those that were cleared are left out. */
export function readSetCookies({ headers }: Answer): { header: string; lines: string[] } {
  const lines = headers.getSetCookie();
  const pairs = lines.filter((line) => !/Max-Age=0(;|$)/.test(line)).map((line) =>
    line.split(";")[0]!
  );
  return { header: pairs.join("; "), lines };
}
