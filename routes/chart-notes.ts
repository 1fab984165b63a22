import type { Context } from "fresh";
import { isTimeframe } from "../lib/market/mod.ts";
import type { State } from "../lib/ui/state.ts";

/** Says to an open chart what is marked on a series: holes, signals and where the bars come from. */
export const handler = {
  async GET(ctx: Context<State>) {
    const symbol = ctx.url.searchParams.get("symbol") ?? "";
    const timeframe = ctx.url.searchParams.get("timeframe") ?? "";
    const headers = { "cache-control": "no-cache" };
    const chart = symbol && isTimeframe(timeframe)
      ? await ctx.state.data.getChart(symbol, timeframe, 1)
      : null;
    if (!chart) return Response.json({ error: "unknown series" }, { status: 404, headers });
    const { source, gaps, markers } = chart;
    return Response.json({ source, gaps: gaps ?? [], markers: markers ?? [] }, { headers });
  },
};
