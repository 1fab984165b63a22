/**
 * Foresight: before an alert is saved, what it would have done in the last 90 days.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import type { z } from "zod";
import {
  foreseeInSlices,
  foreseeMoments,
  type Foresight,
  FORESIGHT_LEAD_BARS,
  foresightAfterMs,
  foresightDays,
  getCondition,
} from "../alerts/mod.ts";
import { createNextBar } from "../bars/mod.ts";
import { systemClock } from "../clock.ts";
import { alertDraftSchema, foresightSchema } from "../contracts/alerts.ts";
import { RateLimitedError } from "../contracts/errors.ts";
import type { AlertRecord } from "../contracts/owned.ts";
import { type Timeframe, timeframeMs } from "../market/mod.ts";
import { checkContent, createAlert, openSymbols } from "./alert_content.ts";
import type { AlertDeps } from "./alerts.ts";
import type { ApiDeps } from "./deps.ts";
import { listFigureMoments, listSignalMoments } from "./foresight_moments.ts";
import { jsonBody, readPerson } from "./personal.ts";
import { type Api, describeAnswers } from "./routes.ts";

/** What is needed to look back. */
export type ForesightDeps = AlertDeps & Pick<ApiDeps, "marketNow">;

/** Looks that may wait for the one that runs: each takes a tenth of a second of the processor. */
const WAITING_MAX = 16;
const DAYS_MS = 90 * 86_400_000;

const route = createRoute({
  method: "post",
  path: "/api/v1/alerts/foresight",
  tags: ["alerts"],
  summary: "How often an alert would have fired in 7, 30 and 90 days, and what the price did then",
  request: { body: jsonBody(alertDraftSchema) },
  responses: describeAnswers(foresightSchema, "What it would have done"),
});

/** Binds foresight, behind the guard of the alerts that it is bound after. */
export function bindForesight(api: Api, deps: ForesightDeps): void {
  const busy = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();
  api.openapi(route, async (c) => {
    const { userId } = await readPerson(c, deps);
    const content = c.req.valid("json");
    const checked = checkContent(content, await openSymbols(deps, content.symbol));
    if (busy.has(userId)) {
      throw new RateLimitedError("Cannot look back twice at once: one look is under way", 1_000);
    }
    if (busy.size >= WAITING_MAX) {
      throw new RateLimitedError("Cannot look back now: many others do", 5_000);
    }
    busy.add(userId);
    const nowMs = deps.marketNow();
    const alert = createAlert(checked, { id: "draft", userId, nowMs });
    // One after the other, so that looking back never holds up the market for long.
    const look = last.then(() => lookBack(deps, alert, nowMs));
    last = look.catch(() => {});
    try {
      return c.json(await look, 200);
    } finally {
      busy.delete(userId);
    }
  });
}

/** Returns what an alert would have done up to market time `nowMs`. */
export async function lookBack(
  { store, symbols }: Pick<ForesightDeps, "store" | "symbols">,
  alert: AlertRecord,
  nowMs: number,
): Promise<z.output<typeof foresightSchema>> {
  const { on, figure } = getCondition(alert.condition);
  const { symbol } = alert;
  const timeframe: Timeframe = on === "bar" ? alert.parameters.timeframe ?? "1m" : "1m";
  const range = { from: nowMs - DAYS_MS, to: nowMs + 1 };
  // Bars are led in by as many as the longest indicator looks back.
  const lead = on === "bar" ? FORESIGHT_LEAD_BARS * timeframeMs[timeframe] : 0;
  const readColumns = () =>
    store.bars.readColumns({ symbol, timeframe }, { from: range.from - lead, to: range.to });
  const place = { symbol, condition: alert.condition };
  if (on === "price" || on === "bar") {
    const columns = await readColumns();
    // What is at hand says which exchange it is of, and so which bar follows which.
    await symbols.find(symbol);
    const follows = createNextBar((name) => symbols.peek(name)?.exchange ?? null);
    const isNext = (time: number, next: number) => follows({ symbol, timeframe }, time, next);
    const past = { symbol, timeframe, columns, nowMs, isNext };
    const found = await foreseeInSlices(alert, past, () => systemClock.wait(0));
    const detail = columns.length === 0
      ? `No bars of ${symbol} are stored yet.`
      : `Looked at ${columns.length} bars of ${timeframe}.`;
    return { ...place, timeframe, isKnown: columns.length > 0, detail, ...toWire(found) };
  }
  const moments = on === "signal"
    ? await listSignalMoments(store, symbol, range)
    : await listFigureMoments(store, { figure: figure!, symbol }, range);
  if (moments === null) {
    const detail = `No history is kept of what ${alert.condition} looks at, so that nothing can ` +
      "be said of the past. It watches from now on.";
    return { ...place, timeframe: null, isKnown: false, detail, ...nothing };
  }
  const columns = await readColumns();
  const found = foreseeMoments(alert, moments, { columns, timeframe, nowMs });
  const what = on === "signal" ? "signals" : "samples";
  return {
    ...place,
    timeframe: columns.length > 0 ? timeframe : null,
    isKnown: true,
    detail: `Looked at ${moments.length} stored ${what}.`,
    ...toWire(found),
    // Days are covered as far as there were moments, whatever is stored of prices.
    counts: found.counts.map((count) => ({
      ...count,
      coveredDays: measureCovered(moments[0]?.timeMs ?? nowMs, nowMs, count.days),
    })),
  };
}

function measureCovered(firstMs: number, nowMs: number, days: number): number {
  return Math.min(days, Math.max(0, nowMs - firstMs) / 86_400_000);
}

const nothing: Foresight = {
  counts: foresightDays.map((days) => ({ days, firings: 0, coveredDays: 0 })),
  aftermath: foresightAfterMs.map((afterMs) => ({
    afterMs,
    count: 0,
    medianChange: null,
    higherShare: null,
  })),
  firings: [],
};

/** A price that is not known is told as such: JSON has no NaN. */
function toWire({ counts, aftermath, firings }: Foresight) {
  return {
    counts,
    aftermath,
    firings: firings.map(({ price, ...firing }) => ({
      ...firing,
      price: Number.isFinite(price) ? price : null,
    })),
  };
}
