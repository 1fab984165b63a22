/**
 * Accounts of the product: one for all worlds, as people are the same in each.
 *
 * @module
 */
import { type Accounts, createAccounts, type SendResetMail } from "../accounts/mod.ts";
import type { Config } from "../config.ts";
import type { Logger } from "../log.ts";
import { openSecretFile, type Store } from "../store/mod.ts";

/** Variable that holds the keys of tokens where several processes share them. */
const keyVariable = "CRYPTOINTEL_SIGNING_KEY";

/**
 * Opens the accounts. Keys of tokens come from the environment, or from a file beside the store that
 * is made at the first start; they are not in the store, so a backup of it opens no account.
 *
 * @throws {RangeError} For keys that are too short.
 */
export async function openAccounts({ config, store, now, sendResetMail, log }: {
  config: Pick<Config, "dataDir" | "secrets"> & { accessMinutes?: number };
  store: Pick<Store, "owned" | "buckets">;
  /** Wall time, epoch ms. */
  now(): number;
  /** Mails links to new passwords; null where no mail is sent. */
  sendResetMail: SendResetMail | null;
  log: Logger;
}): Promise<Accounts> {
  const signingKeys = config.secrets[keyVariable] ??
    await openSecretFile(config.dataDir, "signing-key");
  const { accessMinutes } = config;
  const { owned, buckets } = store;
  return createAccounts({
    owned,
    buckets,
    signingKeys,
    ...(accessMinutes === undefined ? {} : { accessMinutes }),
    now,
    sendResetMail,
    log,
  });
}

/**
 * Returns the link by which the first administrator is made; null once there is one. The token stands
 * behind `#`, which browsers send to nobody.
 */
export async function makeSetupLink(
  { people }: Pick<Accounts, "people">,
  url: string,
): Promise<string | null> {
  const token = await people.makeSetupToken();
  return token === null ? null : `${url}/setup#${token}`;
}
