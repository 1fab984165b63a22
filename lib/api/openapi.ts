/**
 * Where the API describes itself: the document, and a page that shows it.
 *
 * @module
 */
import swagger from "swagger-ui-dist";
import type { ApiDeps } from "./deps.ts";
import { describeApi } from "./openapi_document.ts";
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

const start = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  showExtensions: true,
  validatorUrl: null,
});
`;

/** Binds the document and the page; every file is our own, none comes from elsewhere. */
export function bindOpenApi(api: Api, deps: Pick<ApiDeps, "version" | "publicRead">): void {
  let text: string | null = null;
  api.get("/openapi.json", (c) => {
    // Made at the first question: everything is bound by then, and nothing changes afterwards.
    text ??= JSON.stringify(describeApi(api, deps));
    return c.body(text, 200, { "content-type": "application/json" });
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
