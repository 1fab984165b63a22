/**
 * How long a live message takes to reach a thousand clients in a second process, from the `ts` that
 * the server puts on it, and from the receipt of the trade in it (which may have waited 100 ms).
 */
import process from "node:process";
import { createHub, type Hub } from "../../lib/live/hub.ts";
import { handleWebSocket } from "../../lib/live/websocket.ts";
import { silentLogger } from "../../lib/log.ts";
import { aBar } from "../support/market.ts";
import { type Figure, printFigures } from "./figure.ts";

const tickMs = 10;
const windowMs = 100;
const feedMs = 10;
const tradesPerSecond = 500;
const symbols = Array.from({ length: 70 }, (_, i) => `S${i}USDT`);

/** What the clients tell. */
interface Read {
  open: number;
  received: number;
  holes: number;
  /** Processor time of the clients and of the server in the measured seconds. */
  cpuMs: number;
  serverCpuMs: number;
  sent: { p50: number; p95: number; p99: number };
  trade: { p50: number; p95: number; p99: number };
}

/** Measures each number of clients for `seconds`; see `createFeed` for the load. */
export async function runFanoutBench(
  { rounds = [[1_000, 25], [3_000, 50]], seconds = 10 }: {
    /** Clients, and the wanted p95 in ms. */
    rounds?: readonly (readonly [number, number])[];
    seconds?: number;
  } = {},
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [clients, most] of rounds) {
    figures.push(...describe(await measure(clients, seconds), { clients, most }));
  }
  return figures;
}

async function measure(clients: number, seconds: number): Promise<Read> {
  const hub = createHub({
    now: () => Date.now(),
    epoch: "bench",
    log: silentLogger,
    isSpread: true,
    snapshot: { prices: () => [], signals: () => [], continuity: () => [] },
  });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (req) => handleWebSocket(req, hub, { ip: "127.0.0.1" }),
  );
  const script = new URL("./fanout_clients.ts", import.meta.url).pathname;
  const args = ["127.0.0.1", String(server.addr.port), String(clients), String(seconds)];
  const other = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, ...args],
    stdout: "piped",
  }).spawn();
  const timers = [
    setInterval(() => hub.tick(), tickMs),
    setInterval(createFeed(hub), feedMs),
  ];
  // The clients join first; what that takes is not part of the measurement.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const before = { cpu: process.cpuUsage(), atMs: performance.now() };
  const { stdout } = await other.output();
  const { user, system } = process.cpuUsage(before.cpu);
  const share = (user + system) / 1_000 / (performance.now() - before.atMs);
  timers.forEach((timer) => clearInterval(timer));
  hub.close();
  await server.shutdown();
  const read = JSON.parse(new TextDecoder().decode(stdout));
  return { ...read, serverCpuMs: share * seconds * 1_000 };
}

/** Publishes a price a trade, and a closed bar of one symbol and a signal a second. */
function createFeed(hub: Hub): () => void {
  const startMs = performance.now();
  let count = 0;
  return () => {
    const nowMs = Date.now();
    const due = Math.floor((performance.now() - startMs) * tradesPerSecond / 1_000);
    for (; count < due; count++) {
      const symbol = symbols[count % symbols.length]!;
      const price = 100 + count % 17;
      hub.publishPrice({ symbol, price, eventMs: nowMs, receivedMs: nowMs, source: "bench" });
      if (count % tradesPerSecond === 0) {
        hub.publishBar({ symbol, timeframe: "1m", bar: aBar({ time: count * 60_000 }) });
        hub.publish("signals", { count });
      }
    }
  };
}

function describe(
  read: Read,
  { clients, most }: { clients: number; most: number },
): Figure[] {
  const figure = (what: string, value: number, unit: string, target: Figure["target"]) => ({
    name: `fan-out to ${clients}, ${what}`,
    value,
    unit,
    target,
  });
  const perMessage = (cpuMs: number) => cpuMs / read.received * 1_000;
  // Above it a core would not suffice for ten messages a second to each.
  const core = { most: 1e6 / (clients * 1_000 / windowMs) };
  return [
    figure("sent to received, p50", read.sent.p50, "ms", { most }),
    figure("sent to received, p95", read.sent.p95, "ms", { most }),
    figure("sent to received, p99", read.sent.p99, "ms", { most: most * 2 }),
    figure("trade to received, p95", read.trade.p95, "ms", { most: most + windowMs }),
    figure("clients lost", clients - read.open, "clients", { most: 0 }),
    figure("holes in numbering", read.holes, "holes", { most: 0 }),
    figure("processor time of the server", perMessage(read.serverCpuMs), "µs/message", core),
    figure("processor time of the clients", perMessage(read.cpuMs), "µs/message", core),
    figure("messages received", read.received, "messages", { least: clients * 10 }),
  ];
}

if (import.meta.main) await printFigures(await runFanoutBench());
