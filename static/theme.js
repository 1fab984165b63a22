// Before the first paint: no flash.
(({ dataset }) => {
  dataset.scripts = "on";
  // An error, or a promise's; not a picture that is missing.
  onerror = onunhandledrejection = (...told) => {
    if (!told[1] || told[4]) dataset.failed = "";
  };
  try {
    dataset.theme = localStorage.getItem("cryptointel.theme") === "light" ? "light" : "dark";
    dataset.directions = localStorage.getItem("cryptointel.directions") ?? "green-up";
  } catch {
    dataset.theme = "dark";
  }
})(document.documentElement);
