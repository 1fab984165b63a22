/**
 * A million bars in each format: by how much the memory grows, and how long it takes.
 *
 * Each format runs in a process of its own, which reads the stream to its end and looks at its
 * memory after each piece, as a server does that sends it away.
 */
import {
  type ExportFormat,
  exportFormats,
  type ExportRow,
  exportRows,
} from "../../lib/export/mod.ts";
import type { ExportColumn } from "../../lib/export/mod.ts";
import { type Figure, printFigures } from "./figure.ts";

const barCount = 1_000_000;
const warmUpBars = 50_000;
const startMs = Date.UTC(2022, 0, 1);
const columns: ExportColumn[] = [
  { name: "time", type: "time" },
  { name: "open", type: "number" },
  { name: "high", type: "number" },
  { name: "low", type: "number" },
  { name: "close", type: "number" },
  { name: "volume", type: "number" },
  { name: "closed", type: "boolean" },
  { name: "quality", type: "text" },
];

function* makeBars(count: number): Generator<ExportRow> {
  for (let i = 0; i < count; i++) {
    const price = 63_000 + Math.round(Math.sin(i / 500) * 250_000 + (i % 977)) / 100;
    yield [
      startMs + i * 60_000,
      price,
      price + 12.5,
      price - 7.25,
      price + 3.01,
      (i % 7_919) / 8,
      true,
      "observed",
    ];
  }
}

/** What one format came to. */
interface Run {
  grownMiB: number;
  tookMs: number;
  bytes: number;
}

async function measure(format: ExportFormat): Promise<Run> {
  for await (const _piece of exportRows(format, columns, makeBars(warmUpBars)));
  const before = Deno.memoryUsage().rss;
  const start = performance.now();
  let most = before;
  let bytes = 0;
  for await (const piece of exportRows(format, columns, makeBars(barCount))) {
    bytes += piece.length;
    most = Math.max(most, Deno.memoryUsage().rss);
  }
  return { grownMiB: (most - before) / 2 ** 20, tookMs: performance.now() - start, bytes };
}

async function measureApart(format: ExportFormat): Promise<Run> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.filename!, format],
    stderr: "inherit",
  });
  const { code, stdout } = await command.output();
  if (code !== 0) throw new Error(`The export of ${format} ended with code ${code}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Measures every format. */
export async function runExportBench(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const format of exportFormats) {
    const { grownMiB, tookMs } = await measureApart(format);
    const of = `${barCount} bars as ${format}`;
    figures.push(
      { name: `${of}, growth of memory`, value: grownMiB, unit: "MiB", target: { most: 64 } },
      {
        name: `${of}, a second`,
        value: barCount / (tookMs / 1_000),
        unit: "bars/s",
        target: { least: 20_000 },
      },
    );
  }
  return figures;
}

if (import.meta.main) {
  const format = exportFormats.find((name) => name === Deno.args[0]);
  if (format) {
    await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(await measure(format))));
  } else await printFigures(await runExportBench());
}
