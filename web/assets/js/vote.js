// Makes choosing instant. A change is shown at once, sent by itself, one after the other, and the selection is then taken
// from the answer, which alone knows the rules. What cannot be sent waits on the device until the network is back.
(() => {
  const box = document.querySelector(".ballot-box.floating");
  if (!box) return;

  const say = box.dataset;
  const store = "parvis-vote:" + location.pathname.replace(/\/comparer$/, "");
  const marks = { ajouter: true, retirer: false };
  let waiting = read();
  let sending = false;

  function read() {
    try {
      return JSON.parse(localStorage.getItem(store)) ?? [];
    } catch {
      return [];
    }
  }

  function keep() {
    try {
      if (waiting.length > 0) localStorage.setItem(store, JSON.stringify(waiting));
      else localStorage.removeItem(store);
    } catch {
      // Without storage, what waits is kept while the page is open.
    }
  }

  // mark shows a proposal as chosen or not.
  function mark(number, chosen) {
    const button = document.querySelector(`.add[value="${number}"]`);
    if (!button) return;
    button.name = chosen ? "retirer" : "ajouter";
    button.setAttribute("aria-pressed", String(chosen));
    button.lastElementChild.textContent = chosen ? say.added : say.add;
    button.closest(".choice-card").classList.toggle("chosen", chosen);
  }

  function markAll() {
    const chosen = new Set(Array.from(box.querySelectorAll('.chosen-list [name="retirer"]'), (b) => b.value));
    for (const button of document.querySelectorAll(".add")) mark(button.value, chosen.has(button.value));
  }

  // show puts the selection of an answer in the place of the one shown. What is read aloud stays the same element.
  function show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(".ballot-box");
    if (!fresh) return false;
    const open = box.querySelector("details")?.open ?? false;
    const focus = document.activeElement;
    const held = box.contains(focus) ? [focus.name, focus.value] : null;
    for (const part of box.querySelectorAll(":scope > :not(h2, .said, .refused-why)")) part.remove();
    for (const name of [".said", ".refused-why"]) {
      const now = box.querySelector(name);
      const next = fresh.querySelector(name);
      if (now.innerHTML !== next.innerHTML) now.innerHTML = next.innerHTML;
    }
    let place = box.querySelector(".said");
    for (const part of fresh.querySelectorAll(":scope > :not(h2, .said)")) {
      if (part.matches(".refused-why")) {
        place = box.querySelector(".refused-why");
        continue;
      }
      place.after(fold(part, open));
      place = place.nextElementSibling;
    }
    if (held) {
      const same = box.querySelector(`[name="${held[0]}"][value="${held[1]}"]`);
      (same ?? box.querySelector("summary, .actions a"))?.focus();
    }
    markAll();
    return true;
  }

  // fold hides the list of what was chosen behind its summary, as the page does.
  function fold(part, open) {
    if (!part.matches(".chosen-list")) return part;
    const details = document.createElement("details");
    details.className = "see";
    const summary = document.createElement("summary");
    summary.textContent = part.dataset.see;
    details.open = open;
    details.append(summary, part);
    return details;
  }

  function offline() {
    const why = box.querySelector(".refused-why");
    if (why.textContent === say.offline) return;
    const note = document.createElement("p");
    note.className = "box-note attention";
    note.textContent = say.offline;
    why.replaceChildren(note);
  }

  async function send() {
    if (sending) return;
    sending = true;
    while (waiting.length > 0) {
      const { action, body } = waiting[0];
      let answer;
      try {
        answer = await fetch(action, { method: "POST", body: new URLSearchParams(body), credentials: "same-origin" });
      } catch {
        break; // no network
      }
      if (answer.status >= 500) break;
      waiting.shift();
      keep();
      const html = await answer.text();
      if (waiting.length === 0 && !show(html)) location.reload(); // the vote is closed: the page says it
    }
    sending = false;
    if (waiting.length > 0) offline();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-vote]");
    const button = event.submitter;
    if (!form || !button || button.formMethod === "get") return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, button));
    body.delete("comparer");
    body.set("partie", "1");
    if (button.name in marks) mark(button.value, marks[button.name]);
    waiting.push({ action: form.getAttribute("action"), body: body.toString() });
    keep();
    send();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches(".points")) event.target.form.requestSubmit(event.target.form.querySelector('[name="donner"]'));
  });
  addEventListener("online", send);
  if (waiting.length > 0) send();
})();
