// The pages: formulas are set, and what the reader typed and set goes along to the lab and to the other language.
(() => {
  if (window.renderMathInElement) {
    for (const formula of document.querySelectorAll(".arithmatex")) {
      renderMathInElement(formula, {
        delimiters: [{ left: "\\(", right: "\\)", display: false }, { left: "\\[", right: "\\]", display: true }],
        throwOnError: false,
      });
    }
  }

  // The examples of the API ask the site that shows them.
  const site = new URL("../..", document.currentScript.src).href.replace(/\/$/, "");
  for (const code of document.querySelectorAll(".call .way code")) {
    code.textContent = code.textContent.replaceAll("http://127.0.0.1:7860", site);
  }

  const SETTINGS = ["strategy", "temperature", "top_k", "top_p", "seed", "model"];
  const OFF = { top_k: "0", top_p: "1" }; // on a slider

  function kept() {
    try { return JSON.parse(sessionStorage.getItem("settings")) ?? {}; } catch { return {}; }
  }

  function keeps(settings) {
    try { sessionStorage.setItem("settings", JSON.stringify(settings)); return true; } catch { return false; }
  }

  // Settings that stand in the address are the reader's: the panels, whose script comes next, take what is kept.
  const given = [...new URLSearchParams(location.search)].filter(([name]) => SETTINGS.includes(name));
  const here = given.map(([name, value]) => [name, value === "none" ? OFF[name] ?? value : value]);
  if (here.length) keeps({ ...kept(), ...Object.fromEntries(here) });

  let latest = [];
  document.addEventListener("input", ({ target }) => { if (target.form?.matches(".live")) latest = [target.form]; });

  function changed(field) {
    if (!field || field.type === "hidden") return false;
    return field.options ? !field.selectedOptions[0]?.defaultSelected : field.value !== field.defaultValue;
  }

  // What the reader has typed and set: on other pages, in the address, in the panels here, the panel touched last.
  function along() {
    const asked = new URLSearchParams(kept());
    try {
      const prompt = sessionStorage.getItem("prompt");
      if (prompt !== null) asked.set("prompt", prompt);
    } catch { /* nothing is kept */ }
    for (const [name, value] of new URLSearchParams(location.search)) asked.set(name, value);
    for (const form of [...document.querySelectorAll("form.live"), ...latest]) {
      for (const name of ["prompt", ...SETTINGS]) if (changed(form.elements[name])) asked.set(name, form.elements[name].value);
    }
    for (const [name, off] of Object.entries(OFF)) if (asked.get(name) === off) asked.set(name, "none");
    return asked;
  }

  function whenTurnedTo(links, go) {
    for (const link of document.querySelectorAll(links)) {
      for (const kind of ["focus", "pointerdown", "click"]) link.addEventListener(kind, () => go(link));
    }
  }

  whenTurnedTo("a.book-lab, a.next[href*='/lab']", (lab) => {
    const asked = asAddress(along());
    if (asked) lab.href = lab.getAttribute("href").split("?")[0] + "?" + asked;
  });

  // The other language opens at the same place. What is kept comes along by itself; an address that holds it goes on
  // holding it, and where nothing can be kept it has to.
  whenTurnedTo("a.book-language", (other) => {
    const asked = location.search || !keeps(kept()) ? asAddress(along()) : "";
    other.href = other.getAttribute("href").split(/[?#]/)[0] + (asked && "?" + asked) + location.hash;
  });

  // Exercises wait for their reader: their script comes when one is opened or named, or was begun.
  const exercises = document.querySelector("[data-exercise-words]");
  let asked = false;
  function ask() {
    if (!exercises || asked) return;
    asked = true;
    document.head.append(Object.assign(document.createElement("script"), { src: exercises.dataset.script }));
  }
  function begun() {
    try { return localStorage.getItem("exercises") !== null; } catch { return false; }
  }
  const named = () => location.hash.startsWith("#exercise-");
  document.addEventListener("toggle", ({ target }) => { if (target.matches?.(".exercise")) ask(); }, true);
  addEventListener("hashchange", () => { if (named()) ask(); });
  if (named() || begun() || document.querySelector("[data-progress]")) ask();
})();
