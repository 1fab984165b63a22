import { useEffect } from "preact/hooks";

/** How often the server is asked for its first symbol, and how many times. */
const ASK_MS = 1000;
const TRIES = 120;

async function hasSymbols(): Promise<boolean> {
  try {
    const answer = await fetch("/api/v1/symbols");
    const { exchanges } = await answer.json() as { exchanges?: Record<string, unknown[]> };
    return answer.ok && Object.values(exchanges ?? {}).some(({ length }) => length > 0);
  } catch {
    return false;
  }
}

/** Says that there is nothing yet; opens the page anew once there is something to show. */
export default function WaitForSymbols({ text }: { text: string }) {
  useEffect(() => {
    let tries = 0;
    const timer = setInterval(async () => {
      if (++tries >= TRIES) clearInterval(timer);
      if (await hasSymbols()) location.reload();
    }, ASK_MS);
    return () => clearInterval(timer);
  }, []);
  return <p class="empty" role="status">{text}</p>;
}
