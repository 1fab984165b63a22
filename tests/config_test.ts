import { deepEqual, equal, match, throws } from "node:assert/strict";
import { ConfigError, getListenAddress, readConfig, variableNames } from "../lib/config.ts";

Deno.test("readConfig() of an empty environment gives a product that starts", () => {
  const config = readConfig({});
  equal(config.port, 8000);
  equal(config.hostname, "127.0.0.1");
  equal(config.dataDir, "./data");
  equal(config.mode, "auto");
  equal(config.replaySpeed, 1);
  equal(config.replayStartMinutes, 600);
  equal(config.publicRead, true);
  equal(config.rateLimit, 100);
  equal(config.wsPerIp, null);
  equal(config.metricsPort, null);
  equal(config.accessMinutes, 60);
  deepEqual(config.corsOrigins, ["http://localhost:3000"]);
});

const accepted = [
  { env: { PORT: "0" }, field: "port", expected: 0 },
  { env: { CRYPTOINTEL_MODE: "replay" }, field: "mode", expected: "replay" },
  { env: { CRYPTOINTEL_REPLAY_SPEED: "0" }, field: "replaySpeed", expected: 0 },
  { env: { CRYPTOINTEL_REPLAY_SPEED: "2.5" }, field: "replaySpeed", expected: 2.5 },
  { env: { CRYPTOINTEL_PUBLIC_READ: "off" }, field: "publicRead", expected: false },
  { env: { CRYPTOINTEL_WS_PER_IP: "7" }, field: "wsPerIp", expected: 7 },
  { env: { CRYPTOINTEL_WS_PER_IP: "0" }, field: "wsPerIp", expected: 0 },
  { env: {}, field: "userRateLimit", expected: 100 },
  { env: { CRYPTOINTEL_RATE_LIMIT: "7" }, field: "userRateLimit", expected: 7 },
  { env: { CRYPTOINTEL_RATE_LIMIT_USER: "300" }, field: "userRateLimit", expected: 300 },
  { env: { CRYPTOINTEL_RATE_LIMIT_USER: "300" }, field: "rateLimit", expected: 100 },
  { env: { CRYPTOINTEL_METRICS_PORT: "9090" }, field: "metricsPort", expected: 9090 },
  { env: { CRYPTOINTEL_METRICS_PORT: "" }, field: "metricsPort", expected: null },
  { env: { CRYPTOINTEL_ACCESS_MINUTES: "5" }, field: "accessMinutes", expected: 5 },
  { env: { LOG_LEVEL: "debug" }, field: "logLevel", expected: "debug" },
  { env: { UNRELATED: "x" }, field: "port", expected: 8000 },
] as const;
for (const { env, field, expected } of accepted) {
  Deno.test(`readConfig() takes ${JSON.stringify(env)}`, () => {
    equal(readConfig(env)[field], expected);
  });
}

Deno.test("readConfig() takes a list of origins, each once", () => {
  const { corsOrigins } = readConfig({
    CRYPTOINTEL_CORS_ORIGINS: "https://a.example, http://b.example:81,https://a.example,",
  });
  deepEqual(corsOrigins, ["https://a.example", "http://b.example:81"]);
});

const refused = [
  { env: { CRYPTOINTEL_CORS_ORIGINS: "*" }, says: /origins such as .*, was "\*"/ },
  { env: { CRYPTOINTEL_CORS_ORIGINS: "https://a.example/" }, says: /was "https:\/\/a.example\/"/ },
  { env: { CRYPTOINTEL_CORS_ORIGINS: "https://a.example,b.example" }, says: /was "b.example"/ },
  { env: { CRYPTOINTEL_CORS_ORIGINS: "null" }, says: /was "null"/ },
  { env: { PORT: "70000" }, says: /PORT: a whole number from 0 to 65535, was "70000"/ },
  { env: { CRYPTOINTEL_METRICS_PORT: "-1" }, says: /from 0 to 65535, was "-1"/ },
  { env: { PORT: "eighty" }, says: /was "eighty"/ },
  { env: { PORT: "8000.5" }, says: /a whole number/ },
  { env: { PORT: " " }, says: /was " "/ },
  { env: { CRYPTOINTEL_MODE: "Live" }, says: /one of live, replay, auto, was "Live"/ },
  { env: { CRYPTOINTEL_REPLAY_SPEED: "-1" }, says: /from 0/ },
  { env: { CRYPTOINTEL_REPLAY_SPEED: "NaN" }, says: /was "NaN"/ },
  { env: { CRYPTOINTEL_PUBLIC_READ: "maybe" }, says: /on or off/ },
  { env: { CRYPTOINTEL_RATE_LIMIT: "0" }, says: /from 1/ },
  { env: { CRYPTOINTEL_DATADIR: "x" }, says: /Did you mean CRYPTOINTEL_DATA_DIR\?/ },
  { env: { CRYPTOINTEL_REPLY_SPEED: "1" }, says: /Did you mean CRYPTOINTEL_REPLAY_SPEED\?/ },
  { env: { CRYPTOINTEL_: "1" }, says: /is unknown/ },
  { env: { CRYPTOINTEL_BINANCE_RES: "x" }, says: /Did you mean CRYPTOINTEL_BINANCE_REST\?/ },
  { env: { CRYPTOINTEL_YAHOO_REST: "yahoo.com" }, says: /http:\/\/ or https:.*was "yahoo.com"/ },
  { env: { CRYPTOINTEL_BINANCE_STREAM: "https://x" }, says: /ws:\/\/ or wss:.*was "https:\/\/x"/ },
  { env: { COINGECKO_API_KEY_FILE: "/nowhere/key" }, says: /KEY_FILE: a file that can be read/ },
];
for (const { env, says } of refused) {
  Deno.test(`readConfig() refuses ${JSON.stringify(env)}`, () => {
    throws(() => readConfig(env), (error) => {
      match((error as Error).message, says);
      return error instanceof ConfigError;
    });
  });
}

Deno.test("other addresses of sources are taken, without the slash at their end", () => {
  const { addresses } = readConfig({
    CRYPTOINTEL_BINANCE_REST: "https://mirror.example/",
    CRYPTOINTEL_BINANCE_STREAM: "wss://mirror.example/stream",
  });
  deepEqual(addresses.binance, {
    rest: "https://mirror.example",
    stream: "wss://mirror.example/stream",
  });
  deepEqual(addresses.coingecko, {});
});

Deno.test("keys come from a variable or from a file, which wins; empty ones are none", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "from a file\n");
    const { secrets } = readConfig({
      COINMARKETCAP_API_KEY: "from a variable",
      COINGECKO_API_KEY: "older",
      COINGECKO_API_KEY_FILE: path,
      CRYPTOINTEL_SIGNING_KEY_FILE: path,
      APCA_API_KEY_ID: "",
    });
    deepEqual(secrets, {
      CRYPTOINTEL_SIGNING_KEY: "from a file",
      COINMARKETCAP_API_KEY: "from a variable",
      COINGECKO_API_KEY: "from a file",
    });
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("the example file documents every variable and no other", async () => {
  const example = await Deno.readTextFile(new URL("../.env.example", import.meta.url));
  const documented = [...example.matchAll(/^#? ?([A-Z0-9_]+)=/gm)].map((found) => found[1]!);
  deepEqual(documented.toSorted(), variableNames.toSorted());
});

const hostnames = [
  { given: "127.0.0.1", used: "127.0.0.1" },
  { given: "0.0.0.0", used: "0.0.0.0" },
  { given: "localhost", used: "localhost" },
  { given: "::1", used: "::1" },
  { given: "::", used: "::" },
  { given: "3f9c2b1a77de", used: "127.0.0.1" },
  { given: "web-1", used: "127.0.0.1" },
  { given: "", used: "127.0.0.1" },
];
for (const { given, used } of hostnames) {
  Deno.test(`a HOSTNAME of "${given}" listens on ${used}`, () => {
    equal(getListenAddress(given), used);
  });
}
