/** The offline drill: random edits, a network and a server that fail at any moment, nothing lost. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import { type EditRequest, flushEdits, type OutboxStore } from "../../lib/outbox/flush.ts";
import { addEdit, resolveConflict, retryEdit, showRecord } from "../../lib/outbox/queue.ts";
import type { Answer } from "../../lib/outbox/verdict.ts";
import type { Fields } from "../../lib/outbox/types.ts";
import { openStore, type OwnedStore } from "../../lib/store/mod.ts";
import { createEditsServer, listsPath } from "../support/edits_server.ts";
import { countDone } from "../support/noted_commits.ts";
import { createChance, createMemoryOutbox } from "../support/outbox.ts";
import { root } from "../support/source_files.ts";
import { withFolder, withMemoryStore } from "../support/store.ts";

const SEEDS = 100;
const EDITS = 50;
const LISTS = 4;
const nameList = (n: number) => `${listsPath}/0f8fad5b-d9cb-469f-a165-70867728950${n}`;

/** Ways of one request to fail; `kill` stands for whatever ends the server. */
type Fault =
  | "none"
  | "lost"
  | "answer lost"
  | "503"
  | "twice"
  | "twice at once"
  | "gone"
  | "hotel"
  | "400";
const faults: Fault[] = [
  "none",
  "none",
  "lost",
  "answer lost",
  "503",
  "twice",
  "twice at once",
  "gone",
  "hotel",
];

type Ask = (request: EditRequest) => Promise<Answer>;

/** Sends for real, or fails in one of the ways. `gone` ends the client before it notes the answer. */
function sendThrough(ask: Ask, chance: () => number, judged: Map<string, boolean>): Ask {
  return async (request) => {
    const fault = faults[Math.floor(chance() * faults.length)]!;
    const key = request.headers["idempotency-key"]!;
    // What a server refuses once it refuses always, and what it took it does not refuse later.
    if (!judged.has(key)) judged.set(key, chance() < 0.1);
    if (fault === "lost") return null;
    if (fault === "503") {
      const text = '{"detail":"The store does not answer; try again soon"}';
      return { status: 503, type: "application/problem+json", retryAfter: null, text };
    }
    if (judged.get(key)) {
      const text = '{"detail":"The request does not fit its contract"}';
      return { status: 400, type: "application/problem+json", retryAfter: null, text };
    }
    if (fault === "hotel") {
      return { status: 200, type: "text/html", retryAfter: null, text: "<h1>Sign in</h1>" };
    }
    if (fault === "twice at once") return (await Promise.all([ask(request), ask(request)]))[1]!;
    const answer = await ask(request);
    if (fault === "answer lost") return null;
    if (fault === "gone") throw new Error("the browser was ended");
    return fault === "twice" ? await ask(request) : answer;
  };
}

/** One device under test, and what its person has wished for. */
class Device {
  readonly store: OutboxStore = createMemoryOutbox();
  /** Each entry that was ever added, with the list it went to. */
  readonly added: { path: string; symbol: string }[] = [];
  readonly removed = new Set<string>();
  #ids = 0;

  constructor(readonly name: string, readonly read: (path: string) => Promise<Fields | null>) {}

  createId = () => `${this.name}-request-${++this.#ids}`;

  /** Adds an entry to a list that no other edit adds, or takes one away. */
  async edit(chance: () => number, entry: string): Promise<void> {
    const path = nameList(Math.floor(chance() * LISTS));
    const record = await this.read(path);
    await this.store.change((queue) => {
      const shown = showRecord(queue, path, record) ??
        { name: "List", symbols: [], isPublic: false };
      let symbols = [...shown.symbols as string[]];
      const own = symbols.filter((one) => one.startsWith(this.name));
      if (chance() < 0.15 && own.length > 0) {
        const victim = own[Math.floor(chance() * own.length)]!;
        symbols = symbols.filter((one) => one !== victim);
        this.removed.add(victim);
      } else {
        symbols.push(entry);
        this.added.push({ path, symbol: entry });
      }
      const body = { name: shown.name, symbols, isPublic: shown.isPublic };
      const made = { id: this.createId(), owner: "u", nowMs: this.#ids };
      const draft = { method: "PUT" as const, path, body, base: record, title: entry };
      return { queue: addEdit(queue, draft, made), result: null };
    });
  }

  async flush(send: Ask): Promise<void> {
    const { store, createId } = this;
    const getOwner = () => Promise.resolve("u");
    await flushEdits({ store, send, getOwner, createId }).catch((error) => {
      equal(error.message, "the browser was ended");
    });
  }

  /** Two devices that make the same list at once have no common past: what both have is kept. */
  async resolveAll(): Promise<void> {
    await this.store.change((queue) => {
      let next = queue;
      for (const { id } of queue) next = retryEdit(next, id, this.createId());
      for (const edit of queue.filter(({ state }) => state === "conflict")) {
        const { body, theirs } = edit;
        const symbols = [
          ...new Set([...theirs!.symbols as string[], ...body!.symbols as string[]]),
        ];
        const whole = next.map((one) =>
          one.id === edit.id ? { ...one, body: { ...body, symbols } } : one
        );
        next = resolveConflict(whole, edit.id, "mine", this.createId());
      }
      return { queue: next, result: null };
    });
  }
}

const toAnswer = async (response: Response): Promise<Answer> => ({
  status: response.status,
  type: response.headers.get("content-type") ?? "",
  retryAfter: response.headers.get("retry-after"),
  text: await response.text(),
});

/** Sends until nothing waits any more. */
async function drain(devices: readonly Device[], ask: Ask): Promise<void> {
  for (let round = 0; round < 60; round++) {
    for (const device of devices) {
      await device.resolveAll();
      await device.flush(ask);
    }
    const left = await Promise.all(devices.map(({ store }) => store.read()));
    if (left.every((queue) => queue.length === 0)) return;
  }
  throw new Error("edits are still waiting though nothing fails");
}

/** Every entry is there unless it was taken away, none is there twice, no request was done twice. */
async function assertKept(owned: OwnedStore, devices: readonly Device[]): Promise<number> {
  const twice = [...await countDone(owned)].filter(([, count]) => count !== 1);
  deepEqual(twice, [], "requests done more than once");
  const lists = new Map(
    (await owned.watchlists.list({ limit: 100 })).items.map(({ id, symbols }) => [
      `${listsPath}/${id}`,
      symbols,
    ]),
  );
  for (const { added, removed } of devices) {
    const wanted = added.filter(({ symbol }) => !removed.has(symbol));
    const lost = wanted.filter(({ path, symbol }) => !lists.get(path)?.includes(symbol));
    deepEqual(lost, [], "edits lost");
    const back = added.filter(({ path, symbol }) =>
      removed.has(symbol) && lists.get(path)?.includes(symbol)
    );
    deepEqual(back, [], "removals lost");
  }
  for (const symbols of lists.values()) equal(new Set(symbols).size, symbols.length);
  return [...lists.values()].flat().length;
}

Deno.test("100 times 50 random edits of two devices with every fault: none lost, none done twice", async () => {
  let edits = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    await withMemoryStore(async ({ owned }) => {
      const chance = createChance(seed);
      const server = createEditsServer(owned, () => 1_000);
      const ask: Ask = async ({ path, ...request }) =>
        toAnswer(await server.fetch(new Request(`http://localhost${path}`, request)));
      // What a device last saw; it does not look again before each edit.
      const read = async (path: string) => {
        const answer = await ask({ method: "GET", path, headers: {}, body: null });
        return answer?.status === 200 ? JSON.parse(answer.text) : null;
      };
      const devices = [new Device("a", read), new Device("b", read)];
      const judged = new Map<string, boolean>();
      for (let i = 0; i < EDITS; i++) {
        const device = devices[Math.floor(chance() * 2)]!;
        await device.edit(chance, `${device.name}${i}`);
        edits++;
        if (chance() < 0.4) await device.flush(sendThrough(ask, chance, judged));
      }
      await drain(devices, ask);
      await assertKept(owned, devices);
    });
  }
  equal(edits, SEEDS * EDITS);
});

/** A server of edits in a process of its own. */
async function startServer(path: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${root}tests/support/edits_process.ts`, path],
    cwd: root,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  let text = "";
  while (!/port \d+\n/.test(text)) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the server of edits ended");
    text += new TextDecoder().decode(value);
  }
  const base = `http://127.0.0.1:${/port (\d+)/.exec(text)![1]}`;
  return {
    ask: (async ({ path, ...request }) => {
      const asked = new Request(base + path, { ...request, body: request.body });
      return await fetch(asked).then(toAnswer).catch(() => null);
    }) as Ask,
    async kill() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

/** 50 edits; the server is killed while a request is under way: before, within, after its commit. */
async function runKilled(seed: number, path: string): Promise<{ kills: number; cut: number }> {
  const chance = createChance(seed);
  let server = await startServer(path);
  let known = new Map<string, Fields>();
  const device = new Device("a", (list) => Promise.resolve(known.get(list) ?? null));
  let [kills, cut] = [0, 0];
  for (let i = 0; i < EDITS; i++) {
    await device.edit(chance, `a${i}`);
    if (i % 4 !== 3) continue;
    const killing = Promise.withResolvers<void>();
    let isKilled = false;
    await device.flush(async (request) => {
      const asked = server.ask(request);
      if (!isKilled) {
        isKilled = true;
        kills++;
        const timer = AbortSignal.timeout(1 + Math.floor(chance() * 6));
        timer.addEventListener("abort", () => void server.kill().then(killing.resolve));
      }
      const answer = await asked;
      if (!answer) cut++;
      return answer;
    });
    if (isKilled) await killing.promise;
    else await server.kill();
    server = await startServer(path);
    known = new Map();
    for (let list = 0; list < LISTS; list++) {
      const at = nameList(list);
      const answer = await server.ask({ method: "GET", path: at, headers: {}, body: null });
      if (answer?.status === 200) known.set(at, JSON.parse(answer.text));
    }
  }
  await drain([device], server.ask);
  await server.kill();
  const store = await openStore({ path, clock: systemClock, log: silentLogger });
  try {
    ok(await assertKept(store.owned, [device]) > 30);
  } finally {
    await store.close();
  }
  return { kills, cut };
}

Deno.test("edits while the server is killed with kill -9: none lost, none done twice", async () => {
  let [kills, cut] = [0, 0];
  for (const seed of [1, 2, 3, 4]) {
    await withFolder(async (folder) => {
      const done = await runKilled(seed, `${folder}/edits.sqlite`);
      kills += done.kills;
      cut += done.cut;
    });
  }
  equal(kills, 48);
  ok(cut >= 8, `${cut} requests lost their answer`);
});
