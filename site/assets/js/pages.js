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

  const NAMES = ["prompt", "strategy", "temperature", "top_k", "top_p", "seed", "model"];
  let latest = [];
  document.addEventListener("input", ({ target }) => { if (target.form?.matches(".live")) latest = [target.form]; });

  function changed(field) {
    if (!field || field.type === "hidden") return false;
    return field.options ? !field.selectedOptions[0]?.defaultSelected : field.value !== field.defaultValue;
  }

  // What the reader has typed and set: on other pages, in the address, in the panels here, the panel touched last.
  function along() {
    const asked = new URLSearchParams();
    try {
      const settings = JSON.parse(sessionStorage.getItem("settings")) ?? {};
      for (const [name, value] of Object.entries({ prompt: sessionStorage.getItem("prompt"), ...settings })) {
        if (value !== null) asked.set(name, value);
      }
    } catch { /* nothing is kept */ }
    for (const [name, value] of new URLSearchParams(location.search)) asked.set(name, value);
    for (const form of [...document.querySelectorAll("form.live"), ...latest]) {
      for (const name of NAMES) if (changed(form.elements[name])) asked.set(name, form.elements[name].value);
    }
    if (asked.get("top_k") === "0") asked.set("top_k", "none");
    if (asked.get("top_p") === "1") asked.set("top_p", "none");
    return asked;
  }

  function keeps() {
    try { sessionStorage.setItem("here", ""); return true; } catch { return false; }
  }

  function whenTurnedTo(links, go) {
    for (const link of document.querySelectorAll(links)) {
      for (const kind of ["focus", "pointerdown", "click"]) link.addEventListener(kind, () => go(link));
    }
  }

  whenTurnedTo("a.book-lab, a.next[href^='/lab']", (lab) => {
    const asked = asAddress(along());
    if (asked) lab.href = lab.getAttribute("href").split("?")[0] + "?" + asked;
  });

  // The other language opens at the same place. What is kept comes along by itself; an address that holds it goes on
  // holding it, and where nothing can be kept it has to.
  whenTurnedTo("a.book-language", (other) => {
    const asked = location.search || !keeps() ? asAddress(along()) : "";
    other.href = other.getAttribute("href").split(/[?#]/)[0] + (asked && "?" + asked) + location.hash;
  });
})();
