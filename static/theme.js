// Runs before the first paint, so that the kept theme never flashes.
(() => {
  const root = document.documentElement;
  root.dataset.scripts = "on";
  try {
    root.dataset.theme = localStorage.getItem("cryptointel.theme") === "light" ? "light" : "dark";
  } catch {
    root.dataset.theme = "dark";
  }
})();
