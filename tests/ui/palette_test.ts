/** The command palette and the keys that open things. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  findItems,
  type PaletteItem,
  paletteMax,
  readSymbolItems,
  stepChoice,
} from "../../lib/ui/palette.ts";
import { readShortcut } from "../../lib/ui/shortcuts.ts";

const items: PaletteItem[] = [
  { kind: "page", name: "Dashboard", href: "/" },
  { kind: "page", name: "Markets", href: "/explore/markets" },
  { kind: "action", name: "Make a watchlist", href: "/watchlists" },
  { kind: "guide", name: "Settings of the market", href: "/guides/settings" },
  { kind: "symbol", name: "BTCUSDT", detail: "Bitcoin", href: "/explore/market/BTCUSDT" },
  { kind: "symbol", name: "WBTCUSDT", href: "/explore/market/WBTCUSDT" },
];
const cases: [typed: string, names: string[]][] = [
  ["", ["Dashboard", "Markets", "Make a watchlist", "Settings of the market"]],
  ["mark", ["Markets", "Settings of the market"]],
  ["  MARKETS ", ["Markets"]],
  ["btc", ["BTCUSDT", "WBTCUSDT"]],
  ["bitcoin", ["BTCUSDT"]],
  ["watch", ["Make a watchlist"]],
  ["dshb", ["Dashboard"]],
  ["zz", []],
  ["$", []],
];
for (const [typed, names] of cases) {
  Deno.test(`UI-24 "${typed}" finds ${names.length === 0 ? "nothing" : names.join(", ")}`, () => {
    assert.deepEqual(findItems(items, typed).map(({ name }) => name), names);
  });
}

Deno.test("whatever is typed, at most a screen is found, of what is there, each once", () => {
  const many = Array.from({ length: 50 }, (_, i): PaletteItem => ({
    kind: "symbol",
    name: `SYM${i}`,
  }));
  assert.equal(findItems(many, "sym").length, paletteMax);
  fc.assert(fc.property(fc.string(), (typed) => {
    const found = findItems(items, typed);
    assert.equal(new Set(found).size, found.length);
    assert.ok(found.every((item) => items.includes(item)));
  }));
});

Deno.test("the choice goes round the ends, and stays where nothing is", () => {
  assert.deepEqual([stepChoice(0, -1, 3), stepChoice(2, 1, 3), stepChoice(1, 1, 3)], [2, 0, 2]);
  assert.equal(stepChoice(0, 1, 0), 0);
});

Deno.test("symbols are read of an answer, and of anything else none", () => {
  const body = {
    exchanges: {
      Binance: [{ symbol: "BTC/USDT", name: "Bitcoin" }, { symbol: 5 }, null],
      Yahoo: [],
    },
  };
  assert.deepEqual(readSymbolItems(body), [{
    kind: "symbol",
    name: "BTC/USDT",
    detail: "Bitcoin",
    href: "/explore/market/BTC%2FUSDT",
  }]);
  for (const odd of [null, 5, "x", {}, { exchanges: null }, { exchanges: [1, [2]] }]) {
    assert.deepEqual(readSymbolItems(odd), []);
  }
});

Deno.test("UI-24 Ctrl or Command with K opens the palette even while someone types", () => {
  const press = (key: string, more = {}) => ({
    ...{ key, ctrlKey: false, metaKey: false, altKey: false },
    ...more,
  });
  for (const isTyping of [true, false]) {
    assert.equal(readShortcut(press("k", { ctrlKey: true }), isTyping), "palette");
    assert.equal(readShortcut(press("K", { metaKey: true }), isTyping), "palette");
    assert.equal(readShortcut(press("k", { ctrlKey: true, altKey: true }), isTyping), null);
    assert.equal(readShortcut(press("k"), isTyping), null);
    assert.equal(readShortcut(press("j", { ctrlKey: true }), isTyping), null);
  }
});
