/**
 * The frame of every page: header, navigation and main area.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { strings } from "../format/mod.ts";

const links = [
  ["/", strings.nav.dashboard],
  ["/enhanced-dashboard", strings.nav.chart],
  ["/explore/signals", strings.nav.signals],
  ["/continuity", strings.nav.continuity],
] as const;

/** Two candles: one risen, one fallen. */
function Brand() {
  return (
    <svg class="brand-mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d="M8 2v4M8 18v4M16 4v5M16 16v4" stroke="currentColor" stroke-width="2" />
      <rect x="5" y="6" width="6" height="12" rx="1" fill="currentColor" />
      <rect
        x="13"
        y="9"
        width="6"
        height="7"
        rx="1"
        fill="none"
        stroke="currentColor"
        stroke-width="2"
      />
    </svg>
  );
}

/**
 * Header, navigation and main area; `controls` stand at the right of the header, `notice` above the
 * page, `more` after the links, where it may come later without moving anything.
 */
export function Shell(
  { path, controls, notice, more, children }: {
    path: string;
    controls: ComponentChildren;
    notice?: ComponentChildren;
    more?: ComponentChildren;
    children: ComponentChildren;
  },
) {
  return (
    <>
      <a class="skip" href="#main">{strings.skip}</a>
      <header class="top">
        <a class="brand" href="/">
          <Brand />
          <span>{strings.title}</span>
        </a>
        <div class="controls">{controls}</div>
      </header>
      <div class="frame">
        <nav class="side" aria-label={strings.nav.label}>
          <ul>
            {links.map(([href, label]) => (
              <li key={href}>
                <a href={href} aria-current={href === path ? "page" : undefined}>{label}</a>
              </li>
            ))}
            <li>
              <a href="/docs">{strings.nav.api}</a>
            </li>
            {more && <li class="more">{more}</li>}
          </ul>
        </nav>
        <main id="main" tabIndex={-1}>
          {notice}
          {children}
        </main>
      </div>
    </>
  );
}

/** What stands in place of figures that could not be read. */
export function ReadError({ href }: { href: string }) {
  return (
    <p class="error" role="alert">
      {strings.errors.data} <a class="button" href={href}>{strings.errors.retry}</a>
    </p>
  );
}

/** A figure with its name. */
export function StatCard(
  { label, value, note }: { label: string; value: ComponentChildren; note?: string },
) {
  return (
    <div class="stat">
      <dt>{label}</dt>
      <dd>
        <span class="number">{value}</span>
        {note && <small>{note}</small>}
      </dd>
    </div>
  );
}
