/** Examples of the document: there for everything, of the contract's shape, and understood. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { buildExample, type ExampleSchema } from "../../lib/api/openapi_examples.ts";
import { checkSchema, type TestApi } from "../support/api.ts";
import { withPublicApi } from "../support/public_api.ts";

type Schema = Record<string, unknown>;
interface Content {
  schema: Schema;
  example?: unknown;
}
interface Operation {
  parameters?: { name: string; in: string; schema: Schema; example?: unknown }[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, { content?: Record<string, Content> }>;
}

async function read(api: TestApi["api"]) {
  const { paths, components } = await (await api.request("/openapi.json")).json() as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Schema> };
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method }))
  );
  return { operations, schemas: components.schemas };
}

Deno.test("every parameter, body and good answer has an example that fits its contract", () =>
  withPublicApi(async ({ api }) => {
    const { operations, schemas } = await read(api);
    let checked = 0;
    const check = (where: string, { schema, example }: { schema: Schema; example?: unknown }) => {
      ok(example !== undefined, `${where} has no example`);
      deepEqual(checkSchema(example, schema, schemas), [], `${where}: ${JSON.stringify(example)}`);
      checked++;
    };
    for (const { path, method, parameters = [], requestBody, responses } of operations) {
      const where = `${method.toUpperCase()} ${path}`;
      for (const one of parameters) check(`${where} ${one.name}`, one);
      const body = requestBody?.content["application/json"];
      if (body) check(`${where} body`, body);
      const answer = responses[200]?.content?.["application/json"];
      if (answer) check(`${where} answer`, answer);
    }
    ok(checked > 120, `${checked} examples`);
  }));

Deno.test("who asks with the examples of the document is understood", () =>
  withPublicApi(async ({ api, hub }) => {
    const { operations } = await read(api);
    for (const { path, method, parameters = [] } of operations) {
      if (method !== "get" || path === "/api/v1/events") continue;
      let url = path;
      const query = new URLSearchParams();
      for (const { name, in: place, example } of parameters) {
        if (place === "path") url = url.replace(`{${name}}`, encodeURIComponent(String(example)));
        // A cursor is of one list only.
        else if (name !== "cursor") query.set(name, String(example));
      }
      const response = await api.request(`${url}?${query}`, {
        headers: { authorization: `Bearer ${"t".repeat(64)}` },
      });
      const text = await response.text();
      ok(response.status !== 400 && response.status !== 500, `${url}?${query}: ${text}`);
      ok(!text.includes('"s":"error"'), `${url}?${query}: ${text}`);
    }
    hub.close();
  }));

const cases: { name: string; schema: ExampleSchema; field?: string; expected: unknown }[] = [
  { name: "its own example", schema: { type: "string", example: "x" }, expected: "x" },
  { name: "the first of its choices", schema: { type: "string", enum: ["b", "a"] }, expected: "b" },
  { name: "a constant", schema: { const: 0 }, expected: 0 },
  { name: "a bound that is above", schema: { type: "integer", minimum: 50 }, expected: 50 },
  { name: "a bound that is below", schema: { type: "number", maximum: -1 }, expected: -1 },
  { name: "its default", schema: { type: "integer", default: 7 }, expected: 7 },
  { name: "no value of another type", schema: { type: "boolean" }, field: "price", expected: true },
  {
    name: "a choice that is not null",
    schema: { anyOf: [{ type: "null" }, { type: "integer" }] },
    expected: 3,
  },
  {
    name: "null where that is usual",
    schema: { type: ["object", "null"], properties: { from: { type: "number" } } },
    field: "recorded",
    expected: null,
  },
  {
    name: "all of its parts",
    schema: {
      allOf: [
        { type: "object", properties: { n: { const: 1 } } },
        { type: "object", properties: { m: { const: 2 } } },
      ],
    },
    expected: { n: 1, m: 2 },
  },
  {
    name: "one entry of what is listed by name",
    schema: { type: "object", additionalProperties: { type: "number" } },
    field: "checks",
    expected: { freshness: 12.5 },
  },
  { name: "one item", schema: { type: "array", items: { const: "i" } }, expected: ["i"] },
  { name: "nothing of an unknown schema", schema: { $ref: "#/no" }, expected: undefined },
  { name: "nothing of no schema", schema: {}, expected: undefined },
];
for (const { name, schema, field = "", expected } of cases) {
  Deno.test(`an example takes ${name}`, () => {
    deepEqual(buildExample(schema, {}, field), expected);
  });
}

Deno.test("a schema that holds itself has an example that ends", () => {
  const schema: ExampleSchema = { $ref: "#/components/schemas/Tree" };
  const tree: ExampleSchema = {
    type: "object",
    properties: { name: { type: "string" }, inner: schema },
  };
  const example = JSON.stringify(buildExample(schema, { Tree: tree }));
  ok(example.startsWith('{"name":"Bitcoin","inner":{"name":"Bitcoin"'), example);
  equal(example.length < 500, true);
});
