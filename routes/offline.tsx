import { Head } from "fresh/runtime";
import { pageStrings, strings } from "../lib/format/mod.ts";

/** Shown by the service worker when a page was never opened on this device. */
export default function OfflinePage() {
  return (
    <section class="notice">
      <Head>
        <title>{`${strings.offline.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{strings.offline.heading}</h1>
      <p>{strings.offline.text}</p>
      <p>
        <a class="button" href="/">{pageStrings.nav.dashboard}</a>{" "}
        <a class="button" href="/enhanced-dashboard">{pageStrings.nav.chart}</a>
      </p>
    </section>
  );
}
