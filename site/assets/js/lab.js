// What the lab does in the page itself: acts on clicks and keys, keeps the focus when a panel is
// drawn again, keeps the address in step, and switches between light and dark.
(() => {
  const root = document.documentElement;
  const LANGUAGE = location.pathname.endsWith("/labo") ? "fr" : "en";
  const RUNS = new URL("../../runs/" + LANGUAGE, document.currentScript.src);

  function applyTheme() {
    const wanted = theme.chosen();
    if (wanted && document.body) document.body.classList.toggle("dark", wanted === "dark");
  }

  function switchTheme() {
    const dark = document.body.classList.toggle("dark");
    theme.choose(dark ? "dark" : "light");
  }

  // The screen of an address takes a moment to come back: the example must not flash before it.
  if (/[?&](prompt|model|written|seed|strategy|temperature|top_k|top_p)=/.test(location.search)) {
    root.classList.add("restoring");
    setTimeout(() => root.classList.remove("restoring"), 10000);
  }

  const LOOKS = ["__theme", "projector"]; // of an address: how the lab looks, not what it shows

  function keepAddress(element) {
    const text = element.querySelector("[data-address]");
    if (!text) return;
    const query = text.dataset.address;
    const asked = new URLSearchParams(query);
    for (const [name, value] of new URLSearchParams(location.search)) if (LOOKS.includes(name)) asked.set(name, value);
    const address = location.pathname + (asked.size ? "?" + asked : "") + location.hash;
    history.replaceState(history.state, "", address);
    for (const link of document.querySelectorAll("[data-lab]")) link.href = link.dataset.lab + location.search;
    root.classList.remove("restoring");
  }

  // The other language opens with what stands in the address now, at the same place.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-lab]");
    if (link) link.href = link.dataset.lab + location.search + location.hash;
  }, true);

  // One act at a time, in the order in which they came, each on the memory that the one before left:
  // two answers on their way at once would each undo the other. An act stops a run that goes on.
  const waiting = [];
  const PATIENCE = 30000; // an answer that is lost on its way holds nothing up for longer
  let acting = null;
  let memory = null;
  let patience = 0;
  let answered = null;

  function turn(act, latest, reads) {
    if (act === "on_model") wanted = null; // another one was chosen
    return new Promise((go) => {
      const older = latest ? waiting.findIndex((one) => one.act === act) : -1;
      if (older >= 0) waiting.splice(older, 1);
      const old = acting && reads.length; // what it read of the memory will not be true any more
      waiting.push({ act, go: () => go(old ? [memory, ...reads.slice(1)] : reads) });
      goOn();
    });
  }

  function goOn() {
    if (!waiting.length) return;
    if (acting === "on_run") running.abort();
    if (acting) return;
    const { act, go } = waiting.shift();
    acting = act;
    if (act === "on_run") running = new AbortController();
    else ask(act, memory);
    go();
  }

  // From here on the server is asked for the whole screen.
  function ask(act, kept) {
    clearTimeout(patience);
    patience = setTimeout(done, PATIENCE, act, kept, true);
    answered = waitInLine(document.getElementById("waits"));
  }

  function done(act, left, failed = false) {
    if (acting !== act) return;
    acting = null;
    memory = left;
    answered?.();
    if (act === "on_run") {
      root.classList.remove("running");
      if (failed) showText(before);
      requestAnimationFrame(keepButton);
    }
    if (!lost) trouble(refused ?? (failed ? "failed" : null));
    refused = null;
    goOn();
  }

  // A run is an answer that comes line by line, of which the text is shown; it is over when the whole
  // screen has been drawn again, on the memory of its last line.
  let running = null;
  let refused = null;
  let showText = null;
  let before = "";

  async function run(act, latest, reads) {
    let [left, prompt] = await turn(act, latest, reads);
    const { signal } = running;
    root.classList.add("running");
    before = showText();
    try {
      for await (const line of written(left, prompt, signal)) {
        left = line.memory;
        showText(line.text);
      }
    } catch {
      if (!signal.aborted) refused ??= "failed";
    }
    ask(act, left);
    return [left, prompt];
  }

  async function* written(memory, prompt, signal) {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(RUNS, { method: "POST", headers, body: JSON.stringify({ memory, prompt }), signal });
    if (answer.status === 429) refused = "busy";
    if (!answer.ok) throw new Error(answer.status);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ;) {
      const { value, done: over } = await reader.read();
      if (over) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) yield JSON.parse(line);
    }
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#stop")) running?.abort();
  });

  function moveAlong(list, key) {
    const options = [...list.querySelectorAll("[role=option]")];
    const at = options.indexOf(document.activeElement);
    const target = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: options.length - 1 }[key];
    if (target === undefined) return null;
    return options[Math.max(0, Math.min(options.length - 1, target))] ?? null;
  }

  function panel(element, trigger, watch, props) {
    const name = element.parentElement.closest("[id]").id; // Gradio gives the element itself another
    let focused = null;

    element.addEventListener("click", (event) => {
      if (event.target.closest("[data-theme-switch]")) return switchTheme();
      const acting = event.target.closest("[data-act]");
      if (!acting || (acting.dataset.act === "force" && event.detail > 1)) return;
      focused = acting.dataset.key ?? null;
      trigger("select", { act: acting.dataset.act, value: acting.dataset.value ?? "" });
    });

    element.addEventListener("keydown", (event) => {
      const list = event.target.closest("[role=listbox]");
      if (!list || event.altKey || event.ctrlKey || event.metaKey) return;
      const next = moveAlong(list, event.key);
      if (!next) return;
      event.preventDefault();
      focused = next.dataset.key;
      next.focus();
      trigger("select", { act: next.dataset.act, value: next.dataset.value });
    });

    element.addEventListener("focusin", (event) => {
      focused = event.target.closest("[data-key]")?.dataset.key ?? null;
    });

    element.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !element.contains(event.relatedTarget)) focused = null;
    });

    if (name === "notes") askAgain = (name) => trigger("select", { act: "model", value: name });
    applyTheme(); // Gradio has set the system's by now
    watch("value", drawn);
    if (name === "panel-text") showText = (text = null) => {
      if (text !== null && text !== props.value) {
        props.value = text;
        setTimeout(drawn);
      }
      return props.value;
    };

    function drawn() {
      keepAddress(element);
      tell(asked);
      const figure = element.querySelector("[data-figure]");
      if (figure) setTimeout(plot, 0, figure.dataset.figure);
      const scroller = element.querySelector(".written-text");
      if (scroller) {
        requestAnimationFrame(() => { scroller.scrollTop = scroller.scrollHeight; });
        requestAnimationFrame(keepButton);
      }
      if (!focused || (document.activeElement && document.activeElement !== document.body)) return;
      const same = element.querySelector(`[data-key="${CSS.escape(focused)}"]`);
      const there = same ?? element.querySelector("[data-focus]") ?? (name === "notes" ? document.querySelector("#prompt textarea") : null);
      there?.focus({ preventScroll: true });
    }
  }

  // Gradio brings Plotly and the first figure. Every later figure is drawn into that same plot, which
  // is many times faster than to have Gradio make the plot anew.
  function whenPlotted(then) {
    const place = document.querySelector("#plot .js-plotly-plot");
    if (window.Plotly && place?.querySelector(".barlayer .point")) then(place);
    else setTimeout(whenPlotted, 100, then);
  }

  // A model that is being opened is asked for again until it is there, or cannot be.
  let wanted = null;
  const LOOK_AGAIN = 1000;
  setInterval(() => {
    const notes = document.getElementById("notes");
    wanted = notes?.querySelector("[data-again]")?.dataset.again ?? wanted;
    if (notes?.querySelector("[data-refused]") || document.querySelector("[data-model]")?.dataset.model === wanted) wanted = null;
    if (wanted && !acting && !waiting.length) askAgain?.(wanted);
  }, LOOK_AGAIN);
  let askAgain = null;

  let figures = 0;
  function plot(json) {
    const number = ++figures;
    whenPlotted((place) => {
      if (number !== figures) return;
      const { data, layout } = JSON.parse(json);
      window.Plotly.react(place, data, { ...layout, autosize: true }, { displayModeBar: false, responsive: true });
    });
  }
  whenPlotted(() => document.getElementById("plot-column").classList.add("plotted"));

  // A button that disappears or can no longer be pressed hands the focus to the one beside it.
  const BESIDE = { run: "stop", stop: "run", back: "add", restart: "add", add: "back" };
  let pressed = null;

  function keepButton() {
    if (!pressed || (document.activeElement && document.activeElement !== document.body)) return;
    const usable = [pressed, BESIDE[pressed]].map((id) => document.getElementById(id));
    usable.find((button) => button && !button.disabled && button.offsetParent)?.focus();
  }

  document.addEventListener("focusin", (event) => {
    pressed = event.target.closest("#bar-buttons button")?.id ?? null;
  });

  // Gradio gives each radio a name of its own, at every change a new one; the arrow keys go from one
  // to the other only under one name.
  function joinRadios() {
    for (const radio of document.querySelectorAll("#strategy input")) radio.name = "strategy";
  }

  // Sliders say their value in the page's language, to the eye and to a screen reader: whenever one
  // comes, and whenever Gradio gives one a value, which it shows by a style.
  const say = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 2 });
  const RANGES = "#controls input[type=range]";

  function sayValue(range) {
    const block = range.closest(".block");
    const value = range.min === "0" && Number(range.value) === 0 ? "∞" : say.format(range.value);
    range.setAttribute("aria-label", block.querySelector("[data-testid=block-info]").textContent.trim());
    range.setAttribute("aria-valuetext", value);
    block.querySelector(".head").dataset.said = value;
  }

  const given = new MutationObserver((changes) => new Set(changes.map(({ target }) => target)).forEach(sayValue));
  new MutationObserver(() => {
    for (const range of document.querySelectorAll(RANGES)) {
      if (range.hasAttribute("aria-valuetext")) continue;
      sayValue(range);
      given.observe(range, { attributeFilter: ["style", "min", "max"] });
    }
    answerForGradio();
  }).observe(document, { childList: true, subtree: true });

  document.addEventListener("keydown", joinRadios, true);
  document.addEventListener("input", (event) => {
    if (event.target.matches?.(RANGES)) sayValue(event.target);
  });

  // What Gradio would say over the page, in words of its own, is said in the page's. The message that
  // does not pass is that of a lost connection: Gradio waits for the server, and loads the page anew.
  let lost = false;
  function answerForGradio() {
    const cut = document.querySelector("[data-testid=toast-body].error:not(:has(.timer))") !== null;
    if (cut === lost) return;
    lost = cut;
    if (lost) answered?.();
    trouble(lost ? "lost" : null);
  }

  function trouble(kind) {
    const place = document.getElementById("trouble");
    if (!place) return;
    if (kind) place.textContent = place.dataset[kind];
    place.hidden = !kind;
  }

  // What an act did is told once it is over; a run's tokens are not, one by one.
  let asked = false; // by the reader: what an address brings back is not told
  for (const kind of ["click", "keydown", "input"]) {
    document.addEventListener(kind, () => { asked = true; }, { capture: true, once: true });
  }
  const tell = teller(() => document.querySelectorAll("[data-say]"), () => acting !== null);

  window.livre = { panel, turn, run, done };
  if (document.body) applyTheme();
  else document.addEventListener("DOMContentLoaded", applyTheme);
})();
