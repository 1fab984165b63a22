/**
 * What an endpoint is to the client: a typed function, and where it is reached.
 *
 * The types come from the contracts; nothing of them is left at run time.
 *
 * @module
 */
import type { z } from "zod";

/** What an endpoint answers. */
export type Answer<S extends z.ZodType> = z.output<S>;
/** Parameters of a query: none is required. */
export type Query<S extends z.ZodType> = { [K in keyof z.output<S>]?: z.output<S>[K] | undefined };
/** What is sent along. */
export type Body<S extends z.ZodType> = { body: z.input<S> };
/** Names one thing among its like. */
export type OfId = { id: string };
type Nothing = Record<never, never>;

/** One endpoint as a function. */
export type Call<Out, In = Nothing> = Nothing extends In
  ? (input?: In, options?: CallOptions) => Promise<Out>
  : (input: In, options?: CallOptions) => Promise<Out>;

/** What may be said of a single call. */
export interface CallOptions {
  /** Ends the call, also while it waits to try again. */
  signal?: AbortSignal;
}

/** How an endpoint is reached. */
export interface EndpointAddress {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With parameters in braces, as the API's own document writes it. */
  path: string;
}

const at = (method: EndpointAddress["method"]) => (path: string): EndpointAddress => ({
  method,
  path,
});

/** Returns where a path is read. */
export const get = at("GET");
/** Returns where something is sent to a path. */
export const post = at("POST");
/** Returns where a path is written as a whole. */
export const put = at("PUT");
/** Returns where a path is changed in part. */
export const patch = at("PATCH");
/** Returns where a path is deleted. */
export const remove = at("DELETE");
