/** Every page of a running product, as its first administrator sees it. */
import { equal, ok } from "node:assert/strict";
import type { RunningProduct } from "./product.ts";
import { root } from "./source_files.ts";

const alertId = "0f8fad5b-d9cb-469f-a165-70867728950e";
const bookId = "1f8fad5b-d9cb-469f-a165-70867728950e";
const listId = "2f8fad5b-d9cb-469f-a165-70867728950e";

/** What somebody has after the first day: one of everything. */
const records: [string, object][] = [
  [`/api/v1/alerts/${alertId}`, {
    symbol: "BTCUSDT",
    condition: "PRICE_ABOVE",
    threshold: 9_000_000,
    note: "far away",
  }],
  [`/api/v1/portfolios/${bookId}`, { name: "Long term", currency: "USDT" }],
  [`/api/v1/portfolios/${bookId}/activities/${alertId}`, {
    type: "buy",
    timestamp: Date.UTC(2022, 10, 2, 12),
    symbol: "BTCUSDT",
    quantity: "0.5",
    price: "20000",
    fee: "10",
    feeCurrency: "USDT",
    exchange: "binance",
    currency: "USDT",
  }],
  [`/api/v1/watchlists/${listId}`, {
    name: "Mine",
    symbols: ["BTCUSDT", "ETHUSDT"],
    isPublic: true,
  }],
];

/** Addresses that stand for routes with a parameter, by the route's file. */
const examples: Record<string, string> = {
  "alerts/[id]": `/alerts/${alertId}`,
  "explore/dex/[pair]": "",
  "explore/market/[symbol]": "/explore/market/BTCUSDT",
  "guides/[name]": "/guides/alerts",
  "portfolio/[id]": `/portfolio/${bookId}`,
  "quality/[symbol]": "/quality/BTCUSDT",
  "shared/[token]": "",
  "watch/[id]": `/watch/${listId}`,
  "watchlists/[id]": `/watchlists/${listId}`,
};

/** Every page, and the cookies of who sees them. */
export interface EveryPage {
  cookies: { name: string; value: string }[];
  paths: string[];
}

/** Lists the files of the pages, below `routes` and without their ending. */
export async function listRouteFiles(folder = `${root}routes`, under = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) files.push(...await listRouteFiles(`${folder}/${name}`, `${under}${name}/`));
    else if (/^[^_].*\.tsx$/.test(name)) files.push(under + name.slice(0, -4));
  }
  return files.sort();
}

/** Makes the first administrator of a fresh product; `headers` are those of a signed-in browser. */
export async function setUpOwner(
  product: RunningProduct,
): Promise<Pick<EveryPage, "cookies"> & { headers: { cookie: string } }> {
  const url = product.url.replace(/\/$/, "");
  const token = /\/setup#(\S+)/.exec(product.output())?.[1]?.replace(/^\w+=/, "");
  ok(token, product.output());
  const made = await send(`${url}/api/v1/auth/setup`, "POST", {
    token: decodeURIComponent(token),
    email: "root@example.org",
    password: "four unrelated words 57",
    cookie: true,
  });
  const cookies = made.headers.getSetCookie().map((cookie) => {
    const [name, value] = cookie.split(";")[0]!.split("=") as [string, string];
    return { name, value };
  });
  return {
    cookies,
    headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") },
  };
}

/**
 * Makes the first administrator of a fresh product, gives them one of everything, and lists an
 * address for each page there is.
 *
 * @throws If a route with a parameter has no example here: a new page is to be added.
 */
export async function moveIn(product: RunningProduct): Promise<EveryPage> {
  const url = product.url.replace(/\/$/, "");
  const { cookies, headers } = await setUpOwner(product);
  for (const [path, body] of records) await send(url + path, "PUT", body, headers);
  const shared = await send(`${url}/api/v1/shares`, "POST", {
    kind: "portfolio",
    target: bookId,
    title: "Look",
  }, headers);
  const known: Record<string, string> = {
    ...examples,
    "shared/[token]": `/shared/${(await shared.json()).token}`,
    "explore/dex/[pair]": await findPair(url),
  };
  const paths = (await listRouteFiles()).map((file) => {
    const path = file.includes("[") ? known[file] : `/${file}`.replace(/\/?index$/, "") || "/";
    ok(path, `no address is known for routes/${file}.tsx`);
    return path;
  });
  return { cookies, paths };
}

/** Asks for the first pair of a decentralised exchange until its source has answered. */
async function findPair(url: string): Promise<string> {
  for (const endMs = Date.now() + 60_000; Date.now() < endMs;) {
    const page = await (await fetch(`${url}/explore/dex`)).text();
    const path = /href="(\/explore\/dex\/[^"]+)"/.exec(page)?.[1];
    if (path) return path;
  }
  throw new Error("no pair was listed within a minute");
}

async function send(url: string, method: string, body: object, headers = {}): Promise<Response> {
  const answer = await fetch(url, {
    method,
    headers: { "content-type": "application/json", origin: new URL(url).origin, ...headers },
    body: JSON.stringify(body),
  });
  if (!answer.ok) equal(answer.status, 200, `${url}: ${await answer.text()}`);
  return answer;
}
