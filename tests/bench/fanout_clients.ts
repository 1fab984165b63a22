/** Second process of the fan-out measurement: many clients, counting what reaches them and when. */
const [address = "", clients = "0", seconds = "0"] = Deno.args;
const delaysMs: number[] = [];
let received = 0;
let holes = 0;
let closed = 0;

const sockets = Array.from({ length: Number(clients) }, () => {
  const socket = new WebSocket(address);
  const expected = new Map<string, number>();
  socket.onopen = () => socket.send('{"type":"subscribe","channels":["prices","bars","signals"]}');
  socket.onclose = () => closed++;
  socket.onmessage = (event) => {
    const nowMs = performance.timeOrigin + performance.now();
    const message = JSON.parse(event.data) as { channel?: string; seq?: number; ts: number };
    if (!message.channel || !message.seq) return;
    const seq = expected.get(message.channel) ?? 1;
    if (message.seq !== seq) holes++;
    expected.set(message.channel, message.seq + 1);
    received++;
    if (message.seq > 1) delaysMs.push(nowMs - message.ts);
  };
  return socket;
});

await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1_000));
delaysMs.sort((a, b) => a - b);
const at = (share: number) => delaysMs[Math.floor(delaysMs.length * share)] ?? 0;
console.log(JSON.stringify({
  open: sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length,
  received,
  holes,
  closed,
  p50: at(0.5),
  p95: at(0.95),
  p99: at(0.99),
}));
Deno.exit(0);
