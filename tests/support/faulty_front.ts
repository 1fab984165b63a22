/** A server in front of the product that fails on wish, as networks and servers do. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

/** What becomes of a request. */
export type Fate = "pass" | "down" | "503" | "lost";

/** The front, and how it is told to fail. */
export interface FaultyFront {
  url: string;
  /** Decides each request; `path` is its path. */
  decide: (method: string, path: string) => Fate;
  /** Put at the end of the worker's script: another text is another version. */
  workerEnd: string;
  /** Changes that were passed on, with their keys. */
  passed: { method: string; path: string; key: string | null; status: number }[];
  close(): Promise<void>;
}

/** Decides that nothing is answered. */
export const down: FaultyFront["decide"] = () => "down";
/** Decides that everything is passed on. */
export const pass: FaultyFront["decide"] = () => "pass";

/** Opens a front before the server at `target`. */
export async function openFaultyFront(target: string): Promise<FaultyFront> {
  const server = createServer((request, response) => {
    void answer(front, target, request, response).catch(() => request.socket.destroy());
  });
  const front: FaultyFront = {
    url: "",
    decide: pass,
    workerEnd: "",
    passed: [],
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  front.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return front;
}

async function answer(
  front: FaultyFront,
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url: path = "/" } = request;
  const { pathname } = new URL(path, target);
  const fate = front.decide(method, pathname);
  // No answer at all, as from a server that is gone.
  if (fate === "down") return void request.socket.destroy();
  if (fate === "503") return void response.writeHead(503).end("closed");
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  for (const name of ["host", "connection", "content-length", "accept-encoding", "if-none-match"]) {
    headers.delete(name);
  }
  // Its own pages are what the product believes.
  if (headers.get("origin") === front.url) headers.set("origin", target);
  const body = ["GET", "HEAD"].includes(method) ? null : new Uint8Array(await buffer(request));
  const reply = await fetch(target + path, { method, headers, body, redirect: "manual" });
  if (body) {
    const key = headers.get("idempotency-key");
    front.passed.push({ method, path: pathname, key, status: reply.status });
  }
  // Done, and nobody is told.
  if (fate === "lost") {
    await reply.body?.cancel();
    return void request.socket.destroy();
  }
  response.statusCode = reply.status;
  for (const [name, value] of reply.headers) {
    if (["content-encoding", "content-length", "transfer-encoding", "etag"].includes(name)) {
      continue;
    }
    if (name === "set-cookie") response.appendHeader(name, value);
    else response.setHeader(name, value.replace(target, front.url));
  }
  if (pathname === "/sw.js") return void response.end(await reply.text() + front.workerEnd);
  for await (const part of reply.body ?? []) {
    if (response.destroyed) break;
    response.write(part);
  }
  response.end();
}
