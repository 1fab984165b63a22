/** What routes, middlewares, layouts, errors, islands and files must do, by the public API only. */
import assert from "node:assert/strict";
import { App, csp, csrf, HttpError, staticFiles, trailingSlashes } from "fresh";
import { Builder } from "fresh/dev";
import { app as fixture } from "./fixture/main.ts";

const root = `${import.meta.dirname}/fixture`;
const apply = await new Builder({ root }).build({ snapshot: "memory" });
apply(fixture);
const handle = fixture.handler();

function request(path: string, init?: RequestInit): Promise<Response> {
  return handle(new Request(`http://localhost${path}`, init));
}

/** Asks an app without files. */
function ask<State>(app: App<State>, path: string, init?: RequestInit): Promise<Response> {
  return app.handler()(new Request(`http://localhost${path}`, init));
}

const quiet = { logError: () => {} };

interface Scenario {
  name: string;
  path: string;
  init?: RequestInit;
  status: number;
  has?: string[];
  lacks?: string[];
  headers?: Record<string, string | null>;
}

const scenarios: Scenario[] = [
  { name: "R1 index is the folder", path: "/", status: 200, has: ["<h1>home</h1>"] },
  { name: "R1 nested index", path: "/a", status: 200, has: ["a index"] },
  { name: "R1 R8 parameter and route", path: "/a/7", status: 200, has: ["id=7 route=/a/:id"] },
  { name: "R1 catch-all", path: "/p/x/y", status: 200, has: ["rest=x/y"] },
  { name: "R1 optional absent", path: "/p", status: 200, has: ["lang="] },
  { name: "R1 optional present", path: "/p/de", status: 200, has: ["lang=de"] },
  { name: "R2 groups vanish", path: "/grouped", status: 200, has: ["grouped"] },
  { name: "R2 tests are no routes", path: "/ignored_test", status: 404 },
  { name: "R2 islands folders are no routes", path: "/Shared", status: 404 },
  {
    name: "R4 exact beats earlier pattern",
    path: "/api/hello",
    status: 200,
    has: ['"hello":true'],
  },
  { name: "R4 literal beats parameter", path: "/a/literal", status: 200, has: ["<h1>literal"] },
  { name: "R5 exact with slash", path: "/a/", status: 200, has: ["a index"] },
  { name: "R5 pattern without slash only", path: "/a/7/", status: 404 },
  { name: "R5 star matches its slash", path: "/api/", status: 200, has: ["api "] },
  { name: "R5 star needs its slash", path: "/api", status: 404 },
  { name: "R6 slashes collapse", path: "//a//7", status: 200, has: ["id=7"] },
  { name: "R6 decoded", path: "/a/x%20y%2Fz", status: 200, has: ["id=x y%2Fz"] },
  { name: "R6 broken encoding stays", path: "/a/%E0%A4%A", status: 200, has: ["id=%E0%A4%A"] },
  { name: "R7 override", path: "/bare/12", status: 200, has: ["<p>bare</p>"], lacks: ["trail"] },
  { name: "R7 override replaces", path: "/bare", status: 404 },
  { name: "H2 page answers POST", path: "/", init: { method: "POST" }, status: 200, has: ["home"] },
  {
    name: "H3 HEAD uses GET without body",
    path: "/form",
    init: { method: "HEAD" },
    status: 201,
    headers: { "x-page": "1" },
  },
  { name: "H4 page() data and init", path: "/form", status: 201, has: ["<h1>get</h1>"] },
  { name: "H4 no response is an error", path: "/nothing", status: 500 },
  {
    name: "H4 H6 a response passes",
    path: "/form",
    init: { method: "POST" },
    status: 303,
    headers: { location: "/a?x=//y" },
  },
  { name: "H5 async page", path: "/async", status: 200, has: ["<h1>async</h1>"] },
  { name: "H5 async response", path: "/async?out", status: 202, has: ["out"] },
  {
    name: "405 names what is allowed",
    path: "/form",
    init: { method: "PUT" },
    status: 405,
    headers: { allow: "GET, HEAD, OPTIONS, POST" },
  },
  {
    name: "OPTIONS names what is allowed",
    path: "/form",
    init: { method: "OPTIONS" },
    status: 204,
    headers: { allow: "GET, HEAD, OPTIONS, POST" },
  },
  { name: "M1 root before leaf", path: "/a", status: 200, has: ['id="trail">app root a<'] },
  {
    name: "M3 only root middlewares",
    path: "/zz/y",
    status: 404,
    has: ["404 Not Found app+root<"],
  },
  { name: "L1 layout inside app", path: "/a", status: 200, has: ['</p><section class="a"><h1>'] },
  { name: "L2 route skips layouts", path: "/a/literal", status: 200, lacks: ["<section"] },
  {
    name: "L3 missing html is added",
    path: "/bare/1",
    status: 200,
    has: ['<!DOCTYPE html><html><head><meta charset="utf-8"/></head><body><p>'],
    headers: { "content-type": "text/html; charset=utf-8" },
  },
  {
    name: "E1 E3 E4 error page of the root",
    path: "/a/throws",
    status: 418,
    has: ["418 teapot app+root+a"],
    lacks: ["<section"],
    headers: { "x-error": "yes", "x-a": null },
  },
  {
    name: "E2 broken error route goes outward",
    path: "/broken",
    status: 500,
    has: ["route broke"],
  },
  {
    name: "I9 functions cannot travel, and the path is named",
    path: "/badprop",
    status: 500,
    has: ["[0][1].start.deep[0]"],
  },
  {
    name: "I8 no islands, no script",
    path: "/a",
    status: 200,
    lacks: ["<script", "modulepreload"],
  },
  {
    name: "I2 I3 markup and escaped data",
    path: "/islands",
    status: 200,
    has: ["<table><tbody><!--", 'class="row"'],
    lacks: ["</script><!--"],
  },
  {
    name: "I5 hidden slot waits",
    path: "/islands",
    status: 200,
    has: ['<p class="slot">waiting</p></template>'],
  },
  {
    name: "D1 title replaced, meta appended",
    path: "/islands",
    status: 200,
    has: ["<title>Islands</title>", 'content="of the page"'],
    lacks: ["<title>Fixture"],
  },
  {
    name: "D1 canonical and stylesheet both stay",
    path: "/grouped",
    status: 200,
    has: ['rel="canonical"', 'property="og:title"', "/site.css"],
  },
  {
    name: "S1 static file",
    path: "/site.css",
    status: 200,
    has: ["margin"],
    headers: { "cache-control": "no-cache", "content-type": "text/css; charset=utf-8" },
  },
  { name: "S1 favicon", path: "/favicon.ico", status: 404, lacks: ["<"] },
  { name: "S1 no traversal", path: "/..%2fmain.ts", status: 404 },
  {
    name: "S2 other build",
    path: "/site.css?__frsh_c=old&k=1",
    status: 307,
    headers: { location: "/site.css?k=1" },
  },
];

for (const { name, path, init, status, has = [], lacks = [], headers = {} } of scenarios) {
  Deno.test(`${name}: ${init?.method ?? "GET"} ${path}`, async () => {
    const response = await request(path, init);
    const text = await response.text();
    assert.equal(response.status, status, text);
    for (const part of has) assert.ok(text.includes(part), `${part} is missing in ${text}`);
    for (const part of lacks) assert.ok(!text.includes(part), `${part} must not be in ${text}`);
    for (const [key, value] of Object.entries(headers)) {
      assert.equal(response.headers.get(key), value);
    }
    if (init?.method === "HEAD") assert.equal(text, "");
  });
}

Deno.test("S2 a file answers 304 to its own tag, and an asset URL may be kept for ever", async () => {
  const first = await request("/site.css");
  await first.body?.cancel();
  const etag = first.headers.get("etag") ?? "";
  assert.match(etag, /^W\/"/);
  const again = await request("/site.css", { headers: { "if-none-match": etag } });
  assert.equal(again.status, 304);
  const html = await (await request("/islands")).text();
  const url = /src="(\/dot\.svg[^"#]*)#x"/.exec(html)?.[1] ?? "";
  const kept = await request(url);
  await kept.body?.cancel();
  assert.equal(kept.headers.get("cache-control"), "public, max-age=31536000, immutable");
});

Deno.test("the same page is the same text each time, and all its modules exist", async () => {
  const html = await (await request("/islands")).text();
  assert.equal(await (await request("/islands")).text(), html);
  assert.ok(!html.includes("late_part"), "a lazy chunk must not be preloaded");
  const urls = [...html.matchAll(/modulepreload" href="([^"]+)"/g)].map(([, url]) => url ?? "");
  assert.ok(urls.length > 4);
  for (const url of urls) {
    const response = await request(url);
    await response.body?.cancel();
    assert.equal(response.status, 200, url);
    assert.match(response.headers.get("cache-control") ?? "", /immutable/);
  }
});

Deno.test("I3 a shared signal stands once in the page's data", async () => {
  const html = await (await request("/islands")).text();
  const json = /id="fresh-data">(.*?)<\/script>/s.exec(html)?.[1] ?? "";
  assert.equal(JSON.parse(json).calls.match(/\["S",/g).length, 1);
});

Deno.test("H1 H6 handlers, redirects and methods of an app without files", async () => {
  const app = new App(quiet)
    .all("/any", (ctx) => ctx.text(ctx.req.method))
    .get("/go", (ctx) => ctx.redirect(ctx.url.searchParams.get("to") ?? ""));
  assert.equal(await (await ask(app, "/any", { method: "DELETE" })).text(), "DELETE");
  const table: [string, string][] = [
    ["//evil", "/evil"],
    ["/\\evil", "/evil"],
    ["/\t/evil", "/evil"],
    ["https://else.example/x", "https://else.example/x"],
    ["/p?u=//x", "/p?u=//x"],
    ["/ü", "/%C3%BC"],
  ];
  for (const [to, location] of table) {
    const response = await ask(app, `/go?to=${encodeURIComponent(to)}`);
    assert.equal(response.status, 302);
    assert.equal(response.headers.get("location"), location);
  }
});

Deno.test("M2 M4 M6 a middleware covers what comes after it, by whole segments", async () => {
  const app = new App<{ seen?: string }>(quiet)
    .get("/x", (ctx) => ctx.text(String(ctx.state.seen)))
    .use("/a/:id", (ctx) => {
      ctx.state.seen = "a";
      return ctx.next();
    })
    .get("/a/:id/b", (ctx) => ctx.text(String(ctx.state.seen)))
    .get("/a/:slug/c", (ctx) => ctx.text(String(ctx.state.seen)))
    .use((ctx) => {
      ctx.state.seen = `${ctx.state.seen ?? ""}root`;
      return ctx.next();
    })
    .get("/a/:id/d", (ctx) => ctx.text(String(ctx.state.seen)));
  const expected: [string, string][] = [
    ["/x", "undefined"],
    ["/a/1/b", "a"],
    ["/a/1/c", "undefined"],
    ["/a/1/d", "a"],
  ];
  for (const [path, text] of expected) assert.equal(await (await ask(app, path)).text(), text);
  assert.throws(() => app.use("/a/*", (ctx) => ctx.next()), /covers all below/);
});

Deno.test("E1 E2 E5 errors reach onError, the last resort is text, a returned 404 stays", async () => {
  const logged: unknown[] = [];
  const app = new App({ logError: (error) => logged.push(error) })
    .onError("/in", (ctx) => ctx.text(`caught ${String(ctx.error)}`, { status: 599 }))
    .get("/in/x", () => {
      throw "text";
    })
    .get("/out", () => {
      throw new Error("secret");
    })
    .get("/gone", () => {
      throw new HttpError(410);
    })
    .get("/mine", () => new Response("mine", { status: 404 }));
  assert.equal(await (await ask(app, "/in/x")).text(), "caught text");
  assert.equal(await (await ask(app, "/out")).text(), "Internal server error");
  assert.equal(await (await ask(app, "/gone")).text(), "Gone");
  assert.equal(await (await ask(app, "/mine")).text(), "mine");
  assert.equal(logged.length, 2);
});

Deno.test("a head or body written outside of an app stays as it is, notFound answers", async () => {
  const app = new App(quiet).notFound((ctx) => ctx.text("lost", { status: 404 }))
    .use(trailingSlashes("never"));
  assert.equal(await (await ask(app, "/zz")).text(), "lost");
  assert.equal((await ask(app, "/zz/?q=1")).headers.get("location"), "/zz?q=1");
});

Deno.test("csrf refuses what another site sends", async () => {
  const app = new App(quiet).use(csrf({ origins: ["https://ok.example"] }))
    .all("/f", (ctx) => ctx.text("done"));
  const table: [Record<string, string>, number][] = [
    [{}, 200],
    [{ origin: "http://localhost" }, 200],
    [{ origin: "https://ok.example", "sec-fetch-site": "cross-site" }, 200],
    [{ origin: "https://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ "sec-fetch-site": "same-site" }, 403],
    [{ "sec-fetch-site": "same-origin" }, 200],
  ];
  for (const [headers, status] of table) {
    const response = await ask(app, "/f", { method: "POST", headers });
    await response.body?.cancel();
    assert.equal(response.status, status, JSON.stringify(headers));
  }
  assert.equal((await ask(app, "/f", { headers: { origin: "https://evil.example" } })).status, 200);
});

Deno.test("csp replaces directives by name; trustProxy believes the proxy", async () => {
  const app = new App({ ...quiet, trustProxy: true }).use(staticFiles())
    .use(csp({ directives: ["connect-src 'self'", "img-src *"] }))
    .get("/u", (ctx) => ctx.text(ctx.url.href));
  const headers = { "x-forwarded-proto": "https", "x-forwarded-host": "x.example" };
  const response = await ask(app, "/u", { headers });
  assert.equal(await response.text(), "https://x.example/u");
  const policy = response.headers.get("content-security-policy") ?? "";
  assert.match(policy, /script-src 'self';.*img-src \*;.*connect-src 'self'/);
});
