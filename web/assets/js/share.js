// Copies the address of the page with one press. Without it, the address stands in its field.
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    if (!field || !navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(field.value);
        button.closest(".share").querySelector("[data-copied]").textContent = button.dataset.done;
      } catch {
        field.select(); // the person copies it themselves
      }
    });
  }
})();
