/**
 * The app: registers routes, middlewares and layouts by folder and answers requests.
 *
 * @module
 */

import { Context } from "./context.ts";
import { registerIslands } from "./islands.ts";
import { addReloading } from "./reload.ts";
import { parseFileId, splitPattern } from "./routes.ts";
import { compareFileIds } from "./routes.ts";
import {
  type Chain,
  ChainTable,
  type ErrorRoute,
  logServerError,
  renderLastResort,
} from "./chain.ts";
import type {
  AppHandler,
  FreshConfig,
  FsModule,
  HandlerFn,
  LayoutConfig,
  ListenOptions,
  Method,
  Middleware,
  PageComponent,
  ResolvedFreshConfig,
  RouteHandler,
  RouteParts,
  Snapshot,
} from "./types.ts";

const snapshots = new WeakMap<object, Snapshot>();

/**
 * Gives the app a finished build, from the generated `server.js` or from `Builder.build`;
 * must come before `app.handler()`.
 */
export function setBuildSnapshot<State>(app: App<State>, snapshot: Snapshot): void {
  snapshots.set(app, snapshot);
}

const emptySnapshot: Snapshot = {
  buildId: "",
  mode: "production",
  entry: "",
  entryPreload: [],
  routes: [],
  islands: [],
  files: new Map(),
};

const localInfo: Deno.ServeHandlerInfo = {
  remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 0 },
  completed: Promise.resolve(),
};

/** A web app of routes, middlewares and islands. */
export class App<State = unknown> {
  /** Settings with defaults. */
  readonly config: ResolvedFreshConfig;
  #steps: ((table: ChainTable, snapshot: Snapshot) => void)[] = [];

  constructor({ trustProxy = false, logError = logServerError }: FreshConfig = {}) {
    this.config = { trustProxy, logError, mode: "production" };
  }

  /** Adds middlewares for everything, or for a path and all below it. */
  use(...middlewares: Middleware<State>[]): this;
  use(path: string, ...middlewares: Middleware<State>[]): this;
  use(first: string | Middleware<State>, ...rest: Middleware<State>[]): this {
    const path = typeof first === "string" ? first : "/";
    const added = (typeof first === "string" ? rest : [first, ...rest]) as Middleware<unknown>[];
    if (path.endsWith("/*")) {
      throw new TypeError(
        `Cannot use "${path}": write "${path.slice(0, -2)}", it covers all below`,
      );
    }
    return this.#add((table) => table.addMiddlewares(splitPattern(path), added));
  }

  get(path: string, ...handlers: HandlerFn<unknown, State>[]): this {
    return this.#addHandlers("GET", path, handlers);
  }
  post(path: string, ...handlers: HandlerFn<unknown, State>[]): this {
    return this.#addHandlers("POST", path, handlers);
  }
  put(path: string, ...handlers: HandlerFn<unknown, State>[]): this {
    return this.#addHandlers("PUT", path, handlers);
  }
  patch(path: string, ...handlers: HandlerFn<unknown, State>[]): this {
    return this.#addHandlers("PATCH", path, handlers);
  }
  delete(path: string, ...handlers: HandlerFn<unknown, State>[]): this {
    return this.#addHandlers("DELETE", path, handlers);
  }
  head(path: string, ...handlers: HandlerFn<unknown, State>[]): this {
    return this.#addHandlers("HEAD", path, handlers);
  }
  /** Answers every method. */
  all(path: string, ...handlers: HandlerFn<unknown, State>[]): this {
    return this.#addHandlers("ALL", path, handlers);
  }

  /** Adds a page with its handler. */
  route<Data>(path: string, parts: RouteParts<Data, State>): this {
    const route = parts as RouteParts<unknown, unknown>;
    const pattern = parts.config?.routeOverride ?? path;
    return this.#add((table) => table.addRoute(pattern, splitPattern(path), route));
  }

  /** Sets the component around all pages, usually with `<html>`. */
  appWrapper(component: PageComponent<unknown, State>): this {
    return this.#add((table) => table.setAppWrapper([], component as PageComponent));
  }

  /** Sets the layout of a path and all below it. */
  layout(path: string, component: PageComponent<unknown, State>, config?: LayoutConfig): this {
    return this.#add((table) =>
      table.setLayout(splitPattern(path), component as PageComponent, config)
    );
  }

  /** Answers errors at a path and below it. */
  onError(path: string, handler: HandlerFn<unknown, State>): this {
    return this.#add((table) =>
      table.setErrorRoute(splitPattern(path), { handler: handler as HandlerFn<unknown, unknown> })
    );
  }

  /** Answers what no route matches. */
  notFound(handler: HandlerFn<unknown, State>): this {
    return this.#add((table) => table.setNotFound(handler as HandlerFn<unknown, unknown>));
  }

  /** Adds the files of `routes/`. */
  fsRoutes(): this {
    return this.#add((table, { routes }) => addFsRoutes(table, routes));
  }

  /** Returns the function that answers requests, for the build that was set. */
  handler(): AppHandler {
    const snapshot = snapshots.get(this) ?? emptySnapshot;
    const islands = registerIslands(snapshot);
    const table = new ChainTable();
    for (const step of this.#steps) step(table, snapshot);
    table.finish();
    const config: ResolvedFreshConfig = { ...this.config, mode: snapshot.mode };
    const handle: AppHandler = async (req, info = localInfo) => {
      const url = readUrl(req, config.trustProxy);
      const shell = { appWrapper: null, layouts: [] };
      const ctx = new Context<unknown>(req, url, info, config, { shell, snapshot, islands });
      const { chain, pattern, params } = table.find(url, req.method);
      ctx.params = params;
      ctx.route = pattern;
      return withoutBodyForHead(req, await runSafely(chain, ctx));
    };
    return config.mode === "development" ? addReloading(handle) : handle;
  }

  /** Serves on a port. */
  listen(options: ListenOptions = {}): Deno.HttpServer<Deno.NetAddr> {
    return Deno.serve(options as Deno.ServeTcpOptions, this.handler());
  }

  #add(step: (table: ChainTable, snapshot: Snapshot) => void): this {
    this.#steps.push(step);
    return this;
  }

  #addHandlers(
    method: Method | "ALL",
    path: string,
    handlers: HandlerFn<unknown, State>[],
  ): this {
    const fns = handlers as HandlerFn<unknown, unknown>[];
    return this.#add((table) => table.addHandlers(method, path, fns));
  }
}

async function runSafely(chain: Chain, ctx: Context<unknown>): Promise<Response> {
  try {
    return await chain(ctx);
  } catch (error) {
    return renderLastResort(error, ctx);
  }
}

async function withoutBodyForHead(req: Request, response: Response): Promise<Response> {
  if (req.method !== "HEAD" || response.body === null) return response;
  await response.body.cancel();
  return new Response(null, response);
}

function readUrl(req: Request, trustProxy: boolean): URL {
  const url = new URL(req.url);
  if (url.pathname.includes("//")) url.pathname = url.pathname.replace(/\/{2,}/g, "/");
  if (!trustProxy) return url;
  const first = (name: string) => req.headers.get(name)?.split(",")[0]?.trim();
  const protocol = first("x-forwarded-proto");
  if (protocol === "http" || protocol === "https") url.protocol = protocol;
  const host = first("x-forwarded-host");
  if (host !== undefined && /^[\w.\-[\]:]+$/.test(host)) {
    url.port = "";
    url.host = host;
  }
  return url;
}

function addFsRoutes(table: ChainTable, files: FsModule[]): void {
  const parsed = files.map((file) => ({ ...file, ...parseFileId(file.id) }));
  const specials = parsed.filter(({ kind }) => kind !== "route");
  for (const { kind, folders, module, id } of specials) {
    const component = module.default as PageComponent;
    const config = module.config as LayoutConfig | undefined;
    if (kind === "app") table.setAppWrapper(folders, component);
    else if (kind === "layout") table.setLayout(folders, component, config);
    else if (kind === "error") table.setErrorRoute(folders, readParts(module) as ErrorRoute);
    else table.addMiddlewares(folders, readMiddlewares(module, id));
  }
  const routes = parsed.filter(({ kind }) => kind === "route");
  for (const { pattern, folders, module } of routes.sort((a, b) => compareFileIds(a.id, b.id))) {
    const parts = readParts(module);
    table.addRoute(parts.config?.routeOverride ?? pattern, folders, parts);
  }
}

function readParts(module: Record<string, unknown>): RouteParts<unknown, unknown> {
  const handler = module.handler ?? module.handlers;
  return {
    component: module.default as PageComponent | undefined,
    handler: handler as RouteHandler<unknown, unknown> | undefined,
    config: module.config as RouteParts<unknown, unknown>["config"],
  };
}

function readMiddlewares(module: Record<string, unknown>, id: string): Middleware<unknown>[] {
  const exported = module.handler ?? module.handlers ?? module.default;
  const list = Array.isArray(exported) ? exported : [exported];
  if (list.some((item) => typeof item !== "function")) {
    throw new TypeError(
      `Cannot use "${id}": a middleware must be a function or an array of functions`,
    );
  }
  return list as Middleware<unknown>[];
}
