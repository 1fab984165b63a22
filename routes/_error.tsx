import { HttpError, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import { strings } from "../lib/format/mod.ts";
import { securityHeaders } from "../lib/ui/headers.ts";
import type { State } from "../lib/ui/state.ts";

/** Error pages stand outside the middleware, so they take its headers here. */
export const handler = () => page(undefined, { headers: securityHeaders(new Headers()) });

/** Says what went wrong, without our internals, and how to go on. */
export default function ErrorPage({ error, state, url }: PageProps<unknown, State>) {
  const status = error instanceof HttpError ? error.status : 500;
  const words = strings.errors[status === 404 ? 404 : 500];
  return (
    <section class="notice">
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <p class="number muted">{status}</p>
      <h1>{words.heading}</h1>
      <p>{words.text}</p>
      {status !== 404 && state?.requestId && (
        <p class="muted">{strings.errors.requestId} {state.requestId}</p>
      )}
      <p>
        {status !== 404 && (
          <a class="button" href={url.pathname + url.search}>{strings.errors.retry}</a>
        )} <a class="button" href="/">{strings.errors.home}</a>
      </p>
    </section>
  );
}
