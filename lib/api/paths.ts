/**
 * Where the JSON API answers, for the server that mounts it beside the pages.
 *
 * @module
 */

/** First parts of its paths; each is mounted alone and with everything below it. */
export const apiPaths = [
  "/api/v1",
  "/health",
  "/signals",
  "/market-data",
  "/market-analysis",
  "/dex",
  "/collect",
  "/dashboard/api",
  "/udf",
  "/metrics",
  "/openapi.json",
  "/docs",
] as const;
