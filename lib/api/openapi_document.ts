/**
 * The API's own description, OpenAPI 3.1: the contracts, whom each endpoint serves, how it fails.
 *
 * @module
 */
import { type AccessClass, findAccess } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { buildExample, type ExampleSchema, type ExampleSchemas } from "./openapi_examples.ts";
import { type Api, problem } from "./routes.ts";

type Document = ReturnType<Api["getOpenAPI31Document"]>;
type Operation = NonNullable<NonNullable<Document["paths"]>[string]["get"]>;

const methods = ["get", "post", "put", "patch", "delete"] as const;
/** Names of the ways to say who asks, among the security schemes. */
const tokenScheme = "token";
const keyScheme = "key";

/** Returns the document of all that is bound. */
export function describeApi(
  api: Api,
  { version, publicRead }: Pick<ApiDeps, "version" | "publicRead">,
): Document {
  const document = api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "CryptoIntel",
      version,
      description: "Market data, charts, signals and their provenance. Times are epoch ms.",
    },
  });
  document.components = {
    ...document.components,
    securitySchemes: {
      [tokenScheme]: {
        type: "http",
        scheme: "bearer",
        description: "An access token, an API key, or the operator's token of the data folder.",
      },
      [keyScheme]: { type: "apiKey", in: "header", name: "x-api-key", description: "An API key." },
    },
  };
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of methods) {
      const operation = item[method];
      if (!operation) continue;
      describeOperation(operation, { method, access: findAccess(api, path), publicRead });
      addExamples(operation, (document.components.schemas ?? {}) as ExampleSchemas);
    }
  }
  return document;
}

/** Adds whom an operation serves, and the problems that what lies before it may give. */
function describeOperation(operation: Operation, { method, access, publicRead }: {
  method: (typeof methods)[number];
  access: AccessClass;
  publicRead: boolean;
}): void {
  const isOpen = access === "public" || (access === "reader" && publicRead);
  const words: Record<AccessClass, string> = {
    public: "Access: everybody.",
    reader: publicRead ? "Access: everybody, while public read is on." : "Access: readers.",
    user: "Access: users and their API keys.",
    operator: "Access: administrators and the operator.",
  };
  Object.assign(operation, { "x-access": access });
  operation.description = [operation.description, words[access]].filter(Boolean).join("\n\n");
  operation.security = isOpen ? [] : [{ [tokenScheme]: [] }, { [keyScheme]: [] }];
  const { 401: refused, ...answers } = operation.responses ?? {};
  const isChange = method !== "get";
  operation.responses = {
    ...answers,
    ...(isOpen ? {} : { 401: refused ?? problem("It needs a token") }),
    ...(isChange && { 403: problem("A page of another origin asks for a change") }),
    ...(!isOpen && { 403: problem("It is not for this user or key, or another origin asks") }),
    ...(isChange && { 413: problem("The body is too large") }),
    ...(operation.requestBody && { 415: problem("The body is no JSON") }),
    503: answers[503] ?? problem("It cannot be had now; the detail says why"),
  };
}

/** What holds a schema, and may hold an example beside it. */
interface Described {
  name?: string;
  schema?: ExampleSchema;
  example?: unknown;
}
type Contents = Readonly<Record<string, Described>>;

/** Adds an example to each parameter, to the body and to the good answers. */
function addExamples(operation: Operation, schemas: ExampleSchemas): void {
  const { parameters = [], requestBody, responses = {} } = operation as {
    parameters?: Described[];
    requestBody?: { content?: Contents };
    responses?: Readonly<Record<string, { content?: Contents }>>;
  };
  for (const one of parameters) setExample(one, schemas);
  const good = Object.entries(responses).filter(([status]) => status.startsWith("2"));
  const bodies = [requestBody, ...good.map(([, response]) => response)];
  for (const body of bodies) {
    const json = body?.content?.["application/json"];
    if (json) setExample(json, schemas);
  }
}

function setExample(described: Described, schemas: ExampleSchemas): void {
  const { schema, name = "" } = described;
  const example = schema && described.example === undefined
    ? buildExample(schema, schemas, name)
    : undefined;
  if (example !== undefined) described.example = example;
}
