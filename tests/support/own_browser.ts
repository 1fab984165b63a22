/** Somebody with possessions in a real browser. */
import { deepEqual, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { callApi } from "./account_browser.ts";

/** The password of everybody. */
export const password = "tram lemon quartz 91";

/** What only mara has, and by which a page of hers is known. */
export const marks = {
  email: "mara@example.org",
  alert: "Mara's alert",
  list: "Mara's list",
  book: "Mara's book",
  note: "Mara's purchase",
};

const id = (n: number) => `0f8fad5b-d9cb-469f-a165-70867728951${n}`;

/** Paths of her records in the API. */
export const records = {
  alert: `/api/v1/alerts/${id(1)}`,
  list: `/api/v1/watchlists/${id(2)}`,
  book: `/api/v1/portfolios/${id(3)}`,
  entries: [4, 5].map((n) => `/api/v1/portfolios/${id(3)}/activities/${id(n)}`),
};

/** Pages of her records. */
export const recordPages = {
  alert: `/alerts/${id(1)}`,
  list: `/watchlists/${id(2)}`,
  book: `/portfolio/${id(3)}`,
};

/** Makes an account by the page's form, which signs this browser in. */
export async function joinByForm(page: Page, url: string, email: string): Promise<void> {
  await page.goto(`${url}/signin?new=1`);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.waitForURL((address) => address.pathname !== "/signin");
}

/** Puts a record as another program of the same person would, without the worker's knowledge. */
export async function putRecord(page: Page, path: string, body: unknown): Promise<void> {
  const { status, body: answer } = await callApi(page, "PUT", path, body);
  ok(status === 200 || status === 201, `${path}: ${JSON.stringify(answer)}`);
}

/** Gives whoever is signed in an alert, a list, and a book with two entries. */
export async function makePossessions(page: Page): Promise<void> {
  await putRecord(page, records.alert, {
    name: marks.alert,
    symbol: "BTCUSDT",
    condition: "PRICE_ABOVE",
    threshold: 9_000_000,
    channels: ["PUSH"],
  });
  const list = { name: marks.list, symbols: ["BTCUSDT", "ETHUSDT"], isPublic: false };
  await putRecord(page, records.list, list);
  await putRecord(page, records.book, { name: marks.book, currency: "USDT" });
  for (const [n, path] of records.entries.entries()) {
    await putRecord(page, path, {
      type: "buy",
      symbol: ["BTCUSDT", "ETHUSDT"][n],
      quantity: "0.5",
      price: "20000",
      currency: "USDT",
      timestamp: Date.UTC(2022, 10, 2 + n),
      note: marks.note,
    });
  }
}

/** Asserts that a text says nothing of mara. */
export function assertNotOfMara(text: string, where: string): void {
  deepEqual(Object.values(marks).filter((mark) => text.includes(mark)), [], where);
}
