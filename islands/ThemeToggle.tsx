import { useEffect } from "preact/hooks";
import { strings } from "../lib/format/strings.ts";
import { theme } from "../lib/ui/page_state.ts";

/** Switches between the dark and the light theme; the choice is kept on this device. */
export default function ThemeToggle() {
  useEffect(() => {
    theme.value = document.documentElement.dataset.theme === "light" ? "light" : "dark";
  }, []);
  const toggle = () => {
    const next = theme.value === "dark" ? "light" : "dark";
    theme.value = next;
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem("cryptointel.theme", next);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  };
  const isDark = theme.value === "dark";
  const label = isDark ? strings.theme.toLight : strings.theme.toDark;
  return (
    <button
      type="button"
      class="icon-button js-only"
      data-theme-toggle
      onClick={toggle}
      aria-label={label}
      title={label}
    >
      <span aria-hidden="true">{isDark ? "☀" : "☾"}</span>
    </button>
  );
}
