// Makes the map of the city move: links that lead to another look of the same map are fetched and put in place, a drag or
// two fingers move it, and a proposal lights up in the list and on the map together. Without it, every link still works.
(() => {
  "use strict";
  const id = "carte-et-liste";
  let room = document.getElementById(id);
  if (!room) return;
  let asked = 0;

  // Shows another look: the server draws it, this only puts it in place.
  const show = async (href, push) => {
    const turn = ++asked;
    room.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(href, { headers: { Accept: "text/html" } });
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
      if (turn !== asked) return; // somebody asked for another one since
      if (!answer.ok || !next) throw new Error(answer.status);
      const held = document.activeElement && room.contains(document.activeElement);
      room.replaceWith(next);
      room = next;
      if (push) history.pushState(null, "", href);
      begin();
      if (held) document.getElementById("liste").focus({ preventScroll: true });
    } catch {
      location.href = href; // as without this script
    }
  };

  const sameMap = (a) => {
    const url = new URL(a.href && a.href.baseVal !== undefined ? a.href.baseVal : a.href, location.href);
    return url.origin === location.origin && url.pathname === location.pathname && !url.hash ? url.href : null;
  };

  document.addEventListener("click", (e) => {
    const a = e.target.closest("a");
    if (!a || !room.contains(a) || e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    const href = sameMap(a);
    if (!href || a.rel) return;
    e.preventDefault();
    show(href, true);
  });
  addEventListener("popstate", () => show(location.href, false));

  // What is pointed at or focused lights up wherever it is shown.
  const light = (e) => {
    const of = e.target.closest && e.target.closest("[data-key]");
    const key = of && room.contains(of) ? of.dataset.key : "";
    for (const el of room.querySelectorAll("[data-key]")) el.classList.toggle("lit", key !== "" && el.dataset.key === key);
  };
  for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, light);

  // Dragging and pinching move the drawing at once and ask for the new look when they end.
  function begin() {
    const svg = room.querySelector(".city-map svg");
    if (!svg || !room.dataset.south) return;
    const box = svg.viewBox.baseVal;
    const from = { x: box.x, y: box.y, width: box.width, height: box.height };
    const degrees = ["south", "west", "north", "east"].map((k) => Number(room.dataset[k]));
    const zoom = Number(room.dataset.zoom);
    const fingers = new Map();
    let start = null, moved = false;

    const middle = () => {
      const all = [...fingers.values()];
      const x = all.reduce((s, f) => s + f.x, 0) / all.length, y = all.reduce((s, f) => s + f.y, 0) / all.length;
      return { x, y, apart: all.length > 1 ? Math.hypot(all[0].x - all[1].x, all[0].y - all[1].y) : 0 };
    };
    const restart = () => {
      start = fingers.size ? { ...middle(), box: { x: box.x, y: box.y, width: box.width, height: box.height } } : null;
    };
    const settle = () => {
      const scale = from.width / box.width;
      const [south, west, north, east] = degrees;
      const longitude = west + ((box.x + box.width / 2 - from.x) / from.width) * (east - west);
      const latitude = north - ((box.y + box.height / 2 - from.y) / from.height) * (north - south);
      const closer = Math.max(0, zoom + Math.round(Math.log2(scale)));
      const url = new URL(location.href);
      for (const key of ["apres", "avant", "centre", "zoom"]) url.searchParams.delete(key);
      url.hash = "";
      if (closer > 0) {
        url.searchParams.set("centre", latitude.toFixed(5) + "," + longitude.toFixed(5));
        url.searchParams.set("zoom", closer);
      }
      show(url.href, true);
    };
    svg.addEventListener("pointerdown", (e) => {
      if (e.button || (e.pointerType === "mouse" && zoom === 0)) return;
      fingers.set(e.pointerId, { x: e.clientX, y: e.clientY });
      moved = false;
      restart();
    });
    svg.addEventListener("pointermove", (e) => {
      if (!start || !fingers.has(e.pointerId)) return;
      fingers.set(e.pointerId, { x: e.clientX, y: e.clientY });
      if (e.pointerType === "touch" && fingers.size < 2) return; // one finger scrolls the page
      const now = middle();
      if (!moved && Math.hypot(now.x - start.x, now.y - start.y) < 5 && Math.abs(now.apart - start.apart) < 8) return;
      if (!moved) svg.setPointerCapture(e.pointerId);
      moved = true;
      const scale = now.apart && start.apart ? start.apart / now.apart : 1;
      const shown = svg.getBoundingClientRect(), unit = start.box.width / shown.width;
      const ax = start.box.x + (start.x - shown.left) * unit, ay = start.box.y + (start.y - shown.top) * unit;
      box.width = start.box.width * scale;
      box.height = start.box.height * scale;
      box.x = ax - (now.x - shown.left) * unit * scale;
      box.y = ay - (now.y - shown.top) * unit * scale;
    });
    const end = (e) => {
      if (!fingers.delete(e.pointerId)) return;
      if (!fingers.size && moved) settle();
      restart();
    };
    svg.addEventListener("pointerup", end);
    svg.addEventListener("pointercancel", end);
    svg.addEventListener("click", (e) => moved && (e.preventDefault(), e.stopPropagation()), true);
    svg.addEventListener("dragstart", (e) => e.preventDefault());
  }
  begin();
})();
