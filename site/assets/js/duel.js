// Beat the GPT: the names of the teams, which stay in this browser, and the keys of those who bet.
(() => {
  const form = document.querySelector("form[data-panel=duel]");
  if (!form) return;
  const drawing = form.querySelector(".drawing");

  function kept() {
    try { return JSON.parse(sessionStorage.getItem("teams")) ?? {}; } catch { return {}; }
  }
  let names = kept();

  function rename() {
    for (const place of drawing.querySelectorAll("[data-team]")) {
      place.dataset.usual ??= place.textContent;
      place.textContent = names[place.dataset.team] || place.dataset.usual;
    }
    for (const field of drawing.querySelectorAll("[data-name]")) {
      if (field !== document.activeElement) field.value = names[field.dataset.name] ?? "";
    }
  }

  function prepare() {
    rename();
    for (const button of drawing.querySelectorAll("[data-print]")) button.hidden = false;
  }

  // What is typed here is sent with the bet, not letter by letter.
  drawing.addEventListener("input", (event) => {
    const { target } = event;
    if (!target.closest("[data-typed]")) return;
    event.stopPropagation();
    if (!target.dataset.name) return;
    names = { ...names, [target.dataset.name]: target.value.trim() };
    try { sessionStorage.setItem("teams", JSON.stringify(names)); } catch { /* a sandboxed frame keeps nothing */ }
    rename();
  });

  // Enter goes from team to team; after the last one the word is shown.
  drawing.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("[data-name], [data-guess]")) return;
    const fields = [...drawing.querySelectorAll(event.target.matches("[data-name]") ? "[data-name]" : "[data-guess]")];
    const next = fields[fields.indexOf(event.target) + 1];
    if (!next && event.target.matches("[data-guess]")) return;
    event.preventDefault();
    next?.focus();
  });

  let setting = false, chosen = ""; // a choice made there draws all anew, and leaves it open
  drawing.addEventListener("change", ({ target }) => {
    if (target.matches(".duel-setup select")) chosen = target.id;
  });
  drawing.addEventListener("toggle", ({ target }) => {
    if (target.matches(".duel-setup") && target.isConnected) setting = target.open;
  }, true);

  drawing.addEventListener("click", (event) => {
    if (!event.target.closest("[data-print]")) return;
    for (const table of drawing.querySelectorAll("details.all-words")) table.open = true;
    print();
  });

  let played = Number(drawing.querySelector("[data-played]")?.dataset.played ?? 0);
  form.addEventListener("htmx:afterSwap", () => {
    prepare();
    for (const setup of drawing.querySelectorAll(".duel-setup")) setup.open = setting;
    if (chosen) document.getElementById(chosen)?.focus({ preventScroll: true });
    chosen = "";
    const now = Number(drawing.querySelector("[data-played]")?.dataset.played ?? 0);
    if (now !== played) (drawing.querySelector("[data-guess]") ?? drawing.querySelector("[data-end]"))?.focus({ preventScroll: true });
    played = now;
  });
  prepare();
})();
