import assert from "node:assert/strict";
import fc from "fast-check";
import { renderToString } from "preact-render-to-string";
import { guidePlace } from "../../lib/ui/guide_links.ts";
import { listSections, Markdown, nameHeading } from "../../lib/ui/Markdown.tsx";

const render = (text: string) => renderToString(<Markdown text={text} place={guidePlace} />);

Deno.test("a guide becomes headings, lists, tables, code and quotes", () => {
  const cases: [string, RegExp][] = [
    ["# One *more*", /^<h1>One <em>more<\/em><\/h1>$/],
    ["## A & B", /<h2 id="a-b">A &amp; B<\/h2>/],
    ["### `x` y", /<h3 id="x-y"><code>x<\/code> y<\/h3>/],
    ["- a\n- **b**", /<ul><li\s*><?.*a.*<\/li><li\s*>.*<strong>b<\/strong>/],
    ["3. c\n4. d", /<ol start="3">/],
    ["| a | b |\n| - | -: |\n| 1 | 2 |", /<th\s+scope="col" class="number">b[\s\S]*number">2/],
    ["```sh\na < b && c\n```", /<code>a &lt; b &amp;&amp; c<\/code>/],
    ["> said", /<blockquote><p>said/],
    ["a  \nb", /a<br\s*\/?>b/],
    ["![chart](chart.png)", /<img src="\/guides\/chart\.png" alt="chart" loading="lazy"/],
    ['don\'t &amp; "do"', /don(&#39;|')t &amp; (&quot;|")do/],
    ["~~gone~~", /<del>gone<\/del>/],
  ];
  for (const [text, html] of cases) assert.match(render(text), html, text);
});

Deno.test("HTML in a guide is shown as text, never as markup", () => {
  const texts = [
    "<script>alert(1)</script>",
    'x <img src=x onerror="alert(1)"> y',
    "<iframe src=//e.com></iframe>",
    "<!-- c --><b>b</b>",
    "[<img src=x>](https://e.com)",
    "| <script> |\n| - |\n| <script> |",
    "`<script>`",
    "# <script>x</script>",
  ];
  for (const text of texts) {
    assert.doesNotMatch(render(text), /<(script|img|iframe|b|!)/i, text);
  }
});

Deno.test("links lead to guides, to our pages and to the web, and nowhere else", () => {
  const cases: [string, string | null][] = [
    ["api.md", "/guides/api"],
    ["./api.md#live", "/guides/api#live"],
    ["#live", "#live"],
    ["/sources", "/sources"],
    ["/explore/dex?network=base", "/explore/dex?network=base"],
    ["https://example.com/a", "https://example.com/a"],
    ["javascript:alert(1)", null],
    ["JavaScript:alert(1)", null],
    ["data:text/html,x", null],
    ["vbscript:x", null],
    ["//example.com", null],
    ["/\\example.com", null],
    ["../../deno.json", null],
    ["../../LICENSE", null],
    ["", null],
  ];
  for (const [href, to] of cases) assert.equal(guidePlace.link(href), to, href);
  for (
    const src of ["https://e.com/x.png", "../x.png", "//e.com/x.png", "data:image/png;x", "x.js"]
  ) {
    assert.equal(guidePlace.image(src), null, src);
  }
  assert.equal(render("[x](javascript:alert(1))"), "<p>x</p>");
});

Deno.test("a section can be linked to by its name", () => {
  assert.deepEqual(listSections("# T\n\n## One `a`\n\n### no\n\n## Two & three\n"), [
    { text: "One a", id: "one-a" },
    { text: "Two & three", id: "two-three" },
  ]);
  assert.equal(nameHeading("  Ünïts: 24 h! "), "ünïts-24-h");
  assert.deepEqual(listSections(""), []);
});

Deno.test("whatever stands in a text, it is rendered, and no element but ours comes of it", () => {
  const piece = fc.constantFrom(
    "<b>",
    "[a](",
    "x)",
    "`",
    "**",
    "\n",
    "|",
    "# ",
    "- ",
    "<!--",
    "&",
    "![",
  );
  fc.assert(fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
    assert.doesNotMatch(render(pieces.join("")), /<(b|script|iframe|style|!)[\s>-]/);
  }));
});
