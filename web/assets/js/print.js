// Shows the button that prints, and takes the sentence away that says how to do without it.
(() => {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  for (const how of document.querySelectorAll("[data-print-how]")) how.hidden = true;
})();
