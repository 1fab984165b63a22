/** Serves the pages of portfolios, watchlists, exports and links over answers that a test gives. */
import { App } from "fresh";
import Wrapper from "../../routes/_app.tsx";
import { handler as middleware } from "../../routes/_middleware.ts";
import ExportsPage, * as exports from "../../routes/exports.tsx";
import HelpPage from "../../routes/help.tsx";
import PortfolioPage, * as portfolio from "../../routes/portfolio/[id].tsx";
import PortfoliosPage, * as portfolios from "../../routes/portfolio/index.tsx";
import SharedPage, * as shared from "../../routes/shared/[token].tsx";
import WatchPage, * as watch from "../../routes/watch/[id].tsx";
import WatchlistPage, * as watchlist from "../../routes/watchlists/[id].tsx";
import WatchlistsPage, * as watchlists from "../../routes/watchlists/index.tsx";
import type { AskApi, OwnAnswer, PersonView } from "../../lib/ui/own.ts";
import type {
  ActivityView,
  HoldingView,
  ImportView,
  PortfolioView,
  PortfolioWorth,
  SharedView,
  ShareView,
  ValueHistoryView,
  WatchlistView,
} from "../../lib/ui/own_views.ts";
import type { PageData, State } from "../../lib/ui/state.ts";
import { fullPages, PAGE_MS } from "./pages.ts";

/** Ids of the records that full answers hold. */
export const LIST_ID = "0f8fad5b-d9cb-469f-a165-70867728950e";
export const BOOK_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
export const TOKEN = "share_0123456789abcdefABCDEF";
const DAY_MS = 86_400_000;

export const aPerson: PersonView = {
  id: "u1",
  email: "a@example.org",
  role: "user",
  hasPassword: true,
  unread: 0,
  toasts: true,
  sound: false,
  toastConfidence: 0.8,
};

export const aList = (part: Partial<WatchlistView> = {}): WatchlistView => ({
  id: LIST_ID,
  name: "Majors",
  symbols: ["BTCUSDT", "ETHUSDT"],
  isPublic: true,
  revision: 3,
  created_at: PAGE_MS - DAY_MS,
  updated_at: PAGE_MS - 60_000,
  ...part,
});

export const aPortfolio = (part: Partial<PortfolioView> = {}): PortfolioView => ({
  id: BOOK_ID,
  name: "Long term",
  currency: "USDT",
  revision: 2,
  created_at: PAGE_MS - DAY_MS,
  updated_at: PAGE_MS - 60_000,
  ...part,
});

export const aHolding = (part: Partial<HoldingView> = {}): HoldingView => ({
  exchange: "binance",
  symbol: "BTCUSDT",
  currency: "USDT",
  quantity: "0.5",
  price: "42000",
  average: "40000",
  costOwn: "20000",
  valueOwn: "21000",
  realisedOwn: "100",
  unrealisedOwn: "1000",
  cost: "20000",
  value: "21000",
  realised_pnl: "100",
  unrealised_pnl: "1000",
  income: "0",
  fees: "20",
  heldSinceMs: PAGE_MS - 9 * DAY_MS,
  priceMs: PAGE_MS - 5_000,
  ageMs: 5_000,
  priceSource: "binance",
  lotCount: 1,
  lots: [],
  ...part,
});

export const aWorth = (part: Partial<PortfolioWorth> = {}): PortfolioWorth => ({
  currency: "USDT",
  asOfMs: PAGE_MS,
  isRecorded: false,
  holdings: [aHolding()],
  cash: [{ exchange: "binance", currency: "USDT", balance: "1000.5", value: "1000.5" }],
  value: "22000.5",
  valueKnown: "22000.5",
  cost: "20000",
  realised_pnl: "100",
  unrealised_pnl: "1000",
  income: "12.5",
  fees: "20",
  charges: "0",
  gain: "1112.5",
  allocation: [
    { name: "BTCUSDT", value: "21000", share: 0.95452 },
    { name: "USDT", value: "1000.5", share: 0.04548 },
  ],
  missing: [],
  activityCount: 1,
  problems: { count: 0, first: [] },
  allocationBy: {
    exchange: [{ name: "binance", value: "22000.5", share: 1 }],
    currency: [{ name: "USDT", value: "22000.5", share: 1 }],
  },
  returns: null,
  ...part,
});

export const aHistory = (part: Partial<ValueHistoryView> = {}): ValueHistoryView => ({
  currency: "USDT",
  asOfMs: PAGE_MS,
  points: ["20000", "19000", null, "22000.5"].map((value, i) => ({
    dayMs: PAGE_MS - (3 - i) * DAY_MS,
    value,
    cost: "20000",
    inflow: "0",
    outflow: "0",
    missing: [],
  })),
  count: 4,
  missingDays: 1,
  missing: [],
  returns: {
    timeWeighted: { value: 0.1, reason: null },
    moneyWeighted: { value: null, reason: "Some time must lie between the flows" },
    moneyWeightedSoFar: { value: null, reason: "Some time must lie between the flows" },
    days: 0,
  },
  ...part,
});

export const anActivity = (part: Partial<ActivityView> = {}): ActivityView => ({
  id: "11111111-2222-4333-8444-555555555555",
  portfolioId: BOOK_ID,
  type: "buy",
  symbol: "BTCUSDT",
  exchange: "binance",
  quantity: "0.5",
  price: "40000",
  currency: "USDT",
  fee: "20",
  feeCurrency: "USDT",
  timestamp: PAGE_MS - 9 * DAY_MS,
  note: "first",
  importId: null,
  reference: "",
  revision: 1,
  ...part,
});

export const anImport = (part: Partial<ImportView> = {}): ImportView => ({
  import_id: "22222222-2222-4333-8444-555555555555",
  name: "trades.csv",
  timestamp: PAGE_MS - DAY_MS,
  written: 12,
  duplicates: 1,
  errors: 0,
  isDone: true,
  ...part,
});

export const aShare = (part: Partial<ShareView> = {}): ShareView => ({
  id: "ab".repeat(32),
  kind: "watchlist",
  target: LIST_ID,
  title: "For friends",
  createdMs: PAGE_MS - DAY_MS,
  expiresMs: PAGE_MS + DAY_MS,
  isOpen: true,
  ...part,
});

const watched = {
  symbol: "BTCUSDT",
  price: 63_250.1,
  price_change_24h: -1.5,
  source: "binance",
  eventMs: PAGE_MS - 5_000,
  ageMs: 5_000,
};

export const aShared = (part: Partial<SharedView> = {}): SharedView => ({
  kind: "watchlist",
  title: "For friends",
  expiresMs: PAGE_MS + DAY_MS,
  asOfMs: PAGE_MS,
  isRecorded: false,
  view: null,
  watchlist: { name: "Majors", symbols: [watched] },
  portfolio: null,
  ...part,
});

/** What the API answers, by method and path without the query. */
export type Answers = Record<string, unknown>;

const book = `/api/v1/portfolios/${BOOK_ID}`;
/** Something of everything. */
export const fullAnswers: Answers = {
  "GET /api/v1/watchlists": { watchlists: [aList()], count: 1, most: 100, next_cursor: null },
  [`GET /api/v1/watchlists/${LIST_ID}`]: aList(),
  [`GET /api/v1/watch/${LIST_ID}`]: {
    name: "Majors",
    symbols: [watched],
    updated_at: PAGE_MS - 60_000,
    isRecorded: false,
  },
  "GET /api/v1/portfolios": { portfolios: [aPortfolio()], count: 1, most: 9, next_cursor: null },
  [`GET ${book}`]: { ...aPortfolio(), ...aWorth() },
  [`GET ${book}/value`]: aWorth(),
  [`GET ${book}/history`]: aHistory(),
  [`GET ${book}/activities`]: { activities: [anActivity()], count: 1, next_cursor: "older" },
  [`GET ${book}/imports`]: { imports: [anImport()], count: 1 },
  "GET /api/v1/shares": { shares: [aShare()], count: 1, most: 200, next_cursor: null },
  [`GET /api/v1/shared/${TOKEN}`]: aShared(),
};

/** Every page of a person, and those that anybody with the address may see. */
export const ownPaths = [
  "/watchlists",
  `/watchlists/${LIST_ID}`,
  "/portfolio",
  `/portfolio/${BOOK_ID}`,
  "/exports",
];
export const openPaths = [`/watch/${LIST_ID}`, `/shared/${TOKEN}`, "/help"];

/** A question to the API, as it was asked. */
export interface Asked {
  method: string;
  path: string;
  body: unknown;
}

/** A problem that the API answers. */
export class Refusal {
  constructor(readonly status: number, readonly detail = "Cannot do this") {}
}

/** Answers of a made-up API; what it does not know is not found. */
export function createAnswers(answers: Answers, asked: Asked[] = []): AskApi {
  return (method, path, question) => {
    asked.push({ method, path, body: question?.body });
    const answer = answers[`${method} ${path.split("?")[0]}`] ?? new Refusal(404);
    const status = answer instanceof Refusal ? answer.status : 200;
    const body = answer instanceof Refusal ? { detail: answer.detail, status } : answer;
    const told: OwnAnswer = { status, isOk: status < 400, body, cookies: [], etag: null };
    return Promise.resolve(told);
  };
}

/** Returns a handler of requests for these pages; `person` null is a visitor. */
export function serveOwn(
  { answers = fullAnswers, person = aPerson, data = fullPages, asked = [] }: {
    answers?: Answers;
    person?: PersonView | null;
    data?: PageData;
    asked?: Asked[];
  } = {},
): (req: Request) => Promise<Response> {
  const ask = createAnswers(answers, asked);
  const handle = new App<State>()
    .use((ctx) => {
      Object.assign(ctx.state, { requestId: "r1", mode: { mode: "live" }, data, person, ask });
      return ctx.next();
    })
    .use(middleware)
    .appWrapper(Wrapper)
    .route("/watchlists", { component: WatchlistsPage, handler: watchlists.handler } as never)
    .route("/watchlists/:id", { component: WatchlistPage, handler: watchlist.handler } as never)
    .route("/watch/:id", { component: WatchPage, handler: watch.handler } as never)
    .route("/portfolio", { component: PortfoliosPage, handler: portfolios.handler } as never)
    .route("/portfolio/:id", { component: PortfolioPage, handler: portfolio.handler } as never)
    .route("/exports", { component: ExportsPage, handler: exports.handler } as never)
    .route("/shared/:token", { component: SharedPage, handler: shared.handler } as never)
    .route("/help", { component: HelpPage } as never)
    .handler();
  return async (req) => await handle(req);
}
