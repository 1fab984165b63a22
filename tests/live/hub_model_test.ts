/** Random lives of a hub against a simple model: what was published is what every reader knows. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { LiveConnection } from "../../lib/live/hub.ts";
import type { BarUpdate, PriceUpdate } from "../../lib/live/types.ts";
import { aHub, aPort, type FakePort } from "../support/api.ts";
import { aBar } from "../support/market.ts";

const symbols = ["A", "B", "C"];
const readerCount = 4;
/** An acknowledgement, and an initial message of each channel. */
const firstMessages = 4;
/** Less than what the log remembers, so that nobody is ever reset. */
const ageMaxMs = 300_000;

type Step =
  | { do: "price"; symbol: number }
  | { do: "event" }
  | { do: "running"; symbol: number }
  | { do: "closed"; symbol: number }
  | { do: "tick"; ms: number }
  | { do: "turn" }
  | { do: "connect"; reader: number }
  | { do: "break"; reader: number; lost: number }
  | { do: "clog"; reader: number }
  | { do: "unclog"; reader: number };

const symbol = fc.nat(symbols.length - 1);
const reader = fc.nat(readerCount - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("price" as const), symbol }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("event" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("running" as const), symbol }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("closed" as const), symbol }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("tick" as const),
      ms: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(-700, 150, 1_100)),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("connect" as const), reader }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("break" as const), reader, lost: fc.nat(6) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("clog" as const), reader }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("unclog" as const), reader }) },
);

/** One who reads, across any number of connections, and what was learned so far. */
class Reader {
  port: FakePort | null = null;
  lastId: string | null = null;
  readonly events: number[] = [];
  readonly prices = new Map<string, number>();
  readonly bars = new Map<string, string>();
  /** Number of the event that came next when it first heard anything. */
  joinedAt = -1;
  hasBeenSlow = false;
  #client: LiveConnection | null = null;
  #read = 0;
  #seqs = new Map<string, number>();
  #updates = new Set<string>();

  connect(client: LiveConnection, port: FakePort): void {
    this.#client = client;
    this.port = port;
    this.#read = 0;
    this.hasBeenSlow = false;
    this.#seqs.clear();
    this.#updates.clear();
    const after = this.lastId === null ? {} : { after: this.lastId };
    const channels = ["prices", "bars", "signals"];
    client.receive(JSON.stringify({ type: "subscribe", channels, ...after }));
  }

  /** Takes in what has come; the connection's last `lost` messages never arrive. */
  read(lost = 0): void {
    const { texts } = this.port!;
    for (; this.#read < texts.length - lost; this.#read++) {
      const message = JSON.parse(texts[this.#read]!) as Message;
      if (message.type !== "ack") this.#take(message);
    }
  }

  clog(): void {
    this.hasBeenSlow = true;
    this.port!.buffered = 300_000;
  }

  break(lost: number): void {
    const got = this.port!.texts.length - lost;
    // Who got only some of the first messages begins anew, as it has no whole picture to go on from.
    if (this.lastId !== null || got >= firstMessages) this.read(lost);
    this.#client!.disconnect();
    this.port = null;
  }

  #take({ type, channel, seq, id, data }: Message): void {
    equal(seq, (this.#seqs.get(channel) ?? 0) + 1, "numbering has no holes");
    this.#seqs.set(channel, seq);
    ok(type !== "reset", "nobody is reset");
    this.lastId = id;
    if (channel === "signals" && type === "update") this.events.push((data as { i: number }).i);
    if (channel === "prices") this.#takePrices(type, data as PriceUpdate[]);
    if (channel === "bars") {
      for (
        const { symbol, bar } of type === "initial" ? data as BarUpdate[] : [data as BarUpdate]
      ) {
        this.#noteOnce(type, `bar ${symbol} ${bar.time} ${bar.close} ${bar.closed}`);
        this.bars.set(symbol, `${bar.time} ${bar.close} ${bar.closed}`);
      }
    }
  }

  #takePrices(type: string, prices: readonly PriceUpdate[]): void {
    for (const { symbol, price } of prices) {
      this.#noteOnce(type, `price ${symbol} ${price}`);
      ok(price >= (this.prices.get(symbol) ?? 0), `${symbol} went back to ${price}`);
      this.prices.set(symbol, price);
    }
  }

  #noteOnce(type: string, what: string): void {
    // Prices that a slow reader is sent while it catches up may repeat.
    if (type !== "update" || this.hasBeenSlow) return;
    ok(!this.#updates.has(what), `came twice on one connection: ${what}`);
    this.#updates.add(what);
  }
}

interface Message {
  type: string;
  channel: string;
  seq: number;
  id: string;
  data: unknown;
}

/** A hub, its readers, and the newest of everything. */
class World {
  readonly readers = Array.from({ length: readerCount }, () => new Reader());
  readonly prices = new Map<string, number>();
  readonly bars = new Map<string, string>();
  readonly time = { nowMs: 1_000_000 };
  /** Beside the readers, so many that events leave on their turns. */
  readonly crowd = Array.from({ length: 150 }, () => aPort());
  readonly hub = aHub({
    now: () => this.time.nowMs,
    isSpread: true,
    limits: { logAgeMs: ageMaxMs },
  });
  events = 0;
  #count = 0;
  #barTime = new Map<string, number>();

  constructor() {
    for (const port of this.crowd) {
      const client = this.hub.connect(port, { ip: "127.0.0.1" })!;
      client.receive('{"type":"subscribe","channels":["signals","prices"]}');
    }
  }

  take(step: Step): void {
    const { hub } = this;
    switch (step.do) {
      case "price":
        return this.publishPrice(symbols[step.symbol]!);
      case "event":
        return hub.publish("signals", { i: this.events++ });
      case "running":
      case "closed":
        return this.#publishBar(symbols[step.symbol]!, step.do === "closed");
      case "tick":
        this.time.nowMs += step.ms;
        return hub.tick();
      case "turn":
        this.time.nowMs += 10;
        return hub.tick();
      default:
        return this.#takeReaderStep(step, this.readers[step.reader]!);
    }
  }

  publishPrice(symbol: string): void {
    const price = ++this.#count;
    this.prices.set(symbol, price);
    this.hub.publishPrice({ symbol, price, eventMs: 1, receivedMs: 1, source: "x" });
  }

  connect(reader: Reader): void {
    if (reader.port) return;
    if (reader.lastId === null) reader.joinedAt = this.events;
    const port = aPort();
    reader.connect(this.hub.connect(port, { ip: "127.0.0.1" })!, port);
  }

  /** Lets everything arrive. */
  settle(): void {
    for (const reader of this.readers) {
      this.connect(reader);
      reader.port!.buffered = 0;
    }
    for (let i = 0; i < 130; i++) {
      this.time.nowMs += 10;
      this.hub.tick();
    }
    for (const reader of this.readers) reader.read();
  }

  #publishBar(symbol: string, closed: boolean): void {
    const time = this.#barTime.get(symbol) ?? 0;
    const close = ++this.#count;
    this.#barTime.set(symbol, closed ? time + 60_000 : time);
    this.bars.set(symbol, `${time} ${close} ${closed}`);
    this.hub.publishBar({ symbol, timeframe: "1m", bar: aBar({ time, close, closed }) });
  }

  #takeReaderStep(step: Exclude<Step, { do: "price" }>, reader: Reader): void {
    if (step.do === "connect") return this.connect(reader);
    if (!reader.port) return;
    if (step.do === "break") reader.break(step.lost);
    if (step.do === "clog") reader.clog();
    if (step.do === "unclog") reader.port.buffered = 0;
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

Deno.test("whatever happens, every reader ends with all events once, in order, and the newest values", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 120 }), (steps) => {
      const world = new World();
      for (const each of steps) world.take(each);
      world.settle();
      for (const reader of world.readers) {
        deepEqual(reader.events, range(reader.joinedAt, world.events));
        deepEqual(Object.fromEntries(reader.prices), Object.fromEntries(world.prices));
        deepEqual(Object.fromEntries(reader.bars), Object.fromEntries(world.bars));
      }
      for (const port of world.crowd) {
        const seqs = port.of("signals").map(({ seq }) => seq);
        deepEqual(seqs, range(1, world.events + 2));
      }
    }),
    { numRuns: 200 },
  );
});
