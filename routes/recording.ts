import type { Context } from "fresh";
import type { State } from "../lib/ui/state.ts";

/** Says to open pages whether the recording is still being played. */
export const handler = {
  GET: (ctx: Context<State>) =>
    Response.json({ mode: ctx.state.mode.mode, ended: ctx.state.mode.ended === true }, {
      headers: { "cache-control": "no-store" },
    }),
};
