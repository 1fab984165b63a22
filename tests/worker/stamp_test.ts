/** Whose answers the worker keeps, and what stands for a page that cannot be had. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { strings } from "../../lib/format/strings.ts";
import { createStamp, readKeptMs } from "../../lib/worker/keep.ts";
import { describeOffline } from "../../lib/worker/offline.ts";

const request = new Request("http://localhost/watchlists");

/** Sends a request through the stamp; `meanwhile` happens before its answer comes. */
async function keep(stamp: ReturnType<typeof createStamp>, meanwhile: () => void = () => {}) {
  const state = {};
  equal(await stamp.plugin.requestWillFetch({ request, state }), request);
  meanwhile();
  return await stamp.plugin.cacheWillUpdate({ response: new Response("a page"), state });
}

Deno.test("PWA-03 an answer is kept with its time", async () => {
  const kept = await keep(createStamp(() => 77));
  equal(readKeptMs(kept!.headers), 77);
  equal(await kept!.text(), "a page");
});

Deno.test("PWA-03 what was asked for before somebody signed in or out is not kept after it", async () => {
  const stamp = createStamp(() => 77);
  equal(await keep(stamp, () => stamp.forget()), null);
  ok(await keep(stamp), "what is asked for afterwards is");
});

Deno.test("PWA-03 an answer that nobody asked for through the stamp is not kept", async () => {
  const { plugin } = createStamp(() => 77);
  equal(await plugin.cacheWillUpdate({ response: new Response("a page"), state: {} }), null);
  equal(await plugin.cacheWillUpdate({ response: new Response("a page") }), null);
});

Deno.test("PWA-03 a page that is not kept is not worth keeping for being asked for well", async () => {
  const stamp = createStamp(() => 77);
  const state = {};
  await stamp.plugin.requestWillFetch({ request, state });
  const response = new Response("down", { status: 503 });
  equal(await stamp.plugin.cacheWillUpdate({ response, state }), null);
});

const { offline } = strings;

Deno.test("PWA-03 with nothing kept at all a page still says that one is offline", async () => {
  const answer = await describeOffline(undefined, offline, offline);
  deepEqual([answer.status, answer.headers.get("content-type")], [
    503,
    "text/html; charset=utf-8",
  ]);
  const page = await answer.text();
  match(page, /^<!DOCTYPE html><html lang="en">/);
  ok(page.includes(`<h1>${offline.heading}</h1>`) && page.includes(offline.text));
});

Deno.test("PWA-03 a form that was not sent is said so on the kept page, under its policy", async () => {
  const headers = { "content-security-policy": "default-src 'self'", "x-kept-ms": "5" };
  const kept = new Response(`<h1>${offline.heading}</h1><p>${offline.text}</p>`, { headers });
  const words = { heading: offline.heading, text: "Nothing was sent $& $1." };
  const answer = await describeOffline(kept, offline, words);
  equal(answer.status, 503);
  equal(answer.headers.get("content-security-policy"), "default-src 'self'");
  equal(answer.headers.get("cache-control"), "no-store");
  equal(await answer.text(), `<h1>${offline.heading}</h1><p>Nothing was sent $& $1.</p>`);
});
