// The pages: formulas are set, and the prompt in the address goes along to the lab and to the
// other language.
(() => {
  if (window.renderMathInElement) {
    for (const formula of document.querySelectorAll(".arithmatex")) {
      renderMathInElement(formula, {
        delimiters: [{ left: "\\(", right: "\\)", display: false }, { left: "\\[", right: "\\]", display: true }],
        throwOnError: false,
      });
    }
  }

  function prompt() {
    try { return sessionStorage.getItem("prompt"); } catch { return null; }
  }

  const lab = document.querySelector("a.book-lab");
  lab?.addEventListener("click", () => {
    const typed = prompt();
    if (typed !== null) lab.href = lab.getAttribute("href").split("?")[0] + "?" + new URLSearchParams({ prompt: typed });
  });
})();
