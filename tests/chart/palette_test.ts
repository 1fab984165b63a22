import assert from "node:assert/strict";
import {
  directionColors,
  findExtremes,
  getPalette,
  listLineNames,
  parseDirectionColors,
} from "../../lib/chart/mod.ts";
import { makeBar } from "../support/web.ts";

/** Contrast ratio of a colour `rgb(r,g,b)` against a grey of luminance `other` (WCAG 2). */
function getContrast(color: string, other: number): number {
  const parts = color.match(/\d+/g)!.map((part) => Number(part) / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const light = 0.2126 * parts[0]! + 0.7152 * parts[1]! + 0.0722 * parts[2]!;
  return (Math.max(light, other) + 0.05) / (Math.min(light, other) + 0.05);
}

Deno.test("UI-24 rising and falling are told apart in every choice and can be seen on both themes", () => {
  for (const directions of directionColors) {
    for (const [theme, panel] of [["dark", 0.01], ["light", 1]] as const) {
      const { up, down, upSoft } = getPalette({ theme, directions });
      assert.notEqual(up, down);
      assert.ok(getContrast(up, panel) >= 3, `${directions} ${theme} up`);
      assert.ok(getContrast(down, panel) >= 3, `${directions} ${theme} down`);
      assert.ok(upSoft.startsWith("rgba"));
    }
  }
});

Deno.test("UI-24 swapped colours are each other's, and an unknown choice is the usual one", () => {
  const usual = getPalette({ theme: "dark", directions: "green-up" });
  const swapped = getPalette({ theme: "dark", directions: "red-up" });
  assert.deepEqual([swapped.up, swapped.down], [usual.down, usual.up]);
  assert.equal(parseDirectionColors("blue-up"), "blue-up");
  for (const bad of [undefined, null, "", "x", 5]) {
    assert.equal(parseDirectionColors(bad), "green-up");
  }
});

Deno.test("UI-07 price lines stand at the extremes, and nowhere without bars", () => {
  const bars = [makeBar(1, { low: 5 }), makeBar(2, { high: 900 })];
  assert.deepEqual(findExtremes(bars), { low: 5, high: 900 });
  assert.equal(findExtremes([]), null);
});

Deno.test("the values that toggles draw are named", () => {
  assert.deepEqual(listLineNames(["rsi", "volume", "stoch"]), ["rsi_14", "stoch_k", "stoch_d"]);
  assert.deepEqual(listLineNames([]), []);
});
