// Runs before the first paint, so that the kept theme never flashes.
(() => {
  const root = document.documentElement;
  root.dataset.scripts = "on";
  try {
    root.dataset.theme = localStorage.getItem("cryptointel.theme") === "light" ? "light" : "dark";
    root.dataset.directions = localStorage.getItem("cryptointel.directions") ?? "green-up";
  } catch {
    root.dataset.theme = "dark";
  }
})();
