/** The running product with every secret set: none is ever printed, logged, or sent to anybody. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { describeReplay, startProduct } from "./support/product.ts";

const marker = "zQ7secret";
const secrets = {
  COINGECKO_API_KEY: `${marker}-coingecko`,
  COINMARKETCAP_API_KEY: `${marker}-coinmarketcap`,
  CRYPTOPANIC_API_KEY: `${marker}-cryptopanic`,
  APCA_API_KEY_ID: `${marker}-alpaca-id`,
  APCA_API_SECRET_KEY: `${marker}-alpaca`,
  CRYPTOINTEL_SIGNING_KEY: `${marker}-signing-${"x".repeat(40)}`,
  DELIVERY_SECRET: `${marker}-delivery-${"y".repeat(40)}`,
  SMTP_PASSWORD: `${marker}-mail`,
};
const password = `${marker} quartz tram 91`;
const email = "ada@example.org";

/** What is asked, and what a stranger or user might see a secret in. */
const paths = [
  "/",
  "/sources",
  "/jobs",
  "/signin",
  "/health",
  "/openapi.json",
  "/metrics",
  "/api/v1/sources",
  "/api/v1/jobs",
  "/api/v1/cache",
  "/dashboard/api/health",
  "/no/such/page",
];

Deno.test("SEC-02 no secret is printed, logged or sent, at the most talkative level", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  const product = await startProduct(
    describeReplay(dataDir, { LOG_LEVEL: "debug", ...secrets }),
  );
  const sent: string[] = [];
  const told: string[] = [];
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(product.url + path, { redirect: "manual", ...init });
    const text = await answer.text();
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    sent.push(`${headers}\n${text}`);
    return { status: answer.status, text };
  };
  const post = (path: string, body: unknown, headers = {}) =>
    ask(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  try {
    const joined = await post("/api/v1/auth/register", { email, password });
    equal(joined.status, 200, joined.text);
    const { access_token: access, refresh_token: refresh } = JSON.parse(joined.text);
    const bearer = { authorization: `Bearer ${access}` };
    await post("/api/v1/auth/login", { email, password: `${password}!` });
    await post("/api/v1/auth/login", { email, password: { $ne: password } });
    const made = await post("/api/v1/auth/keys", { name: "k", scopes: ["read", "live"] }, bearer);
    const key: string = JSON.parse(made.text).secret;
    const operator = (await Deno.readTextFile(`${dataDir}/admin-token`)).trim();
    const admin = { authorization: `Bearer ${operator}` };
    for (const path of paths) await ask(path, { headers: { "x-api-key": key } });
    for (const path of ["/api/v1/admin/config", "/api/v1/admin/users", "/api/v1/admin/audit"]) {
      equal((await ask(path, { headers: admin })).status, 200, path);
    }
    const socket = new WebSocket(`${product.url.replace("http", "ws")}/ws?token=${key}`);
    await new Promise((resolve) => (socket.onopen = socket.onerror = resolve));
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
    await ask(`/api/v1/auth/me?token=${access}`);
    await post("/api/v1/auth/refresh", { refresh_token: refresh });
    told.push(access, refresh, key, operator, password);
  } finally {
    await product.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
  const log = product.output();
  ok(log.includes('"level":"DEBUG"') && log.includes("/api/v1/auth/login"), "it did log");
  const words = [...Object.values(secrets), marker, ...told];
  deepEqual(words.filter((word) => log.includes(word)), [], "in the log");
  deepEqual([...Object.values(secrets), password].filter((word) => sent.join().includes(word)), []);
});
