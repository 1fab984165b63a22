/**
 * The part of Fresh that islands may import: it runs on the server and in the browser.
 *
 * @module
 */

import { type ComponentChild, type ComponentChildren, Fragment, isValidElement } from "preact";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { headSink } from "./head_sink.ts";

export { HttpError } from "./error.ts";

/** Whether this code runs in a browser. */
export const IS_BROWSER: boolean = typeof document !== "undefined";

/** Query parameter that carries the build id of an `asset` URL. */
export const assetParameter = "__frsh_c";

/**
 * Returns the path with the build's id, so that the answer may be cached for ever.
 * Relative paths and URLs with a host come back unchanged.
 */
export function asset(path: string): string {
  if (!path.startsWith("/") || path.startsWith("//") || headSink.buildId === "") return path;
  const hashAt = path.indexOf("#");
  const hash = hashAt === -1 ? "" : path.slice(hashAt);
  const rest = hashAt === -1 ? path : path.slice(0, hashAt);
  if (rest.includes(`${assetParameter}=`)) return path;
  return `${rest}${rest.includes("?") ? "&" : "?"}${assetParameter}=${headSink.buildId}${hash}`;
}

/** Applies `asset` to each URL of a `srcset` attribute. */
export function assetSrcSet(srcset: string): string {
  if (srcset.includes("(")) return srcset;
  return srcset.split(",").map((part) => {
    const [, space = "", url = "", rest = ""] = /^(\s*)(\S*)(.*)$/s.exec(part) ?? [];
    return `${space}${asset(url)}${rest}`;
  }).join(",");
}

/** Attribute by which the browser finds the element of a tag with a `key`. */
export const headKeyAttribute = "data-head-key";

/** Puts its children into the document's head; a tag of the same identity is replaced. */
export function Head({ children }: { children?: ComponentChildren }): null {
  if (!IS_BROWSER) headSink.add?.(children);
  useEffect(() => {
    for (const tag of flattenTags(children)) updateTag(tag);
  });
  return null;
}

/** Returns the elements among the children, arrays and fragments opened. */
export function flattenTags(children: ComponentChildren): VNode<Record<string, unknown>>[] {
  if (Array.isArray(children)) return (children as ComponentChild[]).flatMap(flattenTags);
  if (!isValidElement(children)) return [];
  const vnode = children as VNode<Record<string, unknown>>;
  if (vnode.type !== Fragment || "tpl" in vnode.props) return [vnode];
  return flattenTags(vnode.props.children as ComponentChildren);
}

function updateTag({ type, key, props }: VNode<Record<string, unknown>>): void {
  if (typeof type !== "string") return;
  const text = textOf(props.children);
  if (type === "title") {
    document.title = text;
    return;
  }
  const element = findTag(type, key, props) ?? document.head.appendChild(createTag(type, key));
  for (const [name, value] of Object.entries(props)) {
    if (name === "children" || typeof value === "function") continue;
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  if (text !== "" && element.textContent !== text) element.textContent = text;
}

function createTag(type: string, key: unknown): HTMLElement {
  const element = document.createElement(type);
  if (key !== null && key !== undefined) element.setAttribute(headKeyAttribute, String(key));
  return element;
}

function findTag(type: string, key: unknown, props: Record<string, unknown>): Element | null {
  const find = (name: string, value: unknown) =>
    document.head.querySelector(`${type}[${name}="${CSS.escape(String(value))}"]`);
  if (key !== null && key !== undefined) return find(headKeyAttribute, key);
  for (const name of ["id", "name", "property"]) {
    if (typeof props[name] === "string") return find(name, props[name]);
  }
  if (type === "link" && props.rel === "canonical") return find("rel", "canonical");
  const same = Object.entries(props).filter(([, value]) => typeof value === "string");
  return [...document.head.querySelectorAll(type)].find((element) =>
    same.every(([name, value]) => element.getAttribute(name) === value)
  ) ?? null;
}

function textOf(children: unknown): string {
  if (Array.isArray(children)) return children.map(textOf).join("");
  if (typeof children === "string" || typeof children === "number") return String(children);
  if (typeof children === "object" && children !== null && "value" in children) {
    return textOf(children.value);
  }
  return "";
}
