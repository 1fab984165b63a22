/** Patterns, the wire, and builds on disk. */
import assert from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { computed, signal } from "@preact/signals";
import { parse } from "devalue";
import * as fc from "fast-check";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { createDefine, page } from "fresh";
import { Builder, isBuildStale } from "fresh/dev";
import { asset, assetSrcSet } from "fresh/runtime";
import { headSink } from "../../lib/fresh/head_sink.ts";
import { join, relative } from "../../lib/fresh/paths.ts";
import { compareFileIds, parseFileId, Router } from "../../lib/fresh/routes.ts";
import { pickEncoding } from "../../lib/fresh/static.ts";
import { serialize } from "../../lib/fresh/wire.ts";
import { isIsland } from "../../lib/fresh/islands.ts";

const patterns: [id: string, pattern: string][] = [
  ["index", "/"],
  ["a/index", "/a"],
  ["a/[x]", "/a/:x"],
  ["a/[...x]", "/a/:x*"],
  ["a/[[x]]", "/a{/:x}?"],
  ["[[x]]", "/{:x}?"],
  ["[a]@[b]", "/:a@:b"],
  ["(g)/a/(h)/b", "/a/b"],
  ["x+y", "/x\\+y"],
];
for (const [id, pattern] of patterns) {
  Deno.test(`parseFileId() turns ${id} into ${pattern}`, () => {
    assert.equal(parseFileId(id).pattern, pattern);
  });
}

Deno.test("parseFileId() refuses names without one meaning", () => {
  for (const id of ["[a][b]", "x[[y]]", "x[...y]", "[a", "a]"]) {
    assert.throws(() => parseFileId(id), SyntaxError, id);
  }
});

Deno.test("compareFileIds() puts the most specific first, whatever the order before", () => {
  const sorted = ["a/b", "a/[x]@[y]", "a/[x]", "a/[...x]", "[x]/b", "[...x]"];
  fc.assert(fc.property(fc.shuffledSubarray(sorted, { minLength: sorted.length }), (mixed) => {
    assert.deepEqual(mixed.sort(compareFileIds), sorted);
  }));
});

Deno.test("Router finds every literal path, and gives empty text for absent parameters", () => {
  const segment = fc.stringMatching(/^[a-z0-9._~-]{1,8}$/)
    .filter((text) => text !== "." && text !== "..");
  fc.assert(fc.property(fc.uniqueArray(segment, { minLength: 1 }), (names) => {
    const router = new Router<string>();
    router.add("/:any", "pattern");
    for (const name of names) router.add(`/${name}`, name);
    for (const name of names) {
      assert.equal(router.match(new URL(`http://x/${name}`))?.value, name);
    }
  }));
  const router = new Router<number>();
  router.add("/opt{/:lang}?", 1);
  router.add("/files/:path*", 2);
  router.add("/ü/:x", 3);
  assert.deepEqual(router.match(new URL("http://x/opt"))?.params, { lang: "" });
  assert.deepEqual(router.match(new URL("http://x/files"))?.params, { path: "" });
  assert.equal(router.match(new URL("http://x/%C3%BC/1"))?.value, 3);
  assert.equal(router.match(new URL("http://x/option")), null);
});

function roundTrip(value: unknown): unknown {
  return parse(serialize(value, () => undefined), {
    S: ([inner]: [unknown]) => signal(inner),
    C: ([inner]: [unknown]) => inner,
    V: (view: unknown) => view,
  });
}

Deno.test("serialize() keeps every kind of value", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const holes = [1];
  holes[2] = 3;
  const values = [
    NaN,
    -Infinity,
    -0,
    12n,
    null,
    undefined,
    new Date(5),
    new URL("http://x/"),
    /a<\/script>/gi,
    new Map([[{ a: 1 }, new Set([2])]]),
    bytes,
    holes,
  ];
  assert.deepEqual(roundTrip(values), values);
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    // A key that would become a prototype is refused in words, never sent.
    if (/(?<!\\)"__proto__":/.test(JSON.stringify(value))) {
      assert.throws(() => roundTrip([value]), /__proto__/);
    } else assert.deepEqual(roundTrip([value]), [value]);
  }));
});

Deno.test("serialize() keeps identities: cycles, and a signal deep in two places", () => {
  const count = signal(1);
  const value: Record<string, unknown> = { list: [{ count }], count, twice: computed(() => 2) };
  value.self = value;
  const back = roundTrip(value) as {
    list: { count: unknown }[];
    count: unknown;
    self: unknown;
    twice: unknown;
  };
  assert.equal(back.self, back);
  assert.equal(back.list[0]?.count, back.count);
  assert.equal(back.twice, 2);
});

Deno.test("serialize() sends only the part of a buffer a view shows", () => {
  const view = new Uint8Array(1000).fill(7).subarray(10, 13);
  const text = serialize([view], () => undefined);
  assert.ok(text.length < 100, text);
  assert.deepEqual(roundTrip([view]), [new Uint8Array([7, 7, 7])]);
});

Deno.test("serialize() refuses what cannot travel and names its path", () => {
  for (const bad of [() => 1, Symbol("x"), Promise.resolve(), new (class A {})()]) {
    assert.throws(() => serialize([[0, { p: { q: bad } }]], () => undefined), /\[0\]\[1\]\.p\.q/);
  }
});

Deno.test("pickEncoding() honours weights and falls back", () => {
  const both = { br: "b", gz: "g" };
  const table: [string, string | undefined][] = [
    ["gzip, br", "br"],
    ["gzip", "gzip"],
    ["br;q=0, gzip;q=0.5", "gzip"],
    ["*", "br"],
    ["identity", undefined],
    ["", undefined],
  ];
  for (const [accepted, name] of table) assert.equal(pickEncoding(accepted, both)?.name, name);
  assert.equal(pickEncoding("br", { gz: "g" }), null);
});

Deno.test("asset() marks paths of this host only", () => {
  headSink.buildId = "id";
  assert.equal(asset("/a?x=1#h"), "/a?x=1&__frsh_c=id#h");
  for (const url of ["a", "./a", "//h/a", "http://h/a", ""]) assert.equal(asset(url), url);
  assert.equal(asset(asset("/a")), asset("/a"));
  assert.equal(assetSrcSet("/a 1x, /b 2x"), "/a?__frsh_c=id 1x, /b?__frsh_c=id 2x");
});

Deno.test("head and body render as written where no page renders", () => {
  assert.equal(renderToString(h("body", null, h("i", null, "x"))), "<body><i>x</i></body>");
  assert.equal(isIsland(() => null), false);
});

Deno.test("relative() leads back to the target", () => {
  const part = fc.stringMatching(/^[a-z]{1,3}$/);
  fc.assert(fc.property(fc.array(part), fc.array(part, { minLength: 1 }), (from, to) => {
    const [dir, target] = [`/${from.join("/")}`, `/${to.join("/")}`];
    assert.equal(join(dir, relative(dir, target)), target);
  }));
});

/** True where two types are the same; false, which no `true` fits, where one takes more. */
type IsSame<A, B> = [A] extends [B] ? [B] extends [A] ? true : false : false;

Deno.test("define.page() takes its data from the handler", () => {
  const define = createDefine<{ user: string }>();
  const handler = define.handlers({ GET: () => page({ count: 1 }) });
  define.page<typeof handler>(({ data, state }) => `${data.count.toFixed()}${state.user}`);
  define.page<typeof handler>(({ data }) => {
    const isAllThatIsGiven: IsSame<keyof typeof data, "count"> = true;
    return String(isAllThatIsGiven);
  });
  assert.equal(typeof handler.GET, "function");
});

const root = `${import.meta.dirname}/fixture`;

Deno.test("Builder.build() writes a server, compressed files and a worker that knows them", async () => {
  const outDir = `_fresh_${crypto.randomUUID()}`;
  const worker = {
    entry: "worker/sw.ts",
    path: "/sw.js",
    headers: { "content-security-policy": "connect-src 'self'", "cache-control": "max-age=9" },
    precache: (files: { url: string; revision: string | null }[]) =>
      files.filter(({ url }) => !url.endsWith(".svg")),
  };
  const builder = new Builder({ root, outDir, worker });
  try {
    assert.equal(await builder.isStale(), true);
    await builder.build();
    assert.equal(await builder.isStale(), false);
    const names = [...Deno.readDirSync(`${root}/${outDir}/static`)].map(({ name }) => name);
    assert.deepEqual(names.sort(), ["_fresh", "dot.svg.br", "dot.svg.gz", "sw.js"]);
    const { default: server } = await import(`file://${root}/${outDir}/server.js`);
    const ask = (path: string, headers: HeadersInit = {}): Promise<Response> =>
      server.fetch(new Request(`http://x${path}`, { headers }));
    const plain = await (await ask("/dot.svg")).text();
    for (const [name, unpack] of [["br", brotliDecompressSync], ["gzip", gunzipSync]] as const) {
      const response = await ask("/dot.svg", { "accept-encoding": name });
      assert.equal(response.headers.get("content-encoding"), name);
      assert.equal(response.headers.get("vary"), "Accept-Encoding");
      const packed = new Uint8Array(await response.arrayBuffer());
      assert.equal(unpack(packed).toString(), plain);
    }
    const script = await ask("/sw.js");
    assert.equal(script.headers.get("service-worker-allowed"), "/");
    // A worker that is kept could never be replaced.
    assert.equal(script.headers.get("cache-control"), "no-cache");
    assert.equal(script.headers.get("content-security-policy"), "connect-src 'self'");
    const code = await script.text();
    assert.match(code, /\/_fresh\/js\/Counter-/);
    assert.match(code, /\/site\.css/);
    assert.ok(!code.includes("dot.svg") && !code.includes("__PRECACHE__"));
    assert.match(await (await ask("/islands")).text(), /id="fresh-data"/);
  } finally {
    await Deno.remove(`${root}/${outDir}`, { recursive: true });
  }
});

Deno.test("the build is the same for the same sources, and stale where there is none", async () => {
  const dir = await Deno.makeTempDir();
  assert.equal(await isBuildStale(dir), true);
  await Deno.mkdir(`${dir}/_fresh`);
  await Deno.writeTextFile(`${dir}/_fresh/snapshot.js`, "");
  assert.equal(await isBuildStale(dir), false);
  await Deno.mkdir(`${dir}/routes`);
  await Deno.writeTextFile(`${dir}/routes/index.ts`, "");
  await Deno.utime(`${dir}/routes/index.ts`, 4e9, 4e9);
  assert.equal(await isBuildStale(dir), true);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("Builder.build() refuses server modules in islands", async () => {
  const dir = await Deno.makeTempDir({ dir: `${import.meta.dirname}` });
  try {
    await Deno.mkdir(`${dir}/islands`);
    for (const name of ["fresh", "fresh/dev", "node:fs"]) {
      await Deno.writeTextFile(`${dir}/islands/Bad.tsx`, `import "${name}"; export default 1;`);
      await assert.rejects(
        new Builder({ root: dir }).build({ snapshot: "memory" }),
        /in the browser: islands may import/,
      );
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("in development nothing is cached and pages reload", async () => {
  const { app } = await import("./fixture/main.ts");
  const build = { mode: "development", snapshot: "memory" } as const;
  (await new Builder({ root }).build(build))(app);
  const handle = app.handler();
  const ask = (path: string) => handle(new Request(`http://x${path}`));
  assert.match(await (await ask("/a")).text(), /src="\/_fresh\/reload\.js"/);
  assert.match(await (await ask("/_fresh/reload.js")).text(), /EventSource/);
  const css = await ask("/site.css");
  await css.body?.cancel();
  assert.equal(css.headers.get("cache-control"), "no-store");
  const reader = (await ask("/_fresh/alive")).body?.getReader();
  const first = await reader?.read();
  assert.match(new TextDecoder().decode(first?.value), /^retry: 200\ndata: /);
  await reader?.cancel();
});
