/** Settings of pages and build; read by main.ts and dev.ts. */
import type { FreshConfig } from "fresh";
import type { BuildOptions } from "fresh/dev";

/** What the service worker keeps from the first visit on: code, styles and icons, no guides. */
const isKept = (url: string) =>
  /\.(js|css|webmanifest|png)$/.test(url) && !url.startsWith("/guides/");

export const app: FreshConfig = {};
export const build: BuildOptions = {
  target: ["chrome111", "firefox114", "safari16.4"],
  ignore: [/sw\.ts$/],
  worker: {
    entry: "static/sw.ts",
    path: "/sw.js",
    // It asks our own server only, shows our own icons, and runs nothing but itself.
    headers: {
      "content-security-policy":
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'",
    },
    precache: (files) => files.filter(({ url }) => isKept(url)),
  },
};
