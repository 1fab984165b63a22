/**
 * Pages: how a long list is asked for piece by piece.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";

/** Where the page before ended, as that page said. */
export const cursorSchema = z.string().min(1).max(500).optional().openapi({
  description: "`next_cursor` of the page before; the same address is in its Link header",
  example: "WzE3MDQxNTM2MDAwMDAsInMxIl0",
});

/** What follows this page; null at the end. */
export const nextCursorSchema = z.string().nullable().openapi({
  description: "Pass it as `cursor` for the next page; null at the end",
});
