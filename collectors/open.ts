/**
 * Where data comes from: the sources themselves, or the recorded world in their place.
 *
 * @module
 */
import { type Clock } from "../lib/clock.ts";
import type { Config } from "../lib/config.ts";
import type { Logger } from "../lib/log.ts";
import type { Store } from "../lib/store/mod.ts";
import { pollSources, streamSources } from "./mod.ts";
import { isAnySourceThere } from "./probe.ts";
import { type ReplayServer, startReplayServer } from "./replay.ts";
import type { SourceAddresses } from "./run.ts";

/** What the decision needs. */
export interface OpenOptions {
  config: Config;
  store: Pick<Store, "getSetting" | "putSetting" | "world">;
  clock: Clock;
  log: Logger;
  /** Folder of the recording to play when the configuration names none. */
  bundledRecording: string;
}

/**
 * Decides between live and recorded data, and starts the recorded world where it is needed. Once
 * live data was seen, `auto` stays live: offline then means the last live data with its age.
 *
 * @throws {ReplayError} When the folder holds nothing that can be played.
 */
export async function openSources(
  options: OpenOptions,
): Promise<{ replay: ReplayServer | null; addresses: SourceAddresses }> {
  const { config, store } = options;
  const configured = Object.fromEntries(
    Object.entries(config.addresses).map(([key, { rest, stream }]) => [key, {
      ...(rest ? { rest: [rest] } : {}),
      ...(stream ? { stream: [stream] } : {}),
    }]),
  );
  const hasBeenLive = await store.getSetting<boolean>("hasBeenLive") === true;
  const isLive = config.mode === "live" ||
    config.mode === "auto" &&
      (hasBeenLive || await isAnySourceThere({ addresses: configured }));
  if (isLive) {
    await store.putSetting("hasBeenLive", true);
    return { replay: null, addresses: configured };
  }
  const replay = await openReplay(options);
  return { replay, addresses: listReplayAddresses(replay) };
}

/** Starts the recorded world where its stored bars end, or at its beginning. */
async function openReplay(
  { config, store, clock, log, bundledRecording }: OpenOptions,
): Promise<ReplayServer> {
  const options = {
    folder: config.replayDir || bundledRecording,
    ...(config.replaySet ? { set: config.replaySet } : {}),
    speed: config.replaySpeed,
    startMinutes: config.replayStartMinutes,
    clock,
    log,
  };
  const replay = await startReplayServer(options);
  const played = await store.world(replay.info.hash).getState<number>("playedMs");
  if (played === null || played <= replay.info.startedAt) return replay;
  await replay.close();
  return await startReplayServer({ ...options, resumeAt: played });
}

/** The recorded world's address of every source. */
function listReplayAddresses({ address }: ReplayServer): SourceAddresses {
  const addresses: Record<string, { rest: string[]; stream?: string[] }> = {};
  for (const { key } of pollSources) addresses[key] = { rest: [address.of(key)] };
  for (const { key } of streamSources) {
    const base = address.of(key);
    addresses[key] = { rest: [base], stream: [`${base.replace(/^http/, "ws")}-stream`] };
  }
  return addresses;
}
