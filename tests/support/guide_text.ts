/** A guide as pages are given it. */

/** A guide with something of each kind that a guide may hold. */
export const guideText = [
  "# The API",
  "",
  "Asking for [settings](settings.md#all), [elsewhere](https://example.com/) and `code`.",
  "",
  "## First",
  "",
  "| Name | Count |",
  "| ---- | ----: |",
  "| one  |     1 |",
  "",
  "## Second",
  "",
  "- a list",
  "",
  "```sh",
  "deno task start",
  "```",
  "",
].join("\n");
