/**
 * What handlers and middlewares work with: the request, its state, and ways to answer.
 *
 * @module
 */

import { type ComponentChildren, h, type VNode } from "preact";
import type { Island } from "./islands.ts";
import { createPage, finishDocument, htmlPart, renderPart } from "./render.ts";
import type {
  LayoutConfig,
  PageComponent,
  PageProps,
  ResolvedFreshConfig,
  Snapshot,
} from "./types.ts";

/** Layouts and app wrapper around the page, outermost first. */
export interface Shell {
  appWrapper: PageComponent | null;
  layouts: PageComponent[];
}

/** What the app knows of a request and handlers should not touch. */
export interface Internals {
  shell: Shell;
  snapshot: Snapshot;
  islands: Map<unknown, Island>;
}

/** Key of the internals, not exported from "fresh". */
export const internals = Symbol("fresh.internals");

/** One request on its way through the middlewares. */
export class Context<State> {
  /** The request as it came. */
  readonly req: Request;
  /** Its URL; repeated slashes of the path are one. */
  readonly url: URL;
  /** Decoded parameters of the route. */
  params: Record<string, string> = {};
  /** Pattern of the route, `null` when none matched. */
  route: string | null = null;
  /** Shared by all middlewares and the page. */
  state: State = {} as State;
  readonly info: Deno.ServeHandlerInfo;
  readonly config: ResolvedFreshConfig;
  /** The error an error route answers. */
  error: unknown = null;
  readonly isPartial = false;
  /** Runs what comes after this middleware. */
  next: () => Promise<Response> = () => Promise.reject(new Error("Cannot call next() here"));
  [internals]: Internals;

  constructor(
    req: Request,
    url: URL,
    info: Deno.ServeHandlerInfo,
    config: ResolvedFreshConfig,
    inner: Internals,
  ) {
    this.req = req;
    this.url = url;
    this.info = info;
    this.config = config;
    this[internals] = inner;
  }

  /** Answers with the JSX inside the layouts and the app wrapper. */
  render(
    jsx: ComponentChildren,
    init: ResponseInit = {},
    config: LayoutConfig = {},
  ): Promise<Response> {
    return renderInShell(this as Context<unknown>, jsx, undefined, init, config);
  }

  /** Answers with a redirect; a path cannot leave the host. */
  redirect(to: string, status = 302): Response {
    return new Response(null, { status, headers: { location: cleanLocation(to) } });
  }

  /** Answers with plain text. */
  text(body: string, init?: ResponseInit): Response {
    return respond(body, "text/plain; charset=utf-8", init);
  }

  /** Answers with HTML as it is. */
  html(body: string, init?: ResponseInit): Response {
    return respond(body, "text/html; charset=utf-8", init);
  }

  /** Answers with JSON. */
  json(body: unknown, init?: ResponseInit): Response {
    return Response.json(body, init);
  }

  /** Turns the request into a WebSocket; the response must be returned. */
  upgrade(options?: Deno.UpgradeWebSocketOptions): Deno.WebSocketUpgrade {
    return Deno.upgradeWebSocket(this.req, options);
  }
}

function respond(body: string, type: string, init: ResponseInit = {}): Response {
  const headers = new Headers(init.headers);
  if (!headers.has("content-type")) headers.set("content-type", type);
  return new Response(body, { ...init, headers });
}

/** A path stays on the host however its slashes are disguised; a header holds ASCII only. */
function cleanLocation(to: string): string {
  // Browsers drop control characters, so these may hide a second slash.
  const visible = to.replace(/\p{Cc}/gu, "");
  const ascii = visible.toWellFormed().replace(/[^\x20-\x7e]/gu, encodeURIComponent);
  if (!/^[\\/]/.test(ascii)) return ascii;
  const end = ascii.search(/[?#]/);
  const path = end === -1 ? ascii : ascii.slice(0, end);
  return path.replace(/[\\/]{2,}/g, "/").replace(/^\\/, "/") + ascii.slice(path.length);
}

/** Renders the content inside the context's shell to a response. */
export async function renderInShell(
  ctx: Context<unknown>,
  content: ComponentChildren,
  data: unknown,
  init: ResponseInit,
  config: LayoutConfig,
): Promise<Response> {
  const { shell, snapshot, islands } = ctx[internals];
  const layouts = config.skipInheritedLayouts === true ? [] : shell.layouts;
  let inner = content;
  for (const layout of layouts.toReversed()) {
    const made = await instantiate(layout, createProps(ctx, data, inner));
    if (made instanceof Response) return made;
    inner = made;
  }
  const page = createPage(snapshot, islands);
  let html = renderPart(page, inner);
  if (shell.appWrapper !== null && config.skipAppWrapper !== true) {
    const made = await instantiate(shell.appWrapper, createProps(ctx, data, htmlPart(html)));
    if (made instanceof Response) return made;
    html = renderPart(page, made);
  }
  return respond(finishDocument(page, html), "text/html; charset=utf-8", init);
}

/** Returns what pages, layouts and wrappers receive. */
export function createProps(
  ctx: Context<unknown>,
  data: unknown,
  inner: ComponentChildren = null,
): PageProps {
  const { url, req, params, state, config, info, error, route, isPartial } = ctx;
  const Component = () => inner as VNode;
  return { data, url, req, params, state, config, info, error, route, isPartial, Component };
}

const AsyncFunction = (async () => {}).constructor;

/** Runs an async component now; leaves any other to the renderer, where it may use hooks. */
export async function instantiate(
  component: PageComponent,
  props: PageProps,
): Promise<ComponentChildren | Response> {
  if (component instanceof AsyncFunction) return await component(props);
  return h(component as (props: PageProps) => VNode, props);
}
