/** How long a live message takes to reach a thousand clients in a second process. */
import { createHub } from "../../lib/live/hub.ts";
import { handleWebSocket } from "../../lib/live/websocket.ts";
import { silentLogger } from "../../lib/log.ts";
import { aBar } from "../support/market.ts";
import type { Figure } from "./charts_bench.ts";

const tickMs = 100;
const symbols = Array.from({ length: 50 }, (_, i) => `S${i}USDT`);

/** Publishes fifty prices each 100 ms, a bar and a signal a second, for `seconds`. */
export async function runFanoutBench(
  { clients = 1_000, seconds = 10 }: { clients?: number; seconds?: number } = {},
): Promise<Figure[]> {
  const hub = createHub({
    now: () => Date.now(),
    epoch: "bench",
    log: silentLogger,
    snapshot: { prices: () => [], signals: () => [], continuity: () => [] },
  });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (req) => handleWebSocket(req, hub, { ip: "127.0.0.1" }),
  );
  const url = `ws://127.0.0.1:${server.addr.port}/ws`;
  const script = new URL("./fanout_clients.ts", import.meta.url).pathname;
  const other = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, url, String(clients), String(seconds + 3)],
    stdout: "piped",
  }).spawn();
  let ticks = 0;
  const timer = setInterval(() => {
    if (hub.stats().connections < clients) return hub.tick();
    publishTick(ticks++);
    hub.tick();
  }, tickMs);
  const publishTick = (i: number) => {
    const nowMs = Date.now();
    for (const symbol of symbols) {
      hub.publishPrice({ symbol, price: 100 + i, eventMs: nowMs, receivedMs: nowMs, source: "b" });
    }
    if (i % 10 !== 0) return;
    hub.publishBar({ symbol: "S0USDT", timeframe: "1m", bar: aBar({ time: i * 60_000 }) });
    hub.publish("signals", { i });
  };
  const { stdout } = await other.output();
  clearInterval(timer);
  hub.close();
  await server.shutdown();
  return describe(JSON.parse(new TextDecoder().decode(stdout)), clients);
}

function describe(
  read: { open: number; received: number; holes: number; p50: number; p95: number; p99: number },
  clients: number,
): Figure[] {
  const figure = (name: string, value: number, unit: string, target: number) => ({
    name: `fan-out to ${clients}, ${name}`,
    value: Math.round(value * 100) / 100,
    unit,
    target,
  });
  return [
    figure("p50", read.p50, "ms", 50),
    figure("p95", read.p95, "ms", 50),
    figure("p99", read.p99, "ms", 100),
    figure("clients lost", clients - read.open, "clients", 0),
    figure("holes in numbering", read.holes, "holes", 0),
    figure("messages received", read.received, "messages", read.received),
  ];
}

if (import.meta.main) console.log(await runFanoutBench());
