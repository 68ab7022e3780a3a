// The first page opens on a sentence that writes itself, once: the server's as soon as it answers, else the one that was
// recorded. What is still to come keeps its place unseen. It stops at a button, and when the reader types.
(() => {
  const BEGIN = 700, PACE = 190, PATIENCE = 3000;
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  document.documentElement.classList.add("writes");

  async function answered(form) {
    try {
      const asked = { method: "POST", body: new URLSearchParams(new FormData(form)), signal: AbortSignal.timeout(PATIENCE) };
      const answer = await fetch(form.getAttribute("hx-post"), asked);
      if (!answer.ok) return null;
      return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".story");
    } catch { return null; }
  }

  addEventListener("DOMContentLoaded", async () => {
    const panel = document.querySelector(".sentence-panel");
    const [button, told] = [panel.querySelector("[data-writing]"), panel.querySelector("[data-told]")];
    let story = panel.querySelector(".story");
    let said = 0, next = 0;

    const pieces = () => story.querySelectorAll(".made");
    const written = (count) => { said = count; pieces().forEach((piece, at) => piece.classList.toggle("arrived", at < said)); };

    function show() {
      const over = said === pieces().length;
      button.textContent = button.dataset[next ? "toStop" : over ? "toWatch" : "toGo"];
      story.setAttribute("aria-busy", next > 0);
      told.textContent = over ? story.textContent : "";
    }

    function write() {
      written(said + 1);
      next = said < pieces().length ? setTimeout(write, PACE) : 0;
      if (!next) show();
    }

    function stop() {
      clearTimeout(next);
      next = 0;
      show();
    }

    button.addEventListener("click", () => {
      if (next) return stop();
      if (said === pieces().length) written(0);
      next = setTimeout(write, PACE);
      show();
    });
    document.addEventListener("input", () => { if (next) stop(); });
    panel.closest("form").addEventListener("htmx:afterSwap", () => { // drawn anew, by another model
      clearTimeout(next);
      document.documentElement.classList.remove("writes");
    });

    next = setTimeout(() => {}, BEGIN);
    button.hidden = false;
    show();
    const [fresh] = await Promise.all([answered(panel.closest("form")), new Promise((go) => setTimeout(go, BEGIN))]);
    if (!next) return; // it was stopped before it had begun
    if (fresh?.querySelector(".made")) {
      story.style.minHeight = `${story.offsetHeight}px`;
      story.replaceWith(fresh);
      fresh.style.minHeight = story.style.minHeight;
      story = fresh;
    }
    write();
    show();
  });
})();
