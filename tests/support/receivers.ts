/** Real receivers of messages on this machine: mail, webhooks, Slack's shape, a push service. */
import { createECDH, randomBytes } from "node:crypto";
import ece from "http_ece";
import { importJWK, type JWTPayload, jwtVerify } from "jose";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";
import type { Message } from "../../lib/notify/types.ts";

/** One request as a receiver saw it. */
export interface Received {
  path: string;
  headers: Headers;
  body: Uint8Array<ArrayBuffer>;
  text: string;
}

/** How a receiver answers; by default 200 with `ok`. */
export type Answer = (
  request: Received,
  count: number,
) => Response | Promise<Response>;

/** Runs `work` with a receiver of HTTP on loopback. */
export async function withHttpReceiver(
  work: (receiver: { host: string; url: string; received: Received[] }) => Promise<void>,
  answer: Answer = () => new Response("ok"),
): Promise<void> {
  const received: Received[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (req) => {
    const body = new Uint8Array(await req.arrayBuffer());
    const request = {
      path: new URL(req.url).pathname,
      headers: req.headers,
      body,
      text: new TextDecoder().decode(body),
    };
    received.push(request);
    return await answer(request, received.length);
  });
  const host = `127.0.0.1:${server.addr.port}`;
  try {
    await work({ host, url: `http://${host}/hook`, received });
  } finally {
    await server.shutdown();
  }
}

/** A mail as it arrived. */
export interface ReceivedMail {
  from: string;
  to: string[];
  isEncrypted: boolean;
  user: string | undefined;
  email: Email;
}

/** Runs `work` with a mail server that wants TLS and a name; `refuse` decides on recipients. */
export async function withMailServer(
  work: (server: { port: number; certificates: string; mails: ReceivedMail[] }) => Promise<void>,
  refuse: (address: string) => number | null = () => null,
): Promise<void> {
  const folder = new URL("../fixtures/certificates/", import.meta.url);
  const certificates = await Deno.readTextFile(new URL("localhost.pem", folder));
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    cert: certificates,
    key: await Deno.readTextFile(new URL("localhost.key.pem", folder)),
    onAuth({ username, password }, _session, done) {
      if (password === "secret") done(null, { user: username });
      else done(Object.assign(new Error("wrong"), { responseCode: 535 }));
    },
    onRcptTo({ address }, _session, done) {
      const responseCode = refuse(address);
      if (responseCode === null) done();
      else done(Object.assign(new Error("not here"), { responseCode }));
    },
    onData(stream, session, done) {
      const parts: Uint8Array[] = [];
      stream.on("data", (part: Uint8Array) => parts.push(part));
      stream.on("end", async () => {
        mails.push({
          from: session.envelope.mailFrom ? session.envelope.mailFrom.address : "",
          to: session.envelope.rcptTo.map(({ address }) => address),
          isEncrypted: session.secure,
          user: session.user as string | undefined,
          email: await PostalMime.parse(await new Blob(parts as BlobPart[]).arrayBuffer()),
        });
        done();
      });
    },
  });
  // Clients that do not trust it end the connection, which is what some tests want.
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.server.address() as { port: number };
  try {
    await work({ port, certificates, mails });
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

/** A browser's subscription with the keys that open what is sent to it. */
export interface PushBrowser {
  p256dh: string;
  auth: string;
  open(body: Uint8Array): string;
}

/** Returns the keys of a browser. */
export function createPushBrowser(): PushBrowser {
  const keys = createECDH("prime256v1");
  keys.generateKeys();
  const auth = randomBytes(16).toString("base64url");
  return {
    p256dh: keys.getPublicKey().toString("base64url"),
    auth,
    open: (body) =>
      ece.decrypt(Buffer.from(body), { version: "aes128gcm", privateKey: keys, authSecret: auth })
        .toString("utf8"),
  };
}

/** Checks the `vapid` authorization of a push request and returns its claims. */
export async function readVapid(
  headers: Headers,
  { nowMs }: { nowMs: number },
): Promise<{ claims: JWTPayload; publicKey: string }> {
  const match = /^vapid t=([^,]+), k=(.+)$/.exec(headers.get("authorization") ?? "");
  if (!match) throw new Error("no vapid authorization");
  const [, token, publicKey] = match;
  const raw = Buffer.from(publicKey!, "base64url");
  const key = await importJWK({
    kty: "EC",
    crv: "P-256",
    x: raw.subarray(1, 33).toString("base64url"),
    y: raw.subarray(33, 65).toString("base64url"),
  }, "ES256");
  const { payload } = await jwtVerify(token!, key, { currentDate: new Date(nowMs) });
  return { claims: payload, publicKey: publicKey! };
}

/** A message with one alert. */
export function buildMessage(fields: Partial<Message> = {}): Message {
  return {
    id: "msg_1",
    kind: "alert",
    title: "BTC above 100",
    text: "BTCUSDT trades at 101.50, above the level 100.00.",
    url: "https://intel.example.org/notifications",
    timestamp: Date.UTC(2026, 0, 2),
    isRecorded: false,
    topic: "alert-1",
    parts: [{
      firingId: "f1",
      alertId: "a1",
      symbol: "BTCUSDT",
      condition: "PRICE_ABOVE",
      title: "BTC above 100",
      message: "BTCUSDT trades at 101.50, above the level 100.00.",
      value: 101.5,
      threshold: 100,
      figures: { price: 101.5, level: 100 },
      timestamp: Date.UTC(2026, 0, 2),
      url: "https://intel.example.org/enhanced-dashboard?symbol=BTCUSDT",
    }],
    ...fields,
  };
}
