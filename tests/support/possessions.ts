/** The whole API with two people, for tests of what belongs to them. */
import type { ApiDeps } from "../../lib/api/deps.ts";
import type { Bar } from "../../lib/market/mod.ts";
import { here, join, type TestAccounts, withAccounts } from "./accounts.ts";
import { anApi, aSymbol, type TestApi } from "./api.ts";

/** One call. */
export interface OwnCall {
  token?: string | null;
  /** JSON unless it is text or bytes. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** An answer, read. */
export interface OwnAnswer {
  status: number;
  headers: Headers;
  text: string;
  bytes: Uint8Array;
  json: Record<string, unknown>;
}

/** What tests are given. */
export interface TestOwn extends TestAccounts, Omit<TestApi, "store" | "time"> {
  market: TestApi["store"];
  /** Access tokens. */
  ada: string;
  bob: string;
  ids: { ada: string; bob: string };
  ask(method: string, path: string, call?: OwnCall): Promise<OwnAnswer>;
  /** The newest price of a symbol. */
  setPrice(symbol: string, price: number): void;
  /** A key of Ada's with these scopes. */
  makeKey(scopes: string[]): Promise<string>;
}

/** Runs `test` with an API that follows BTCUSDT, ETHUSDT and EURUSDT. */
export function withOwnApi(
  test: (given: TestOwn) => Promise<void>,
  part: Partial<ApiDeps> = {},
): Promise<void> {
  return withAccounts(async (given) => {
    const now = () => given.time.nowMs;
    const prices = new Map<string, { price: number; eventMs: number }>();
    const getPrice: ApiDeps["market"]["getPrice"] = (symbol) => {
      const known = prices.get(symbol);
      return known ? { symbol, ...known, receivedMs: known.eventMs, source: "binance" } : null;
    };
    const whole = await anApi({
      accounts: given.accounts,
      owned: given.owned,
      now,
      marketNow: now,
      market: {
        listPrices: () => [...prices.keys()].map((symbol) => getPrice(symbol)!),
        getPrice,
        getQuality: () => null,
        listContinuity: () => [],
        getFeatures: () => null,
        stats: () => ({ tradesPerSecond: null, latencyMs: { p50: null, p95: null } }),
      },
      ...part,
    });
    await whole.store.symbols.put(aSymbol({ base: "EUR" }));
    const [ada, bob] = [await join(given.accounts, "ada"), await join(given.accounts, "bob")];
    const ask: TestOwn["ask"] = async (method, path, { token = ada.accessToken, ...call } = {}) => {
      const { body, headers } = call;
      const isRaw = typeof body === "string" || body instanceof Uint8Array ||
        body instanceof ReadableStream;
      const response = await whole.api.request(path, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: (isRaw ? body : JSON.stringify(body)) as BodyInit }),
      }, { ip: "203.0.113.9" });
      const bytes = new Uint8Array(await response.arrayBuffer());
      const text = new TextDecoder().decode(bytes);
      const isJson = /json$|json;/.test(response.headers.get("content-type") ?? "") &&
        !response.headers.get("content-type")!.includes("ndjson");
      const json = isJson && text !== "" ? JSON.parse(text) : {};
      return { status: response.status, headers: response.headers, text, bytes, json };
    };
    try {
      await test({
        ...whole,
        ...given,
        market: whole.store,
        ada: ada.accessToken,
        bob: bob.accessToken,
        ids: { ada: ada.user.id, bob: bob.user.id },
        ask,
        setPrice: (symbol, price) => prices.set(symbol, { price, eventMs: now() }),
        async makeKey(scopes) {
          const owner = await given.accounts.identify(ada.accessToken);
          const draft = { name: "k", scopes: scopes as never[], expiresDays: 1 };
          return (await given.accounts.keys.create(owner, draft, here)).secret;
        },
      });
    } finally {
      whole.hub.close();
    }
  });
}

/** A uuid that ends in `n`. */
export const uuid = (n: number) => `0f8fad5b-d9cb-469f-a165-${String(n).padStart(12, "0")}`;

/** A closed day of a series. */
export function dayBar(timeMs: number, close: number): Bar {
  return {
    time: timeMs,
    open: close,
    high: close,
    low: close,
    close,
    volume: 1,
    closed: true,
    quality: "observed",
  };
}
