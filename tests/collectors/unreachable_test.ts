/** Networks that fail, on real sockets of this machine: every source says so, and tells no figure. */
import { doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";
import { fetchJson, SourceAnswerError, UnreachableError } from "../../collectors/http.ts";
import { describeFetchFailure } from "../../collectors/unreachable.ts";
import { createManualClock } from "../support/clock.ts";
import { anHttp } from "../support/exchange.ts";
import { feedCases } from "../support/feed_cases.ts";
import { parseAs } from "../support/sources.ts";

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** A server that says these bytes to whoever asks, and hangs up. */
function startRaw(chunks: readonly string[]) {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  const done = (async () => {
    for await (const connection of listener) {
      try {
        await connection.read(new Uint8Array(4096));
        for (const chunk of chunks) await writeAll(connection, new TextEncoder().encode(chunk));
      } catch {
        // The other side had enough.
      }
      connection.close();
    }
  })();
  return {
    address: `http://127.0.0.1:${port}`,
    secure: `https://127.0.0.1:${port}`,
    async stop() {
      listener.close();
      await done;
    },
  };
}

/** Asks this address as the collectors do; a key is in the path, as some sources want it. */
function askAt(address: string, format: "json" | "text" = "json") {
  const http = anHttp(createManualClock(1), () => new Response(), { addresses: [address] });
  return fetchJson({ path: "/x?auth_token=s3cret", weight: 1 }, { ...http, fetch, format });
}

const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
const big = "x".repeat(1 << 20);

const failures = [
  {
    name: "a body that breaks off",
    bytes: [`${head}content-length: 1000\r\n\r\n[1,2`],
    words: /lost/,
  },
  {
    name: "a chunked body that breaks off",
    bytes: [`${head}transfer-encoding: chunked\r\n\r\n5\r\n[1,2,`],
    words: /lost/,
  },
  { name: "no word at all", bytes: [], words: /lost/ },
  { name: "another language", bytes: ["garbage\r\n\r\n"], words: /language of the web/ },
  {
    name: "what is not packed as it says",
    bytes: [`${head}content-encoding: gzip\r\ncontent-length: 7\r\n\r\n[1,2,3]`],
    words: /lost|language/,
  },
];
for (const { name, bytes, words } of failures) {
  Deno.test(`${name} is an answer that never came, in plain words`, async () => {
    const server = startRaw(bytes);
    try {
      for (const format of ["json", "text"] as const) {
        await rejects(askAt(server.address, format), (error: Error) => {
          ok(error instanceof UnreachableError, String(error));
          match(error.message, words);
          doesNotMatch(error.message, /s3cret|auth_token|os error/);
          return true;
        });
      }
    } finally {
      await server.stop();
    }
  });
}

Deno.test("a length that is too short leaves no JSON, whatever is asked for", async () => {
  const server = startRaw([`${head}content-length: 5\r\n\r\n[1,2,3,4,5]`]);
  await rejects(askAt(server.address), (error: Error) => {
    ok(error instanceof SourceAnswerError);
    match(error.message, /not JSON/);
    return true;
  });
  await server.stop();
});

Deno.test("a port where nobody listens, and one that speaks no TLS, are told apart", async () => {
  const server = startRaw(["HTTP/1.1 200 OK\r\n\r\n[]"]);
  await rejects(askAt(server.secure), /Cannot ask https:.*TLS/);
  await server.stop();
  await rejects(askAt(server.address), /Cannot ask http:.* a refused connection/);
});

Deno.test("ten megabytes of no JSON are refused, and what is longer than any answer is not read", async () => {
  const junk = startRaw([`${head}\r\n`, ...Array.from({ length: 10 }, () => big)]);
  await rejects(askAt(junk.address), (error: Error) => {
    ok(error instanceof SourceAnswerError && error.message.length < 500);
    match(error.message, /not JSON/);
    return true;
  });
  await junk.stop();
  const endless = startRaw([`${head}\r\n`, ...Array.from({ length: 66 }, () => big)]);
  await rejects(askAt(endless.address), /at most \d+ bytes are read, was longer/);
  await endless.stop();
});

Deno.test("ten megabytes of rows that nobody knows give no figure to any feed", () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => ({ what: i, ever: big.slice(0, 500) }));
  ok(JSON.stringify(rows).length > 1e7);
  for (const { feed, about, source } of feedCases) {
    if (feed.format === "text") continue;
    for (const body of [rows, { data: rows }]) {
      let count = 0;
      try {
        const records = parseAs(feed, body, { about });
        count = Object.values(records).reduce((sum, list: unknown[]) => sum + list.length, 0);
      } catch (error) {
        equal((error as Error).name, "SourceParseError", `${source.key} ${feed.name}`);
      }
      equal(count, 0, `${source.key} ${feed.name}`);
    }
  }
});

const told = [
  ["dns error: failed to lookup address information: Name or service not known", /\(DNS\)/],
  ["tcp connect error: Connection refused (os error 111)", /a refused connection/],
  ["invalid peer certificate: Expired", /\(TLS\)/],
  ["tcp connect error: Network is unreachable (os error 101)", /no way through/],
  ["connection reset by peer", /a lost one/],
  ["operation timed out", /none in time/],
  ["something new", /the network failed/],
] as const;
for (const [cause, words] of told) {
  Deno.test(`"${cause}" is told in plain words, without the address`, () => {
    const url = "https://api.example.com/x?auth_token=s3cret";
    const inner = new Error(`error sending request for url (${url}): client error: ${cause}`);
    for (const error of [inner, new TypeError("fetch failed", { cause: inner })]) {
      match(describeFetchFailure(error), words);
      doesNotMatch(describeFetchFailure(error), /s3cret|os error|example/);
    }
  });
}

Deno.test("what an address is called does not decide what went wrong there", () => {
  const inner = new Error("error for url (https://tls-certificate.example/x): connection refused");
  equal(
    describeFetchFailure(new TypeError("fetch failed", { cause: inner })),
    "a refused connection",
  );
  for (const odd of [undefined, null, "x", 7]) match(describeFetchFailure(odd), /network failed/);
});
