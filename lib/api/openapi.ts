/**
 * The API's own description: OpenAPI 3.1 from the contracts, and a page that shows it.
 *
 * @module
 */
import swagger from "swagger-ui-dist";
import type { ApiDeps } from "./deps.ts";
import type { Api } from "./routes.ts";

/** Files of the reference page, by name, with their types. */
const files: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
};

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API reference · CryptoIntel</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", validatorUrl: null });
`;

/** Binds the document and the page; every file is our own, none comes from elsewhere. */
export function bindOpenApi(api: Api, { version }: Pick<ApiDeps, "version">): void {
  api.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: {
      title: "CryptoIntel",
      version,
      description: "Market data, charts, signals and their provenance. Times are epoch ms.",
    },
  });
  api.get("/docs", (c) => c.html(page));
  api.get("/docs/start.js", (c) => c.body(start, 200, { "content-type": "text/javascript" }));
  for (const [name, type] of Object.entries(files)) {
    api.get(`/docs/${name}`, async (c) => {
      const bytes = await Deno.readFile(`${swagger.getAbsoluteFSPath()}/${name}`);
      return c.body(bytes, 200, { "content-type": type, "cache-control": "max-age=86400" });
    });
  }
}
