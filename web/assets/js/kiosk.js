// A shared device forgets whoever was there after a minute in which nobody touched it. The server's session ends by itself;
// here goes what the browser kept.
(() => {
  const to = document.currentScript.dataset.to;
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      localStorage.clear();
      sessionStorage.clear();
      location.replace(to);
    }, 60000);
  };
  for (const event of ["pointerdown", "keydown", "scroll", "input"]) addEventListener(event, wait, { passive: true });
  wait();
})();
