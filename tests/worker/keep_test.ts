import { deepEqual, equal } from "node:assert/strict";
import {
  createRefresh,
  findKeptPage,
  keptHeader,
  type PageCache,
  readKeptMs,
  stampAnswer,
  warmPages,
} from "../../lib/worker/keep.ts";

/** A cache in memory that goes by path. */
function createCache(): PageCache & { paths(): string[] } {
  const kept = new Map<string, Response>();
  return {
    match(path, { ignoreSearch = false } = {}) {
      const bare = (text: string) => ignoreSearch ? text.split("?")[0]! : text;
      const found = [...kept].find(([key]) => bare(key) === bare(path));
      return Promise.resolve(found?.[1].clone());
    },
    put: (path, answer) => Promise.resolve(void kept.set(path, answer)),
    delete: (path) => Promise.resolve(kept.delete(path)),
    paths: () => [...kept.keys()],
  };
}

Deno.test("a kept answer knows when it was kept, and is else the same", async () => {
  const stamped = stampAnswer(new Response("page", { headers: { "content-type": "x/y" } }), 7)!;
  equal(readKeptMs(stamped.headers), 7);
  equal(stamped.headers.get("content-type"), "x/y");
  equal(await stamped.text(), "page");
  equal(readKeptMs(new Headers()), null);
  equal(readKeptMs(new Headers({ [keptHeader]: "soon" })), null);
});

Deno.test("errors, parts and redirected answers are not kept", () => {
  for (const status of [201, 206, 301, 404, 500]) {
    equal(stampAnswer(new Response(null, { status }), 7), null, String(status));
  }
  const redirected = new Response("sign in");
  Object.defineProperty(redirected, "redirected", { value: true });
  equal(stampAnswer(redirected, 7), null);
});

Deno.test("pages are kept ahead once; one that fails stops no other; old ones are fetched again", async () => {
  const cache = createCache();
  let nowMs = 1_000;
  const asked: string[] = [];
  const ports = {
    cache,
    now: () => nowMs,
    fetch: (path: string) => {
      asked.push(path);
      if (path === "/lost") return Promise.reject(new TypeError("no network"));
      return Promise.resolve(new Response(path, { status: path === "/bad" ? 500 : 200 }));
    },
  };
  const paths = ["/", "/lost", "/bad", "/a", "/b"];
  equal(await warmPages(paths, 500, ports), 3);
  deepEqual(cache.paths().sort(), ["/", "/a", "/b"]);
  asked.length = 0;
  equal(await warmPages(paths, 500, ports), 0);
  deepEqual(asked.sort(), ["/bad", "/lost"]);
  nowMs += 500;
  equal(await warmPages(["/a"], 500, ports), 1);
  equal(readKeptMs((await cache.match("/a"))!.headers), 1_500);
  equal(await warmPages([], 500, ports), 0);
});

Deno.test("never more than three pages are fetched at a time", async () => {
  let [running, most] = [0, 0];
  await warmPages(Array.from({ length: 20 }, (_, i) => `/${i}`), 0, {
    cache: createCache(),
    now: () => 0,
    async fetch() {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      return new Response("");
    },
  });
  equal(most, 3);
});

Deno.test("without a network a page is itself, else itself with other choices, else the last resort", async () => {
  const cache = createCache();
  for (const path of ["/chart?symbol=B", "/chart?symbol=A", "/offline"]) {
    await cache.put(path, new Response(path));
  }
  const find = async (pathname: string, search = "") =>
    await (await findKeptPage(cache, { pathname, search }, "/offline"))?.text();
  equal(await find("/chart", "?symbol=A"), "/chart?symbol=A");
  equal(await find("/chart", "?symbol=C"), "/chart?symbol=B");
  equal(await find("/never"), "/offline");
  await cache.delete("/offline");
  equal(await find("/never"), undefined);
});

Deno.test("a page that is told of again while it is fetched is fetched once more, not each time", async () => {
  const begun: string[] = [];
  let go = Promise.withResolvers<void>();
  const refresh = createRefresh((path) => {
    begun.push(path);
    return go.promise;
  });
  const first = refresh("/alerts");
  const others = [refresh("/alerts"), refresh("/alerts"), refresh("/portfolio")];
  deepEqual(begun, ["/alerts", "/portfolio"]);
  const answer = go.resolve;
  go = Promise.withResolvers<void>();
  go.resolve();
  answer();
  await Promise.all([first, ...others]);
  deepEqual(begun, ["/alerts", "/portfolio", "/alerts"]);
  await refresh("/alerts");
  equal(begun.length, 4, "later it is fetched as ever");
});
