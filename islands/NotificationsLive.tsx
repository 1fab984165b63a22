import { useEffect } from "preact/hooks";

/** Reads the page anew and takes over its list, but not from under somebody's focus. */
async function renew(): Promise<void> {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [list, fresh] = [document, next].map((each) => each.querySelector("[data-told]"));
  if (!list || !fresh || list.contains(document.activeElement)) return;
  list.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
}

/** Shows what is told while the page lies open; the toasts of the page say when that is. */
export default function NotificationsLive() {
  useEffect(() => {
    const told = () => void renew().catch(() => {});
    addEventListener("cryptointel-told", told);
    return () => removeEventListener("cryptointel-told", told);
  }, []);
  return <span hidden />;
}
