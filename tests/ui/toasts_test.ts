import { deepEqual, equal } from "node:assert/strict";
import {
  addToast,
  dropToast,
  noToasts,
  pickNews,
  readNotification,
  readSignal,
  toastsMax,
} from "../../lib/ui/toasts.ts";
import { formatUnread } from "../../lib/ui/unread.ts";

const toast = (id: string) => ({ id, title: id, text: "", link: "/", isRecorded: false });

Deno.test("ALR-08 one event is one toast, however often it is told, and once dismissed never again", () => {
  const once = addToast(noToasts, toast("a"));
  equal(addToast(once, toast("a")), once);
  const gone = dropToast(once, "a");
  deepEqual(gone.shown, []);
  equal(addToast(gone, toast("a")), gone);
});

Deno.test("the oldest toast makes room for a new one", () => {
  const ids = Array.from({ length: toastsMax + 2 }, (_, i) => `t${i}`);
  const state = ids.reduce((before, id) => addToast(before, toast(id)), noToasts);
  deepEqual(state.shown.map(({ id }) => id), ids.slice(-toastsMax));
});

Deno.test("what is remembered of toasts is bounded", () => {
  const ids = Array.from({ length: 1_000 }, (_, i) => `t${i}`);
  equal(ids.reduce((before, id) => addToast(before, toast(id)), noToasts).known.length, 200);
});

Deno.test("a notification is read only as far as it is one, and leads nowhere outside", () => {
  const told = { id: "n1", title: "BTC", message: "above", link: "/alerts", isRecorded: true };
  deepEqual(readNotification(told), {
    id: "n1",
    title: "BTC",
    text: "above",
    link: "/alerts",
    isRecorded: true,
  });
  for (
    const link of ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", 7]
  ) {
    equal(readNotification({ ...told, link })?.link, "/notifications", String(link));
  }
  deepEqual([null, 1, "x", {}, { id: "a" }, { id: 1, title: "b" }, []].map(readNotification), [
    ...Array.from({ length: 7 }, () => null),
  ]);
});

Deno.test("ALR-08 only signals as sure as the person wants give a toast", () => {
  const wish = { confidence: 0.8, name: (type: string) => type.toUpperCase() };
  const signal = { id: "s", type: "price_alert", entity: "A&B", confidence_score: 0.8 };
  deepEqual(readSignal(signal, wish), {
    id: "signal:s",
    title: "A&B: PRICE_ALERT",
    text: "80 %",
    link: "/explore/signals?entity=A%26B",
    isRecorded: false,
  });
  for (const confidence_score of [0.79, NaN, "1", undefined]) {
    equal(readSignal({ ...signal, confidence_score }, wish), null);
  }
  equal(readSignal(null, wish), null);
});

Deno.test("a badge has room for two digits", () => {
  deepEqual([0, 1, 99, 100].map(formatUnread), ["0", "1", "99", "99+"]);
});

Deno.test("ALR-08 what another page of this browser has shown is no news, what came since is", () => {
  const unread = [{ id: "c", timestamp: 30 }, { id: "b", timestamp: 20 }, {
    id: "a",
    timestamp: 10,
  }];
  const ids = (mark: number | null, known: string[] | null) =>
    pickNews(unread, { mark, known: known && new Set(known) }).map(({ id }) => id).join("");
  equal(ids(null, null), "", "a browser that remembers nothing is not flooded");
  equal(ids(0, null), "abc", "oldest first");
  equal(ids(20, null), "c");
  equal(ids(30, null), "");
  equal(ids(0, ["b"]), "ac", "each once on one page");
  equal(ids(null, ["a", "b"]), "c", "without storage, what comes while the page is open");
});
