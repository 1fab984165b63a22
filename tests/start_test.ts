import { equal, match, ok } from "node:assert/strict";
import { describeReplay, startProduct } from "./support/product.ts";
import { root } from "./support/source_files.ts";

async function withDataDir(run: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "cryptointel-" });
  try {
    await run(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function runToEnd(env: Record<string, string>): Promise<{ code: number; text: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "dev.ts", "start"],
    cwd: root,
    env: { NO_COLOR: "1", LOG_LEVEL: "error", ...env },
  }).output();
  return { code, text: new TextDecoder().decode(stderr) };
}

Deno.test("start prints its address, its data folder and its mode, and serves at once", async () => {
  await withDataDir(async (dataDir) => {
    const product = await startProduct(describeReplay(dataDir));
    try {
      match(product.output(), /data\s+\S*cryptointel-/);
      match(product.output(), /mode\s+replay \(recorded 2022-11-08T22:31Z to 2022-11-09T15:18Z\)/);
      const page = await (await fetch(product.url)).text();
      match(page, /Recorded data/);
      match(page, /8 Nov 2022/);
    } finally {
      await product.stop();
    }
  });
});

Deno.test("a second start on the same data folder, and a taken port, end with one clear line", async () => {
  await withDataDir(async (dataDir) => {
    const product = await startProduct(describeReplay(dataDir));
    try {
      const second = await runToEnd(describeReplay(dataDir));
      equal(second.code, 1);
      match(second.text.trim(), /^The store .* is in use by process \d+.*$/);
      await withDataDir(async (other) => {
        const env = describeReplay(other, { PORT: new URL(product.url).port });
        const third = await runToEnd(env);
        equal(third.code, 1);
        equal(third.text.trim(), "Cannot start: the port is taken; another copy runs, or set PORT");
      });
    } finally {
      await product.stop();
    }
  });
});

Deno.test("an unknown variable is refused with the name that was meant", async () => {
  const { code, text } = await runToEnd({ CRYPTOINTEL_DATADIR: "x" });
  equal(code, 1);
  match(
    text.trim(),
    /^Cannot start with the variable CRYPTOINTEL_DATADIR.*CRYPTOINTEL_DATA_DIR\?$/,
  );
});

Deno.test("after kill -9 the same folder starts again and keeps its bars", async () => {
  await withDataDir(async (dataDir) => {
    const chart = (url: string) =>
      fetch(`${url}/api/v1/charts/BTCUSDT?timeframe=1m&limit=5000`).then((answer) => answer.json());
    const first = await startProduct(describeReplay(dataDir));
    let bars: { time: number; closed: boolean }[] = [];
    try {
      // A busy machine takes its time; what counts is that they come.
      const until = performance.now() + 90_000;
      while (bars.length < 500 && performance.now() < until) {
        bars = (await chart(first.url)).bars ?? [];
      }
      ok(bars.length >= 500, `${bars.length} bars`);
    } finally {
      await first.stop("SIGKILL");
    }
    const second = await startProduct(describeReplay(dataDir));
    try {
      const kept = new Set(
        ((await chart(second.url)).bars as typeof bars).map(({ time }) => time),
      );
      const lost = bars.filter(({ time, closed }) => closed && !kept.has(time));
      equal(lost.length, 0);
    } finally {
      await second.stop();
    }
  });
});
