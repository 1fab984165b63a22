/** Puts the parts together: the market (live or recorded), the API, the pages, and one server. */
import { App, staticFiles } from "fresh";
import * as settings from "./fresh.config.ts";
import { openBackfills } from "./collectors/backfills.ts";
import { pollSources, selectSources, streamSources } from "./collectors/mod.ts";
import { openSources } from "./collectors/open.ts";
import type { ReplayServer } from "./collectors/replay.ts";
import { listSourceEntries } from "./collectors/directory.ts";
import type { CollectorHealth } from "./collectors/health.ts";
import { type Collectors, type SourceAddresses, startCollectors } from "./collectors/run.ts";
import * as apis from "./lib/api/mod.ts";
import type { Accounts } from "./lib/accounts/mod.ts";
import { systemClock } from "./lib/clock.ts";
import { type Config, getListenAddress, readConfig } from "./lib/config.ts";
import { type Jobs, tickSchedule } from "./lib/jobs/mod.ts";
import { createLogger, type Logger } from "./lib/log.ts";
import { createMetrics, type Metrics } from "./lib/metrics.ts";
import { readSettingsFiles, type SettingsWatch, watchSettings } from "./lib/settings.ts";
import { isDiskLow, openSecretFile, openStore, type Store } from "./lib/store/mod.ts";
import * as worlds from "./lib/world/mod.ts";
import type { LivePath } from "./lib/world/mod.ts";
import type { ModeView, PageData, State } from "./lib/ui/state.ts";

/** Version shown by the health endpoints. */
const version = "0.1.0";
const startedMs = systemClock.now();
/** The recording that comes along. */
const bundledRecording = new URL("./tests/fixtures/recorded", import.meta.url).pathname;
/** Time between two rounds of the hub; each sends prices to a tenth of the clients. */
const hubTickMs = 10;
/** How often the played minute of a recording is written down. */
const keepPlayedMs = 5_000;
/** A gentle end takes no longer. */
const stopMaxMs = 15_000;

/** One world at work: its store, pipeline, hub, API and collectors. */
interface Market {
  mode(): ModeView;
  api: ReturnType<typeof apis.createApi>;
  data: PageData;
  jobs: Jobs;
  answerSocket(req: Request, ip: string): Promise<Response | null>;
  replay: ReplayServer | null;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** What a running product offers to whoever started it. */
export interface Product {
  /** Address that it prints. */
  url: string;
  /** By which the first administrator is made; null once there is one. */
  setupLink: string | null;
  stop(): Promise<void>;
}

let market: Market | null = null;

function requireMarket(): Market {
  if (!market) throw new Error("Cannot answer: the product is not started (call start first)");
  return market;
}

/** The Fresh app; its routes find the market that `start` made. */
export const app = new App<State>(settings.app).use(staticFiles());
for (const path of apis.apiPaths) {
  for (const pattern of [path, `${path}/*`]) {
    app.all(pattern, (ctx) => requireMarket().api.fetch(ctx.req, { ip: getIp(ctx.info) }));
  }
}
app.use(async (ctx) => {
  const { api, data, mode } = requireMarket();
  ctx.state.requestId = crypto.randomUUID();
  ctx.state.mode = mode();
  ctx.state.data = data;
  Object.assign(ctx.state, await apis.readVisitor(api, ctx.req, getIp(ctx.info)));
  return ctx.next();
});
app.post("/play-again", async (ctx) => {
  if (!apis.isOwnRequest(ctx.req)) {
    return new Response("Cannot play again from there\n", { status: 403 });
  }
  await playAgain();
  return ctx.redirect("/", 303);
});
app.fsRoutes();

function getIp(info: Deno.ServeHandlerInfo): string {
  const { remoteAddr } = info;
  return "hostname" in remoteAddr ? remoteAddr.hostname : "local";
}

let playAgain: () => Promise<void> = () => Promise.resolve();

type World = ReturnType<Store["world"]>;

/** What every market of this process shares. */
interface Process {
  config: Config;
  store: Store;
  settings: SettingsWatch;
  /** Gives the settings' texts, of files and store. */
  reader: ReturnType<typeof worlds.createConfigReader>;
  metrics: Metrics;
  accounts: Accounts;
  delivery: worlds.Delivery;
  log: Logger;
}

/** Makes a market of a world: everything from the sources to the API. */
async function startMarket(parts: Process): Promise<Market> {
  const { config, store, settings, log } = parts;
  const clock = systemClock;
  const { replay, addresses } = await openSources({ ...parts, clock, bundledRecording });
  const mode = () => describeMode(replay);
  const world = worlds.tellWrites(store.world(replay ? replay.info.hash : "live"));
  const path = await worlds.startWatchedPath({
    ...parts,
    world,
    clock,
    mode: mode().mode,
    baseTimeframe: replay?.info.timeframe ?? "1m",
    connectionsPerIp: config.wsPerIp,
  });
  const { hub, pipeline } = path;
  const marketNow = () =>
    replay ? Math.max(pipeline.market.now(), replay.marketNow()) : clock.now();
  const getKeptFrom = worlds.createKeptFrom({ settings, mode: mode().mode, marketNow });
  const shared = { world, addresses, marketNow, getKeptFrom, mode: mode().mode };
  const collectors = startMarketCollectors({ ...parts, ...path, ...shared });
  const backfills = await openBackfills({
    store: world,
    intake: pipeline.intake,
    getSource: collectors.findPast,
    getKeptFrom,
    clock,
    log,
  });
  const cycle = { world, queue: store.jobs, clock, collect: collectors.collect, marketNow };
  const jobs = worlds.createCycle({ ...parts, ...path, ...cycle });
  const adminToken = await openSecretFile(config.dataDir, "admin-token");
  const deps = worlds.createApiDeps({
    ...parts,
    ...path,
    ...describeSources(collectors, settings),
    world,
    backfills,
    adminToken,
    configDesk: worlds.createConfigDesk({ ...parts, kept: world.kept, now: clock.now }),
    getMode: mode,
    marketNow,
    now: clock.now,
    version,
    startedMs,
  });
  const { asked } = collectors;
  const onBarsPurged = (beforeMs: number) => backfills.forgetBefore(beforeMs);
  const running = { world, replay, jobs, asked, marketNow, onBarsPurged };
  const stopTimers = startTimers({ ...parts, ...path, ...running });
  return {
    mode,
    replay,
    jobs,
    api: apis.createApi(deps),
    data: apis.createPageData(deps, () => pipeline.getContinuity()),
    answerSocket: (req, ip) => apis.answerSocket(deps, req, ip),
    clear: () => world.clear(),
    async stop() {
      await stopTimers();
      await backfills.close();
      await collectors.stop();
      await path.stopPath();
      await world.putState("liveLog", hub.save());
      await replay?.close();
    },
  };
}

/** What the API asks of the collectors. */
function describeSources({ health, collect, demand }: Collectors, settings: SettingsWatch) {
  return {
    collect,
    demand: (name: string) => demand.getMarketData(name, { priority: "user" }),
    listReports: health,
    listSources: () => listSourceEntries({ health: health(), settings: settings.get() }),
  };
}

/** Starts the collectors of one world within the settings' budgets. */
function startMarketCollectors(
  { config, store, settings, log, world, addresses, marketNow, getKeptFrom, mode, ...path }:
    & Process
    & LivePath
    & {
      world: World;
      addresses: SourceAddresses;
      marketNow(): number;
      getKeptFrom(): number | null;
      mode: "live" | "replay";
    },
): Collectors {
  const { pipeline, symbols, healthFeed } = path;
  const { intake, getContinuity: listSeries } = pipeline;
  const { stream, poll } = selectSources(config.sources);
  const all = { settings, leases: store.leases, streams: stream, listSeries, intake };
  const switches = worlds.createSwitches({ ...all, marketNow, log });
  const options = {
    store: world,
    leases: switches.leases,
    quotas: worlds.tuneQuotas(store.quotas, settings.get),
    intake,
    addresses,
    keys: config.secrets,
    getSettings: (source: string) => settings.get().sources[source],
    breaker: { getLimits: () => worlds.readBreakerLimits(settings.get()) },
    getTuning: () => worlds.readTuning(settings.get()),
    clock: systemClock,
    ...{ marketNow, getKeptFrom },
    getPrice: (symbol: string) =>
      pipeline.listPrices().find((price) => price.symbol === symbol) ?? null,
    log,
    mode,
    onHealth: (told: CollectorHealth) => {
      const health = switches.describe(told);
      symbols.invalidate(); // collectors may have added or removed some
      healthFeed.note(health);
      worlds.keepValue(world, `health:${health.source}`, health, log);
    },
  };
  const followed = stream.map((source) => worlds.followStream(source, settings.get));
  const main = startCollectors({ ...options, sources: { stream: followed, poll } });
  // A recorded world asks nobody outside.
  const feeds = mode === "replay" ? null : worlds.followFeeds({
    settings,
    log,
    start: (addresses) =>
      startCollectors({
        ...options,
        sources: { stream: [], poll: selectSources([], addresses).poll },
      }),
  });
  return {
    ...main,
    health: () => [...main.health(), ...feeds?.health() ?? []].map(switches.describe),
    async stop() {
      await Promise.all([feeds?.stop(), main.stop()]);
    },
  };
}

function describeMode(replay: ReplayServer | null): ModeView {
  if (!replay) return { mode: "live" };
  const { from, to, provenance } = replay.info;
  return { mode: "replay", recordedFrom: from, recordedTo: to, provenance, ended: replay.ended() };
}

/** The hub's rounds, the cycle's stand-by, and the played minute at which a restart goes on. */
function startTimers(
  parts: Process & LivePath & {
    world: World;
    replay: ReplayServer | null;
    jobs: Jobs;
    asked: Promise<void>;
    marketNow(): number;
    onBarsPurged(beforeMs: number): Promise<void>;
  },
): () => Promise<void> {
  const { replay, world, pipeline, hub, jobs, answers, config, log } = parts;
  const stop = new AbortController();
  const { signal } = stop;
  const upkeep = {
    ...parts,
    clock: systemClock,
    isDiskLow: () => isDiskLow(config.dataDir),
    signal,
  };
  const loops = [
    jobs.watch(signal),
    worlds.startFirstCycle({ ...upkeep, jobs }),
    worlds.runUpkeep(upkeep),
    worlds.watchConfig({ ...parts, kept: world.kept, signal }),
  ];
  const keepPlayed = () =>
    worlds.keepValue(world, "playedMs", Math.floor(pipeline.market.now() / 60_000) * 60_000, log);
  const timers = [setInterval(() => hub.tick(), hubTickMs)];
  if (replay) timers.push(setInterval(keepPlayed, keepPlayedMs));
  return async () => {
    stop.abort();
    timers.forEach((timer) => clearInterval(timer));
    await Promise.all(loops);
    await answers.close();
  };
}

/** Live connections are answered beside the app, which knows requests and answers only. */
function createHandler(): Deno.ServeHandler {
  const handle = app.handler();
  return async (req, info) =>
    await requireMarket().answerSocket(req, getIp(info)) ??
      apis.secureAnswer(req, await handle(req, info));
}

/**
 * Starts the product as `config` says.
 *
 * @throws {StoreError} If another process has the data folder, or a newer release wrote it.
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 */
export async function startProduct(config: Config): Promise<Product> {
  const log = createLogger({ level: config.logLevel, now: systemClock.now });
  await Deno.mkdir(config.dataDir, { recursive: true });
  const metrics = createMetrics();
  const store = await openStore({
    path: `${config.dataDir}/cryptointel.sqlite`,
    clock: systemClock,
    log,
    onRun: worlds.createStoreMeter(metrics),
  });
  const reader = worlds.createConfigReader({
    store,
    readFiles: readSettingsFiles,
    now: systemClock.now,
  });
  const settings = await watchSettings({
    read: reader.read,
    known: worlds.listKnownNames([...streamSources, ...pollSources]),
    clock: systemClock,
    log,
  });
  const people = await worlds.openPeople({ config, store, metrics, clock: systemClock, log });
  let opening: Promise<void> = Promise.resolve();
  const open = async () => {
    market = await startMarket({ config, store, settings, reader, metrics, ...people, log });
  };
  await open();
  worlds.listenToCycles(store.jobs, () => requireMarket().jobs, people.peopleJobs);
  playAgain = async () => {
    if (!requireMarket().replay) return;
    opening = opening.then(async () => {
      await market?.stop();
      await market?.clear();
      await open();
    });
    await opening;
  };
  const hostname = getListenAddress(config.hostname);
  if (hostname !== config.hostname) {
    log.warn("HOSTNAME is no local address and is ignored", { given: config.hostname, hostname });
  }
  const scraped = worlds.serveMetrics({
    port: config.metricsPort,
    hostname,
    answer: (req, ip) => requireMarket().api.fetch(req, { ip }),
  });
  const server = Deno.serve({
    port: config.port,
    hostname,
    handler: createHandler(),
    automaticCompression: true,
    onListen: () => {},
  });
  const url = worlds.formatUrl(server.addr);
  return {
    url,
    setupLink: await worlds.makeSetupLink(people.accounts, url),
    async stop() {
      await opening;
      await scraped.close();
      await market?.stop();
      await settings.stop();
      await server.shutdown();
      people.stopPeople();
      await store.close();
      market = null;
    },
  };
}

/** Starts the product from the environment, says where it is, and ends it on a signal. */
export async function start(): Promise<void> {
  try {
    const config = readConfig(Deno.env.toObject());
    const product = await startProduct(config);
    Deno.cron("collect", tickSchedule, async () => void await market?.jobs.tick());
    const parts = { ...product, dataDir: config.dataDir, mode: requireMarket().mode() };
    Deno.stdout.writeSync(new TextEncoder().encode(worlds.describeStart(parts)));
    // Whoever holds a connection open does not hold up the end: all that counts is committed.
    const end = () =>
      Promise.race([product.stop(), systemClock.wait(stopMaxMs)]).then(() => Deno.exit(0));
    for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, end);
  } catch (error) {
    Deno.stderr.writeSync(new TextEncoder().encode(worlds.describeFailure(error)));
    Deno.exit(1);
  }
}
