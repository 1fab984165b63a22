/**
 * Why nothing is known of decentralised exchanges.
 *
 * @module
 */
import { ServiceUnavailableError } from "../contracts/errors.ts";
import type { Collection } from "../store/types.ts";
import type { ApiDeps } from "./deps.ts";
import { hideAddresses } from "./reasons.ts";

/**
 * Nothing was found: fine, if there is something else.
 *
 * @throws {ServiceUnavailableError} If there is nothing at all, with the reason.
 */
export async function requireAny<T extends { id: string }>(
  deps: ApiDeps,
  collection: Collection<T>,
  what: string,
): Promise<void> {
  if ((await collection.list({ limit: 1 })).items.length > 0) return;
  throw new ServiceUnavailableError(`Cannot list DEX ${what}: ${explainAbsence(deps)}`);
}

/** Says why nothing of decentralised exchanges is known; sources of other things do not matter. */
function explainAbsence({ getMode, listCollectors }: ApiDeps): string {
  if (getMode().mode === "replay") return "the recording that is played holds none";
  const asked = listCollectors().filter(({ source }) => isDexSource(source));
  const failing = asked.filter(({ status }) => status !== "healthy")
    .map(({ source, detail }) => `${source}: ${hideAddresses(detail ?? "does not answer")}`);
  if (failing.length === 0) return "no source in use has told any yet";
  return `no source of them answers (${failing.join("; ").slice(0, 400)})`;
}

/** Sources of decentralised exchanges have it in their names. */
function isDexSource(source: string): boolean {
  return source.split("_").includes("dex");
}
