import { type Context, page } from "fresh";
import { Head } from "fresh/runtime";
import { appStrings } from "../lib/format/app_strings.ts";
import { strings } from "../lib/format/mod.ts";
import type { State } from "../lib/ui/state.ts";
import { findSharedPage, readShared } from "../lib/worker/share.ts";

const words = appStrings.share;
/** Longest body that is read. */
const bodyMaxBytes = 65_536;

export const handler = {
  GET: () => page(null),
  /** Answers what another app shared, also where no worker runs, by the page that fits it. */
  async POST({ req, url }: Context<State>): Promise<Response> {
    const length = Number(req.headers.get("content-length") ?? NaN);
    const form = length <= bodyMaxBytes ? await req.formData().catch(() => null) : null;
    const target = form ? findSharedPage(readShared(form), url.origin) : "/share";
    return new Response(null, { status: 303, headers: { location: target } });
  },
};

/** Says what sharing does, to whoever opens its address. */
export default function SharePage() {
  return (
    <section class="notice">
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.text}</p>
      <p>
        <a class="button" href="/explore/markets">{words.markets}</a>
      </p>
    </section>
  );
}
