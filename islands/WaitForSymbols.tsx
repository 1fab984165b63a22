import { useEffect } from "preact/hooks";

/** How soon the server is asked for its first symbol; each time a little later. */
const FIRST_MS = 250;
const LATER = 1.2;
const LATEST_MS = 5_000;

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
    let waitMs = FIRST_MS;
    const look = async () => {
      if (await hasSymbols()) return location.reload();
      waitMs = Math.min(waitMs * LATER, LATEST_MS);
      timer = setTimeout(look, waitMs);
    };
    let timer = setTimeout(look, waitMs);
    return () => clearTimeout(timer);
  }, []);
  return <p class="empty" role="status">{text}</p>;
}
