/**
 * Share links: those that are, and a form for another one; both need no scripts.
 *
 * @module
 */
import { formatDateTime } from "../format/dates.ts";
import { exportStrings as words } from "../format/export_strings.ts";
import { Age, type PageTimes } from "./Age.tsx";
import type { ShareTarget } from "./export_links.ts";
import { ScrollTable } from "./Figures.tsx";
import type { ShareView } from "./own_views.ts";

/** What came of an act; `link` is a new address, shown this once. */
export interface ShareNews {
  text: string;
  link: string | null;
  isError: boolean;
}

/** Records by which a link's target is named. */
interface Names {
  watchlists: readonly { id: string; name: string }[];
  portfolios: readonly { id: string; name: string }[];
}

function nameTarget({ kind, target }: ShareView, names: Names): string {
  if (kind === "dashboard") return target;
  return names[`${kind}s`].find(({ id }) => id === target)?.name ?? "";
}

/** Says what came of the last act. */
function News({ news }: { news: ShareNews }) {
  return (
    <div class={news.isError ? "error" : "edit-notice"} role={news.isError ? "alert" : "status"}>
      <span>{news.text}</span>
      {news.link && (
        <label class="field made-link">
          <span>{words.newLink}</span>
          <input readOnly value={news.link} />
        </label>
      )}
      {news.link && <a href={news.link}>{words.open}</a>}
    </div>
  );
}

/** A person's links, each with what it shows, how long, and its end. */
export function ShareTable({ shares, times, news, names }: {
  shares: readonly ShareView[];
  times: PageTimes;
  news: ShareNews | null;
  names: Names;
}) {
  return (
    <>
      {news && <News news={news} />}
      {shares.length === 0 && <p class="empty">{words.noLinks}</p>}
      {shares.length > 0 && (
        <ScrollTable label={words.linksCaption}>
          <thead>
            <tr>
              <th scope="col">{words.title}</th>
              <th scope="col">{words.target}</th>
              <th scope="col">{words.created}</th>
              <th scope="col">{words.ends}</th>
              <th scope="col">{words.acts}</th>
            </tr>
          </thead>
          <tbody>
            {shares.map((share) => (
              <tr key={share.id}>
                <th scope="row" class="text-cell">{share.title || words.unnamed}</th>
                <td class="text-cell">
                  {words.kinds[share.kind]}
                  <small>{nameTarget(share, names)}</small>
                </td>
                <td>
                  <Age timeMs={share.createdMs} clock="wall" times={times} />
                </td>
                <td>
                  {share.isOpen
                    ? share.expiresMs === null ? words.never : formatDateTime(share.expiresMs)
                    : words.ended}
                </td>
                <td>
                  <form method="post" action="/exports">
                    <input type="hidden" name="revoke" value={share.id} />
                    <button
                      type="submit"
                      aria-label={words.revokeNamed(share.title || words.unnamed)}
                    >
                      {words.revoke}
                    </button>
                  </form>
                </td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      )}
    </>
  );
}

/** Makes a link to the dashboard, a watchlist or a portfolio. */
export function ShareForm({ watchlists, portfolios, wanted, title }: Names & {
  wanted: ShareTarget | null;
  title: string;
}) {
  const chosen = wanted ? `${wanted.kind}:${wanted.target}` : "dashboard:";
  const dashboard = wanted?.kind === "dashboard" ? chosen : "dashboard:";
  const options: [string, string][] = [
    [dashboard, words.thisDashboard],
    ...watchlists.map(({ id, name }): [string, string] => [
      `watchlist:${id}`,
      `${words.kinds.watchlist}: ${name}`,
    ]),
    ...portfolios.map(({ id, name }): [string, string] => [
      `portfolio:${id}`,
      `${words.kinds.portfolio}: ${name}`,
    ]),
  ];
  return (
    <section class="card" aria-labelledby="new-link">
      <h2 id="new-link">{words.newLink}</h2>
      <form method="post" action="/exports" class="filters">
        <label class="field">
          <span>{words.target}</span>
          <select name="share">
            {options.map(([value, name]) => (
              <option key={value} value={value} selected={value === chosen}>{name}</option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>{words.title}</span>
          <input name="title" maxLength={120} value={title.slice(0, 120)} autocomplete="off" />
        </label>
        <label class="field">
          <span>{words.days}</span>
          <select name="days">
            {Object.entries(words.dayCounts).map(([days, name]) => (
              <option key={days} value={days} selected={days === "30"}>{name}</option>
            ))}
          </select>
        </label>
        <div class="actions">
          <button type="submit">{words.makeLink}</button>
        </div>
      </form>
    </section>
  );
}
