import { equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { silentLogger } from "../../lib/log.ts";
import { makeSetupLink, openAccounts } from "../../lib/world/accounts.ts";
import { goodPassword, here, startMs } from "../support/accounts.ts";
import { withFolder, withMemoryStore } from "../support/store.ts";

const now = () => startMs;
const base = { now, log: silentLogger, sendResetMail: null };

Deno.test("the keys of tokens are made at the first start and kept for the next, readable by nobody else", () =>
  withFolder((dataDir) =>
    withMemoryStore(async (store) => {
      const config = { dataDir, secrets: {} };
      const first = await openAccounts({ ...base, config, store });
      const link = (await makeSetupLink(first, "http://localhost:8000"))!;
      match(link, /^http:\/\/localhost:8000\/setup#[\w-]+\.[\w-]+\.[\w-]+$/);
      equal(new URL(link).search, "", "browsers send nobody what stands behind #");
      const { mode } = await Deno.stat(`${dataDir}/signing-key`);
      equal(mode! & 0o777, 0o600);
      first.stop();
      const second = await openAccounts({ ...base, config, store });
      const token = link.split("#")[1]!;
      const email = "root@example.org";
      const { user } = await second.people.setUp(token, { email, password: goodPassword }, here);
      equal(user.role, "admin");
      equal(await makeSetupLink(second, "http://localhost:8000"), null);
      second.stop();
    })
  ));

Deno.test("keys of the environment win, and leave no file; short ones end the start", () =>
  withFolder((dataDir) =>
    withMemoryStore(async (store) => {
      const open = (key: string) =>
        openAccounts({
          ...base,
          config: { dataDir, secrets: { CRYPTOINTEL_SIGNING_KEY: key }, accessMinutes: 5 },
          store,
        });
      const accounts = await open("k".repeat(40));
      await rejects(Deno.stat(`${dataDir}/signing-key`), Deno.errors.NotFound);
      const one = await accounts.people.makeSetupToken();
      notEqual(one, await accounts.people.makeSetupToken());
      const credentials = { email: "root@example.org", password: goodPassword };
      const { expiresIn, accessToken } = await accounts.people.setUp(one!, credentials, here);
      equal(expiresIn, 300);
      ok(await accounts.identify(accessToken));
      accounts.stop();
      await rejects(open("short"), RangeError);
    })
  ));
