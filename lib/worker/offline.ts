/**
 * The page that stands for one that cannot be had: the kept one, or the plainest of all.
 *
 * @module
 */

/** Words of the page. */
export interface OfflineWords {
  heading: string;
  text: string;
}

/** Returns the page with `words` in place of those that it was `kept` with. */
export async function describeOffline(
  kept: Response | undefined,
  of: OfflineWords,
  words: OfflineWords,
): Promise<Response> {
  const page = kept ? await kept.text() : writePlainPage(of);
  const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
  return new Response(
    page.replaceAll(of.heading, () => words.heading).replaceAll(of.text, () => words.text),
    { status: 503, headers: kept ? withPolicy(kept.headers, headers) : headers },
  );
}

/** The page keeps the policy that it was written for. */
function withPolicy(kept: Headers, headers: Record<string, string>): Headers {
  const all = new Headers(kept);
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return all;
}

/** Without styles and scripts: those may be out of reach, too. */
function writePlainPage({ heading, text }: OfflineWords): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8" />` +
    `<meta name="viewport" content="width=device-width, initial-scale=1" />` +
    `<title>${heading}</title></head><body><main><h1>${heading}</h1><p>${text}</p>` +
    `<p><a href="/">CryptoIntel</a></p></main></body></html>`;
}
