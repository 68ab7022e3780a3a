// The page for embedding: what is chosen is shown at once, and what is copied goes to the clipboard.
(() => {
  const form = document.getElementById("bench"), made = document.getElementById("made");
  const PAUSE = 300;
  let soon = 0, latest = 0;

  const address = () => location.pathname + "?" + new URLSearchParams(new FormData(form));

  async function show() {
    const mine = ++latest;
    const here = address();
    const answer = await fetch(here);
    if (!answer.ok || mine !== latest) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("made");
    const shown = made.querySelector("iframe"), wanted = now.querySelector("iframe");
    if (shown && wanted && shown.src === wanted.src) wanted.replaceWith(Object.assign(shown, { height: wanted.height }));
    made.replaceChildren(...now.childNodes);
    copying();
    history.replaceState(null, "", here);
  }

  form.addEventListener("input", ({ target }) => {
    clearTimeout(soon);
    if (target.name === "panel" || target.name === "language") { // another panel has other controls, and opens on its own text
      location.assign(location.pathname + "?" + new URLSearchParams(["panel", "language", "theme", "height"].map((name) => [name, form.elements[name].value])));
    } else soon = setTimeout(show, PAUSE);
  });

  function copying() {
    for (const button of made.querySelectorAll("[data-copy]")) button.hidden = false;
  }

  made.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy);
    text.select();
    try { await navigator.clipboard.writeText(text.value); } catch { document.execCommand("copy"); }
    button.textContent = button.dataset.copied;
  });

  addEventListener("message", ({ data, source }) => {
    const told = made.querySelector("[data-high]"), frame = made.querySelector("iframe");
    if (!told || frame.contentWindow !== source || !(data?.openBookHeight > 0)) return;
    told.textContent = told.dataset.high.replace("HEIGHT", data.openBookHeight);
    told.hidden = false;
  });

  copying();
})();
