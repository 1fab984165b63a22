import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../islands/LiveText.tsx";
import { strings } from "../lib/format/mod.ts";
import { exportStrings as words } from "../lib/format/export_strings.ts";
import { readTimes } from "../lib/ui/Age.tsx";
import {
  type ExportFault,
  linkExport,
  parseExport,
  parseShare,
  type ShareTarget,
} from "../lib/ui/export_links.ts";
import { ExportForm, ReadyFiles } from "../lib/ui/ExportParts.tsx";
import { goOn, privatePage, readForm } from "../lib/ui/forms.ts";
import { type AskApi, getOwn, linkSignIn, readProblem } from "../lib/ui/own.ts";
import {
  type Own,
  type PortfoliosView,
  readOwn,
  type SharesView,
  type WatchlistsView,
} from "../lib/ui/own_views.ts";
import type { Reading } from "../lib/ui/read.ts";
import { ShareForm, type ShareNews, ShareTable } from "../lib/ui/ShareParts.tsx";
import { ReadError } from "../lib/ui/Shell.tsx";
import type { State } from "../lib/ui/state.ts";

/** What is a person's: links, and what can be shared and exported. */
interface Mine {
  shares: SharesView["shares"];
  watchlists: { id: string; name: string }[];
  portfolios: { id: string; name: string }[];
}

interface Data {
  own: Reading<Own<Mine>>;
  fault: ExportFault | null;
  news: ShareNews | null;
  wanted: ShareTarget | null;
}

const path = "/api/v1/shares";
/** Records that the form lists. */
const listed = 100;

async function readMine(ask: AskApi): Promise<Mine> {
  const [{ shares }, { watchlists }, { portfolios }] = await Promise.all([
    getOwn<SharesView>(ask, `${path}?limit=200`),
    getOwn<WatchlistsView>(ask, `/api/v1/watchlists?limit=${listed}`),
    getOwn<PortfoliosView>(ask, `/api/v1/portfolios?limit=${listed}`),
  ]);
  return { shares, watchlists, portfolios };
}

async function show(
  { state, url }: Context<State>,
  news: ShareNews | null,
  fault: ExportFault | null,
) {
  const wanted = parseShare(url.searchParams.get("share"));
  return page({ own: await readOwn(state, readMine), fault, news, wanted }, privatePage);
}

export const handler = {
  async GET(ctx: Context<State>) {
    const choice = parseExport(ctx.url.searchParams);
    if (!choice) return await show(ctx, null, null);
    const link = linkExport(choice, ctx.state.data.marketNow());
    return "href" in link ? goOn(link.href) : await show(ctx, null, link.fault);
  },
  async POST(ctx: Context<State>) {
    const form = await readForm(ctx.req);
    const { ask, person } = ctx.state;
    if (!ask || !person) return goOn(linkSignIn(ctx.url.pathname));
    return await show(ctx, await changeShares(ask, form, ctx.url.origin), null);
  },
};

/** Makes or revokes a link; says what came of it. */
async function changeShares(
  ask: AskApi,
  form: URLSearchParams | null,
  origin: string,
): Promise<ShareNews> {
  const id = form?.get("revoke");
  if (id) {
    const answer = await ask("DELETE", `${path}/${encodeURIComponent(id)}`);
    return answer.isOk
      ? { text: words.revoked, link: null, isError: false }
      : refuse(readProblem(answer).text);
  }
  const target = parseShare(form?.get("share") ?? null);
  if (!target) return refuse(words.failed);
  const body = {
    ...target,
    title: (form?.get("title") ?? "").slice(0, 120),
    expiresDays: Number(form?.get("days") ?? 30),
  };
  const answer = await ask("POST", path, { body });
  if (!answer.isOk) return refuse(readProblem(answer).text);
  const { token } = answer.body as { token: string };
  return { text: words.made, link: `${origin}/shared/${token}`, isError: false };
}

const refuse = (text: string): ShareNews => ({ text, link: null, isError: true });

/** Files of everything, and the links under which a person shares. */
export default function ExportsPage({ data, url, state }: PageProps<Data, State>) {
  const { own, fault, news, wanted } = data;
  const times = readTimes(state);
  const isSignedIn = own.isOk && own.value.isSignedIn;
  const mine = own.isOk ? own.value.value : null;
  const choice = parseExport(url.searchParams);
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      {!own.isOk && <ReadError href={url.pathname} />}
      <ExportForm choice={choice} fault={fault} portfolios={mine?.portfolios ?? null} />
      <ReadyFiles isSignedIn={isSignedIn} />
      {own.isOk && !isSignedIn && (
        <section class="card">
          <p>{words.signInForOwn}</p>
          <p>
            <a class="button" href={linkSignIn(url.pathname + url.search)}>{words.signInLink}</a>
          </p>
        </section>
      )}
      {mine && (
        <>
          <section class="card" aria-labelledby="links">
            <h2 id="links">{words.links}</h2>
            <p>{words.linksIntro}</p>
            <ShareTable shares={mine.shares} times={times} news={news} names={mine} />
          </section>
          <ShareForm
            watchlists={mine.watchlists}
            portfolios={mine.portfolios}
            wanted={wanted}
            title={url.searchParams.get("title") ?? ""}
          />
        </>
      )}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
