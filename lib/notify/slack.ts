/**
 * SLACK: an incoming webhook (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
 *
 * @module
 */
import type { Egress, EgressAnswer } from "./egress.ts";
import { sendByHttp } from "./http.ts";
import type { Channel, Message, Outcome } from "./types.ts";

/** The only host that incoming webhooks of Slack live at. */
export const SLACK_HOST = "hooks.slack.com";
/** Slack takes 50 blocks and 3 000 characters in one. */
const PARTS_MAX = 20;
const TEXT_MAX = 2_900;

/** Where to: the address is a secret. */
export interface SlackTarget {
  url: string;
}

/** Returns text in which nothing is markup. */
export function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Returns what is posted: a line for screen readers and lists, and a block for each alert. */
export function writeSlackBody(message: Message): string {
  const recorded = message.isRecorded ? " (recorded market)" : "";
  const title = `${escapeSlack(message.title)}${recorded}`;
  const parts = message.parts.slice(0, PARTS_MAX);
  const lines = parts.length === 0
    ? [escapeSlack(message.text)]
    : parts.map((part) =>
      `<${encodeURI(part.url)}|${escapeSlack(part.title)}>: ${escapeSlack(part.message)}`
    );
  const left = message.parts.length - parts.length;
  if (left > 0) lines.push(`and ${left} more: <${encodeURI(message.url)}|all of them>`);
  const section = (text: string) => ({
    type: "section",
    text: { type: "mrkdwn", text: text.slice(0, TEXT_MAX) },
  });
  return JSON.stringify({
    text: `${title}: ${escapeSlack(message.text)}`.slice(0, TEXT_MAX),
    blocks: [section(`*${title}*`), ...lines.map(section)],
  });
}

/** Slack says in words why a channel does not exist any more. */
const deadWords = /no_service|channel_not_found|channel_is_archived|user_not_found|no_team/;

function judgeSlack({ status, body }: EgressAnswer): Outcome | null {
  if (status >= 400 && status < 500 && deadWords.test(body)) {
    return { status: "gone", detail: `answered ${status} ${body.slice(0, 60)}` };
  }
  // Slack answers 403 for what was forbidden later on.
  return status === 403 ? { status: "gone", detail: "answered 403" } : null;
}

/** Returns the channel. `now` is wall time, epoch ms. */
export function createSlackChannel(
  { egress, now }: { egress: Egress; now: () => number },
): Channel<SlackTarget> {
  return {
    name: "SLACK",
    send: (message, { url }) =>
      sendByHttp(
        egress,
        url,
        {
          body: writeSlackBody(message),
          headers: { "content-type": "application/json" },
        },
        now,
        judgeSlack,
      ),
  };
}
