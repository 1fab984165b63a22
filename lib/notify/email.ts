/**
 * EMAIL: by a mail server that the operator names, as plain text and HTML.
 *
 * @module
 */
import nodemailer from "nodemailer";
import type { Channel, Message, Outcome } from "./types.ts";

/** The mail server. */
export interface MailServer {
  host: string;
  port: number;
  /** TLS from the first byte, TLS by STARTTLS and not without, or none, as to a relay inside. */
  security: "tls" | "starttls" | "none";
  user: string | null;
  password: string | null;
  /** `Name <address>` that mail comes from. */
  from: string;
  /** Certificates (PEM) of an authority of one's own. */
  certificates?: string;
  /** Name that the certificate is for, where it is not `host`. */
  serverName?: string;
}

/** Where to. */
export interface EmailTarget {
  address: string;
  /** Full address that a click on "unsubscribe" posts to; null where there is none. */
  unsubscribeUrl: string | null;
}

/**
 * An address that cannot smuggle anything: no control characters, spaces, quotes, commas, colons,
 * semicolons or angle brackets.
 */
const addressPattern =
  /^[^\s"(),:;<>@[\\\]\p{Cc}]{1,64}@[\p{L}\p{N}.-]{1,253}\.[\p{L}\p{N}-]{2,63}$/u;

/** Says whether a text is an address that mail is sent to. */
export function isMailAddress(text: string): boolean {
  return text.length <= 254 && addressPattern.test(text) && !text.includes("..");
}

/** A channel that holds connections. */
export interface EmailChannel extends Channel<EmailTarget> {
  close(): void;
}

/** Returns the channel. */
export function createEmailChannel(server: MailServer): EmailChannel {
  const { host, port, security, user, password, from, certificates, serverName } = server;
  const transport = nodemailer.createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(user !== null && { auth: { user, pass: password ?? "" } }),
    ...{ pool: true, maxConnections: 3 },
    ...{ connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 },
    tls: {
      ...(certificates && { ca: certificates }),
      ...(serverName && { servername: serverName }),
    },
  });
  const domain = from.split("@").at(-1)!.replace(/>.*$/, "");
  return {
    name: "EMAIL",
    async send(message, { address, unsubscribeUrl }) {
      if (!isMailAddress(address)) return { status: "failed", detail: "no mail address" };
      try {
        await transport.sendMail({
          from,
          to: { name: "", address },
          subject: writeSubject(message),
          text: writeText(message, unsubscribeUrl),
          html: writeHtml(message, unsubscribeUrl),
          // The same over all tries, so that a repetition is known as one.
          messageId: `<${message.id.replace(/[^\w.-]/g, "-")}@${domain}>`,
          date: new Date(message.timestamp),
          headers: unsubscribeUrl === null ? {} : {
            "List-Unsubscribe": `<${unsubscribeUrl}>`,
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
          },
        });
        return { status: "sent", detail: "taken by the mail server" };
      } catch (error) {
        return judgeMailError(error);
      }
    },
    close: () => transport.close(),
  };
}

function judgeMailError(error: unknown): Outcome {
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  const detail = `the mail server answered ${responseCode ?? code ?? "nothing"}`;
  if (code === "EAUTH") {
    return { status: "failed", detail: "the mail server refused our name and password" };
  }
  if (responseCode === 550 || responseCode === 551 || responseCode === 553) {
    return { status: "gone", detail };
  }
  if (responseCode !== undefined && responseCode >= 500) return { status: "failed", detail };
  return { status: "retry", detail, afterMs: null };
}

function writeSubject({ title, isRecorded }: Message): string {
  return `${isRecorded ? "[recorded] " : ""}${title}`.replace(/[\p{Cc}]/gu, " ").slice(0, 200);
}

function writeText(message: Message, unsubscribeUrl: string | null): string {
  const lines = [message.text, ""];
  for (const part of message.parts) {
    lines.push(part.title, part.message, new Date(part.timestamp).toISOString(), part.url, "");
  }
  if (message.isRecorded) lines.push("This is of a recorded market, not of today's.", "");
  lines.push(message.url);
  if (unsubscribeUrl !== null) lines.push("", `No more mail: ${unsubscribeUrl}`);
  return lines.join("\n");
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (char) => escapes[char]!);

function writeHtml(message: Message, unsubscribeUrl: string | null): string {
  const parts = message.parts.map((part) =>
    `<h2 style="font-size:1em;margin:1em 0 0"><a href="${escapeHtml(part.url)}">` +
    `${escapeHtml(part.title)}</a></h2><p style="margin:0">${escapeHtml(part.message)}<br>` +
    `<small>${new Date(part.timestamp).toISOString()}</small></p>`
  );
  const recorded = message.isRecorded ? "<p>This is of a recorded market, not of today's.</p>" : "";
  const footer = unsubscribeUrl === null
    ? ""
    : `<p><small><a href="${escapeHtml(unsubscribeUrl)}">No more mail</a></small></p>`;
  return `<!doctype html><html lang="en"><body style="font-family:sans-serif">` +
    `<h1 style="font-size:1.2em">${escapeHtml(message.title)}</h1>` +
    `<p>${escapeHtml(message.text)}</p>${parts.join("")}${recorded}` +
    `<p><a href="${escapeHtml(message.url)}">` +
    `${escapeHtml(message.urlWords ?? "Open CryptoIntel")}</a></p>${footer}</body></html>`;
}
