/** The recording shipped with the repository, folders of our own, and a raw reader of a stream. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pollSources, streamSources } from "../../collectors/mod.ts";
import { writeText } from "../../collectors/record/files.ts";
import type { ReplayServer } from "../../collectors/replay.ts";
import type { SourceAddresses } from "../../collectors/run.ts";

/** The recording that tests and the first minute play. */
export const recordedFolder = fileURLToPath(new URL("../fixtures/recorded", import.meta.url));

/** The recorded world's address of every source, so that none is asked for real. */
export function listAddresses({ address }: ReplayServer): SourceAddresses {
  return Object.fromEntries([
    ...pollSources.map(({ key }) => [key, { rest: [address.of(key)] }]),
    ...streamSources.map(({ key }) => {
      const base = address.of(key);
      return [key, { rest: [base], stream: [`${base.replace("http", "ws")}-stream`] }];
    }),
  ]);
}

/** One row of a bars file, as text or numbers. */
export type BarRow = [
  time: number,
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
];

/** Returns a bars file's text; with symbols in the rows where `multi` is given. */
export function formatBarFile(rows: readonly BarRow[]): string {
  return ["open_time,open,high,low,close,volume", ...rows.map((row) => row.join(",")), ""].join(
    "\n",
  );
}

/** Returns a bars file of many symbols. */
export function formatMultiFile(bars: Readonly<Record<string, readonly BarRow[]>>): string {
  const rows = Object.entries(bars).flatMap(([symbol, list]) =>
    list.map((row) => ({ symbol, row }))
  ).sort((a, b) => a.row[0] - b.row[0]);
  const lines = rows.map(({ symbol, row }) => `${symbol},${row.join(",")}`);
  return ["symbol,open_time,open,high,low,close,volume", ...lines, ""].join("\n");
}

/** Makes a temporary folder of files, runs `use` with it, and removes it. */
export async function withFolder(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      const full = join(folder, path);
      await Deno.mkdir(dirname(full), { recursive: true });
      await writeText(full, text);
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The parts of a frame that tests look at. */
export interface HeardFrame {
  stream: string;
  data: {
    e: string;
    E: number;
    s: string;
    t: number;
    p: string;
    q: string;
    m: boolean;
    k: {
      t: number;
      T: number;
      i: string;
      o: string;
      h: string;
      l: string;
      c: string;
      v: string;
      x: boolean;
      n: number;
    };
  };
}

/** A raw reader of a stream: texts in the order of arrival. */
export interface StreamReader {
  texts: string[];
  /** Resolves when the condition holds or the socket has closed. */
  until(condition: () => boolean): Promise<void>;
  send(text: string): void;
  closed(): boolean;
  close(): Promise<void>;
  /** Frames that parse, without control answers. */
  frames(): HeardFrame[];
}

/** Connects to a stream and keeps all that it says. */
export async function openReader(url: string): Promise<StreamReader> {
  const socket = new WebSocket(url);
  const texts: string[] = [];
  const parsed: HeardFrame[] = [];
  let read = 0;
  let closed = false;
  let notify = () => {};
  socket.onmessage = ({ data }) => {
    texts.push(String(data));
    notify();
  };
  const gone = new Promise<void>((resolve) => {
    socket.onclose = () => {
      closed = true;
      notify();
      resolve();
    };
  });
  socket.onerror = () => {};
  await Promise.race([gone, new Promise<void>((resolve) => socket.onopen = () => resolve())]);
  return {
    texts,
    closed: () => closed,
    send: (text) => socket.send(text),
    async until(condition) {
      while (!closed && !condition()) await new Promise<void>((resolve) => notify = resolve);
    },
    async close() {
      if (!closed) socket.close();
      await gone;
    },
    frames() {
      for (; read < texts.length; read++) {
        try {
          const value = JSON.parse(texts[read]!);
          if (value && typeof value === "object" && "data" in value) parsed.push(value);
        } catch {
          // A torn frame is no frame.
        }
      }
      return parsed;
    },
  };
}

/** Returns the combined stream's address of these streams. */
export function streamUrl(base: string, streams: readonly string[]): string {
  return `${base}/stream?streams=${streams.join("/")}`;
}
