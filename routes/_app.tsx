import type { PageProps } from "fresh";
import { asset } from "fresh/runtime";
import Help from "../islands/Help.tsx";
import InstallButton from "../islands/InstallButton.tsx";
import LiveStatus from "../islands/LiveStatus.tsx";
import OfflineNotice from "../islands/OfflineNotice.tsx";
import RecordingBanner from "../islands/RecordingBanner.tsx";
import ServiceWorker from "../islands/ServiceWorker.tsx";
import ThemeToggle from "../islands/ThemeToggle.tsx";
import Toasts from "../islands/Toasts.tsx";
import { strings } from "../lib/format/mod.ts";
import { AccountMenu } from "../lib/ui/AccountMenu.tsx";
import { Shell } from "../lib/ui/Shell.tsx";
import type { State } from "../lib/ui/state.ts";

/** The document around every page. */
export default function App({ Component, url, state }: PageProps<unknown, State>) {
  return (
    <html lang="en" data-visits={state?.data?.areVisitsCounted?.() ? "on" : undefined}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="theme-color" content="#0d1117" />
        <meta name="description" content={strings.tagline} />
        <meta name="apple-mobile-web-app-capable" content="yes" />
        <title>{strings.title}</title>
        <link rel="manifest" href="/manifest.webmanifest" />
        <link rel="icon" type="image/png" href={asset("/icon.png")} />
        <link rel="apple-touch-icon" href={asset("/icon-192.png")} />
        <link rel="stylesheet" href={asset("/styles.css")} />
        <script src={asset("/theme.js")} />
      </head>
      <body>
        <Shell
          path={url.pathname}
          notice={
            <>
              {state?.mode && <RecordingBanner mode={state.mode} />}
              <OfflineNotice marketMs={state?.data?.marketNow() ?? 0} />
            </>
          }
          more={<InstallButton />}
          controls={
            <>
              <LiveStatus />
              <Help />
              <ThemeToggle />
              {state?.ask && (
                <AccountMenu person={state.person ?? null} path={url.pathname + url.search} />
              )}
            </>
          }
        >
          <Component />
        </Shell>
        <ServiceWorker />
        {state?.person && (
          <Toasts
            isOn={state.person.toasts}
            hasSound={state.person.sound}
            confidence={state.person.toastConfidence}
          />
        )}
      </body>
    </html>
  );
}
