/**
 * Second process of the fan-out measurement: many clients by plain TCP. They take WebSocket frames
 * apart and scan the head of each message for its numbers instead of parsing JSON, as a thousand
 * real clients would not share one core.
 */
const [host = "", port = "0", clients = "0", seconds = "0"] = Deno.args;
const headBytes = 400;
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

/** One client: the frame it is in, the head of its message, and the numbers it expects. */
class Client {
  readonly #expected = new Map<string, number>();
  readonly #buffer = new Uint8Array(16_384);
  #rest = new Uint8Array(0);

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
      const end = decoder.decode(this.#rest).indexOf("\r\n\r\n");
      if (end >= 0) {
        this.#rest = this.#rest.slice(end + 4);
        return;
      }
      if (!await this.#read()) throw new Error("Cannot connect: the server closed");
    }
  }

  async #read(): Promise<boolean> {
    const count = await this.socket.read(this.#buffer);
    if (count === null) return false;
    const joined = new Uint8Array(this.#rest.length + count);
    joined.set(this.#rest);
    joined.set(this.#buffer.subarray(0, count), this.#rest.length);
    this.#rest = joined;
    return true;
  }

  async #takeFrame(): Promise<boolean> {
    while (this.#rest.length < 10 && !this.#isWhole()) if (!await this.#read()) return false;
    const opcode = this.#rest[0]! & 15;
    const { start, length } = this.#readHeader();
    const headEnd = start + Math.min(length, headBytes);
    while (this.#rest.length < headEnd) if (!await this.#read()) return false;
    const head = this.#rest.slice(start, headEnd);
    let missing = start + length - this.#rest.length;
    if (missing > 0) this.#rest = new Uint8Array(0);
    else this.#rest = this.#rest.subarray(start + length);
    // What the head does not need is passed over without being kept.
    while (missing > 0) {
      const count = await this.socket.read(this.#buffer);
      if (count === null) return false;
      if (count > missing) this.#rest = this.#buffer.slice(missing, count);
      missing -= count;
    }
    if (opcode === 8) return false;
    if (opcode === 9) await this.socket.write(formatFrame(10, head));
    if (opcode === 1) this.#note(decoder.decode(head));
    return true;
  }

  /** Short frames are smaller than the longest header. */
  #isWhole(): boolean {
    const length = this.#rest[1];
    return length !== undefined && length < 126 && this.#rest.length >= 2 + length;
  }

  #readHeader(): { start: number; length: number } {
    const short = this.#rest[1]! & 127;
    const view = new DataView(this.#rest.buffer, this.#rest.byteOffset, this.#rest.byteLength);
    if (short < 126) return { start: 2, length: short };
    if (short === 126) return { start: 4, length: view.getUint16(2) };
    return { start: 10, length: Number(view.getBigUint64(2)) };
  }

  #note(head: string): void {
    const nowMs = wallMs();
    const found = head.match(
      /^\{"type":"update","channel":"(\w+)","seq":(\d+),"id":"[^"]+","ts":(\d+)/,
    );
    const first = head.match(/^\{"type":"initial","channel":"(\w+)","seq":(\d+)/);
    const [, channel = "", seq = "0", ts] = found ?? first ?? [];
    if (channel === "") return;
    if (Number(seq) !== (this.#expected.get(channel) ?? 1)) holes++;
    this.#expected.set(channel, Number(seq) + 1);
    received++;
    if (ts === undefined) return;
    sendDelaysMs.push(nowMs - Number(ts));
    const trade = channel === "prices" ? head.match(/"receivedMs":(\d+)/) : null;
    if (trade) tradeDelaysMs.push(nowMs - Number(trade[1]));
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
await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1_000));

const describe = (delays: number[]) => {
  const sorted = Float64Array.from(delays).sort();
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? -1;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
};
const result = {
  open,
  received,
  holes,
  sent: describe(sendDelaysMs),
  trade: describe(tradeDelaysMs),
};
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(result)));
Deno.exit(0);
