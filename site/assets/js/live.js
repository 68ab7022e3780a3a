// The live panels of a page: clicks in a drawing become acts, the prompt goes along from page to
// page, and a server that sleeps is waited for. htmx sends the form and swaps the drawing.
(() => {
  const root = document.documentElement;
  const CHOICES = ["written", "position", "draw", "repeat"];
  const SETTINGS = ["strategy", "temperature", "top_k", "top_p", "seed", "model"];
  const RETRY = 4000, LOOK_AGAIN = 1000, LATE = 700, PACE = 50, KEEP = 300;

  function kept(name) {
    try { return sessionStorage.getItem(name); } catch { return null; }
  }

  function keep(name, value) {
    try { sessionStorage.setItem(name, value); } catch { /* a sandboxed frame keeps nothing */ }
  }

  function parsed(json) {
    try { return JSON.parse(json) ?? {}; } catch { return {}; }
  }

  function settings() {
    return parsed(kept("settings"));
  }

  // What is not the browser's to throw away at a reload or on the way back stays with the page's
  // place in the history: what each form would ask for. Alone, a panel's address says it too. In a
  // frame, which opens anew when the page around it does, the visit keeps it.
  const alone = document.body.classList.contains("alone");
  const framed = alone && window.top !== window;
  const opened = "panel " + location.pathname + location.search;
  const left = history.state?.forms ?? (framed ? parsed(kept(opened)) : {});
  let due = 0;

  function write() {
    if (!due) return;
    clearTimeout(due);
    due = 0;
    const now = Object.fromEntries(forms.map((form) => [form.dataset.panel, Object.fromEntries(query(form))]));
    try {
      history.replaceState({ ...history.state, forms: now }, "", alone ? address(forms[0]) : undefined);
    } catch { /* a frame that may not, or a text too long: nothing stays */ }
    if (framed) keep(opened, JSON.stringify(now));
  }

  function stay() {
    due ||= setTimeout(write, KEEP);
  }
  addEventListener("pagehide", write);

  const forms = [...document.querySelectorAll("form.live")];
  const say = new Intl.NumberFormat(root.lang, { maximumFractionDigits: 2, useGrouping: false });

  function sayValues(form) {
    for (const range of form.querySelectorAll("input[type=range]")) {
      const value = (range.name || range.dataset.name) === "top_k" && range.value === "0" ? "∞" : say.format(range.value);
      if (range.nextElementSibling.textContent !== value) range.nextElementSibling.textContent = value;
      range.setAttribute("aria-valuetext", value);
    }
    const greedy = form.elements.strategy?.value === "greedy";
    for (const name of ["temperature", "top_k", "top_p"]) {
      const control = form.elements[name];
      if (control?.type === "range") control.setAttribute("aria-disabled", greedy);
    }
  }

  // What the form would ask for, as an address. What was written belongs to the prompt it follows.
  function query(form) {
    const asked = new URLSearchParams();
    const { prompt } = form.elements;
    const typed = prompt && form.dataset.read !== undefined && form.dataset.read !== prompt.value;
    for (const [name, value] of new FormData(form)) {
      if ((value !== "" || name === "prompt") && !(typed && CHOICES.includes(name))) asked.set(name, value);
    }
    for (const name of ["top_k", "top_p"]) {
      if (asked.get(name) === (name === "top_k" ? "0" : "1")) asked.set(name, "none");
    }
    return asked;
  }

  function bounded(asked) {
    const text = asAddress(asked);
    return text && "?" + text;
  }

  function link(form) {
    const asked = bounded(query(form));
    for (const to of form.querySelectorAll("[data-lab], [data-alone]")) {
      to.href = to.getAttribute("href").split("?")[0] + asked;
    }
  }

  // The address of a panel alone, which may have said light or dark.
  function address(form) {
    const asked = query(form);
    const theme = new URLSearchParams(location.search).get("theme");
    if (theme) asked.set("theme", theme);
    return location.pathname + bounded(asked);
  }

  function fit(area) {
    area.style.height = "auto";
    area.style.height = Math.min(area.scrollHeight + 2, 220) + "px";
  }

  function set(form, values) {
    for (const [name, value] of Object.entries(values)) if (form.elements[name] && !("fixed" in form.elements[name].dataset)) form.elements[name].value = value;
    sayValues(form);
  }

  let act = null;
  function perform(form, name, value) {
    if (name.startsWith("set:")) {
      const values = value.split(",");
      set(form, Object.fromEntries(name.slice(4).split(",").map((each, at) => [each, values[at]])));
      htmx.trigger(form, "act", {});
    } else if (name === "trim") {
      const area = form.elements.prompt;
      area.value = area.value.replace(/ +$/, "");
      area.focus();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (name === "greedy" && form.elements.strategy) {
      set(form, { strategy: "greedy" });
      htmx.trigger(form, "act", {});
    } else htmx.trigger(form, "act", { act: name, value });
  }

  for (const form of forms) {
    let focused = null;
    const prompt = form.querySelector("textarea[name=prompt]");
    const model = form.querySelector("select[name=model]");
    let asked = model?.value;
    let acted = false; // by the reader: what a page brings back is not told
    for (const kind of ["click", "keydown", "input"]) {
      form.addEventListener(kind, () => { acted = true; }, { capture: true, once: true });
    }
    const tell = teller(() => form.querySelectorAll("[data-say]"), () => growing > 0);
    if (prompt) {
      form.dataset.read = prompt.value;
      fit(prompt);
      prompt.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        form.requestSubmit();
      });
    }

    form.addEventListener("input", (event) => {
      sayValues(form);
      const { name, value } = event.target;
      if (SETTINGS.includes(name)) keep("settings", JSON.stringify({ ...settings(), [name]: value }));
      stay();
      if (event.target !== prompt) return;
      fit(prompt);
      keep("prompt", prompt.value);
    });

    form.querySelector(".drawing").addEventListener("click", (event) => {
      const acting = event.target.closest("[data-act]");
      if (!acting || (acting.dataset.act === "force" && event.detail > 1)) return;
      event.preventDefault(); // without a script, some of these buttons send the form
      focused = acting.dataset.key ?? null;
      if (acting.dataset.act === "grow") return grow(acting);
      perform(form, acting.dataset.act, acting.dataset.value ?? "");
    });

    // A text grows before the reader's eyes, a token an answer; for who wants no motion, at one go.
    // What stops it stands outside the drawing: one that is drawn anew under the finger is not clicked.
    let growing = 0, soon = 0;
    const halt = form.querySelector("[data-halt]");
    const still = matchMedia("(prefers-reduced-motion: reduce)");

    function grow({ dataset }) {
      growing = still.matches ? 0 : Number(dataset.value);
      if (dataset.prompt) form.elements.prompt.value = dataset.prompt;
      htmx.trigger(form, "act", { act: "ask", value: growing ? "1" : dataset.value });
      showGrowing();
    }

    function showGrowing() {
      const stopped = document.activeElement === halt;
      form.toggleAttribute("data-growing", growing > 0);
      form.querySelector(".drawing").setAttribute("aria-busy", growing > 0);
      halt.parentElement.hidden = !growing;
      if (growing) halt.focus({ preventScroll: true });
      else if (stopped) {
        const next = form.querySelector("[data-focus]");
        focused = next?.dataset.key ?? null; // an answer on its way will draw it anew
        next?.focus({ preventScroll: true });
      }
    }

    function growOn() {
      if (!growing) return;
      if (form.querySelector("[data-over]")) growing = 0;
      else soon = setTimeout(() => htmx.trigger(form, "act", { act: "add", value: "1" }), PACE);
      showGrowing();
    }

    halt?.addEventListener("click", () => {
      clearTimeout(soon);
      growing = 0;
      showGrowing();
    });

    form.addEventListener("keydown", (event) => {
      const list = event.target.closest("[role=listbox]");
      if (!list || event.altKey || event.ctrlKey || event.metaKey) return;
      const options = [...list.querySelectorAll("[role=option]")];
      const at = options.indexOf(document.activeElement);
      const to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: options.length - 1 }[event.key];
      const next = options[to === undefined ? -1 : Math.max(0, Math.min(options.length - 1, to))];
      if (!next) return;
      event.preventDefault();
      focused = next.dataset.key;
      next.focus();
      perform(form, next.dataset.act, next.dataset.value);
    });

    form.addEventListener("htmx:configRequest", (event) => {
      const { parameters, triggeringEvent } = event.detail;
      // A plain form's request: a sandboxed frame may make it too.
      event.detail.headers = { "Content-Type": "application/x-www-form-urlencoded" };
      const told = triggeringEvent?.detail ?? {};
      if (told.act) { parameters.act = told.act; parameters.value = told.value; }
      if (prompt && form.dataset.read !== undefined && form.dataset.read !== prompt.value) {
        for (const name of CHOICES) delete parameters[name];
      }
      if (prompt) form.dataset.read = prompt.value;
      if (model && model.value !== asked) for (const name of CHOICES) delete parameters[name];
      asked = model?.value;
      if (parameters.top_k === "0") parameters.top_k = "none";
      if (parameters.top_p === "1") parameters.top_p = "none";
      if (parameters.seed === "") delete parameters.seed;
    });

    // Listening to the upload would make a sandboxed frame's browser ask for leave first.
    // A request that a newer one replaces is no error: htmx logs what its detail calls one.
    form.addEventListener("htmx:beforeRequest", ({ detail }) => {
      const { xhr } = detail;
      Object.defineProperty(xhr, "upload", { value: new EventTarget() });
      const replaced = xhr.onabort;
      xhr.onabort = () => { detail.error = undefined; replaced(); };
    });

    let answered = null;
    form.addEventListener("htmx:beforeRequest", () => {
      answered?.();
      answered = waitInLine(form.querySelector(".live-waits"));
    });
    form.addEventListener("htmx:afterRequest", () => answered?.());

    form.addEventListener("htmx:afterSwap", () => {
      form.querySelector(".live-sleeps").hidden = true;
      for (const told of form.querySelectorAll("[data-most]")) form.elements[told.dataset.most].max = told.dataset.value;
      sayValues(form);
      link(form);
      lookAgain();
      stay();
      tell(acted);
      wait(form.querySelector("[data-late]"));
      growOn();
      if (!focused || (document.activeElement && document.activeElement !== document.body)) return;
      const same = form.querySelector(`[data-key="${CSS.escape(focused)}"]`);
      (same ?? form.querySelector("[data-focus]"))?.focus({ preventScroll: true });
    });

    // What is said of a space at the end would be said after every word: it waits for a pause.
    const wait = (note) => {
      if (!note) return;
      note.hidden = true;
      setTimeout(() => { note.hidden = false; }, LATE);
    };

    // A model that is being opened is looked for again.
    const lookAgain = () => {
      if (form.querySelector("[data-again]")) setTimeout(() => htmx.trigger(form, "act", {}), LOOK_AGAIN);
    };
    if (form.querySelector("[data-again]")) document.addEventListener("DOMContentLoaded", lookAgain);

    // A server that sleeps is asked again until it answers; one that was asked for too much, when it says.
    let waiting = false;
    const note = form.querySelector(".live-sleeps"), asleep = note.textContent;
    const sleeps = ({ detail: { xhr } }) => {
      const busy = xhr.status === 429;
      note.textContent = busy ? note.dataset.busy : asleep;
      note.hidden = false;
      if (waiting) return;
      waiting = true;
      const pause = busy ? 1000 * xhr.getResponseHeader("Retry-After") : RETRY;
      setTimeout(() => { waiting = false; htmx.trigger(form, "act", {}); }, pause);
    };
    form.addEventListener("htmx:sendError", sleeps);
    form.addEventListener("htmx:responseError", sleeps);
    form.addEventListener("htmx:timeout", sleeps);

    // What the reader left here, and what was typed and set on another page since, is drawn anew.
    const before = query(form).toString();
    const here = left[form.dataset.panel];
    if (here) bringBack(form, here);
    asked = model?.value;
    if (!alone) bringAlong(form, here);
    if (prompt) fit(prompt);
    sayValues(form);
    link(form);
    // htmx hears the form once the document is there.
    if (query(form).toString() !== before) document.addEventListener("DOMContentLoaded", () => htmx.trigger(form, "act", {}));
    else if (/[?&]act=/.test(location.search)) stay(); // a reload must not do the act again
  }

  // What a form held when its page was left: its fields, and what its drawing carries.
  function bringBack(form, here) {
    const drawing = form.querySelector(".drawing");
    for (const carried of drawing.querySelectorAll("input[type=hidden]")) carried.remove();
    for (const [name, value] of Object.entries(here)) {
      const field = form.elements[name];
      const none = name === "top_k" ? "0" : "1";
      if (field?.options && ![...field.options].some((option) => option.value === value)) continue;
      if (field && !(field instanceof RadioNodeList)) field.value = value === "none" ? none : value;
      else drawing.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    if (form.elements.prompt?.type === "textarea") form.dataset.read = form.elements.prompt.value;
  }

  // What was typed and set on one page, or stands in the address, goes along to the next.
  function bringAlong(form, here) {
    const asked = here ? null : new URLSearchParams(location.search).get("prompt");
    const given = { ...settings(), prompt: asked ?? kept("prompt") };
    for (const name of ["prompt", ...SETTINGS]) {
      const field = form.elements[name];
      if (!field || field.type === "hidden" || given[name] == null || field.value === given[name]) continue;
      if (!field.options || [...field.options].some((option) => option.value === given[name])) field.value = given[name];
    }
  }
})();
