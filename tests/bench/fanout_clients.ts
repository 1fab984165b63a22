/**
 * Second process of the fan-out measurement: many clients by plain TCP. They take WebSocket frames
 * apart and scan the head of each message for its numbers instead of parsing JSON, as a thousand
 * real clients would not share one core.
 */
import process from "node:process";

const [host = "", port = "0", clients = "0", seconds = "0"] = Deno.args;
const headBytes = 256;
const decoder = new TextDecoder();
const sendDelaysMs: number[] = [];
const tradeDelaysMs: number[] = [];
let received = 0;
let holes = 0;
let open = 0;

const wallMs = () => performance.timeOrigin + performance.now();

/** Returns a masked frame, with a mask of zeros, below 126 bytes. */
function formatFrame(opcode: number, payload: Uint8Array): Uint8Array {
  return new Uint8Array([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0, ...payload]);
}

const subscription = formatFrame(
  1,
  new TextEncoder().encode('{"type":"subscribe","channels":["prices","bars","signals"]}'),
);

const headPattern =
  /^\{"type":"(\w+)","channel":"(\w+)","seq":(\d+),"id":"[^"]+","ts":(\d+)(?:.*?"receivedMs":(\d+))?/;

/** One client: what it has read and not yet taken, and the numbers it expects. */
class Client {
  readonly #expected = new Map<string, number>();
  readonly #buffer = new Uint8Array(16_384);
  #start = 0;
  #end = 0;

  constructor(private readonly socket: Deno.TcpConn) {}

  async run(): Promise<void> {
    const request = `GET /ws HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\n` +
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    await this.socket.write(new TextEncoder().encode(request));
    await this.#skipAnswer();
    open++;
    await this.socket.write(subscription);
    try {
      while (await this.#takeFrame());
    } finally {
      open--;
    }
  }

  async #skipAnswer(): Promise<void> {
    for (;;) {
      if (!await this.#fill(this.#end - this.#start + 1)) {
        throw new Error("Cannot connect: the server closed");
      }
      const end = this.#decode(0, this.#end - this.#start).indexOf("\r\n\r\n");
      if (end < 0) continue;
      this.#start += end + 4;
      return;
    }
  }

  /** Reads until `count` bytes lie ready; false when the connection has ended. */
  async #fill(count: number): Promise<boolean> {
    while (this.#end - this.#start < count) {
      if (this.#start === this.#end) this.#start = this.#end = 0;
      else if (this.#start + count > this.#buffer.length) {
        this.#buffer.copyWithin(0, this.#start, this.#end);
        this.#end -= this.#start;
        this.#start = 0;
      }
      const read = await this.socket.read(this.#buffer.subarray(this.#end));
      if (read === null) return false;
      this.#end += read;
    }
    return true;
  }

  async #takeFrame(): Promise<boolean> {
    if (!await this.#fill(2)) return false;
    const opcode = this.#buffer[this.#start]! & 15;
    const short = this.#buffer[this.#start + 1]! & 127;
    const header = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (!await this.#fill(header)) return false;
    const length = this.#readLength(short);
    const headLength = Math.min(length, headBytes);
    if (!await this.#fill(header + headLength)) return false;
    if (opcode === 8) return false;
    if (opcode === 9) {
      const from = this.#start + header;
      await this.socket.write(formatFrame(10, this.#buffer.slice(from, from + headLength)));
    }
    if (opcode === 1) this.#note(this.#decode(header, headLength));
    return await this.#skip(header + length);
  }

  #readLength(short: number): number {
    if (short < 126) return short;
    const view = new DataView(this.#buffer.buffer, this.#start + 2);
    return short === 126 ? view.getUint16(0) : Number(view.getBigUint64(0));
  }

  /** Passes over bytes, whether they have come or not. */
  async #skip(count: number): Promise<boolean> {
    for (;;) {
      const passed = Math.min(count, this.#end - this.#start);
      this.#start += passed;
      count -= passed;
      if (count === 0) return true;
      if (!await this.#fill(1)) return false;
    }
  }

  #decode(offset: number, length: number): string {
    const from = this.#start + offset;
    return decoder.decode(this.#buffer.subarray(from, from + length));
  }

  #note(head: string): void {
    const [, type, channel = "", seq = "0", ts, receivedMs] = head.match(headPattern) ?? [];
    if (type !== "update" && type !== "initial") return;
    if (Number(seq) !== (this.#expected.get(channel) ?? 1)) holes++;
    this.#expected.set(channel, Number(seq) + 1);
    received++;
    if (type !== "update") return;
    const nowMs = wallMs();
    sendDelaysMs.push(nowMs - Number(ts));
    if (channel === "prices" && receivedMs) tradeDelaysMs.push(nowMs - Number(receivedMs));
  }
}

const runs: Promise<void>[] = [];
for (let i = 0; i < Number(clients); i++) {
  const socket = await Deno.connect({ hostname: host, port: Number(port) });
  runs.push(new Client(socket).run().catch(() => {}));
}
// Joining is not part of the measurement.
await new Promise((resolve) => setTimeout(resolve, 1_000));
sendDelaysMs.length = tradeDelaysMs.length = 0;
const before = { cpu: process.cpuUsage(), received };
await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1_000));

const describe = (delays: number[]) => {
  const sorted = Float64Array.from(delays).sort();
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? -1;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
};
const { user, system } = process.cpuUsage(before.cpu);
const result = {
  open,
  received: received - before.received,
  cpuMs: (user + system) / 1_000,
  holes,
  sent: describe(sendDelaysMs),
  trade: describe(tradeDelaysMs),
};
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(result)));
Deno.exit(0);
