/**
 * The server side of the page framework: the app, its middlewares and helpers for typed routes.
 *
 * An app is given a finished build before it serves. `Builder.build()` of "fresh/dev" writes
 * `_fresh/server.js`, which imports `app` of `main.ts`, calls `setBuildSnapshot(app, snapshot)` of
 * "fresh/internal" and exports `{ fetch }`. A program with its own server calls
 * `await useBuild(app, root)` of "fresh/internal" and then `app.handler()`. In development and in
 * tests `const apply = await builder.build({ snapshot: "memory" }); apply(app)` does the same.
 * `_fresh/compiled-entry.js` calls `start()` of `main.ts` if there is one, else it serves.
 *
 * @module
 */

import { type Middleware, type PageComponent, PageResponse, type RouteHandler } from "./types.ts";

export { App } from "./app.ts";
export { HttpError } from "./error.ts";
export { csp, csrf, trailingSlashes } from "./middleware.ts";
export { staticFiles } from "./static.ts";
export { PageResponse } from "./types.ts";
export type {
  AppHandler,
  Context,
  FreshConfig,
  FreshContext,
  HandlerByMethod,
  HandlerFn,
  LayoutConfig,
  ListenOptions,
  Method,
  Middleware,
  PageComponent,
  PageProps,
  ResolvedFreshConfig,
  RouteConfig,
  RouteHandler,
} from "./types.ts";

/** Hands data to the page of the route, with status and headers for the answer. */
export function page<Data = undefined>(
  data?: Data,
  init: { status?: number; headers?: HeadersInit } = {},
): PageResponse<Data> {
  return new PageResponse(data as Data, init);
}

type PageDataOf<Result> = Awaited<Result> extends infer Answer
  ? Answer extends PageResponse<infer Data> ? Data : never
  : never;
type DataOfFn<Fn> = Fn extends (...args: never[]) => infer Result ? PageDataOf<Result> : never;
/** The data a handler gives to its page. */
export type DataOf<Handler> = Handler extends (...args: never[]) => unknown ? DataOfFn<Handler>
  : { [M in keyof Handler]: DataOfFn<NonNullable<Handler[M]>> }[keyof Handler];

/** Identity functions that give routes their types. */
export interface Define<State> {
  handlers<
    Data,
    Handler extends RouteHandler<Data, State> = RouteHandler<Data, State>,
  >(handler: Handler): Handler;
  page<Handler = unknown, Data = unknown extends Handler ? unknown : DataOf<Handler>>(
    component: PageComponent<Data, State>,
  ): PageComponent<Data, State>;
  layout(component: PageComponent<unknown, State>): PageComponent<unknown, State>;
  middleware<M extends Middleware<State> | Middleware<State>[]>(middleware: M): M;
}

/** Returns typed identity functions for the routes of an app with this state. */
export function createDefine<State>(): Define<State> {
  return {
    handlers: (handler) => handler,
    page: (component) => component,
    layout: (component) => component,
    middleware: (middleware) => middleware,
  };
}
