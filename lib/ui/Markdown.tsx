/**
 * Markdown as elements. Nothing in it becomes markup of its own: HTML is shown as the text that it
 * is, and only addresses of the web and of our pages become links.
 *
 * @module
 */
import { lexer, type Token, type Tokens } from "marked";
import type { ComponentChildren } from "preact";
import { overviewStrings } from "../format/mod.ts";

/** How addresses and images in a text are to be read. */
export interface MarkdownPlace {
  /** Returns the address that a link leads to; null where nothing is to be linked. */
  link(href: string): string | null;
  /** Returns where an image lies; null where none is to be shown. */
  image(src: string): string | null;
}

const words = overviewStrings.guides;

/** Entities that a text may hold so as not to be taken for markup. */
const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

function decodeText(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity);
}

/** Returns the plain words of some tokens. */
function readPlain(tokens: readonly Token[]): string {
  return tokens.map((token) =>
    "tokens" in token && token.tokens ? readPlain(token.tokens) : decodeText(readText(token))
  ).join("");
}

const readText = (token: Token) => "text" in token ? String(token.text) : token.raw;

/** Returns the name by which a heading can be linked to: lower case, words joined by hyphens. */
export function nameHeading(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
}

/** A heading of the second level, and its name. */
export interface Section {
  text: string;
  id: string;
}

/** Lists the sections of a text in their order. */
export function listSections(markdown: string): Section[] {
  return lexer(markdown).flatMap((token) => {
    if (token.type !== "heading" || token.depth !== 2) return [];
    const text = readPlain(token.tokens ?? []);
    return [{ text, id: nameHeading(text) }];
  });
}

function Inline({ tokens, place }: { tokens: readonly Token[]; place: MarkdownPlace }) {
  return <>{tokens.map((token, i) => <InlineToken key={i} token={token} place={place} />)}</>;
}

function Link({ token, place }: { token: Tokens.Link; place: MarkdownPlace }) {
  const inside = <Inline tokens={token.tokens} place={place} />;
  const href = place.link(token.href);
  if (href === null) return inside;
  return /^https?:/.test(href)
    ? <a href={href} rel="noopener noreferrer external">{inside}</a>
    : <a href={href}>{inside}</a>;
}

function Picture({ token, place }: { token: Tokens.Image; place: MarkdownPlace }) {
  const src = place.image(token.href);
  return src === null ? <>{token.text}</> : <img src={src} alt={token.text} loading="lazy" />;
}

function InlineToken({ token, place }: { token: Token; place: MarkdownPlace }) {
  const inside = "tokens" in token && token.tokens
    ? <Inline tokens={token.tokens} place={place} />
    : <>{decodeText(readText(token))}</>;
  switch (token.type) {
    case "strong":
      return <strong>{inside}</strong>;
    case "em":
      return <em>{inside}</em>;
    case "del":
      return <del>{inside}</del>;
    case "codespan":
      return <code>{readText(token)}</code>;
    case "br":
      return <br />;
    case "link":
      return <Link token={token as Tokens.Link} place={place} />;
    case "image":
      return <Picture token={token as Tokens.Image} place={place} />;
    case "html":
      return <>{token.raw}</>;
    default:
      return inside;
  }
}

/** A table that scrolls within itself; its columns keep the side they were written for. */
function Table({ token, place }: { token: Tokens.Table; place: MarkdownPlace }) {
  const toClass = (i: number) => token.align[i] === "right" ? "number" : undefined;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={words.table}>
      <table>
        <thead>
          <tr>
            {token.header.map(({ tokens }, i) => (
              <th key={i} scope="col" class={toClass(i)}>
                <Inline tokens={tokens} place={place} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, i) => (
            <tr key={i}>
              {row.map(({ tokens }, j) => (
                <td key={j} class={toClass(j)}>
                  <Inline tokens={tokens} place={place} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function List({ token, place }: { token: Tokens.List; place: MarkdownPlace }) {
  const items = token.items.map((item, i) => (
    <li key={i}>
      <Blocks tokens={item.tokens} place={place} />
    </li>
  ));
  return token.ordered ? <ol start={Number(token.start) || 1}>{items}</ol> : <ul>{items}</ul>;
}

function Heading({ token, place }: { token: Tokens.Heading; place: MarkdownPlace }) {
  const inside = <Inline tokens={token.tokens} place={place} />;
  const id = nameHeading(readPlain(token.tokens));
  switch (token.depth) {
    case 1:
      return <h1>{inside}</h1>;
    case 2:
      return <h2 id={id}>{inside}</h2>;
    case 3:
      return <h3 id={id}>{inside}</h3>;
    default:
      return <h4 id={id}>{inside}</h4>;
  }
}

function Block({ token, place }: { token: Token; place: MarkdownPlace }): ComponentChildren {
  switch (token.type) {
    case "heading":
      return <Heading token={token as Tokens.Heading} place={place} />;
    case "paragraph":
      return (
        <p>
          <Inline tokens={token.tokens ?? []} place={place} />
        </p>
      );
    case "code":
      return (
        <pre tabIndex={0} role="region" aria-label={words.code}><code>{readText(token)}</code></pre>
      );
    case "list":
      return <List token={token as Tokens.List} place={place} />;
    case "table":
      return <Table token={token as Tokens.Table} place={place} />;
    case "blockquote":
      return (
        <blockquote>
          <Blocks tokens={token.tokens ?? []} place={place} />
        </blockquote>
      );
    case "hr":
      return <hr />;
    case "space":
    case "def":
      return null;
    case "html":
      return <p>{token.raw}</p>;
    default:
      return <InlineToken token={token} place={place} />;
  }
}

function Blocks({ tokens, place }: { tokens: readonly Token[]; place: MarkdownPlace }) {
  return <>{tokens.map((token, i) => <Block key={i} token={token} place={place} />)}</>;
}

/** A text in Markdown as the elements that it describes. */
export function Markdown({ text, place }: { text: string; place: MarkdownPlace }) {
  return <Blocks tokens={lexer(text)} place={place} />;
}
