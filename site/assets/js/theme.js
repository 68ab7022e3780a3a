// Light or dark before anything is drawn: what the reader chose, in the lab or here, else the system's.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  function chosen() {
    try { return localStorage.getItem("theme"); } catch { return null; }
  }
  function dress() {
    const wanted = chosen();
    root.classList.toggle("dark", wanted ? wanted === "dark" : system.matches);
  }
  system.addEventListener("change", dress);
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-switch]")) return;
    try { localStorage.setItem("theme", root.classList.contains("dark") ? "light" : "dark"); } catch { /* kept nowhere */ }
    dress();
  });
  dress();
})();
