/**
 * The browser's entry: finds the islands of the page and brings them to life.
 *
 * @module
 */

import { type ComponentChild, type ComponentType, Fragment, h, render, type VNode } from "preact";
import { computed, signal } from "@preact/signals";
import { parse } from "devalue";
import { headSink } from "./head_sink.ts";

interface StartData {
  build: string;
  islands: [url: string, exportName: string][];
  calls: string;
}

type Call = [islandIndex: number, props: Record<string, unknown>];

interface Island {
  start: Comment;
  end: Comment;
  id: number;
}

const components: ComponentType<Record<string, unknown>>[] = [];
const slots = new Map<number, ComponentChild[]>();
let calls: Call[] = [];

/** Stands for slot content; it is looked up late, as slots may hold islands with slots. */
function Slot({ id }: { id: number }): VNode {
  return h(Fragment, null, slots.get(id));
}

function createIsland(id: number): VNode | null {
  const call = calls[id];
  const component = call && components[call[0]];
  return component === undefined ? null : h(component, call?.[1] ?? null) as VNode;
}

/** Returns the nodes as vnodes; islands among them become components. */
function readNodes(first: Node | null, end: Node | null): ComponentChild[] {
  const children: ComponentChild[] = [];
  for (let node = first; node !== null && node !== end; node = node.nextSibling) {
    if (node instanceof Text) children.push(node.data);
    else if (node instanceof Element) children.push(readElement(node));
    else if (node instanceof Comment) {
      const close = findEnd(node);
      if (close === null) continue;
      const [kind, id = ""] = node.data.split(":");
      if (kind === "f") children.push(createIsland(Number(id)));
      else children.push(h(Slot, { id: Number(id) }));
      node = close;
    }
  }
  return children;
}

function readElement(element: Element): VNode {
  const props: Record<string, unknown> = {};
  for (const { name, value } of element.attributes) {
    // What people typed or ticked meanwhile must stay.
    const isField = element.localName === "input" && (name === "value" || name === "checked");
    const key = !isField ? name : name === "value" ? "defaultValue" : "defaultChecked";
    const isFlag = value === "" && typeof Reflect.get(element, name) === "boolean";
    props[key] = isFlag ? true : value;
  }
  return h(element.localName, props, ...readNodes(element.firstChild, null)) as VNode;
}

function findEnd(start: Comment): Comment | null {
  const kind = /^([fs]):\d+$/.exec(start.data)?.[1];
  if (kind === undefined) return null;
  let depth = 0;
  for (let node: Node | null = start; node !== null; node = node.nextSibling) {
    if (!(node instanceof Comment)) continue;
    if (node.data.startsWith(`${kind}:`)) depth++;
    else if (node.data === `/${kind}` && --depth === 0) return node;
  }
  return null;
}

/** Finds the outermost islands below a node and reads the content of every slot. */
function collect(root: Node): Island[] {
  const islands: Island[] = [];
  const starts: Comment[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  while (walker.nextNode()) {
    const start = walker.currentNode as Comment;
    if (/^[fs]:\d+$/.test(start.data)) starts.push(start);
  }
  let outer: Comment | null = null;
  for (const start of starts) {
    const end = findEnd(start);
    if (end === null) continue;
    const id = Number(start.data.slice(2));
    if (start.data.startsWith("s")) {
      if (!slots.has(id)) slots.set(id, readNodes(start.nextSibling, end));
    } else if (outer === null || follows(outer, start)) {
      islands.push({ start, end, id });
      outer = end;
    }
  }
  return islands;
}

function follows(before: Node, after: Node): boolean {
  return (before.compareDocumentPosition(after) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
}

/** Looks like a parent element to Preact, but spans only what lies between two comments. */
function createSpan({ start, end }: Island): Element {
  const parent = start.parentNode as Element;
  const readChildren = () => {
    const nodes: Node[] = [];
    for (let node = start.nextSibling; node !== null && node !== end; node = node.nextSibling) {
      nodes.push(node);
    }
    return nodes;
  };
  const insertBefore = (node: Node, before: Node | null) =>
    parent.insertBefore(node, before ?? end);
  const span = {
    nodeType: 1,
    localName: parent.localName,
    namespaceURI: parent.namespaceURI,
    parentNode: parent,
    ownerDocument: document,
    get childNodes() {
      return readChildren();
    },
    get firstChild() {
      return readChildren()[0] ?? null;
    },
    insertBefore,
    appendChild: (node: Node) => insertBefore(node, null),
    removeChild: (node: Node) => parent.removeChild(node),
    contains: (node: Node) => parent.contains(node),
  };
  return span as unknown as Element;
}

async function start(): Promise<void> {
  const text = document.getElementById("fresh-data")?.textContent;
  if (!text) return;
  const data = JSON.parse(text) as StartData;
  headSink.buildId = data.build;
  const modules = await Promise.all(data.islands.map(([url]) => import(url)));
  data.islands.forEach(([, name], index) => components.push(modules[index][name]));
  calls = parse(data.calls, {
    S: ([value]: [unknown]) => signal(value),
    C: ([value]: [unknown]) => computed(() => value),
    J: ([id]: [number]) => h(Slot, { id }),
    V: (view: unknown) => view,
  }) as Call[];
  for (const template of document.querySelectorAll<HTMLTemplateElement>("[id^=fresh-slot-]")) {
    collect(template.content);
    const id = Number(template.id.slice("fresh-slot-".length));
    slots.set(id, readNodes(template.content.firstChild, null));
  }
  for (const island of collect(document)) {
    // Each island in a task of its own keeps the page responsive.
    setTimeout(() => render(createIsland(island.id), createSpan(island)));
  }
}

/** After a rollout a chunk may be gone: the page as sent stays usable, and reloads once. */
function recover(error: unknown): void {
  const key = "fresh-reloaded";
  try {
    if (sessionStorage.getItem(key) !== location.href) {
      sessionStorage.setItem(key, location.href);
      location.reload();
      return;
    }
  } catch {
    // Without storage there is no telling whether it reloaded before.
  }
  reportError(error);
}

start().then(() => sessionStorage.removeItem("fresh-reloaded")).catch(recover);
