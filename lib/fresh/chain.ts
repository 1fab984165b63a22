/**
 * Folders with their middlewares, layouts and error routes, compiled to one chain a route.
 *
 * @module
 */

import { type Context, createProps, instantiate, internals, renderInShell } from "./context.ts";
import { HttpError } from "./error.ts";
import { Router, splitPattern } from "./routes.ts";
import {
  type HandlerFn,
  type LayoutConfig,
  type Method,
  type Middleware,
  type PageComponent,
  PageResponse,
  type RouteHandler,
  type RouteParts,
} from "./types.ts";

/** Answers one request. */
export type Chain = (ctx: Context<unknown>) => Promise<Response>;
/** A route that answers errors. */
export type ErrorRoute = RouteParts<unknown, unknown>;
type Step = Middleware<unknown>;

interface Layout {
  component: PageComponent;
  config: LayoutConfig;
}

class Scope {
  readonly children = new Map<string, Scope>();
  appWrapper: PageComponent | null = null;
  layout: Layout | null = null;
  errorRoute: ErrorRoute | null = null;
  middlewares: Step[] = [];
}

interface Entry {
  methods: Map<string, Chain>;
  /** Folders whose middlewares run before "method not allowed". */
  folders: string[];
  fallback: Chain;
}

/** Thrown when a route has no handler for the method. */
export class MethodError extends HttpError {
  constructor(readonly allow: string) {
    super(405);
  }
}

/** All chains of an app, found by URL and method. */
export class ChainTable {
  #root = new Scope();
  #router = new Router<Entry>();
  #notFound: HandlerFn<unknown, unknown> = () => {
    throw new HttpError(404);
  };
  #unmatched: Chain = () => Promise.reject(new HttpError(404));

  addMiddlewares(folders: string[], middlewares: Step[]): void {
    this.#scope(folders).middlewares.push(...middlewares);
  }
  setAppWrapper(folders: string[], component: PageComponent): void {
    this.#scope(folders).appWrapper = component;
  }
  setLayout(folders: string[], component: PageComponent, config: LayoutConfig = {}): void {
    this.#scope(folders).layout = { component, config };
  }
  setErrorRoute(folders: string[], route: ErrorRoute): void {
    this.#scope(folders).errorRoute = route;
  }
  setNotFound(handler: HandlerFn<unknown, unknown>): void {
    this.#notFound = handler;
  }

  /** Adds handlers that follow one another; the folders are the pattern's segments. */
  addHandlers(method: Method | "ALL", path: string, fns: HandlerFn<unknown, unknown>[]): void {
    const steps = fns.map((fn): Step => (ctx) => runRoute(ctx, { handler: fn }, {}));
    this.#add([method], path, splitPattern(path), steps);
  }

  /** Adds a page in a folder. */
  addRoute(pattern: string, folders: string[], parts: RouteParts<unknown, unknown>): void {
    const { handler, component } = parts;
    const step: Step = (ctx) => runRoute(ctx, parts, {});
    let methods: string[] = ["ALL"];
    if (handler !== undefined && typeof handler !== "function") {
      methods = Object.keys(handler);
      if (component !== undefined && !methods.includes("GET")) methods.push("GET");
    }
    this.#add(methods, pattern, folders, [step]);
  }

  /** Compiles what answers unmatched URLs; nothing may be added afterwards. */
  finish(): void {
    const last: Step = (ctx) => runRoute(ctx, { handler: this.#notFound }, {});
    this.#unmatched = compileChain([...this.#enter([]), last]);
  }

  /** Returns the chain for a request. */
  find(url: URL, method: string): {
    chain: Chain;
    pattern: string | null;
    params: Record<string, string>;
  } {
    const match = this.#router.match(url);
    if (match === null) return { chain: this.#unmatched, pattern: null, params: {} };
    const { methods, fallback } = match.value;
    const chain = methods.get(method) ?? (method === "HEAD" ? methods.get("GET") : undefined) ??
      methods.get("ALL") ?? fallback;
    return { chain, pattern: match.pattern, params: match.params };
  }

  #scope(folders: string[]): Scope {
    let scope = this.#root;
    for (const folder of folders) {
      let child = scope.children.get(folder);
      if (child === undefined) scope.children.set(folder, child = new Scope());
      scope = child;
    }
    return scope;
  }

  /** Returns the steps from the root down to a folder, as registered so far. */
  #enter(folders: string[]): Step[] {
    const steps = createScopeSteps(this.#root);
    let scope: Scope | undefined = this.#root;
    for (const folder of folders) {
      scope = scope.children.get(folder);
      if (scope === undefined) break;
      steps.push(...createScopeSteps(scope));
    }
    return steps;
  }

  #add(methods: string[], pattern: string, folders: string[], steps: Step[]): void {
    const before = this.#enter(folders);
    const chain = compileChain([...before, ...steps]);
    let entry = this.#router.get(pattern);
    if (entry === undefined) {
      const table = new Map<string, Chain>();
      const fallback = compileChain([...before, (ctx) => refuseMethod(ctx, table)]);
      entry = { methods: table, folders, fallback };
      this.#router.add(pattern, entry);
    }
    for (const method of methods) {
      if (!entry.methods.has(method)) entry.methods.set(method, chain);
    }
  }
}

function refuseMethod(ctx: Context<unknown>, methods: Map<string, Chain>): Response {
  const names = new Set([...methods.keys(), "OPTIONS"]);
  if (names.has("GET")) names.add("HEAD");
  const allow = [...names].sort().join(", ");
  if (ctx.req.method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
  throw new MethodError(allow);
}

function compileChain(steps: Step[]): Chain {
  return (ctx) => dispatch(steps, 0, ctx);
}

async function dispatch(steps: Step[], index: number, ctx: Context<unknown>): Promise<Response> {
  const step = steps[index];
  if (step === undefined) throw new HttpError(404);
  const nextBefore = ctx.next;
  const shellBefore = ctx[internals].shell;
  ctx.next = () => dispatch(steps, index + 1, ctx);
  try {
    const response = await step(ctx);
    if (response instanceof Response) return response;
    throw new TypeError(`Cannot answer ${ctx.url.pathname}: a handler returned no Response`);
  } finally {
    ctx.next = nextBefore;
    ctx[internals].shell = shellBefore;
  }
}

function createScopeSteps(scope: Scope): Step[] {
  const { appWrapper, layout, errorRoute, middlewares } = scope;
  const steps = [...middlewares];
  if (appWrapper !== null || layout !== null || errorRoute !== null) {
    steps.unshift(createEnterStep(appWrapper, layout, errorRoute));
  }
  return steps;
}

function createEnterStep(
  appWrapper: PageComponent | null,
  layout: Layout | null,
  errorRoute: ErrorRoute | null,
): Step {
  return async (ctx) => {
    const inner = ctx[internals];
    let shell = inner.shell;
    if (appWrapper !== null) shell = { ...shell, appWrapper };
    if (layout !== null) {
      const outer = layout.config.skipInheritedLayouts === true ? [] : shell.layouts;
      shell = { ...shell, layouts: [...outer, layout.component] };
      if (layout.config.skipAppWrapper === true) shell.appWrapper = null;
    }
    inner.shell = shell;
    if (errorRoute === null) return await ctx.next();
    try {
      return await ctx.next();
    } catch (error) {
      inner.shell = shell;
      return await renderError(ctx, error, errorRoute);
    }
  };
}

async function renderError(
  ctx: Context<unknown>,
  error: unknown,
  route: ErrorRoute,
): Promise<Response> {
  reportError(ctx, error);
  ctx.error = error;
  const headers = error instanceof MethodError ? { allow: error.allow } : undefined;
  return await runRoute(ctx, route, { status: statusOf(error), headers });
}

function statusOf(error: unknown): number {
  return error instanceof HttpError ? error.status : 500;
}

const reported = new WeakSet<object>();

function reportError(ctx: Context<unknown>, error: unknown): void {
  if (statusOf(error) < 500) return;
  if (typeof error === "object" && error !== null) {
    if (reported.has(error)) return;
    reported.add(error);
  }
  ctx.config.logError(error, ctx.req);
}

/** Writes an error with its request line to standard error. */
export function logServerError(error: unknown, req: Request): void {
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  const { pathname } = new URL(req.url);
  Deno.stderr.writeSync(new TextEncoder().encode(`${req.method} ${pathname}: ${text}\n`));
}

/** Answers an error no route took, as text. */
export function renderLastResort(error: unknown, ctx: Context<unknown>): Response {
  reportError(ctx, error);
  const isKnown = error instanceof HttpError;
  const headers = new Headers({ "content-type": "text/plain; charset=utf-8" });
  if (error instanceof MethodError) headers.set("allow", error.allow);
  const text = isKnown ? error.message : "Internal server error";
  return new Response(text, { status: statusOf(error), headers });
}

async function runRoute(
  ctx: Context<unknown>,
  parts: RouteParts<unknown, unknown>,
  init: { status?: number; headers?: HeadersInit },
): Promise<Response> {
  const handler = pickHandler(parts.handler, ctx.req.method);
  const result = handler === undefined ? new PageResponse({}, {}) : await handler(ctx);
  if (result instanceof Response) return result;
  if (!(result instanceof PageResponse)) {
    throw new TypeError(
      `Cannot answer ${ctx.url.pathname}: a handler must return a Response or page()`,
    );
  }
  const props = createProps(ctx, result.data);
  const content = parts.component === undefined ? null : await instantiate(parts.component, props);
  if (content instanceof Response) return content;
  const headers = new Headers(init.headers);
  new Headers(result.init.headers).forEach((value, name) => headers.append(name, value));
  const status = result.init.status ?? init.status ?? 200;
  return await renderInShell(ctx, content, result.data, { status, headers }, parts.config ?? {});
}

function pickHandler(
  handler: RouteHandler<unknown, unknown> | undefined,
  method: string,
): HandlerFn<unknown, unknown> | undefined {
  if (handler === undefined || typeof handler === "function") return handler;
  return handler[method as Method] ?? (method === "HEAD" ? handler.GET : undefined);
}
