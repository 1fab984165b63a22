/**
 * Renders documents: island markers, slots, head tags and the data the browser starts from.
 *
 * @module
 */

import {
  type ComponentChild,
  type ComponentChildren,
  createContext,
  Fragment,
  h,
  isValidElement,
  options,
  toChildArray,
  type VNode,
} from "preact";
import { useContext } from "preact/hooks";
import { jsxTemplate } from "preact/jsx-runtime";
import { renderToString } from "preact-render-to-string";
import { Signal } from "@preact/signals";
import { headSink } from "./head_sink.ts";
import { isIsland, type Island } from "./islands.ts";
import { flattenTags, headKeyAttribute } from "./runtime.ts";
import { escapeScript, serialize } from "./wire.ts";
import type { Snapshot } from "./types.ts";

type Props = Record<string, unknown>;
type AnyVNode = VNode<Props>;

interface SlotRecord {
  content: AnyVNode;
  shown: boolean;
}

/** Everything gathered while one document renders. */
interface Page {
  snapshot: Snapshot;
  islands: Map<unknown, Island>;
  /** Island functions in order of first use, and each use with its props. */
  used: unknown[];
  calls: [number, unknown][];
  slots: SlotRecord[];
  slotIds: Map<unknown, number>;
  head: AnyVNode[];
  headDone: boolean;
  bodyDone: boolean;
}

const preloadMark = "<!--fresh-preload-->";
const InsideIsland = createContext(false);
// Rendering is synchronous, so one page at a time is current.
let current: Page | null = null;
let bypass = false;

/** Starts a document of this build. */
export function createPage(snapshot: Snapshot, islands: Map<unknown, Island>): Page {
  return {
    snapshot,
    islands,
    used: [],
    calls: [],
    slots: [],
    slotIds: new Map(),
    head: [],
    headDone: false,
    bodyDone: false,
  };
}

/** Renders a part of the document to HTML; islands and head tags are noted in the page. */
export function renderPart(page: Page, part: ComponentChildren): string {
  const before = current;
  const buildIdBefore = headSink.buildId;
  current = page;
  headSink.buildId = page.snapshot.buildId;
  headSink.add = (children) => void page.head.push(...flattenTags(children));
  try {
    return renderToString(h(Fragment, null, part));
  } finally {
    current = before;
    headSink.buildId = before === null ? headSink.buildId : buildIdBefore;
    if (before === null) headSink.add = null;
  }
}

/** Returns HTML as something that can stand among children. */
export function htmlPart(html: string): VNode {
  return jsxTemplate([html]) as VNode;
}

/** Completes rendered HTML to a document: doctype, missing elements, preloads, start data. */
export function finishDocument(page: Page, html: string): string {
  let whole = html;
  if (!/^(?:\s|<!--.*?-->)*<html[\s>]/i.test(html)) {
    page.headDone = page.bodyDone = false;
    const head = h("head", null, h("meta", { charset: "utf-8" }));
    whole = renderPart(page, h("html", null, head, h("body", null, htmlPart(html))));
  } else if (!page.bodyDone) {
    const tail = renderPart(page, h(Tail, null));
    const end = whole.search(/<\/(?:body|html)>(?:\s*<\/html>)?\s*$/i);
    whole = end === -1 ? whole + tail : whole.slice(0, end) + tail + whole.slice(end);
  }
  const mark = whole.indexOf(preloadMark);
  if (mark !== -1) {
    whole = whole.slice(0, mark) + preloadLinks(page) + whole.slice(mark + preloadMark.length);
  }
  return `<!DOCTYPE html>${whole}`;
}

const beforeVNode = options.vnode;
options.vnode = (vnode) => {
  if (bypass) bypass = false;
  else replaceType(vnode as AnyVNode);
  beforeVNode?.(vnode);
};

function replaceType(vnode: AnyVNode): void {
  const { type, props } = vnode;
  if (type === "head") vnode.type = HeadMarker as AnyVNode["type"];
  else if (type === "body") vnode.type = BodyMarker as AnyVNode["type"];
  else if (isIsland(type)) vnode.type = IslandMarker as AnyVNode["type"];
  else return;
  vnode.props = carry({ type, props });
}

/** Types what a marker is given in place of an element's own props; it has no children. */
const carry = (props: Props) => props as AnyVNode["props"];

/** Makes the element as it is written; its children must exist already. */
function createPlain(type: unknown, props: Props, children: ComponentChildren[] = []): VNode {
  bypass = true;
  return h(type as string, props, ...children) as VNode;
}

function IslandMarker({ type, props }: { type: unknown; props: Props }): VNode {
  const inside = useContext(InsideIsland);
  const page = current;
  const child = createPlain(type, props);
  if (page === null || inside || !page.islands.has(type)) return child;
  let index = page.used.indexOf(type);
  if (index === -1) index = page.used.push(type) - 1;
  const id = page.calls.push([index, props]) - 1;
  takeSlots(page, props, new Set());
  return provideInside(true, jsxTemplate([`<!--f:${id}-->`, "<!--/f-->"], child) as VNode);
}

function provideInside(value: boolean, children: VNode): VNode {
  return h(InsideIsland.Provider, { value, children }) as VNode;
}

/** Turns each piece of JSX below the value into a slot, in place, so that identities stay. */
function takeSlots(page: Page, value: unknown, seen: Set<unknown>): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  // A signal passes for an element, as it may stand among children.
  if (value instanceof Signal) return takeSlots(page, value.peek(), seen);
  if (isValidElement(value)) return takeSlot(page, value as AnyVNode);
  if (value instanceof Map) {
    for (const [key, item] of value) takeSlots(page, key, seen), takeSlots(page, item, seen);
  } else if (Array.isArray(value) || value instanceof Set) {
    for (const item of value) takeSlots(page, item, seen);
  } else if (isPlain(value)) {
    for (const item of Object.values(value)) takeSlots(page, item, seen);
  }
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function takeSlot(page: Page, vnode: AnyVNode): void {
  if (vnode.type as unknown !== Slot) {
    const content = { ...vnode };
    vnode.type = Slot as AnyVNode["type"];
    vnode.props = carry({ content });
  }
  const content = vnode.props.content as AnyVNode;
  if (page.slotIds.has(content)) return;
  page.slotIds.set(content, page.slots.push({ content, shown: false }) - 1);
}

function Slot({ content }: { content: AnyVNode }): VNode {
  const id = current?.slotIds.get(content);
  const slot = id === undefined ? undefined : current?.slots[id];
  if (slot === undefined) return content;
  slot.shown = true;
  const marked = jsxTemplate([`<!--s:${id}-->`, "<!--/s-->"], content);
  return provideInside(false, marked as VNode);
}

function HeadMarker({ props }: { props: Props }): VNode {
  const { children, ...rest } = props;
  const page = current;
  const own = children as ComponentChildren;
  if (page === null || page.headDone) return createPlain("head", rest, [own]);
  page.headDone = true;
  const tags = mergeHead(own, page.head);
  return createPlain("head", rest, [tags, jsxTemplate([preloadMark])]);
}

function flattenHead(children: ComponentChildren): ComponentChild[] {
  return toChildArray(children).flatMap((child) =>
    isValidElement(child) && child.type === Fragment && !("tpl" in child.props)
      ? flattenHead((child.props as Props).children as ComponentChildren)
      : [child]
  );
}

function mergeHead(own: ComponentChildren, added: AnyVNode[]): ComponentChild[] {
  const tags = flattenHead(own);
  for (const vnode of added) {
    const identity = identifyTag(vnode);
    const at = identity === null ? -1 : tags.findIndex((tag) => identifyTag(tag) === identity);
    const tag = keepKey(vnode);
    if (at === -1) tags.push(tag);
    else tags[at] = tag;
  }
  return tags;
}

/** The browser finds the element of a keyed tag by this attribute. */
function keepKey(vnode: AnyVNode): AnyVNode {
  if (vnode.key === null || vnode.key === undefined) return vnode;
  return { ...vnode, props: { ...vnode.props, [headKeyAttribute]: String(vnode.key) } };
}

function identifyTag(tag: ComponentChild): string | null {
  if (!isValidElement(tag)) return null;
  const { type, key } = tag;
  const props = tag.props as Props;
  if (key !== null && key !== undefined) return `key:${key}`;
  if (type === "title") return "title";
  if (type === "link" && props.rel === "canonical") return "canonical";
  if (type !== "meta") return typeof props.id === "string" ? `${type}#${props.id}` : null;
  if (typeof props.name === "string") return `name:${props.name}`;
  if (typeof props.property === "string") return `property:${props.property}`;
  return "charset" in props || "charSet" in props ? "charset" : null;
}

function BodyMarker({ props }: { props: Props }): VNode {
  const { children, ...rest } = props;
  const own = children as ComponentChildren;
  if (current === null || current.bodyDone) return createPlain("body", rest, [own]);
  current.bodyDone = true;
  const tail = h(Tail, null);
  return createPlain("body", rest, [own, tail]);
}

function Tail(): VNode {
  return h(Fragment, null, h(HiddenSlots, null), h(StartData, null));
}

/** Slots no island has shown wait in templates; showing one may bring up more. */
function HiddenSlots(): VNode | null {
  const page = current;
  const id = page?.slots.findIndex((slot) => !slot.shown) ?? -1;
  const slot = page?.slots[id];
  if (slot === undefined) return null;
  slot.shown = true;
  const open = `<template id="fresh-slot-${id}">`;
  return h(Fragment, null, jsxTemplate([open, "</template>"], slot.content), h(HiddenSlots, null));
}

function StartData(): VNode | null {
  const page = current;
  if (page === null) return null;
  const { snapshot } = page;
  const reload = snapshot.mode === "development"
    ? `<script type="module" src="${reloadPath}"></script>`
    : "";
  if (page.calls.length === 0) return reload === "" ? null : htmlPart(reload);
  const islands = page.used.map((type) => {
    const { moduleIndex, exportName } = page.islands.get(type) as Island;
    return [snapshot.islands[moduleIndex]?.url, exportName];
  });
  const slotOf = (value: unknown) =>
    typeof value === "object" && value !== null && "type" in value && value.type === Slot
      ? page.slotIds.get((value as AnyVNode).props.content)
      : undefined;
  const data = { build: snapshot.buildId, islands, calls: serialize(page.calls, slotOf) };
  return htmlPart(
    `<script type="application/json" id="fresh-data">${
      escapeScript(JSON.stringify(data))
    }</script><script type="module" src="${snapshot.entry}"></script>${reload}`,
  );
}

/** URL of the script that reloads the page in development. */
export const reloadPath = "/_fresh/reload.js";

function preloadLinks(page: Page): string {
  if (page.calls.length === 0) return "";
  const urls = new Set([page.snapshot.entry, ...page.snapshot.entryPreload]);
  for (const type of page.used) {
    const module = page.snapshot.islands[page.islands.get(type)?.moduleIndex ?? -1];
    if (module !== undefined) [module.url, ...module.preload].forEach((url) => urls.add(url));
  }
  return [...urls].map((url) => `<link rel="modulepreload" href="${url}"/>`).join("");
}
