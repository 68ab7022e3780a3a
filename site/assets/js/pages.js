// The pages: formulas are set, and what the reader typed and set goes along to the lab.
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
  for (const code of document.querySelectorAll(".call .way code")) {
    code.textContent = code.textContent.replaceAll("http://127.0.0.1:7860", location.origin);
  }

  function along() {
    const asked = new URLSearchParams();
    try {
      const prompt = sessionStorage.getItem("prompt");
      if (prompt !== null) asked.set("prompt", prompt);
      const settings = JSON.parse(sessionStorage.getItem("settings")) ?? {};
      for (const [name, value] of Object.entries(settings)) asked.set(name, value);
      if (settings.top_k === "0") asked.set("top_k", "none");
      if (settings.top_p === "1") asked.set("top_p", "none");
    } catch { /* nothing is kept */ }
    return asked;
  }

  for (const lab of document.querySelectorAll("a.book-lab, a.next[href^='/lab']")) {
    lab.addEventListener("click", () => {
      const asked = along().toString();
      if (asked) lab.href = lab.getAttribute("href").split("?")[0] + "?" + asked;
    });
  }
})();
