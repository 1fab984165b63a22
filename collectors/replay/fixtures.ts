/**
 * Recorded REST answers: found by method, path and query, cut to what was asked.
 *
 * @module
 */
import { join } from "node:path";
import { listFolder, readText } from "./bars_file.ts";
import { isRecord } from "./capture.ts";
import { findEmptyAnswer, getRecordedFolder, getRecordedPath } from "./source_shapes.ts";

/** One recorded request with its answer. */
interface Fixture {
  method: string;
  path: string;
  query: URLSearchParams;
  status: number;
  headers: Record<string, string>;
  body: unknown;
  text: string | null;
  recordedAt: string;
}

/** A request to a source. */
export interface SourceCall {
  source: string;
  method: string;
  path: string;
  query: URLSearchParams;
}

/** Answers of all sources of a folder. */
export interface RecordedAnswers {
  /** The answer nearest to the call, or the source's own empty one. */
  answer(call: SourceCall): Promise<Response>;
  /** The recorded body at this path, for facts that other answers are made of; null for none. */
  findBody(source: string, path: string): Promise<unknown>;
}

/** Parameters that say what is asked about: another value is another question. */
const identity = new Set([
  "symbol",
  "id",
  "slug",
  "vs_currency",
  "convert",
  "currency",
  "page",
  "start",
  "offset",
  "cursor",
  "page_token",
  "network_id",
  "network_slug",
  "dex_id",
  "dex_slug",
  "contract_address",
]);
/** Parameters that hold a list; a recorded list answers for what it has in common. */
const lists = new Set(["ids", "symbols", "vs_currencies"]);
/** An asked id that is answered outweighs differences in paging and order. */
const weightOfId = 4;
/** Keys never decide what is answered. */
const secret = /key|token|secret/i;

/** Returns the time of recording as text for a header: ISO where it can be told. */
function tellRecordedAt(value: unknown, headers: Record<string, string>): string {
  const toText = (ms: number) => new Date(ms).toISOString().replace(".000Z", "Z");
  if (typeof value === "number") return toText(value * 1000);
  const text = typeof value === "string" ? value : "";
  // Notes may follow: "2024-04 (from the values)".
  for (const told of [text, text.split(" ")[0]!, headers.date, headers.Date]) {
    const ms = Date.parse(told ?? "");
    if (!Number.isNaN(ms)) return toText(ms);
  }
  return "unknown";
}

/** Returns a file's fixture, or null where it is none that can be asked for. */
function toFixture(text: string): Fixture | null {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(file) || !isRecord(file.request) || !isRecord(file.response)) return null;
  // Notes after the address, such as "(query inferred from the data)", are no part of it.
  const address = String(file.request.url ?? "").split(" ")[0]!;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const headers: Record<string, string> = {};
  for (
    const [name, value] of Object.entries(
      isRecord(file.response.headers) ? file.response.headers : {},
    )
  ) {
    if (typeof value === "string" || typeof value === "number") headers[name] = String(value);
  }
  const note = isRecord(file._fixture) ? file._fixture.recorded_at : null;
  const status = Number(file.response.status) || 200;
  // An example of a documentation was nobody's figure at any time.
  const isExample = isRecord(file._fixture) && file._fixture.provenance === "documented-example";
  if (status === 200 && isExample) return null;
  return {
    method: String(file.request.method ?? "GET"),
    path: decodeURIComponent(url.pathname).replace(/\/$/, ""),
    query: url.searchParams,
    status,
    headers,
    body: file.response.body,
    text: typeof file.response.body_text === "string" ? file.response.body_text : null,
    recordedAt: tellRecordedAt(note, headers),
  };
}

const splitList = (text: string) => text.split(",").map((part) => part.trim()).filter(Boolean);

/** Says how near a recorded request is to a call: higher is nearer, null is another question. */
function scoreFixture(fixture: Fixture, { query }: SourceCall): number | null {
  let score = 0;
  for (const name of new Set([...fixture.query.keys(), ...query.keys()])) {
    if (secret.test(name) && name !== "page_token") continue;
    const asked = query.get(name);
    const had = fixture.query.get(name);
    // A refusal is about exactly what was asked.
    const isOther = (identity.has(name) || lists.has(name)) && (asked === null) !== (had === null);
    if (isOther && fixture.status !== 200) return null;
    if (asked === had) score += 2;
    else if (asked === null) score -= 0.5;
    else if (had === null) {
      // The first page is what a request without a page gets.
      if (name === "page" || name === "start" || name === "offset") {
        if (!["0", "1"].includes(asked)) return null;
      } else score -= name === "symbol" || name === "id" || name === "slug" ? 1 : 0.5;
    } else if (had.includes("{")) score -= 0.25;
    else if (lists.has(name) || (identity.has(name) && /,/.test(asked + had))) {
      const common = splitList(had).filter((part) => splitList(asked).includes(part)).length;
      if (common === 0) return null;
      score += common / splitList(asked).length;
    } else if (identity.has(name)) return null;
    else score -= 1;
  }
  return score;
}

/** Cuts a body to the `ids` or `symbols` that were asked for. */
function cutToIds(body: unknown, query: URLSearchParams): unknown {
  const symbols = query.get("symbols");
  if (symbols !== null && Array.isArray(body)) {
    const asked = new Set(splitList(symbols.toLowerCase()));
    return body.filter((row) => !isRecord(row) || asked.has(String(row.symbol).toLowerCase()));
  }
  const ids = query.get("ids");
  if (ids === null) return body;
  const wanted = new Set(splitList(ids));
  if (Array.isArray(body)) {
    return body.filter((row) =>
      !isRecord(row) || row.id === undefined || wanted.has(String(row.id))
    );
  }
  if (!isRecord(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([key]) => wanted.has(key)));
}

/** Returns how many of the asked `ids` a body tells of: the answer to most of them is nearest. */
function countAsked(body: unknown, query: URLSearchParams): number {
  if (!query.has("ids") && !query.has("symbols")) return 0;
  if (typeof body !== "object" || body === null) return 0;
  return Object.keys(cutToIds(body, query) ?? {}).length;
}

/** Returns the answer of a source that knows nothing about what was asked. */
function answerEmpty(source: string, fixtures: readonly Fixture[], path: string): Response {
  const own = findEmptyAnswer(source, path);
  if (own) {
    const headers = { "content-type": own.type, "x-recorded-at": "none" };
    return new Response(own.text, { status: own.status, headers });
  }
  const last = path.split("/").at(-1) ?? "";
  const kin = fixtures.find((one) => one.status === 200 && one.path.split("/").at(-1) === last);
  const listed = kin
    ? Array.isArray(kin.body)
    : /^(markets|list|categories|ohlc|protocols|chains|charts|klines|aggTrades|trades|pools)$/
      .test(last);
  return new Response(listed ? "[]" : "{}", {
    headers: { "content-type": "application/json", "x-recorded-at": "none" },
  });
}

/** Headers that describe the recorded transfer and would be wrong about ours. */
const transferHeaders =
  /^(content-length|content-encoding|transfer-encoding|connection|keep-alive|date|set-cookie|alt-svc|strict-transport-security)$/i;

/** Returns a fixture as the answer to a call. */
function answerFixture(fixture: Fixture, query: URLSearchParams): Response {
  const headers = new Headers({ "content-type": "application/json" });
  for (const [name, value] of Object.entries(fixture.headers)) {
    if (transferHeaders.test(name)) continue;
    try {
      headers.set(name, value);
    } catch {
      // A header that was recorded as a remark is no header.
    }
  }
  headers.set("x-recorded-at", fixture.recordedAt);
  const body = fixture.text ?? JSON.stringify(cutToIds(fixture.body, query) ?? null);
  return new Response(body, { status: fixture.status, headers });
}

/** Says whether a recorded path is the called one, with or without the address's own prefix. */
function isSamePath(recorded: string, called: string): boolean {
  return recorded === called || (called.length > 1 && recorded.endsWith(called)) ||
    recorded === `/api/v3${called}`;
}

/** Lists the recorded answers of a folder by their paths relative to it, sorted. */
export async function listAnswerFiles(folder: string): Promise<{ path: string }[]> {
  const found: { path: string }[] = [];
  for (const source of await listFolder(join(folder, "api"))) {
    for (const name of await listFolder(join(folder, "api", source))) {
      if (/\.json(\.gz)?$/.test(name)) found.push({ path: `api/${source}/${name}` });
    }
  }
  return found;
}

/** Returns when the newest of these answers was recorded, epoch ms; null where none tells. */
export async function findNewestAnswer(
  folder: string,
  files: readonly { path: string }[],
): Promise<number | null> {
  let newestMs: number | null = null;
  for (const { path } of files) {
    const atMs = Date.parse(toFixture(await readText(join(folder, path)))?.recordedAt ?? "");
    if (!Number.isNaN(atMs)) newestMs = Math.max(newestMs ?? 0, atMs);
  }
  return newestMs;
}

/** Opens the answers under `api/` of a folder; a source's files are read when first asked for. */
export function openAnswers(folder: string): RecordedAnswers {
  const sources = new Map<string, Promise<Fixture[]>>();

  async function loadSource(source: string): Promise<Fixture[]> {
    if (!/^[\w-]+$/.test(source)) return [];
    const room = join(folder, "api", getRecordedFolder(source));
    const found: Fixture[] = [];
    for (const name of await listFolder(room)) {
      if (!/\.json(\.gz)?$/.test(name)) continue;
      const fixture = toFixture(await readText(join(room, name)));
      if (fixture) found.push(fixture);
    }
    return found;
  }

  function getSource(source: string): Promise<Fixture[]> {
    let fixtures = sources.get(source);
    if (!fixtures) sources.set(source, fixtures = loadSource(source));
    return fixtures;
  }

  return {
    async answer(call) {
      const fixtures = await getSource(call.source);
      const path = getRecordedPath(call.source, call.path.replace(/\/$/, ""));
      let best: { fixture: Fixture; score: number } | null = null;
      for (const fixture of fixtures) {
        if (fixture.method !== call.method || !isSamePath(fixture.path, path)) continue;
        // Failures of the source itself are switches, not answers; its refusals are exact.
        if (fixture.status === 429 || fixture.status === 418 || fixture.status >= 500) continue;
        const score = scoreFixture(fixture, call);
        if (score === null) continue;
        const isExact = score > 0 && score === 2 * call.query.size;
        const rank = score - (fixture.status === 200 || isExact ? 0 : 3) +
          weightOfId * countAsked(fixture.body, call.query);
        if (!best || rank > best.score) best = { fixture, score: rank };
      }
      return best
        ? answerFixture(best.fixture, call.query)
        : answerEmpty(call.source, fixtures, path);
    },
    async findBody(source, path) {
      const own = (await getSource(source)).filter((one) =>
        one.status === 200 && one.path === path
      );
      // The longest answer knows most.
      const size = (one: Fixture) => JSON.stringify(one.body ?? null).length;
      return own.sort((a, b) => size(b) - size(a))[0]?.body ?? null;
    },
  };
}
