import { deepEqual, equal, match } from "node:assert/strict";
import type { ConfigDesk, ConfigView } from "../../lib/api/admin_config.ts";
import { SettingsError } from "../../lib/settings.ts";
import { createApiDeps } from "../../lib/world/api_deps.ts";
import { anApi } from "../support/api.ts";

const authorization = `Bearer ${"t".repeat(64)}`;
const view: ConfigView = {
  texts: { exchanges: "sources: {}", symbols: "{}" },
  origins: { exchanges: "file", symbols: "store" },
  refusal: null,
  putMs: 5,
  settings: { newsFeeds: [] },
  values: [
    { name: "newsFeeds", value: [], origin: "default" },
    { name: "quality.zScore", value: 4, origin: "store" },
  ],
};

/** A desk that writes down what was put and refuses what is "bad". */
function aDesk() {
  const log: [string, unknown][] = [];
  const judge = (kind: string, change: object) => {
    if (Object.values(change).includes("bad")) {
      throw new SettingsError("symbols", " (line 2, column 3)", "quality.zScore: no, was 0");
    }
    log.push([kind, change]);
  };
  const desk: ConfigDesk = {
    describe: () => Promise.resolve(view),
    check: async (change) => await judge("check", change),
    put: async (change) => (await judge("put", change), view),
  };
  return { desk, log };
}

async function ask(
  path: string,
  { method = "GET", headers = { authorization }, body, desk = aDesk().desk as ConfigDesk | null }: {
    method?: string;
    headers?: Record<string, string>;
    body?: unknown;
    desk?: ConfigDesk | null;
  } = {},
) {
  const part: Parameters<typeof anApi>[0] & { config?: ConfigDesk } = desk ? { config: desk } : {};
  const { api } = await anApi(part);
  const answer = await api.fetch(
    new Request(`http://localhost:8000/api/v1/admin/config${path}`, {
      method,
      headers: { ...headers, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
    { ip: "127.0.0.1" },
  );
  return { status: answer.status, body: await answer.json() };
}

Deno.test("an operator sees what is in force, each value with where it came from", async () => {
  const { status, body } = await ask("");
  deepEqual([status, body], [200, view]);
});

Deno.test("nobody else sees or changes anything", async () => {
  const { desk, log } = aDesk();
  const body = { symbols: "x" };
  const strangers: Record<string, string>[] = [{}, { authorization: "Bearer x" }];
  for (const headers of strangers) {
    equal((await ask("", { headers, desk })).status, 401);
    equal((await ask("", { method: "PUT", headers, body, desk })).status, 401);
    equal((await ask("/check", { method: "POST", headers, body, desk })).status, 401);
  }
  deepEqual(log, []);
});

Deno.test("what is put and what is checked reaches the desk as it was sent", async () => {
  const { desk, log } = aDesk();
  const put = await ask("", { method: "PUT", body: { symbols: "x", exchanges: null }, desk });
  deepEqual([put.status, put.body], [200, view]);
  const checked = await ask("/check", { method: "POST", body: { exchanges: "y" }, desk });
  deepEqual([checked.status, checked.body], [200, { isUsable: true }]);
  deepEqual(log, [["put", { symbols: "x", exchanges: null }], ["check", { exchanges: "y" }]]);
});

for (const [method, path] of [["PUT", ""], ["POST", "/check"]] as const) {
  Deno.test(`${method} ${path} of what cannot be used is 400, with file, line and column`, async () => {
    const { status, body } = await ask(path, { method, body: { symbols: "bad" } });
    equal(status, 400);
    match(body.detail, /symbols.yaml \(line 2, column 3\): quality.zScore: no, was 0/);
    deepEqual(body.errors.map(({ pointer }: { pointer: string }) => pointer), ["/symbols"]);
  });
}

for (
  const body of [{}, { symbol: "x" }, { symbols: 1 }, { symbols: "" }, {
    symbols: "x".repeat(15_001),
  }, []]
) {
  Deno.test(`a change that is ${JSON.stringify(body).slice(0, 30)} is refused`, async () => {
    const { desk, log } = aDesk();
    equal((await ask("", { method: "PUT", body, desk })).status, 400);
    deepEqual(log, []);
  });
}

Deno.test("a process without settings says so", async () => {
  equal((await ask("", { desk: null })).status, 503);
});

Deno.test("settings that were refused show in health, with the reason, and degrade it", async () => {
  const reason = "Cannot use symbols.yaml (line 9, column 3): quality.zScore: no, was 0";
  const parts = {
    settings: { refusal: () => reason },
    listReports: () => [],
    config: {},
    store: {},
    alerts: {},
    healthFeed: {},
    pipeline: { onClosedBar: () => {} },
  } as unknown as Parameters<typeof createApiDeps>[0];
  const { listCollectors } = createApiDeps(parts);
  const { api } = await anApi({ listCollectors });
  const answer = await api.fetch(new Request("http://localhost:8000/api/v1/health"), {
    ip: "127.0.0.1",
  });
  const body = await answer.json();
  equal(body.status, "degraded");
  const found = body.collectors.find(({ source }: { source: string }) => source === "settings");
  deepEqual([found.status, found.detail], ["degraded", reason]);
});
