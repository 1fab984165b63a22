/** Settings of pages and build; read by main.ts and dev.ts. */
import type { FreshConfig } from "fresh";
import type { BuildOptions } from "fresh/dev";

export const app: FreshConfig = {};
export const build: BuildOptions = { target: ["chrome111", "firefox114", "safari16.4"] };
