/**
 * Reports as PDF: a symbol, the newest signals, or a portfolio, with charts and tables.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { symbolParamSchema } from "../contracts/common.ts";
import { exportParamSchema, reportQuerySchema } from "../contracts/exports.ts";
import type { PortfolioRecord } from "../contracts/owned.ts";
import { createReportPdf, getReportFontUrls, type Report } from "../export/mod.ts";
import type { MarketSymbol, Timeframe } from "../market/mod.ts";
import type { ApiDeps } from "./deps.ts";
import { limitExports, nameFile } from "./exports.ts";
import { requireReader } from "./guards.ts";
import { requireUser } from "./identity.ts";
import type { PortfolioDesk } from "./portfolio_values_desk.ts";
import { getOwned, readOwn, readOwner, scopeAnswer } from "./portfolios_parts.ts";
import { resolveSymbol } from "./resolve.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

const path = "/api/v1/reports";
const tags = ["exports"];
/** Rows of tables, so that a report stays something to read. */
const rowsMax = 60;
const pdfAnswers = {
  ...describeAnswers(z.unknown(), ""),
  ...unavailable,
  200: {
    description: "The document",
    content: { "application/pdf": { schema: z.string().openapi({ format: "binary" }) } },
  },
};

const symbolRoute = createRoute({
  method: "get",
  path: `${path}/symbols/{symbol}`,
  tags,
  summary: "A symbol's price, volume, quality and signals as PDF",
  request: { params: symbolParamSchema, query: reportQuerySchema },
  responses: pdfAnswers,
});

const dashboardRoute = createRoute({
  method: "get",
  path: `${path}/dashboard`,
  tags,
  summary: "Prices of all followed symbols and the newest signals as PDF",
  responses: pdfAnswers,
});

const portfolioRoute = createRoute({
  method: "get",
  path: `${path}/portfolios/{id}`,
  tags,
  summary: "One's portfolio as PDF: its worth, holdings and history",
  request: { params: exportParamSchema },
  responses: { ...pdfAnswers, ...scopeAnswer },
});

/** Binds the reports; `desk` values portfolios. */
export function bindReports(api: Api, deps: ApiDeps, desk: PortfolioDesk): void {
  api.use(`${path}/*`, requireReader(deps));
  api.use(`${path}/portfolios/*`, requireUser(deps, "export"));
  api.use(`${path}/*`, limitExports(deps));
  const answer = createPrinter(deps);
  api.openapi(symbolRoute, async (c) => {
    const symbol = await resolveSymbol(deps, c.req.valid("param").symbol);
    const { timeframe, bars } = c.req.valid("query");
    return await answer(symbol.symbol, await reportSymbol(deps, symbol, { timeframe, bars }));
  });
  api.openapi(dashboardRoute, async () => await answer("dashboard", await reportDashboard(deps)));
  api.openapi(portfolioRoute, async (c) => {
    const userId = await readOwner(c, deps, "export");
    const { id } = c.req.valid("param");
    const portfolio = await readOwn(getOwned(deps), "portfolios", { id, userId });
    return await answer("portfolio", await reportPortfolio(deps, desk, portfolio));
  });
}

/** Returns a function that answers with a report; fonts are read with the first one. */
function createPrinter({ marketNow }: Pick<ApiDeps, "marketNow">) {
  let fonts: Promise<{ regular: Uint8Array; bold: Uint8Array }> | null = null;
  const readFonts = async () => {
    const { regular, bold } = getReportFontUrls();
    return { regular: await Deno.readFile(regular), bold: await Deno.readFile(bold) };
  };
  return async (name: string, report: Report): Promise<never> => {
    fonts ??= readFonts();
    const { bytes } = await createReportPdf(report, await fonts);
    return new Response(new Uint8Array(bytes), {
      headers: {
        "content-type": "application/pdf",
        "content-disposition": `attachment; filename="${nameFile(name, marketNow(), "pdf")}"`,
        "cache-control": "no-store",
      },
    }) as never;
  };
}

const formatTime = (timeMs: number) =>
  new Date(timeMs).toISOString().slice(0, 16).replace("T", " ");
const formatPrice = (value: number) => value.toLocaleString("en", { maximumSignificantDigits: 8 });
/** An exact text as it is read: no more than eight digits after the point. */
const formatAmount = (text: string | null) =>
  text === null ? "unknown" : text.replace(/(\.\d{8})\d+$/, "$1");
const column = (name: string, align: "left" | "right" = "right") => ({ name, align });

function describeSource({ getMode }: Pick<ApiDeps, "getMode">): string {
  const { mode, recordedFrom = 0, recordedTo = 0 } = getMode();
  if (mode === "live") return "Live data";
  return `Recorded data, ${formatTime(recordedFrom)} to ${formatTime(recordedTo)} UTC`;
}

function begin(deps: ApiDeps, title: string, subtitle: string): Omit<Report, "sections"> {
  const source = describeSource(deps);
  const createdMs = deps.now();
  const at = `as of ${formatTime(deps.marketNow())} UTC`;
  return { title, subtitle: `${subtitle}, ${at}. ${source}.`, createdMs, language: "en" };
}

async function reportSymbol(
  deps: ApiDeps,
  { symbol, name }: MarketSymbol,
  { timeframe, bars: limit }: { timeframe: Timeframe; bars: number },
): Promise<Report> {
  const [bars, signals] = await Promise.all([
    deps.store.bars.listBars({ symbol, timeframe }, { limit }),
    deps.store.signals.list({ index: "entity", equals: [symbol], limit: rowsMax }),
  ]);
  const title = name === undefined ? symbol : `${symbol} · ${name}`;
  const head = begin(deps, title, `${bars.length} bars of ${timeframe}`);
  if (bars.length === 0) {
    return { ...head, sections: [{ kind: "paragraph", text: "No bars are stored of it." }] };
  }
  const labels = bars.map(({ time }) => formatTime(time));
  const quality = deps.market.getQuality(symbol);
  const score = quality ? `${(quality.score * 100).toFixed(1)} %` : "not judged yet";
  const newest = bars.slice(-rowsMax).reverse();
  return {
    ...head,
    sections: [
      { kind: "paragraph", text: `Quality of its data: ${score}.` },
      {
        kind: "figure",
        caption: "Close",
        shape: "line",
        series: [{ name: "Close", values: bars.map(({ close }) => close) }],
        labels,
        format: formatPrice,
      },
      {
        kind: "figure",
        caption: "Volume",
        shape: "bars",
        series: [{ name: "Volume", values: bars.map(({ volume }) => volume) }],
        labels,
        format: formatPrice,
      },
      { kind: "heading", text: "Newest bars" },
      {
        kind: "table",
        caption: "",
        columns: [
          column("Time (UTC)", "left"),
          ...["Open", "High", "Low", "Close", "Volume"].map((one) => column(one)),
          column("Quality", "left"),
        ],
        rows: newest.map(({ time, open, high, low, close, volume, quality }) => [
          formatTime(time),
          ...[open, high, low, close, volume].map(formatPrice),
          quality,
        ]),
      },
      ...listSignals(signals.items),
    ],
  };
}

function listSignals(
  signals: readonly { timestamp: number; type: string; entity: string; confidence_score: number }[],
): Report["sections"] {
  if (signals.length === 0) return [{ kind: "paragraph", text: "No signals." }];
  return [
    { kind: "heading", text: "Signals" },
    {
      kind: "table",
      caption: "",
      columns: [
        column("Time (UTC)", "left"),
        column("Type", "left"),
        column("Of", "left"),
        column("Confidence"),
      ],
      rows: signals.map(({ timestamp, type, entity, confidence_score }) => [
        formatTime(timestamp),
        type,
        entity,
        `${(confidence_score * 100).toFixed(0)} %`,
      ]),
    },
  ];
}

async function reportDashboard(deps: ApiDeps): Promise<Report> {
  const { symbols, market, store, marketNow } = deps;
  const [{ symbols: followed }, signals] = await Promise.all([
    symbols.list(),
    store.signals.list({ limit: rowsMax }),
  ]);
  const nowMs = marketNow();
  const rows = followed.map(({ symbol }) => {
    const price = market.getPrice(symbol);
    const change = price?.price_change_24h ?? null;
    const score = market.getQuality(symbol)?.score;
    return [
      symbol,
      price ? formatPrice(price.price) : "unknown",
      change === null ? "" : `${change.toFixed(2)} %`,
      price ? `${Math.max(0, Math.round((nowMs - price.eventMs) / 1_000))} s` : "",
      score === undefined ? "" : `${(score * 100).toFixed(1)} %`,
    ];
  });
  const changes = followed.flatMap(({ symbol }) => {
    const change = market.getPrice(symbol)?.price_change_24h;
    return typeof change === "number" ? [{ symbol, change }] : [];
  }).slice(0, rowsMax);
  return {
    ...begin(deps, "Dashboard", `${followed.length} followed symbols`),
    sections: [
      ...(changes.length < 2 ? [] : [{
        kind: "figure" as const,
        caption: "Change over 24 h, percent",
        shape: "bars" as const,
        series: [{ name: "Change", values: changes.map(({ change }) => change) }],
        labels: changes.map(({ symbol }) => symbol),
        format: (value: number) => `${value.toFixed(1)} %`,
      }]),
      {
        kind: "table",
        caption: "Prices",
        columns: [
          column("Symbol", "left"),
          ...["Price", "24 h", "Age", "Quality"].map((one) => column(one)),
        ],
        rows,
      },
      ...listSignals(signals.items),
    ],
  };
}

async function reportPortfolio(
  deps: ApiDeps,
  desk: PortfolioDesk,
  portfolio: PortfolioRecord,
): Promise<Report> {
  const [worth, history] = await Promise.all([
    desk.value(portfolio),
    desk.history(portfolio, {}),
  ]);
  const { timeWeighted, moneyWeighted, moneyWeightedSoFar, days } = history.returns;
  const isShort = moneyWeighted.value !== null && days !== null && days < 365;
  const toText = ({ value, reason }: { value: number | null; reason: string | null }) =>
    value === null ? `unknown (${reason})` : `${(value * 100).toFixed(2)} %`;
  const sums = [
    ["Value", worth.value],
    ["Cost", worth.cost],
    ["Realised", worth.realised_pnl],
    ["Unrealised", worth.unrealised_pnl],
    ["Income", worth.income],
    ["Fees", worth.fees],
    ["Gain", worth.gain],
  ] as const;
  const { points } = history;
  return {
    ...begin(deps, portfolio.name, `Portfolio in ${portfolio.currency}`),
    sections: [
      {
        kind: "table",
        caption: `Sums in ${portfolio.currency}`,
        columns: [column("", "left"), column("Amount")],
        rows: [
          ...sums.map(([name, text]) => [name, formatAmount(text)]),
          ["Time-weighted return", toText(timeWeighted)],
          isShort
            ? [`Money-weighted return, of ${days} days`, toText(moneyWeightedSoFar)]
            : ["Money-weighted return, a year", toText(moneyWeighted)],
        ],
      },
      ...(worth.missing.length === 0 ? [] : [{
        kind: "paragraph" as const,
        text: `Not valued, as no price or rate is known: ${worth.missing.join(", ")}.`,
      }]),
      ...(points.length < 2 ? [] : [{
        kind: "figure" as const,
        caption: `Value and cost, ${portfolio.currency}`,
        shape: "line" as const,
        series: (["value", "cost"] as const).map((name) => ({
          name,
          values: points.map((point) => point[name] === null ? null : Number(point[name])),
        })),
        labels: points.map(({ dayMs }) => new Date(dayMs).toISOString().slice(0, 10)),
        format: formatPrice,
      }]),
      {
        kind: "table",
        caption: "Holdings",
        columns: [
          column("Symbol", "left"),
          column("Exchange", "left"),
          ...["Quantity", "Price", "Value", "Unrealised"].map((one) => column(one)),
        ],
        rows: worth.holdings.map(({ symbol, exchange, quantity, price, value, unrealised_pnl }) => [
          symbol,
          exchange,
          ...[quantity, price, value, unrealised_pnl].map(formatAmount),
        ]),
      },
    ],
  };
}
