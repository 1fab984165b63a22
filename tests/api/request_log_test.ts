/** Each request is told in the log with its answer and its number, and never with its secrets. */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { createLogger, type LogLevel } from "../../lib/log.ts";
import { anApi, NOW_MS } from "../support/api.ts";

type Line = Record<string, unknown>;

async function ask(level: LogLevel): Promise<{ lines: Line[]; id: string }> {
  const lines: Line[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  const { api } = await anApi({ log: createLogger({ level, now: () => NOW_MS, write }) });
  const headers = { authorization: "Bearer hush-hush", "x-request-id": "number-0001" };
  const read = await api.request("/api/v1/symbols?token=hush-hush", { headers });
  equal(read.headers.get("x-request-id"), "number-0001");
  const written = await api.request("/collect", { method: "POST" });
  equal(written.status, 401);
  const id = written.headers.get("x-request-id")!;
  match(id, /^[\da-f-]{36}$/);
  return { lines: lines.filter(({ message }) => message === "Request"), id };
}

Deno.test("with the finest level readings are told, with the number that the client gave", async () => {
  const { lines, id } = await ask("debug");
  deepEqual(
    lines.map(({ request_id, method, path, status }) => [request_id, method, path, status]),
    [
      ["number-0001", "GET", "/api/v1/symbols", 200],
      [id, "POST", "/collect", 401],
    ],
  );
  doesNotMatch(JSON.stringify(lines), /hush/);
});

Deno.test("with the usual level changes are told, and readings are not", async () => {
  const { lines } = await ask("info");
  deepEqual(lines.map(({ method, path }) => [method, path]), [["POST", "/collect"]]);
});

for (const given of ["", "short", "with blank x", "x".repeat(65), "<script>alert(1)</script>"]) {
  Deno.test(`a number such as "${given.slice(0, 12)}" is replaced by one of ours`, async () => {
    const { api } = await anApi();
    const response = await api.request("/health", { headers: { "x-request-id": given } });
    match(response.headers.get("x-request-id")!, /^[\da-f-]{36}$/);
    await response.body?.cancel();
  });
}
