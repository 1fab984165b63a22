/**
 * A page that lies open takes over parts of itself as the server writes them now.
 *
 * @module
 */

/** Told by the window when parts were taken over: what was put into the old ones is gone. */
export const renewedEvent = "cryptointel-renewed";

/**
 * Reads the page anew and takes over the parts that have `attribute`, each by its value, but those
 * that `mayReplace` keeps. A page that is answered by another one, as after signing out, stays.
 *
 * @throws TypeError if nobody answers
 */
export async function renewParts(
  attribute: string,
  mayReplace: (part: HTMLElement) => boolean = () => true,
): Promise<void> {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll<HTMLElement>(`[${attribute}]`)) {
    const fresh = next.querySelector(`[${attribute}="${part.getAttribute(attribute)}"]`);
    if (fresh && mayReplace(part)) {
      part.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
    }
  }
  dispatchEvent(new Event(renewedEvent));
}
