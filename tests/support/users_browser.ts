/** A mail server on this machine that wants neither TLS nor a name, as a relay inside. */
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";

/** A mail as it arrived. */
export interface ReceivedMail {
  to: string[];
  text: string;
}

/** Runs `work` with a server; `next` resolves to the first mail that nobody has taken yet. */
export async function withPlainMailServer(
  work: (server: { port: number; next(): Promise<ReceivedMail>; count(): number }) => Promise<void>,
): Promise<void> {
  const arrived: ReceivedMail[] = [];
  const waiting: ((mail: ReceivedMail) => void)[] = [];
  let count = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onData(stream, session, done) {
      const parts: Uint8Array[] = [];
      stream.on("data", (part: Uint8Array) => parts.push(part));
      stream.on("end", async () => {
        const read = await PostalMime.parse(await new Blob(parts as BlobPart[]).arrayBuffer());
        const to = session.envelope.rcptTo.map(({ address }) => address);
        const mail = { to, text: read.text ?? "" };
        count++;
        const take = waiting.shift();
        if (take) take(mail);
        else arrived.push(mail);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.server.address() as { port: number };
  const next = (): Promise<ReceivedMail> => {
    const mail = arrived.shift();
    return mail ? Promise.resolve(mail) : new Promise((resolve) => waiting.push(resolve));
  };
  try {
    await work({ port, next, count: () => count });
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
