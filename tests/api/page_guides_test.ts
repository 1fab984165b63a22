import assert from "node:assert/strict";
import { describeGuide, listGuides, readGuide } from "../../lib/api/page_guides.ts";

async function makeFolder(files: Record<string, string>): Promise<URL> {
  const path = await Deno.makeTempDir({ prefix: "cryptointel-guides-" });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return new URL(`file://${path}/`);
}

Deno.test("guides are listed as a newcomer wants them, with title and first sentence", async () => {
  const folder = await makeFolder({
    "zebra.md": "no heading",
    "api.md": "# The API\n\nAsk for `it`\nhere, [always](x.md):\n",
    "architecture.md": "# How\n\n- list\n\n| a |\n\nFirst *words*.\n",
    "chart.png": "x",
  });
  assert.deepEqual(await listGuides(folder), [
    { name: "architecture", title: "How", summary: "First words." },
    { name: "api", title: "The API", summary: "Ask for it here, always." },
    { name: "zebra", title: "zebra", summary: "no heading" },
  ]);
  await Deno.remove(folder, { recursive: true });
  assert.deepEqual(await listGuides(folder), []);
});

Deno.test("a guide is read by its name, and by nothing that leads elsewhere", async () => {
  const folder = await makeFolder({ "api.md": "# A\n" });
  await Deno.writeTextFile(new URL("../outside-of-guides.md", folder), "secret");
  assert.equal(await readGuide("api", folder), "# A\n");
  const names = [
    "../outside-of-guides",
    "..%2Fapi",
    "api.md",
    "API",
    "",
    "a/b",
    "a".repeat(65),
    "\0",
  ];
  for (const name of names) assert.equal(await readGuide(name, folder), null, name);
  assert.equal(await readGuide("none", folder), null);
  await Deno.remove(new URL("../outside-of-guides.md", folder));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("every guide that comes with the product can be shown", async () => {
  const guides = await listGuides();
  assert.ok(guides.length >= 6);
  for (const { name, title, summary } of guides) {
    assert.ok(title.length > 2 && summary.length > 10, name);
    assert.doesNotMatch(summary, /[`[\]]|\*\*/, name);
  }
});

Deno.test("a long first paragraph is cut, an empty text has none", () => {
  assert.equal(describeGuide("x", `# T\n\n${"word ".repeat(200)}`).summary.length <= 241, true);
  assert.deepEqual(describeGuide("x", ""), { title: "x", summary: "" });
});
