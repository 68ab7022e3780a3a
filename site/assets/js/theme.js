// Light or dark before anything is drawn: what the reader chose, in the lab or here, else the system's.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  // Where nothing may be kept, the window's name holds the choice from page to page of this visit.
  const NAME = /^livre-(light|dark)$/;
  window.theme = {
    chosen() {
      try { return localStorage.getItem("theme"); } catch { return NAME.exec(window.name)?.[1] ?? null; }
    },
    choose(theme) {
      try { localStorage.setItem("theme", theme); } catch { if (!window.name || NAME.test(window.name)) window.name = "livre-" + theme; }
    },
  };

  // The lab is dressed by Gradio, and by lab.js.
  if (document.currentScript.dataset.only === "kept") return;

  function dress() {
    const wanted = theme.chosen();
    root.classList.toggle("dark", wanted ? wanted === "dark" : system.matches);
  }
  system.addEventListener("change", dress);
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-switch]")) return;
    theme.choose(root.classList.contains("dark") ? "light" : "dark");
    dress();
  });
  dress();
})();
