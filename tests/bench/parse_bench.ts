/** How many raw trade frames a second become trades. */
import { binance } from "../../collectors/sources/binance.ts";
import { type Figure, printFigures } from "./figure.ts";

/** Measures raw frame → parsed trade, in both forms that Binance sends. */
export function runParseBench(): Promise<Figure[]> {
  const targetPerSecond = 300_000;
  const measure = (name: string, frames: readonly string[]): Figure => {
    let checksum = 0;
    const runOnce = () => {
      for (const frame of frames) {
        const event = binance.parse(frame, 1)[0];
        if (event?.kind === "trade") checksum += event.trade.price;
      }
    };
    runOnce();
    const startedMs = performance.now();
    for (let i = 0; i < 10; i++) runOnce();
    const seconds = (performance.now() - startedMs) / 1_000;
    if (!(checksum > 0)) throw new Error("Cannot measure: trades are required, was none");
    const value = Math.round(frames.length * 10 / seconds);
    return { name, value, unit: "frames/s", target: { least: targetPerSecond } };
  };
  return Promise.resolve([
    measure("parse of trade frames", createFrames(50_000, false)),
    measure("parse of trade frames with order ids", createFrames(50_000, true)),
  ]);
}

function createFrames(count: number, hasOrders: boolean): string[] {
  return Array.from({ length: count }, (_, i) => {
    const orders = hasOrders ? `"b":${7038593583 + i},"a":${7038593613 + i},` : "";
    return `{"stream":"ethusdt@trade","data":{"e":"trade","E":${1639351062244 + i},"s":"ETHUSDT",` +
      `"t":${705291099 + i},"p":"${4149 + i % 50}.74000000","q":"0.43870000",${orders}` +
      `"T":${1639351062243 + i},"m":${i % 2 === 0},"M":true}}`;
  });
}

if (import.meta.main) await printFigures(await runParseBench());
