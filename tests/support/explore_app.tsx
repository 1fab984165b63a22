/** Serves the pages of markets, exchanges, news and operation over data that a test gives. */
import { App } from "fresh";
import Wrapper from "../../routes/_app.tsx";
import { handler as middleware } from "../../routes/_middleware.ts";
import ContinuityPage, * as continuity from "../../routes/continuity.tsx";
import GuidePage, * as guide from "../../routes/guides/[name].tsx";
import GuidesPage, * as guides from "../../routes/guides/index.tsx";
import Dashboard, * as dashboard from "../../routes/index.tsx";
import IntelligencePage, * as intelligence from "../../routes/intelligence.tsx";
import SignalsPage, * as signals from "../../routes/explore/signals.tsx";
import PairPage, * as pair from "../../routes/explore/dex/[pair].tsx";
import DexPage, * as dex from "../../routes/explore/dex/index.tsx";
import MarketPage, * as market from "../../routes/explore/market/[symbol].tsx";
import MarketsPage, * as markets from "../../routes/explore/markets.tsx";
import TvlPage, * as tvl from "../../routes/explore/tvl.tsx";
import NewsPage, * as news from "../../routes/explore/news.tsx";
import CachePage, * as cache from "../../routes/cache.tsx";
import JobsPage, * as jobs from "../../routes/jobs.tsx";
import SymbolQualityPage, * as symbolQuality from "../../routes/quality/[symbol].tsx";
import QualityPage, * as quality from "../../routes/quality/index.tsx";
import SourcesPage, * as sources from "../../routes/sources.tsx";
import type { ModeView, PageData, State } from "../../lib/ui/state.ts";

/** The page of a pair that full pages hold. */
export const PAIR_PATH = "/explore/dex/ethereum%3A0xaa";

/** Every page that is served. */
export const explorePaths = [
  "/explore/markets",
  "/explore/market/BTCUSDT",
  "/explore/dex",
  PAIR_PATH,
  "/explore/news",
  "/explore/tvl",
  "/sources",
  "/jobs",
  "/cache",
  "/quality",
  "/quality/BTCUSDT",
];

/** The pages that bring things together, served as well. */
export const overviewPaths = [
  "/",
  "/intelligence",
  "/explore/signals",
  "/continuity",
  "/guides",
  "/guides/api",
];

/** Returns a handler of requests for these pages. */
export function serveExplore(
  data: PageData,
  mode: ModeView = { mode: "live" },
): (req: Request) => Promise<Response> {
  const handle = new App<State>()
    .use((ctx) => {
      Object.assign(ctx.state, { requestId: "r1", mode, data });
      return ctx.next();
    })
    .use(middleware)
    .appWrapper(Wrapper)
    .route("/", { component: Dashboard, handler: dashboard.handler } as never)
    .route("/intelligence", { component: IntelligencePage, handler: intelligence.handler } as never)
    .route("/explore/signals", { component: SignalsPage, handler: signals.handler } as never)
    .route("/continuity", { component: ContinuityPage, handler: continuity.handler } as never)
    .route("/guides", { component: GuidesPage, handler: guides.handler } as never)
    .route("/guides/:name", { component: GuidePage, handler: guide.handler } as never)
    .route("/explore/markets", { component: MarketsPage, handler: markets.handler } as never)
    .route("/explore/market/:symbol", { component: MarketPage, handler: market.handler } as never)
    .route("/explore/dex", { component: DexPage, handler: dex.handler } as never)
    .route("/explore/dex/:pair", { component: PairPage, handler: pair.handler } as never)
    .route("/explore/tvl", { component: TvlPage, handler: tvl.handler } as never)
    .route("/explore/news", { component: NewsPage, handler: news.handler } as never)
    .route("/sources", { component: SourcesPage, handler: sources.handler } as never)
    .route("/jobs", { component: JobsPage, handler: jobs.handler } as never)
    .route("/cache", { component: CachePage, handler: cache.handler } as never)
    .route("/quality", { component: QualityPage, handler: quality.handler } as never)
    .route(
      "/quality/:symbol",
      { component: SymbolQualityPage, handler: symbolQuality.handler } as never,
    )
    .handler();
  return async (req) => await handle(req);
}
