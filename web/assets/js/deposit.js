// Helps whoever fills the deposit form: saves the draft as they type, keeps a copy on the device while the network is gone,
// shows what the title resembles, and lets them point at a place. Without it, the form's own buttons do all that is needed.
(() => {
  "use strict";
  const form = document.getElementById("form");
  if (!form) return;
  const saved = document.getElementById("saved");
  const say = (text) => { saved.textContent = text; };
  const field = (name) => form.elements.namedItem(name);
  const later = (wait, fn) => {
    let timer;
    return () => { clearTimeout(timer); timer = setTimeout(fn, wait); };
  };

  // --- Saving -------------------------------------------------------------------------------------------------------
  const draft = Boolean(form.dataset.draft);
  const shelf = () => "parvis " + new URL(form.action).pathname;
  const texts = () => [...new FormData(form)].filter(([, v]) => typeof v === "string");
  const shared = Boolean(form.dataset.shared); // a desk's device keeps nothing: the next person must not find it
  const keep = () => { if (!shared) try { localStorage.setItem(shelf(), JSON.stringify(texts())); } catch { /* full or forbidden */ } };
  const forget = () => { try { localStorage.removeItem(shelf()); } catch { /* forbidden */ } };

  const restore = () => {
    let kept;
    try { kept = JSON.parse(localStorage.getItem(shelf())); } catch { return; }
    if (!Array.isArray(kept)) return;
    for (const el of form.elements) if (el.type === "checkbox" || el.type === "radio") el.checked = false;
    for (const [name, value] of kept) {
      for (const el of form.querySelectorAll("[name]")) {
        if (el.name !== name || el.type === "file") continue;
        if (el.type === "checkbox" || el.type === "radio") { if (el.value === value) el.checked = true; } else el.value = value;
      }
    }
    say(form.dataset.restored);
    changed();
  };

  let sending = null, again = false;
  const send = () => {
    if (sending) { again = true; return sending; }
    const body = new FormData();
    for (const [name, value] of texts()) body.append(name, value);
    body.set("do", "auto");
    const from = shelf();
    sending = (async () => {
      try {
        const answer = await fetch(form.action, { method: "POST", body });
        if (answer.status >= 500) throw new Error(answer.status);
        if (!answer.ok) { keep(); say(form.dataset.refused); return; }
        const doc = new DOMParser().parseFromString(await answer.text(), "text/html");
        const mark = doc.querySelector("[data-at]");
        try { localStorage.removeItem(from); } catch { /* forbidden */ }
        if (form.getAttribute("action") !== mark.dataset.at) {
          form.setAttribute("action", mark.dataset.at);
          history.replaceState(null, "", mark.dataset.at);
        }
        saved.replaceChildren(mark);
      } catch {
        keep();
        say(form.dataset.offline);
      } finally {
        sending = null;
        if (again) { again = false; send(); }
      }
    })();
    return sending;
  };
  const changed = draft ? later(1500, send) : () => {};

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  addEventListener("online", () => draft && (shared || localStorage.getItem(shelf())) && send());
  addEventListener("pagehide", () => { if (!navigator.onLine) keep(); });
  form.addEventListener("submit", (e) => {
    if (!navigator.onLine) {
      e.preventDefault();
      keep();
      say(form.dataset.offline);
      saved.scrollIntoView({ block: "center" });
    } else if (sending) { // a draft that is being made must not be made twice
      e.preventDefault();
      const button = e.submitter;
      sending.finally(() => form.requestSubmit(button));
    } else {
      forget();
    }
  });
  if (draft && !shared) restore();

  // --- What the title resembles ---------------------------------------------------------------------------------------
  const ask = async (page, query) => {
    const answer = await fetch(form.dataset.root + page + "?" + new URLSearchParams(query));
    if (!answer.ok) throw new Error(answer.status);
    return [...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes];
  };
  const alike = document.getElementById("alike"), title = field("title");
  let turn = 0;
  if (draft && alike && title) {
    title.addEventListener("input", later(500, async () => {
      const mine = ++turn;
      try {
        const found = title.value.trim().length < 5 ? [] : await ask("/semblables", { titre: title.value });
        if (mine === turn) alike.replaceChildren(...found);
      } catch { /* it is only help */ }
    }));
  }

  // --- The place --------------------------------------------------------------------------------------------------------
  const latitude = field("latitude"), longitude = field("longitude"), district = field("district"), address = field("address");
  const said = document.getElementById("place-answer");
  const choose = (slug) => { if (district) { district.value = slug; changed(); } };
  const place = async (lat, lon) => {
    latitude.value = lat.toFixed(6);
    longitude.value = lon.toFixed(6);
    mark();
    changed();
    try {
      said.replaceChildren(...await ask("/lieu", { lat: latitude.value, lon: longitude.value }));
      const one = said.querySelector("[data-district]");
      if (one) choose(one.dataset.district);
    } catch { /* the page that checks will say it */ }
  };
  if (said) {
    said.addEventListener("click", (e) => {
      const b = e.target.closest("[data-pick]");
      if (!b) return;
      choose(b.dataset.pick);
      for (const other of said.querySelectorAll("[data-pick]")) other.setAttribute("aria-pressed", String(other === b));
    });
  }

  const pick = document.getElementById("pick");
  const svg = pick && pick.querySelector("svg");
  let mark = () => {};
  if (svg) {
    pick.hidden = false;
    const box = svg.viewBox.baseVal, whole = { x: box.x, y: box.y, width: box.width, height: box.height };
    const [south, west, north, east] = ["south", "west", "north", "east"].map((k) => Number(pick.dataset[k]));
    const onDrawing = (lat, lon) => ({ x: ((lon - west) / (east - west)) * whole.width, y: ((north - lat) / (north - south)) * whole.height });
    let point = svg.querySelector(".mark");
    mark = () => {
      if (latitude.value === "") return;
      const at = onDrawing(Number(latitude.value), Number(longitude.value));
      if (!point) {
        point = document.createElementNS(svg.namespaceURI, "g");
        point.setAttribute("class", "mark one");
        const body = document.createElementNS(svg.namespaceURI, "circle");
        body.setAttribute("class", "body");
        point.append(body);
        svg.append(point);
      }
      point.setAttribute("transform", `translate(${at.x} ${at.y}) scale(${box.width / whole.width})`);
    };
    // Lays the tiles of the ground that suit what is looked at, by Web Mercator (EPSG:3857).
    const ground = svg.querySelector(".ground");
    const lay = () => {
      if (!ground) return;
      const fit = Math.round(Math.log2((360 * whole.width * whole.width) / ((east - west) * box.width * 420)));
      const z = Math.max(Number(pick.dataset.low), Math.min(Number(pick.dataset.high), fit)), n = 2 ** z;
      const longitudeAt = (x) => west + (x / whole.width) * (east - west), latitudeAt = (y) => north - (y / whole.height) * (north - south);
      const column = (x) => ((longitudeAt(x) + 180) / 360) * n;
      const row = (y) => ((1 - Math.asinh(Math.tan((latitudeAt(y) * Math.PI) / 180)) / Math.PI) / 2) * n;
      const corner = (x, y) => onDrawing((Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / n))) * 180) / Math.PI, (x / n) * 360 - 180);
      const tiles = [];
      for (let y = Math.floor(row(box.y)); y < row(box.y + box.height); y++) {
        for (let x = Math.floor(column(box.x)); x < column(box.x + box.width); x++) {
          const from = corner(x, y), to = corner(x + 1, y + 1), tile = document.createElementNS(svg.namespaceURI, "image");
          const seam = (0.6 * box.width) / whole.width;
          for (const [name, value] of Object.entries({ href: `${pick.dataset.ground}/${z}/${x}/${y}`, x: from.x, y: from.y,
            width: to.x - from.x + seam, height: to.y - from.y + seam, preserveAspectRatio: "none" })) tile.setAttribute(name, value);
          tiles.push(tile);
        }
      }
      ground.replaceChildren(...tiles);
    };
    const closest = ground ? 64 : 16;
    const zoom = (factor) => {
      const width = Math.min(whole.width, Math.max(whole.width / closest, box.width * factor)), scale = width / box.width;
      const at = latitude.value === "" ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : onDrawing(Number(latitude.value), Number(longitude.value));
      box.width *= scale;
      box.height *= scale;
      box.x = Math.min(Math.max(at.x - box.width / 2, 0), whole.width - box.width);
      box.y = Math.min(Math.max(at.y - box.height / 2, 0), whole.height - box.height);
      lay();
      mark();
    };
    svg.addEventListener("click", (e) => {
      const at = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse());
      place(north - (at.y / whole.height) * (north - south), west + (at.x / whole.width) * (east - west));
    });
    pick.addEventListener("click", (e) => {
      const b = e.target.closest("[data-do]");
      if (!b) return;
      if (b.dataset.do === "in") zoom(0.5);
      else if (b.dataset.do === "out") zoom(2);
      else if (navigator.geolocation) {
        navigator.geolocation.getCurrentPosition(
          (at) => place(at.coords.latitude, at.coords.longitude).then(() => zoom(0.5)),
          () => { said.textContent = form.dataset.nowhere; },
          { enableHighAccuracy: true, timeout: 15000 });
      } else said.textContent = form.dataset.nowhere;
    });
    mark();
  }

  const list = document.getElementById("addresses");
  if (address && list && latitude) {
    let asked = 0;
    address.addEventListener("input", later(300, async () => {
      const mine = ++asked;
      try {
        const found = await ask("/adresses", { q: address.value });
        if (mine === asked) list.replaceChildren(...found);
      } catch { /* it is only help */ }
    }));
    list.addEventListener("click", (e) => {
      const b = e.target.closest("[data-address]");
      if (!b) return;
      address.value = b.dataset.address;
      list.replaceChildren();
      address.focus();
      place(Number(b.dataset.lat), Number(b.dataset.lon));
    });
  }
})();
