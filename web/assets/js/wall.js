// Keeps the figures of the wall true. Each event of the stream tells all of them, and one comes at least each quarter of a
// minute: when none does, the page says since when it knows nothing. The sentences are in the page, {} where a value goes.
(() => {
  const wall = document.querySelector(".wall");
  const say = wall.dataset;
  const lang = document.documentElement.lang;
  const find = (name) => wall.querySelector(name);
  const write = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };

  const numbers = new Intl.NumberFormat(lang);
  const plurals = new Intl.PluralRules(lang);
  const clock = new Intl.DateTimeFormat(lang === "fr" ? "fr" : "en-GB", {
    hour: "numeric", minute: "2-digit", hour12: lang !== "fr", timeZone: say.zone,
  });
  const hour = (date) => (lang === "fr" ? clock.format(date).replace(":", "\u00a0h\u00a0") : clock.format(date));

  const silence = 40_000; // milliseconds without an event after which nothing is known any more
  const again = 10_000; // between two attempts, when the browser makes none itself
  let heard = Date.now();
  let opened = 0;
  let ends = say.ends === "" ? null : Date.now() + 1000 * Number(say.ends);
  let stream;

  function show(counters) {
    const total = find(".wall-total");
    write(total, numbers.format(counters.total));
    total.dataset.digits = String(counters.total).length; // as long as it is, it fits
    write(find(".wall-caption"), plurals.select(counters.total) === "one" ? say.one : say.other);
    const most = Math.max(1, ...Object.values(counters.districts));
    for (const row of wall.querySelectorAll("[data-district]")) {
      const n = counters.districts[row.dataset.district];
      write(row.querySelector(".wall-number"), n === undefined ? say.few : numbers.format(n));
      row.classList.toggle("few", n === undefined);
      row.querySelector("rect").setAttribute("width", (100 * (n ?? 0)) / most);
    }
  }

  function hear(event) {
    const told = JSON.parse(event.data);
    heard = Date.now();
    ends = told.left === null ? null : heard + 1000 * told.left;
    if ("total" in told) show(told);
    tick();
  }

  function close() {
    stream?.close();
    stream = undefined;
  }

  function open() {
    close();
    opened = Date.now();
    stream = new EventSource(say.stream);
    stream.addEventListener("counters", hear);
    stream.addEventListener("pulse", hear);
  }

  const unit = (name, n) => new Intl.NumberFormat(lang, { style: "unit", unit: name, unitDisplay: "long" }).format(n);

  // The same steps as in the Go code that first writes it.
  function left(seconds) {
    const minutes = Math.floor(seconds / 60);
    if (seconds <= 0) return say.over;
    if (minutes < 1) return say.left.replace("{}", say.soon);
    if (minutes < 120) return say.left.replace("{}", unit("minute", minutes));
    if (minutes < 48 * 60) return say.left.replace("{}", unit("hour", Math.floor(minutes / 60)));
    return say.left.replace("{}", unit("day", Math.floor(minutes / (24 * 60))));
  }

  function tick() {
    const now = Date.now();
    if (ends !== null && say.open === "true") write(find(".wall-left"), left((ends - now) / 1000));
    const silent = now - heard > silence || !navigator.onLine;
    wall.classList.toggle("silent", silent);
    write(find(".wall-news"), silent ? say.silent.replace("{}", hour(heard)) : say.live);
    // After a sleep the connection may be dead without the browser knowing.
    if (stream && (silent || stream.readyState === EventSource.CLOSED) && now - opened > again) open();
  }

  const full = find(".wall-full");
  if (document.fullscreenEnabled) {
    full.hidden = false;
    full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : wall.requestFullscreen()));
  }
  const stayLit = () => {
    if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {}); // as the machine likes
  };
  stayLit();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return close(); // browsers open few connections to a host: leave them to what is looked at
    stayLit();
    open();
    tick();
  });
  addEventListener("online", () => stream && open());
  addEventListener("offline", tick);
  open();
  tick();
  setInterval(tick, 1000);
})();
