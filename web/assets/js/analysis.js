// An agent's study of a proposal: saves the opinion while it is typed, shows it as its author will read it, and goes on by keyboard.
// Without it the buttons do the same.
(() => {
  "use strict";
  const form = document.querySelector("[data-opinion]");
  const study = document.querySelector("[data-study]");
  if (!study) return;

  // Only with a modifier, so that no letter that is typed, or spoken, does anything.
  const keys = {
    ArrowRight: () => study.querySelector("[data-go=next]")?.click(),
    ArrowLeft: () => study.querySelector("[data-go=before]")?.click(),
    KeyS: () => form?.querySelector("[data-key=save]")?.click(),
    Enter: () => form?.querySelector("[data-key=next]")?.click(),
    KeyP: () => {
      const pass = document.getElementById("pass");
      if (!pass) return;
      pass.open = true;
      pass.querySelector("select").focus();
    },
  };
  document.addEventListener("keydown", (e) => {
    const act = keys[e.code];
    if (act && e.altKey && e.shiftKey && !e.ctrlKey && !e.metaKey) {
      e.preventDefault();
      act();
    }
  });
  const told = form?.querySelector("[data-keys]");
  if (told) told.hidden = false;
  if (!form) return;

  const preview = form.querySelector("[data-preview]");
  const published = form.elements.namedItem("public");
  const nothing = published.value ? "" : preview.textContent;
  published.addEventListener("input", () => { preview.textContent = published.value || nothing; });

  if ("given" in form.dataset) return; // what is given changes only by giving it anew
  const said = form.querySelector("[data-kept]");
  let timer, saving = false, again = false, over = false;
  const save = async () => {
    if (saving) { again = true; return; }
    saving = true;
    const body = new URLSearchParams(new FormData(form));
    body.set("act", "auto");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      if (answer.ok) {
        const kept = await answer.json();
        form.elements.namedItem("version").value = kept.version;
        said.textContent = kept.said;
      } else {
        over = answer.status === 409;
        said.textContent = over ? form.dataset.changed : form.dataset.failed;
      }
    } catch {
      said.textContent = form.dataset.failed;
    }
    saving = false;
    if (again && !over) { again = false; save(); }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    if (!over) timer = setTimeout(save, 1200);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); over = true; });
})();
