/** What belongs to people is answered as the OpenAPI document says, each endpoint of it. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { checkSchema } from "../support/api.ts";
import { readDocument } from "../support/documents.ts";
import { uuid, withOwnApi } from "../support/possessions.ts";

const [portfolios, one] = ["/api/v1/portfolios", `/api/v1/portfolios/${uuid(1)}`];
const trade = { type: "buy", symbol: "BTCUSDT", quantity: "1", price: "1", currency: "USDT" };
const header =
  "type,symbol,exchange,quantity,price,currency,fee,feeCurrency,timestamp,note,reference";
const file = `${header}\r\nbuy,BTCUSDT,binance,1,2,USDT,0,USDT,2024-01-01,,t1\r\nx,,,,,,,,,,\r\n`;
const csv = { "content-type": "text/csv" };

Deno.test("every answer fits the document", () =>
  withOwnApi(async ({ ask, api, time, setPrice }) => {
    setPrice("BTCUSDT", 100);
    const timestamp = time.nowMs - 86_400_000;
    const list = { name: "x", symbols: ["BTCUSDT"], isPublic: true };
    const calls: [string, string, string, object?][] = [
      ["PUT", "/api/v1/watchlists/{id}", `/api/v1/watchlists/${uuid(2)}`, { body: list }],
      ["GET", "/api/v1/watchlists/{id}", `/api/v1/watchlists/${uuid(2)}`],
      ["GET", "/api/v1/watchlists", "/api/v1/watchlists"],
      ["GET", "/api/v1/watch/{id}", `/api/v1/watch/${uuid(2)}`],
      ["PUT", `${portfolios}/{id}`, one, { body: { name: "x" } }],
      ["PUT", `${portfolios}/{id}/activities/{activity_id}`, `${one}/activities/${uuid(3)}`, {
        body: { ...trade, timestamp },
      }],
      ["GET", `${portfolios}/{id}/activities/{activity_id}`, `${one}/activities/${uuid(3)}`],
      ["POST", `${portfolios}/{id}/imports/preview`, `${one}/imports/preview`, {
        body: file,
        headers: csv,
      }],
      ["POST", `${portfolios}/{id}/imports`, `${one}/imports?import_id=${uuid(4)}`, {
        body: file,
        headers: csv,
      }],
      ["GET", `${portfolios}/{id}/imports`, `${one}/imports`],
      ["GET", portfolios, portfolios],
      ["GET", `${portfolios}/{id}`, one],
      ["GET", `${portfolios}/{id}/value`, `${one}/value`],
      ["GET", `${portfolios}/{id}/holdings`, `${one}/holdings`],
      ["GET", `${portfolios}/{id}/history`, `${one}/history`],
      ["GET", `${portfolios}/{id}/activities`, `${one}/activities`],
      ["POST", "/api/v1/shares", "/api/v1/shares", {
        body: { kind: "portfolio", target: uuid(1) },
      }],
      ["GET", "/api/v1/shares", "/api/v1/shares"],
      ["DELETE", `${portfolios}/{id}/imports/{import_id}`, `${one}/imports/${uuid(4)}`],
      ["DELETE", `${portfolios}/{id}/activities/{activity_id}`, `${one}/activities/${uuid(3)}`],
      ["DELETE", `${portfolios}/{id}`, one],
      ["DELETE", "/api/v1/watchlists/{id}", `/api/v1/watchlists/${uuid(2)}`],
    ];
    const { operations, schemas } = await readDocument(api);
    for (const [method, path, url, call] of calls) {
      const documented = operations.find((one) => one.method === method && one.path === path);
      ok(documented, `${method} ${path} is in the document`);
      const { status, json, text } = await ask(method, url, call);
      ok(status === 200 || status === 201, `${method} ${url}: ${text.slice(0, 300)}`);
      const schema = documented.responses[status]?.content?.["application/json"]?.schema;
      ok(schema, `${method} ${path} documents ${status}`);
      deepEqual(checkSchema(json, schema, schemas), [], `${method} ${path}`);
    }
  }));

Deno.test("what a share link shows fits the document, for each kind", () =>
  withOwnApi(async ({ ask, api }) => {
    const { operations, schemas } = await readDocument(api);
    const shown = operations.find(({ path }) => path === "/api/v1/shared/{token}")!;
    const schema = shown.responses[200]!.content!["application/json"]!.schema;
    await ask("PUT", one, { body: { name: "x" } });
    await ask("PUT", `/api/v1/watchlists/${uuid(2)}`, {
      body: { name: "x", symbols: ["BTCUSDT"] },
    });
    const targets = { portfolio: uuid(1), watchlist: uuid(2), dashboard: "symbol=BTCUSDT" };
    for (const [kind, target] of Object.entries(targets)) {
      const { json } = await ask("POST", "/api/v1/shares", { body: { kind, target } });
      const answer = await ask("GET", String(json.path), { token: null });
      equal(answer.status, 200, answer.text);
      deepEqual(checkSchema(answer.json, schema, schemas), [], kind);
    }
  }));
