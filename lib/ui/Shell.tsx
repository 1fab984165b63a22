/**
 * The frame of every page: header, navigation and main area.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { accountStrings } from "../format/account_strings.ts";
import {
  cacheStrings,
  overviewStrings,
  pageStrings,
  signalStrings,
  strings,
} from "../format/mod.ts";
import { exportStrings } from "../format/export_strings.ts";
import { helpStrings } from "../format/help_strings.ts";
import { portfolioStrings } from "../format/portfolio_strings.ts";
import { visitStrings } from "../format/visit_strings.ts";
import { watchlistStrings } from "../format/watchlist_strings.ts";

/** A page: its address, its name, and the addresses below which it stays marked. */
type Link = readonly [href: string, label: string, below?: string];

const { nav } = pageStrings;
const groups: readonly (readonly [name: string, links: readonly Link[]])[] = [
  [nav.groups.watch, [
    ["/", nav.dashboard],
    ["/intelligence", overviewStrings.intelligence.nav],
    ["/enhanced-dashboard", nav.chart],
    ["/explore/signals", nav.signals],
  ]],
  [nav.groups.explore, [
    ["/explore/markets", nav.markets, "/explore/market/"],
    ["/explore/dex", nav.dex, "/explore/dex/"],
    ["/explore/tvl", signalStrings.tvl.nav],
    ["/explore/news", nav.news],
  ]],
  [nav.groups.operate, [
    ["/sources", nav.sources],
    ["/jobs", nav.jobs],
    ["/quality", nav.quality, "/quality/"],
    ["/continuity", nav.continuity],
    ["/cache", cacheStrings.nav],
    ["/visits", visitStrings.nav],
  ]],
  [accountStrings.menu.group, [
    ["/alerts", accountStrings.menu.alerts, "/alerts/"],
    ["/notifications", accountStrings.menu.notifications],
    ["/portfolio", portfolioStrings.nav, "/portfolio/"],
    ["/watchlists", watchlistStrings.nav, "/watchlists/"],
    ["/exports", exportStrings.nav],
    ["/settings", accountStrings.menu.settings, "/settings/"],
  ]],
  [overviewStrings.guides.group, [
    ["/guides", overviewStrings.guides.nav, "/guides/"],
    ["/help", helpStrings.nav],
  ]],
];

/** What is no page but worth a link. */
const documents: readonly Link[] = [
  ["/docs", nav.api],
  ["/openapi.json", nav.openapi],
  ["/api/v1/health", nav.health],
];

/** Marks the page itself, and for what lies below a page that page. */
function getCurrent(path: string, [href, , below]: Link): "page" | "true" | undefined {
  if (path === href) return "page";
  return below !== undefined && path.startsWith(below) ? "true" : undefined;
}

/** All pages in groups. On a phone it opens over the page, without scripts too. */
function Menu({ path, more }: { path: string; more?: ComponentChildren }) {
  return (
    <nav class="side" id="menu" popover="auto" aria-label={nav.label}>
      {groups.map(([name, links], i) => (
        <section key={name} aria-labelledby={`menu-${i}`}>
          <p class="group" id={`menu-${i}`}>{name}</p>
          <ul>
            {links.map((link) => (
              <li key={link[0]}>
                <a href={link[0]} aria-current={getCurrent(path, link)}>{link[1]}</a>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {more && <div class="more">{more}</div>}
    </nav>
  );
}

/** Every page once more, and what programs may read. */
function Footer() {
  return (
    <footer class="foot">
      <nav aria-label={nav.footer}>
        <ul>
          {[...groups.flatMap(([, links]) => links), ...documents].map(([href, label]) => (
            <li key={href}>
              <a href={href}>{label}</a>
            </li>
          ))}
        </ul>
      </nav>
    </footer>
  );
}

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
      <a class="skip" href="#main">{pageStrings.skip}</a>
      <header class="top">
        <div class="controls">
          <button
            type="button"
            class="icon-button menu-button"
            popovertarget="menu"
            aria-label={nav.menu}
          >
            ☰
          </button>
          <a class="brand" href="/">
            <Brand />
            <span>{strings.title}</span>
          </a>
        </div>
        <div class="controls">{controls}</div>
      </header>
      <div class="frame">
        <Menu path={path} more={more} />
        <main id="main" tabIndex={-1}>
          {notice}
          {children}
        </main>
      </div>
      <Footer />
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

/** A figure with its name; `refresh` names it for a page that is read anew while it lies open. */
export function StatCard({ label, value, note, refresh }: {
  label: string;
  value: ComponentChildren;
  note?: string;
  refresh?: string;
}) {
  return (
    <div class="stat">
      <dt>{label}</dt>
      <dd data-refresh={refresh}>
        <span class="number">{value}</span>
        {note && <small>{note}</small>}
      </dd>
    </div>
  );
}
