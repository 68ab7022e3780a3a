// Exercises: an answer is sent, what is said of it comes back; progress is kept in this browser
// alone, and made into a sheet to hand in. Without this script a form answers with a page.
(() => {
  const PLACE = "exercises";
  const root = document.documentElement;
  const told = document.querySelector("[data-exercise-words]")?.dataset;
  if (!told) return;

  // What is kept, by exercise; where the browser keeps nothing, for as long as the page is open.
  let lasting = true, memory = {};
  function kept() {
    try { return JSON.parse(localStorage.getItem(PLACE)) ?? memory; } catch { lasting = false; return memory; }
  }
  function keep(all) {
    memory = all;
    try { localStorage.setItem(PLACE, JSON.stringify(all)); } catch { lasting = false; }
    show();
  }
  function note(name, changes) {
    const all = kept();
    keep({ ...all, [name]: { ...all[name], ...changes } });
  }

  const exercises = [...document.querySelectorAll("[data-exercise]")];

  function state(one) {
    return one?.done ? "done" : one?.seen ? "seen" : one?.tries ? "tried" : "";
  }

  function show() {
    const all = kept();
    for (const mark of document.querySelectorAll("[data-mark]")) {
      const name = mark.dataset.mark || mark.closest("[data-exercise]").dataset.exercise;
      const now = state(all[name]);
      mark.dataset.state = now;
      mark.textContent = now ? (now === "done" ? "✓ " : "") + told[now] : "";
    }
    const panel = document.querySelector("[data-progress]");
    if (!panel) return;
    panel.hidden = false;
    const count = panel.querySelector("[data-count]");
    const done = exercises.filter((each) => all[each.dataset.exercise]?.done).length;
    count.textContent = count.dataset.said.replace("{done}", done).replace("{all}", panel.dataset.all);
    const place = panel.querySelector("[data-kept]");
    if (!lasting) place.textContent = place.dataset.notKept;
  }

  // What was answered, in the words of the form.
  function answerOf(form) {
    const said = [];
    for (const field of form.querySelectorAll("input[type=text], textarea, select, input[type=radio]:checked")) {
      if (field.value === "") continue;
      const label = field.closest("label")?.querySelector("span")?.textContent.trim();
      if (field.type === "radio") said.push(label);
      else if (field.name.startsWith("place_")) said.push(`${field.value}. ${label}`);
      else said.push(field.tagName === "SELECT" ? field.selectedOptions[0].textContent : field.value);
    }
    return form.querySelector("[name^=place_]") ? said.sort().join("; ") : said.join(" · ");
  }

  for (const exercise of exercises) {
    const name = exercise.dataset.exercise;
    const form = exercise.querySelector("form");
    const said = exercise.querySelector("[data-said][role=status]");
    const more = exercise.querySelector("[data-more]");
    const explain = exercise.querySelector("[data-explain]");

    function tell(sentence, verdict) {
      said.replaceChildren(...(typeof sentence === "string" ? [sentence] : sentence));
      said.dataset.verdict = verdict;
    }

    // One message, politely: the sentence alone is announced, the rest stands below it.
    function put(answer, asked) {
      const { verdict, model } = answer.dataset;
      const over = answer.dataset.over !== undefined;
      const sentence = answer.querySelector("[data-sentence]");
      tell([...sentence.childNodes], verdict);
      sentence.remove();
      more.replaceChildren(answer);
      if (explain && over) explain.hidden = false;
      const before = kept()[name] ?? {};
      const facts = { title: exercise.dataset.title, level: exercise.dataset.level, page: exercise.dataset.page, language: root.lang, model };
      if (asked === "solution") note(name, { ...facts, seen: !before.done });
      else if (verdict !== "told") {
        note(name, {
          ...facts,
          tries: (before.tries ?? 0) + 1,
          done: before.done || verdict === "right" || (over && exercise.dataset.predict !== undefined),
          right: before.right || (verdict === "right" && !before.seen),
          answer: answerOf(form),
          first: before.first ?? answerOf(form),
          said: said.textContent.trim(),
          on: new Date().toISOString(),
        });
      }
    }

    // The buttons are listened to, not the form: a sandboxed frame lets no form be sent, and does not
    // say so. Enter in a field is a click on the first of them.
    form.addEventListener("click", async (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      event.preventDefault();
      const asked = button.name === "show" ? "solution" : "";
      const sent = new URLSearchParams(new FormData(form));
      if (asked) sent.set("show", asked);
      exercise.setAttribute("aria-busy", "true");
      const answered = window.waitInLine?.(exercise.querySelector(".exercise-waits"));
      try {
        const response = await fetch(form.dataset.answer, { method: "POST", body: sent });
        if (!response.ok) throw new Error();
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        put(document.importNode(page.querySelector("[data-verdict]"), true), asked);
      } catch {
        tell(told.notThere, "told");
      } finally {
        answered?.();
        exercise.removeAttribute("aria-busy");
      }
    });

    // A line is sent with Enter, as in the panels; Shift+Enter breaks it.
    for (const area of form.querySelectorAll("textarea")) {
      area.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        form.querySelector("[name=check]").click();
      });
    }

    form.querySelectorAll(".exercise-hint").forEach((hint, at) => {
      hint.addEventListener("toggle", () => {
        if (hint.open && (kept()[name]?.hints ?? 0) <= at) note(name, { hints: at + 1 });
      });
    });

    if (explain) {
      const area = explain.querySelector("textarea");
      area.value = kept()[name]?.explanation ?? "";
      explain.hidden = !area.value && !more.querySelector("[data-over]");
      area.addEventListener("input", () => note(name, { explanation: area.value }));
    }

    // What is measured can be seen in the panel of the page, where there is one.
    more.addEventListener("click", (event) => {
      const link = event.target.closest("[data-see]");
      const panel = link && document.querySelector(`form.live[data-panel="${link.dataset.see}"]`);
      if (!panel || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const asked = new URL(link.href).searchParams;
      for (const [field, value] of asked) {
        const control = panel.elements[field];
        if (control) control.value = value === "none" ? (field === "top_k" ? "0" : "1") : value;
      }
      const first = panel.querySelector("textarea, select, input:not([type=hidden])");
      first?.dispatchEvent(new Event("input", { bubbles: true }));
      panel.scrollIntoView({ block: "start" });
      first?.focus({ preventScroll: true });
    });
  }

  // An address that names an exercise opens it.
  function unfold() {
    const named = location.hash.startsWith("#exercise-") && document.getElementById(location.hash.slice(1));
    if (named?.tagName === "DETAILS") { named.open = true; named.scrollIntoView(); }
  }
  addEventListener("hashchange", unfold);
  addEventListener("storage", (event) => { if (event.key === PLACE) show(); });
  unfold();
  show();

  // The sheet to hand in: made here, sent nowhere.
  const panel = document.querySelector("[data-progress]");
  if (!panel) return;
  const words = panel.querySelector("[data-sheet]").dataset;
  const tell = panel.querySelector("[data-told]");
  const name = panel.querySelector("[data-name]");
  const day = new Intl.DateTimeFormat(root.lang, { dateStyle: "long" });

  function result(one) {
    const parts = [told[state(one)] || "", one.said ?? ""];
    if (one.tries) parts.push(`${one.tries} ${one.tries > 1 ? words.tryMany : words.tryOne}`);
    if (one.hints) parts.push(`${one.hints} ${one.hints > 1 ? words.hintMany : words.hintOne}`);
    if (one.seen) parts.push(told.seen);
    return [...new Set(parts.filter(Boolean))].join(" · ");
  }

  function lines() {
    const all = kept();
    return exercises.map((each) => [each, all[each.dataset.exercise]]).filter(([, one]) => one && state(one)).map(([each, one]) => ({
      title: `${"●".repeat(each.dataset.level)}${"○".repeat(3 - each.dataset.level)} ${each.dataset.title}`,
      told: [
        [each.dataset.predict !== undefined ? words.prediction : words.answer, each.dataset.predict !== undefined ? one.first : one.answer],
        [words.result, result(one)],
        [words.explanation, one.explanation],
        [words.on, one.on && day.format(new Date(one.on))],
        [words.model, one.model],
      ].filter(([, value]) => value),
    }));
  }

  function asText(found) {
    const colon = root.lang === "fr" ? "\u202f: " : ": ";
    const head = [`${words.title} · ${words.site}`, words.by + colon + name.value.trim(), words.on + colon + day.format(new Date())];
    const body = found.map(({ title, told }) => [title, ...told.map(([label, value]) => `  ${label}${colon}${value}`)].join("\n"));
    return [head.join("\n"), ...body, words.note].join("\n\n") + "\n";
  }

  function asPage(found) {
    const page = document.implementation.createHTMLDocument(`${words.title} · ${name.value.trim()}`);
    const add = (to, tag, text) => { const made = page.createElement(tag); if (text) made.textContent = text; to.append(made); return made; };
    page.documentElement.lang = root.lang;
    page.head.prepend(Object.assign(page.createElement("meta"), { content: "width=device-width, initial-scale=1", name: "viewport" }));
    const charset = page.createElement("meta");
    charset.setAttribute("charset", "utf-8");
    page.head.prepend(charset);
    add(page.head, "style", "body{font:17px/1.5 Georgia,serif;max-width:44em;margin:2em auto;padding:0 1em;color:#1d1b16}h1{font-size:1.6em}h2{font-size:1.1em;margin:1.6em 0 .2em}dl{margin:0;display:grid;grid-template-columns:8em 1fr;gap:.1em 1em}dt{color:#6a6459}dd{margin:0;overflow-wrap:anywhere}section{break-inside:avoid}footer{color:#6a6459;margin-top:2em;font-size:.85em}");
    add(page.body, "h1", `${words.title} · ${words.site}`);
    const head = add(page.body, "dl");
    for (const [label, value] of [[words.by, name.value.trim()], [words.on, day.format(new Date())]]) { add(head, "dt", label); add(head, "dd", value); }
    for (const { title, told } of found) {
      const section = add(page.body, "section");
      add(section, "h2", title);
      const list = add(section, "dl");
      for (const [label, value] of told) { add(list, "dt", label); add(list, "dd", value); }
    }
    add(page.body, "footer", words.note);
    return "<!doctype html>\n" + page.documentElement.outerHTML;
  }

  panel.addEventListener("click", ({ target }) => {
    if (target.matches("[data-clear]")) {
      keep({});
      for (const area of document.querySelectorAll("[data-explain] textarea")) area.value = "";
      tell.textContent = tell.dataset.cleared;
    }
    const kind = target.dataset.handIn;
    if (!kind) return;
    const found = lines();
    tell.textContent = found.length ? "" : tell.dataset.nothing;
    if (!found.length) return;
    const text = kind === "html" ? asPage(found) : asText(found);
    const address = URL.createObjectURL(new Blob([text], { type: kind === "html" ? "text/html" : "text/plain" }));
    const link = Object.assign(document.createElement("a"), { href: address, download: `${PLACE}.${kind}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  });
})();
