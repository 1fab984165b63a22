/**
 * Configuration from environment variables: every name, its default, and what it accepts.
 *
 * @module
 */
import { type LogLevel, logLevels } from "./log.ts";

/** Where data comes from: sources, a recording, or sources if one answers and else a recording. */
export type DataMode = "live" | "replay" | "auto";

/** The mail server that messages leave by. */
export interface MailConfig {
  host: string;
  port: number;
  /** TLS from the first byte, TLS by STARTTLS and not without, or none, as to a relay inside. */
  security: "tls" | "starttls" | "none";
  user: string | null;
  password: string | null;
  /** `Name <address>` that mail comes from. */
  from: string;
}

/** Everything that the environment decides, checked and with defaults filled in. */
export interface Config {
  environment: "development" | "staging" | "production";
  logLevel: LogLevel;
  port: number;
  hostname: string;
  /** Folder of the store; created at start. */
  dataDir: string;
  mode: DataMode;
  /** Folder with recordings. */
  replayDir: string;
  /** Which file of the folder to play; empty plays its many-symbol market. */
  replaySet: string;
  /** 1 as recorded, 0 as fast as it is read. */
  replaySpeed: number;
  /** Minutes into the recording at which play begins. */
  replayStartMinutes: number;
  /** Whether anonymous visitors may read market data. */
  publicRead: boolean;
  /** API requests a client may make in 60 s. */
  rateLimit: number;
  /** The same for each signed-in user, wherever they are. */
  userRateLimit: number;
  /** Life of access tokens, min. */
  accessMinutes: number;
  /** Origins whose pages may call the API with credentials, and change things. */
  corsOrigins: readonly string[];
  /** Anonymous live connections of one address; null where the address decides. */
  wsPerIp: number | null;
  /** Port that answers `/metrics` and nothing else; null where there is none. */
  metricsPort: number | null;
  /** The product's own address in messages, without a slash at the end; null where it is not said. */
  publicUrl: string | null;
  /** Hosts with ports (`host:port`) of one's own network that messages may be sent to. */
  deliveryAllow: readonly string[];
  /** Null where no mail server is named: nothing is sent by mail. */
  mail: MailConfig | null;
  /** The public half of one's own keys of web push, and where push services find us. */
  vapid: { publicKey: string; subject: string };
  /** Other addresses of a source's REST and stream servers, by source key, without a slash at the end. */
  addresses: Record<string, { rest?: string; stream?: string }>;
  /** Keys of the sources to collect from; null collects from all. */
  sources: readonly string[] | null;
  /** Keys of the sources by the name of their variable; those not given are absent. */
  secrets: Readonly<Record<string, string>>;
}

/** A variable that cannot be used; the message names it, what it takes, and what it was. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** One variable: how its text becomes a value. */
interface Variable<T> {
  read(text: string | undefined, name: string): T;
}

const text = (fallback: string): Variable<string> => ({ read: (value) => value || fallback });

const oneOf = <T extends string>(choices: readonly T[], fallback: T): Variable<T> => ({
  read(value, name) {
    if (!value) return fallback;
    if (choices.includes(value as T)) return value as T;
    throw new ConfigError(`Cannot use ${name}: one of ${choices.join(", ")}, was "${value}"`);
  },
});

const number = (
  fallback: number,
  { min, max, isInteger = true }: { min: number; max: number; isInteger?: boolean },
): Variable<number> => ({
  read(value, name) {
    if (!value) return fallback;
    const parsed = Number(value);
    if (value.trim() !== "" && parsed >= min && parsed <= max) {
      if (!isInteger || Number.isInteger(parsed)) return parsed;
    }
    const kind = isInteger ? "a whole number" : "a number";
    throw new ConfigError(`Cannot use ${name}: ${kind} from ${min} to ${max}, was "${value}"`);
  },
});

const yes = ["1", "true", "on", "yes"];
const no = ["0", "false", "off", "no"];
const flag = (fallback: boolean): Variable<boolean> => ({
  read(value, name) {
    if (!value) return fallback;
    const lower = value.toLowerCase();
    if (yes.includes(lower) || no.includes(lower)) return yes.includes(lower);
    throw new ConfigError(`Cannot use ${name}: on or off, was "${value}"`);
  },
});

const isOrigin = (text: string) =>
  /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;

const origins = (fallback: readonly string[]): Variable<readonly string[]> => ({
  read(value, name) {
    if (!value) return fallback;
    const listed = value.split(",").map((text) => text.trim()).filter((text) => text !== "");
    const wrong = listed.find((text) => !isOrigin(text));
    if (wrong === undefined) return [...new Set(listed)];
    throw new ConfigError(
      `Cannot use ${name}: origins such as https://app.example.org, by commas, was "${wrong}"`,
    );
  },
});

/** Every variable that begins with our prefix. */
const ours = {
  CRYPTOINTEL_DATA_DIR: text("./data"),
  CRYPTOINTEL_MODE: oneOf<DataMode>(["live", "replay", "auto"], "auto"),
  CRYPTOINTEL_REPLAY_DIR: text(""),
  CRYPTOINTEL_REPLAY_SET: text(""),
  CRYPTOINTEL_REPLAY_SPEED: number(1, { min: 0, max: 100_000, isInteger: false }),
  CRYPTOINTEL_REPLAY_START: number(600, { min: 0, max: 10_000_000 }),
  CRYPTOINTEL_PUBLIC_READ: flag(true),
  CRYPTOINTEL_RATE_LIMIT: number(100, { min: 1, max: 1_000_000_000 }),
  CRYPTOINTEL_RATE_LIMIT_USER: number(0, { min: 0, max: 1_000_000_000 }),
  CRYPTOINTEL_ACCESS_MINUTES: number(60, { min: 1, max: 1_440 }),
  CRYPTOINTEL_CORS_ORIGINS: origins(["http://localhost:3000"]),
  CRYPTOINTEL_WS_PER_IP: number(-1, { min: 0, max: 1_000_000 }),
  CRYPTOINTEL_METRICS_PORT: number(-1, { min: 0, max: 65_535 }),
  CRYPTOINTEL_PUBLIC_URL: text(""),
  CRYPTOINTEL_DELIVERY_ALLOW: text(""),
  CRYPTOINTEL_DATASETS: text(""),
  CRYPTOINTEL_SOURCES: text(""),
};

/** Sources whose servers may be given, as `CRYPTOINTEL_BINANCE_REST`; some stream as well. */
const addressed = {
  binance: ["REST", "STREAM"],
  alpaca: ["REST", "STREAM"],
  yahoo: ["REST"],
  coingecko: ["REST"],
  coinmarketcap: ["REST"],
  coinmarketcap_dex: ["REST"],
  defillama: ["REST"],
  cryptopanic: ["REST"],
} as const;

/** Keys and other secrets; each may come from a file named by the variable with `_FILE`. */
const secretNames = [
  "COINGECKO_API_KEY",
  "COINMARKETCAP_API_KEY",
  "CRYPTOPANIC_API_KEY",
  "APCA_API_KEY_ID",
  "APCA_API_SECRET_KEY",
  "CRYPTOINTEL_SIGNING_KEY",
  "DELIVERY_SECRET",
  "SMTP_PASSWORD",
  "SMTP_URL",
  "VAPID_PRIVATE_KEY",
] as const;

/** The customary variables we read as well. */
const customary = {
  PORT: number(8000, { min: 0, max: 65_535 }),
  HOSTNAME: text("127.0.0.1"),
  LOG_LEVEL: oneOf<LogLevel>(logLevels, "info"),
  ENVIRONMENT: oneOf<Config["environment"]>(
    ["development", "staging", "production"],
    "development",
  ),
  SMTP_HOST: text(""),
  SMTP_PORT: number(587, { min: 1, max: 65_535 }),
  SMTP_SECURITY: oneOf<MailConfig["security"]>(["tls", "starttls", "none"], "starttls"),
  SMTP_USER: text(""),
  SMTP_FROM: text(""),
  VAPID_PUBLIC_KEY: text(""),
  VAPID_SUBJECT: text(""),
};

const prefix = "CRYPTOINTEL_";

/**
 * Reads the configuration from `env`.
 *
 * @throws {ConfigError} If a value does not fit, or a name with our prefix is unknown; the message
 * then names the variable that was probably meant.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  refuseUnknown(env);
  const own = <K extends keyof typeof ours>(name: K) =>
    ours[name].read(env[name], name) as ReturnType<(typeof ours)[K]["read"]>;
  const common = <K extends keyof typeof customary>(name: K) =>
    customary[name].read(env[name], name) as ReturnType<(typeof customary)[K]["read"]>;
  const wsPerIp = own("CRYPTOINTEL_WS_PER_IP");
  const metricsPort = own("CRYPTOINTEL_METRICS_PORT");
  return {
    environment: common("ENVIRONMENT"),
    logLevel: common("LOG_LEVEL"),
    port: common("PORT"),
    hostname: common("HOSTNAME"),
    dataDir: own("CRYPTOINTEL_DATA_DIR"),
    mode: own("CRYPTOINTEL_MODE"),
    replayDir: own("CRYPTOINTEL_REPLAY_DIR"),
    replaySet: own("CRYPTOINTEL_REPLAY_SET"),
    replaySpeed: own("CRYPTOINTEL_REPLAY_SPEED"),
    replayStartMinutes: own("CRYPTOINTEL_REPLAY_START"),
    publicRead: own("CRYPTOINTEL_PUBLIC_READ"),
    rateLimit: own("CRYPTOINTEL_RATE_LIMIT"),
    userRateLimit: own("CRYPTOINTEL_RATE_LIMIT_USER") || own("CRYPTOINTEL_RATE_LIMIT"),
    accessMinutes: own("CRYPTOINTEL_ACCESS_MINUTES"),
    corsOrigins: own("CRYPTOINTEL_CORS_ORIGINS"),
    wsPerIp: wsPerIp < 0 ? null : wsPerIp,
    metricsPort: metricsPort < 0 ? null : metricsPort,
    publicUrl: readPublicUrl(own("CRYPTOINTEL_PUBLIC_URL")),
    deliveryAllow: readList(own("CRYPTOINTEL_DELIVERY_ALLOW")) ?? [],
    mail: readMail(common, readSecrets(env)),
    vapid: { publicKey: common("VAPID_PUBLIC_KEY"), subject: common("VAPID_SUBJECT") },
    addresses: readAddresses(env),
    sources: readList(own("CRYPTOINTEL_SOURCES")),
    secrets: readSecrets(env),
  };
}

/**
 * Returns the address to listen on. Containers export their machine's name as HOSTNAME; what is no
 * address is replaced by loopback.
 */
export function getListenAddress(hostname: string): string {
  return /^(localhost|[\d.]+|\[?[\da-f]*:[\da-f:]+\]?)$/i.test(hostname) ? hostname : "127.0.0.1";
}

const getAddressName = (source: string, part: string) => `${prefix}${source.toUpperCase()}_${part}`;

const addressNames = Object.entries(addressed).flatMap(([source, parts]) =>
  parts.map((part) => getAddressName(source, part))
);

/** Names of every variable that is read, for the example file's test. */
export const variableNames: readonly string[] = [
  ...Object.keys(ours),
  ...addressNames,
  ...Object.keys(customary),
  ...secretNames,
];

function readAddresses(env: Record<string, string | undefined>): Config["addresses"] {
  const addresses: Config["addresses"] = {};
  for (const [source, parts] of Object.entries(addressed)) {
    const own: { rest?: string; stream?: string } = {};
    for (const part of parts) {
      const name = getAddressName(source, part);
      const value = env[name];
      if (!value) continue;
      const schemes = part === "REST" ? /^https?:$/ : /^wss?:$/;
      if (!URL.canParse(value) || !schemes.test(new URL(value).protocol)) {
        const wanted = part === "REST" ? "http:// or https://" : "ws:// or wss://";
        throw new ConfigError(`Cannot use ${name}: an address with ${wanted}, was "${value}"`);
      }
      own[part === "REST" ? "rest" : "stream"] = value.replace(/\/$/, "");
    }
    addresses[source] = own;
  }
  return addresses;
}

function readPublicUrl(text: string): string | null {
  if (!text) return null;
  const address = text.replace(/\/$/, "");
  if (isOrigin(address)) return address;
  throw new ConfigError(
    `Cannot use CRYPTOINTEL_PUBLIC_URL: an address such as https://intel.example.org, was "${text}"`,
  );
}

/** The mail server as one address (`smtp://user:password@host:587`), or part by part. */
function readMail(
  common: <K extends keyof typeof customary>(
    name: K,
  ) => ReturnType<(typeof customary)[K]["read"]>,
  { SMTP_URL: address, SMTP_PASSWORD }: Readonly<Record<string, string>>,
): MailConfig | null {
  const from = (host: string) =>
    common("SMTP_FROM") as string || `CryptoIntel <cryptointel@${host}>`;
  const port = common("SMTP_PORT") as number;
  const security = common("SMTP_SECURITY") as MailConfig["security"];
  if (address) {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (!url || !/^smtps?:$/.test(url.protocol) || !url.hostname) {
      // The address holds a password, so it is not shown.
      throw new ConfigError("Cannot use SMTP_URL: smtp://user:password@host:587 is expected");
    }
    const isTls = url.protocol === "smtps:";
    return {
      host: url.hostname,
      port: Number(url.port || (isTls ? 465 : 587)),
      security: isTls ? "tls" : security,
      user: decodeURIComponent(url.username) || null,
      password: decodeURIComponent(url.password) || null,
      from: from(url.hostname),
    };
  }
  const host = common("SMTP_HOST") as string;
  if (!host) return null;
  return {
    ...{ host, port, security },
    user: common("SMTP_USER") as string || null,
    password: SMTP_PASSWORD ?? null,
    from: from(host),
  };
}

/** A list parted by commas; null for an empty text. */
function readList(text: string): string[] | null {
  const parts = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  return parts.length > 0 ? parts : null;
}

function readSecrets(env: Record<string, string | undefined>): Record<string, string> {
  const secrets: Record<string, string> = {};
  for (const name of secretNames) {
    const path = env[`${name}_FILE`];
    const value = path ? readSecretFile(`${name}_FILE`, path) : env[name];
    if (value) secrets[name] = value;
  }
  return secrets;
}

function readSecretFile(name: string, path: string): string {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch (error) {
    const was = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`Cannot use ${name}: a file that can be read, was "${path}" (${was})`);
  }
}

function refuseUnknown(env: Record<string, string | undefined>): void {
  const files = secretNames.map((name) => `${name}_FILE`);
  const known = [...Object.keys(ours), ...addressNames, ...secretNames, ...files];
  for (const name of Object.keys(env)) {
    if (!name.startsWith(prefix) || known.includes(name)) continue;
    const meant = findNearest(name, known);
    throw new ConfigError(
      `Cannot start with the variable ${name}: it is unknown. Did you mean ${meant}?`,
    );
  }
}

/** Returns the candidate with the fewest edits to `name`. */
export function findNearest(name: string, candidates: readonly string[]): string {
  const distances = candidates.map((candidate) => countEdits(name, candidate));
  return candidates[distances.indexOf(Math.min(...distances))]!;
}

/** Levenshtein distance: insertions, deletions and replacements between two texts. */
function countEdits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
