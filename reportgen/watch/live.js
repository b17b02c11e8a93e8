"use strict";
(() => {
  const shown = document.currentScript.dataset.version;
  const bar = document.getElementById("watch");
  const changes = new EventSource("/changes");
  changes.onmessage = (event) => { if (event.data !== shown) location.reload(); };
  changes.onopen = () => bar.classList.remove("lost");
  changes.onerror = () => bar.classList.add("lost");
})();
