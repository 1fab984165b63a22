/**
 * Public types of "fresh" and the shape of a finished build.
 *
 * @module
 */

import type { ComponentChildren, FunctionComponent } from "preact";
import type { Context } from "./context.ts";

export type { Context } from "./context.ts";
/** Another name of `Context`. */
export type FreshContext<State = unknown> = Context<State>;

/** HTTP methods a route can answer. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";

/** Settings of an `App`. */
export interface FreshConfig {
  /** Take protocol and host of the URL from `X-Forwarded-Proto` and `X-Forwarded-Host`. */
  trustProxy?: boolean;
  /** Receives each error that ends as a status from 500; writes to standard error by default. */
  logError?: (error: unknown, request: Request) => void;
}
/** Settings with all defaults filled in. */
export interface ResolvedFreshConfig {
  trustProxy: boolean;
  mode: "production" | "development";
  logError: (error: unknown, request: Request) => void;
}

/** What a handler returns to have its page rendered. */
export class PageResponse<Data> {
  constructor(
    /** Becomes `props.data` of the page. */
    readonly data: Data,
    /** Status and headers of the answer. */
    readonly init: { status?: number; headers?: HeadersInit },
  ) {}
}

type MaybePromise<T> = T | Promise<T>;

/** Runs before or around a route; ends with `ctx.next()` or an answer of its own. */
export type Middleware<State> = (ctx: Context<State>) => MaybePromise<Response>;
/** Answers a request itself or hands data to the page. */
export type HandlerFn<Data, State> = (
  ctx: Context<State>,
) => MaybePromise<Response | PageResponse<Data>>;
/** A handler for each method. */
export type HandlerByMethod<Data, State> = { [M in Method]?: HandlerFn<Data, State> };
/** A function for every method, or an object of functions by method. */
export type RouteHandler<Data, State> = HandlerFn<Data, State> | HandlerByMethod<Data, State>;

/** What pages, layouts and the app wrapper receive. */
export interface PageProps<Data = unknown, State = unknown> {
  data: Data;
  url: URL;
  req: Request;
  params: Record<string, string>;
  state: State;
  config: ResolvedFreshConfig;
  info: Deno.ServeHandlerInfo;
  error: unknown;
  /** Pattern of the route, `null` when none matched. */
  route: string | null;
  isPartial: boolean;
  /** What goes inside a layout or the app wrapper. */
  Component: FunctionComponent;
}

/** A page, layout or app wrapper; async ones run before rendering and may return a Response. */
export type PageComponent<Data = unknown, State = unknown> = (
  props: PageProps<Data, State>,
) => MaybePromise<ComponentChildren | Response>;

/** What a layout may leave out. */
export interface LayoutConfig {
  skipAppWrapper?: boolean;
  skipInheritedLayouts?: boolean;
}
/** What a route may leave out or override. */
export interface RouteConfig extends LayoutConfig {
  /** URLPattern pathname used instead of the one from the file's name. */
  routeOverride?: string;
}

/** Parts of a route registered by `app.route`. */
export interface RouteParts<Data, State> {
  component?: PageComponent<Data, State>;
  handler?: RouteHandler<Data, State>;
  config?: RouteConfig;
}

/** Where and how `app.listen` serves. */
export type ListenOptions = Partial<Deno.ServeTcpOptions> & { automaticCompression?: boolean };

/** A file the app can serve. */
export interface StaticFile {
  /** Absolute path, unless `content` is given. */
  path: string;
  /** Content of files that only exist in memory. */
  content?: Uint8Array<ArrayBuffer>;
  /** Hex digest of the content. */
  hash: string;
  /** Value of `Content-Type`. */
  type: string;
  /** Whether the URL itself names the content. */
  immutable: boolean;
  /** Absolute paths of compressed variants. */
  br?: string;
  gz?: string;
  /** Headers beyond the usual ones. */
  headers?: Record<string, string>;
}

/** A module of `routes/`: its path without extension, such as `blog/[id]`. */
export interface FsModule {
  id: string;
  module: Record<string, unknown>;
}
/** A module of islands: its URL in the browser, and every chunk that URL needs. */
export interface IslandModule {
  url: string;
  preload: string[];
  module: Record<string, unknown>;
}

/** A finished build, as the app uses it. */
export interface Snapshot {
  buildId: string;
  mode: "production" | "development";
  /** URL of the browser's entry, and every chunk it needs. */
  entry: string;
  entryPreload: string[];
  routes: FsModule[];
  islands: IslandModule[];
  /** Files by decoded URL path. */
  files: Map<string, StaticFile>;
}

/** Answers requests in process, without a port. */
export type AppHandler = (req: Request, info?: Deno.ServeHandlerInfo) => Promise<Response>;
