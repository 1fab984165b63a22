import { equal, match, rejects } from "node:assert/strict";
import { openSecretFile } from "../../lib/store/mod.ts";

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a secret is made once, for its owner only, and kept", async () => {
  await inFolder(async (folder) => {
    const made = await openSecretFile(folder, "token");
    match(made, /^[0-9a-f]{64}$/);
    equal((await Deno.stat(`${folder}/token`)).mode! & 0o777, 0o600);
    equal(await openSecretFile(folder, "token"), made);
  });
});

Deno.test("two names have two secrets", async () => {
  await inFolder(async (folder) => {
    equal(await openSecretFile(folder, "a") === await openSecretFile(folder, "b"), false);
  });
});

for (const text of ["", "\n", "short"]) {
  Deno.test(`a secret file that holds ${JSON.stringify(text)} is refused, not replaced`, async () => {
    await inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/token`, text);
      await rejects(openSecretFile(folder, "token"), /at least 32 characters are required/);
      equal(await Deno.readTextFile(`${folder}/token`), text);
    });
  });
}
