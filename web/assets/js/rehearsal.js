// Looks again at a rehearsal while it goes on, and shows what has changed in its place. Whoever reads or types elsewhere on the
// page is left alone; without this script a link does the same.
(() => {
  const every = 2_000; // milliseconds

  async function look() {
    const here = document.getElementById("rehearsal");
    if (!here?.hasAttribute("data-moving")) {
      return;
    }
    if (!document.hidden && !here.contains(document.activeElement)) {
      try {
        const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
        if (answer.ok) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          const fresh = page.getElementById("rehearsal");
          if (!fresh || !fresh.hasAttribute("data-moving")) {
            location.reload(); // its end, with all that belongs to it
            return;
          }
          here.replaceChildren(...fresh.childNodes);
        }
      } catch {
        // the network is away: the next look tries again
      }
    }
    setTimeout(look, every);
  }

  setTimeout(look, every);
})();
