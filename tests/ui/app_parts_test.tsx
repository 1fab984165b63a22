import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import SharePage, { handler } from "../../routes/share.tsx";
import { addEdit, markSending, type Queue, settleEdit } from "../../lib/outbox/queue.ts";
import { writeActivity } from "../../lib/ui/activity_form.ts";
import { OutboxList } from "../../lib/ui/OutboxList.tsx";
import { listLinks } from "../../lib/ui/service_worker.ts";
import type { EditDraft, Verdict } from "../../lib/outbox/types.ts";
import { aBody, aDraft, aRecord } from "../support/outbox.ts";
import { anActivity } from "../support/own_pages.tsx";

const making = { id: "1", owner: "u", nowMs: Date.UTC(2024, 0, 3, 12) };
const change = aDraft({ title: "Majors <3", body: aBody({ name: "Ours", symbols: ["A", "B"] }) });
const none = () => {};
const render = (edits: Queue) =>
  renderToString(<OutboxList edits={edits} onDrop={none} onResolve={none} onRetry={none} />);
const settle = (draft: EditDraft, verdict: Verdict) =>
  settleEdit(markSending(addEdit([], draft, making), "1", "u"), "1", verdict, "2");

Deno.test("an edit that waits says what, when and how it stands", () => {
  const html = render(addEdit([], change, making));
  assert.match(html, /Majors &lt;3<\/strong> Change, made .*3 Jan 2024.*: waits/);
  assert.doesNotMatch(html, /<button/);
});

Deno.test("a refused edit says why, and can be tried again or given up", () => {
  const html = render(settle(change, { kind: "refused", problem: "The name is too long" }));
  assert.match(html, /<p class="error">The name is too long<\/p>/);
  assert.match(html, />Try again<.*>Discard</);
});

Deno.test("a conflict shows both sides of each field, the person's own chosen", () => {
  const current = aRecord(2, { name: "Theirs", symbols: ["BTCUSDT"] });
  const html = render(settle(change, { kind: "stale", current }));
  assert.equal(html.match(/<fieldset/g)?.length, 1);
  assert.match(html, /<legend>Name<\/legend>/);
  assert.match(html, /value="mine"[^>]*checked[\s\S]*This device: <code>Ours<\/code>/);
  assert.match(html, /Server: <code>Theirs<\/code>/);
  assert.match(html, />Apply the choice<.*>Keep all of this device<.*>Take all of the server</);
});

Deno.test("a deletion on either side is a question of its own", () => {
  const there = render(settle(change, { kind: "stale", current: null }));
  assert.match(there, /deleted elsewhere[\s\S]*>Keep all of this device<[\s\S]*>Take all of the/);
  const deletion = aDraft({ method: "DELETE", body: null });
  const here = render(settle(deletion, { kind: "stale", current: aRecord(3) }));
  assert.match(here, /You deleted it[\s\S]*>Delete it<[\s\S]*>Let it stay</);
});

const entry = anActivity({ id: "0f8fad5b-d9cb-469f-a165-70867728950e-12", importId: "i" });
const correction = {
  method: "PUT" as const,
  path: `/api/v1/portfolios/b/activities/${entry.id}`,
  body: { ...writeActivity(entry), quantity: "0.75", timestamp: Date.UTC(2024, 0, 2) },
  base: { ...entry },
  title: "Buy 0.75 BTCUSDT",
};

Deno.test("PWA-04 a conflict of an entry shows both versions in words, and the choice", () => {
  const current = { ...entry, quantity: "2", timestamp: Date.UTC(2024, 1, 3), revision: 2 };
  const html = render(settle(correction, { kind: "stale", current }));
  assert.match(html, /Buy 0\.75 BTCUSDT<\/strong> Change, [^<]*: changed elsewhere too/);
  assert.deepEqual(html.match(/<legend>(.*?)<\/legend>/g), [
    "<legend>Quantity</legend>",
    "<legend>Time</legend>",
  ]);
  assert.match(html, /This device: <code>0\.75<[\s\S]*Server: <code>2</);
  assert.match(html, /This device: <code>2 Jan 2024[\s\S]*Server: <code>3 Feb 2024/);
  assert.match(html, />Apply the choice<.*>Keep all of this device<.*>Take all of the server</);
});

Deno.test("PWA-04 an entry that was deleted on one side and changed on the other is a question", () => {
  const there = render(settle(correction, { kind: "stale", current: null }));
  assert.match(there, /deleted elsewhere[\s\S]*>Keep all of this device<[\s\S]*>Take all of the/);
  const deletion = { ...correction, method: "DELETE" as const, body: null };
  const here = render(settle(deletion, { kind: "stale", current: { ...entry, revision: 2 } }));
  assert.match(here, /You deleted it[\s\S]*>Delete it<[\s\S]*>Let it stay</);
});

Deno.test("PWA-04 in sight of what others made of an entry a new edit ends its conflict", () => {
  const current = { ...entry, quantity: "2", revision: 2 };
  const conflict = settle(correction, { kind: "stale", current });
  const made = { ...making, id: "9" };
  const body = { ...correction.body, quantity: "3" };
  const [decided] = addEdit(
    conflict,
    { ...correction, body, base: current, isDecided: true },
    made,
  );
  assert.deepEqual([decided!.state, decided!.baseRevision], ["waiting", 2]);
  const [open] = addEdit(conflict, { ...correction, body, base: current }, made);
  assert.equal(open!.state, "conflict");
});

Deno.test("only links of our own are kept ahead", () => {
  const at = (href: string) => ({ href, origin: new URL(href).origin });
  const links = [at("https://app.example/a"), at("https://elsewhere.example/b")];
  assert.deepEqual(listLinks(links, "https://app.example"), ["https://app.example/a"]);
  assert.deepEqual(listLinks([], "https://app.example"), []);
});

/** Shares a body; returns where the answer leads. */
async function share(body: BodyInit, headers: HeadersInit = {}): Promise<string | null> {
  const req = new Request("https://app.example/share", { method: "POST", body });
  const bytes = (await req.clone().arrayBuffer()).byteLength;
  const given = new Headers({ "content-type": req.headers.get("content-type") ?? "", ...headers });
  if (!given.has("content-length")) given.set("content-length", String(bytes));
  const asked = new Request(req, { headers: given });
  const ctx = { req: asked, url: new URL(asked.url) } as Parameters<typeof handler.POST>[0];
  const answer = await handler.POST(ctx);
  assert.equal(answer.status, 303);
  return answer.headers.get("location");
}

Deno.test("what is shared is answered by a page, without a worker too", async () => {
  const form = new FormData();
  form.set("text", "look at $BTC");
  assert.equal(await share(form), "/explore/markets?q=BTC");
  form.set("url", "https://app.example/alerts");
  assert.equal(await share(form), "/alerts");
});

Deno.test("what is no form, or too large a one, leads to the word on sharing", async () => {
  assert.equal(await share("no form"), "/share");
  const form = new FormData();
  form.set("text", "x".repeat(70_000));
  assert.equal(await share(form), "/share");
  assert.match(renderToString(<SharePage />), /<h1>Share with CryptoIntel<\/h1>/);
});
