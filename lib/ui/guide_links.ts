/**
 * Where links and pictures of guides lead when a guide is read in the product.
 *
 * @module
 */
import type { MarkdownPlace } from "./Markdown.tsx";

/** The address of a guide's page. */
export function linkGuide(name: string): string {
  return `/guides/${encodeURIComponent(name)}`;
}

/**
 * Links of guides: to other guides by their pages, within the page, to our own pages and to the web.
 * Files of the source tree have no address here, and no other kind of address is followed.
 */
export const guidePlace: MarkdownPlace = {
  link(href) {
    const guide = href.match(/^(?:\.\/)?([a-z0-9-]+)\.md(#[\w-]*)?$/);
    if (guide) return `${linkGuide(guide[1]!)}${guide[2] ?? ""}`;
    if (/^https?:\/\//i.test(href) || /^#[\w-]*$/.test(href)) return href;
    // Two slashes would name another host.
    return /^\/(?![/\\])[\w\-./#?=&%]*$/.test(href) ? href : null;
  },
  image(src) {
    const name = src.match(/^(?:\.\/)?([a-z0-9-]+\.(?:png|svg|jpg|webp))$/)?.[1];
    return name ? `/guides/${name}` : null;
  },
};
