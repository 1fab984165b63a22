/** Builds the islands, serves the product, or serves it and reloads while it is worked on. */
import { Builder, isBuildStale } from "fresh/dev";
import { build } from "./fresh.config.ts";

const root = import.meta.dirname!;
const builder = new Builder({ root, ...build });
const command = Deno.args[0] ?? "dev";

if (command === "build") {
  await builder.build();
} else if (command === "start") {
  if (await isBuildStale(root)) await builder.build();
  const { useBuild } = await import("fresh/internal");
  const { app, start } = await import("./main.ts");
  await useBuild(app, root);
  await start();
} else if (command === "dev") {
  const apply = await builder.build({ mode: "development", snapshot: "memory" });
  const { app, start } = await import("./main.ts");
  apply(app);
  await start();
} else {
  console.error(`Cannot run "${command}": one of build, start, dev is required`);
  Deno.exit(1);
}
