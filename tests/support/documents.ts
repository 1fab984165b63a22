/** The API's own document, as far as tests read it. */
import type { TestApi } from "./api.ts";

/** A parameter of an operation. */
export interface DocumentedParameter {
  name: string;
  in: "query" | "path" | "header";
}

/** One operation. */
export interface DocumentedOperation {
  method: string;
  path: string;
  description?: string;
  /** Whom it serves. */
  "x-access": string;
  security?: Record<string, string[]>[];
  parameters: DocumentedParameter[];
  responses: Record<string, { content?: Record<string, { schema: Record<string, unknown> }> }>;
}

/** The document. */
export interface ApiDocument {
  operations: DocumentedOperation[];
  schemas: Record<string, Record<string, unknown>>;
  securitySchemes: Record<string, unknown>;
}

/** Reads the document of an API. */
export async function readDocument(api: TestApi["api"]): Promise<ApiDocument> {
  const { paths, components } = await (await api.request("/openapi.json")).json() as {
    paths: Record<string, Record<string, Omit<DocumentedOperation, "method" | "path">>>;
    components: Pick<ApiDocument, "schemas" | "securitySchemes">;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      parameters: operation.parameters ?? [],
      method: method.toUpperCase(),
      path,
    }))
  );
  return { operations, ...components };
}
