"use strict";
(() => {
  const origins = JSON.parse(document.getElementById("origins").textContent);
  const box = document.getElementById("origin");
  const show = (event) => {
    const figure = event.target.closest && event.target.closest("[data-fact]");
    const told = figure && origins[figure.dataset.fact];
    if (told) box.textContent = figure.textContent.trim() + "：" + told;
  };
  for (const kind of ["mouseover", "focusin", "click"]) document.addEventListener(kind, show);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") box.textContent = ""; });
})();
