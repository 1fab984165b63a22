import { equal } from "node:assert/strict";
import { restMs, startWhenDue } from "../../lib/ui/chart_start.ts";

function aBrowser(isPrecise: boolean) {
  const listeners = new Set<() => void>();
  const browser = { started: 0, waitedMs: 0, touch: () => {}, rest: () => {}, listeners };
  const listen = (name: "touch" | "rest", run: () => void) => {
    browser[name] = run;
    listeners.add(run);
    return () => listeners.delete(run);
  };
  const stop = startWhenDue(() => browser.started++, {
    isPrecise: () => isPrecise,
    onTouch: (run) => listen("touch", run),
    onRest(run, ms) {
      browser.waitedMs = ms;
      return listen("rest", run);
    },
  });
  return { browser, stop };
}

Deno.test("with a precise pointer the library comes at once", () => {
  equal(aBrowser(true).browser.started, 1);
});

for (const first of ["touch", "rest"] as const) {
  Deno.test(`on a phone it comes once, with the first ${first}`, () => {
    const { browser } = aBrowser(false);
    equal(browser.started, 0);
    equal(browser.waitedMs, restMs);
    const { touch, rest } = browser;
    browser[first]();
    touch();
    rest();
    equal(browser.started, 1);
    equal(browser.listeners.size <= 1, true);
  });
}

Deno.test("a page that is left brings nothing", () => {
  const { browser, stop } = aBrowser(false);
  stop();
  equal(browser.listeners.size, 0);
  equal(browser.started, 0);
});
