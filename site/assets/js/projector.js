// A page, a panel or the lab before a class: one slide at a time, by the keys and by a presenter's clicker.
(() => {
  const root = document.documentElement;
  const SITE = new URL("../../", document.currentScript.src).href;
  const PROSE = 18.5; // the type of a page, in pixels
  const SHOWN = { title: [.7, 1.4], text: [.7, 1], figure: [.4, 2.2], panel: [.44, 1.1], step: [.44, 1.1] }; // beside the type of the slides
  const SMALLEST = .8, ON_A_PHONE = .94, TALL = .62; // one that is too tall at its smallest is read in parts
  const LAB_STEPS = 6, LEAD = 180, AWAKE = 2600, SWIPE = 60;

  let nav, count, stage, scaled, kind;
  let slides = [], at = 0, step = null;

  // How large the type is on this screen, beside that of a page.
  function type() {
    const phone = innerWidth < 700;
    return Math.max(phone ? 1.08 : 1.2, Math.min(.026 * innerWidth, .04 * innerHeight) / PROSE);
  }

  function zoom(value) {
    root.style.setProperty("--zoom", value.toFixed(4));
    root.style.setProperty("--type", type().toFixed(4));
  }

  function drawn(element) { return element.getClientRects().length > 0; }

  // ---- What stands together: a page in slides of its own content

  function isAlone(block) { return block.matches("form.live, figure, iframe, .highlight, pre, [data-slide]"); }

  function sections(article) {
    const found = [];
    for (const block of article.children) {
      if (block.matches("h1, h2")) found.push({ head: block, blocks: [] });
      else if (!block.matches("script, style, template, hr, [hidden]") && (block.textContent.trim() || isAlone(block))) {
        if (!found.length) found.push({ head: null, blocks: [] });
        found.at(-1).blocks.push(block);
      }
    }
    return found;
  }

  // A list and a table are divided between their lines, what holds more than a screen between its parts; the rest stays whole.
  function units(block) {
    if (!drawn(block)) return [];
    if (block.matches("table, .md-typeset__scrollwrap")) return [...block.querySelectorAll("tbody > tr")];
    const tall = block.getBoundingClientRect().height > stage.clientHeight;
    if (block.matches("div:not(.arithmatex), section") && tall && block.children.length > 1) return [...block.children].flatMap(units);
    if (!block.matches("ul, ol")) return [block];
    if (block.matches("ol")) [...block.children].forEach((line, number) => { line.value = block.start + number; });
    return [...block.children];
  }

  function leads(block) {
    return block?.matches("p") && block.textContent.length < LEAD && /[:：]\s*$/.test(block.textContent);
  }

  // What may not be torn from what follows: a subtitle, a sentence that leads to a list or to a formula.
  function groups(run) {
    const found = [];
    let holds = false;
    for (const unit of run.flatMap(units)) {
      const box = unit.getBoundingClientRect();
      const formula = unit.matches("div.arithmatex");
      if (found.length && (holds || formula)) {
        found.at(-1).units.push(unit);
        found.at(-1).bottom = box.bottom;
      } else found.push({ units: [unit], top: box.top, bottom: box.bottom });
      holds = unit.matches("h2, h3, h4") || leads(unit);
    }
    return found;
  }

  function packed(all, most) {
    const packs = [];
    for (const group of all) {
      const last = packs.at(-1);
      if (last && group.bottom - last[0].top <= most) last.push(group);
      else packs.push([group]);
    }
    return packs;
  }

  // As few slides as hold it all, and of these the most even.
  function even(all, most) {
    const few = packed(all, most).length;
    let low = 0, high = most;
    for (let turn = 0; turn < 12; turn++) {
      const middle = (low + high) / 2;
      if (packed(all, middle).length > few) low = middle;
      else high = middle;
    }
    return packed(all, high);
  }

  function divided(article) {
    root.dataset.slides = "measured";
    zoom(type());
    const shut = [...article.querySelectorAll(":scope > details:not([open])")];
    for (const each of shut) each.open = true;
    const high = stage.clientHeight - parseFloat(getComputedStyle(stage).paddingTop) - parseFloat(getComputedStyle(stage).paddingBottom);
    const made = [];
    for (const { head, blocks } of sections(article)) {
      const mine = [];
      const add = (shown, units) => mine.push({ head, kind: shown, units, id: head?.id ?? "" });
      let run = [];
      const flush = () => {
        if (!run.length) return;
        const all = groups(run);
        const above = head && drawn(head) ? head.getBoundingClientRect().height + 20 * type() : 0;
        for (const pack of even(all, high - above)) add("text", pack.flatMap((group) => group.units));
        run = [];
      };
      for (const block of blocks) {
        if (block.matches(".promise") && head?.matches("h1")) { add("title", units(block)); continue; }
        if (!isAlone(block)) { run.push(block); continue; }
        const lead = leads(run.at(-1)) || (run.length === 1 && run[0].matches("p") && run[0].textContent.length < LEAD) ? [run.pop()] : [];
        flush();
        add(block.matches("form.live, [data-slide]") ? "panel" : "figure", [...lead, block]);
      }
      flush();
      if (!mine.length && head) add("title", []);
      mine.forEach((slide, number) => { slide.part = number + 1; });
      made.push(...mine);
    }
    for (const each of shut) each.open = false;
    root.dataset.slides = "shown";
    return made;
  }

  // ---- One slide on the screen, as large as it fits

  function wide() {
    if (stage.scrollWidth > stage.clientWidth + 1) return true;
    return [...scaled.querySelectorAll("[data-on] :is(pre, pre > code, .katex-display), pre[data-on]")].some((each) => drawn(each) && each.scrollWidth > each.clientWidth + 1);
  }

  function tall() { return stage.scrollHeight > stage.clientHeight + 1; }

  function largest(least, most, suits) {
    zoom(most);
    if (suits()) return true;
    let low = least, high = most;
    for (let turn = 0; turn < 6; turn++) {
      const middle = (low + high) / 2;
      zoom(middle);
      if (suits()) low = middle;
      else high = middle;
    }
    zoom(low);
    return suits();
  }

  function fit() {
    const [least, most] = SHOWN[slides[at].kind].map((share) => share * type());
    const floor = Math.min(most, Math.max(least, innerWidth < 700 ? ON_A_PHONE : SMALLEST));
    const ease = slides[at].kind === "text" ? 1 : TALL;
    if (!largest(floor, most, () => !tall() && !wide())) largest(floor, Math.max(floor, ease * type()), () => !wide());
    mark();
  }

  // What is below the screen is said, and can be reached.
  function mark() {
    const more = tall();
    root.toggleAttribute("data-below", more && stage.scrollTop + stage.clientHeight < stage.scrollHeight - 2);
    if (more) stage.tabIndex = 0;
    else stage.removeAttribute("tabindex");
  }

  function title({ head, units }) {
    return (head ?? units[0]?.querySelector("h2, h3"))?.textContent.trim() ?? document.title;
  }

  function show(number, from = 0) {
    at = Math.max(0, Math.min(slides.length - 1, number));
    const slide = slides[at];
    for (const each of scaled.querySelectorAll("[data-on]")) {
      each.removeAttribute("data-on");
      each.removeAttribute("data-part");
    }
    root.dataset.kind = slide.kind;
    slide.head?.setAttribute("data-on", slide.part === 1 ? "head" : "again");
    for (const unit of slide.units) {
      unit.setAttribute("data-on", "");
      for (let around = unit.parentElement; scaled.contains(around) && around !== scaled; around = around.parentElement) {
        around.setAttribute("data-on", "");
        around.setAttribute("data-part", "");
      }
    }
    for (const area of scaled.querySelectorAll("[data-on] textarea[name=prompt]")) {
      area.style.height = "auto";
      area.style.height = Math.min(area.scrollHeight + 2, 220) + "px";
    }
    stage.scrollTop = 0;
    fit();
    if (from < 0) stage.scrollTop = stage.scrollHeight;
    mark();
    tell();
  }

  function tell() {
    const [now, all] = step?.count?.() ?? [at + 1, slides.length];
    count.textContent = all ? `${now} / ${all}` : now;
    nav.style.setProperty("--share", all ? now / all : 0);
    const said = nav.querySelector(".slides-said");
    if (kind === "panel") return;
    const blanks = { at: at + 1, all: slides.length, title: title(slides[at]) };
    said.textContent = said.dataset.said.replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
    const place = slides[at].id + (slides[at].part > 1 ? "/" + slides[at].part : "");
    if (place) history.replaceState(history.state, "", location.pathname + location.search + "#" + place);
  }

  // The slide of an address: `#draw` a heading, or anything below one; `#draw/2` the second slide of its section.
  function asked() {
    const [, id, part] = /^#(.*?)(?:\/(\d+))?$/.exec(location.hash) ?? [];
    if (!id) return 0;
    const first = slides.findIndex((slide) => slide.id === id);
    if (first < 0) {
      const inside = document.getElementById(id);
      return Math.max(0, slides.findIndex(({ units }) => inside && units.some((unit) => unit.contains(inside))));
    }
    const last = slides.findLastIndex((slide) => slide.id === id);
    return Math.min(last, first + Math.max(0, (part ?? 1) - 1));
  }

  // ---- Forward and back

  function closed() {
    return [...scaled.querySelectorAll("details.question[data-on]:not([open]) > summary, [data-on] [data-key=inside][aria-expanded=false]")].find(drawn);
  }

  // A question is asked before it is answered; what is too tall is read to its end; then comes the next slide.
  function forward() {
    const answer = closed();
    if (answer) answer.click();
    else if (stage.scrollTop + stage.clientHeight < stage.scrollHeight - 2) stage.scrollTop += .8 * stage.clientHeight;
    else if (kind === "panel") step?.by(1);
    else if (at < slides.length - 1) return show(at + 1);
    else beyond();
    mark();
  }

  function backward() {
    if (stage.scrollTop > 2) stage.scrollTop -= .8 * stage.clientHeight;
    else if (kind === "panel") step?.by(-1);
    else if (at > 0) return show(at - 1, -1);
    mark();
  }

  // After the last slide the link to the next page is turned to, and then followed.
  function beyond() {
    const next = scaled.querySelector("a.next");
    if (!next || !drawn(next)) return;
    if (document.activeElement === next) next.click();
    else next.focus();
  }

  function leave() {
    const plain = new URL(location);
    plain.searchParams.delete("projector");
    plain.hash = plain.hash.replace(/\/\d+$/, "");
    location.assign(plain);
  }

  // ---- A panel alone, and what a step is in it

  function steps(form) {
    const settings = ["temperature", "top_k", "top_p", "seed"];
    const positions = () => [...new Set([...form.querySelectorAll("[data-act=position]")].filter(drawn).map(({ dataset }) => dataset.value))]
      .filter((value) => /^\d+$/.test(value)).sort((one, other) => one - other);
    const position = () => {
      const all = positions();
      const chosen = form.elements.position?.value ?? form.querySelector("[data-act=position]:is([aria-selected=true], [aria-pressed=true], .selected), .selected [data-act=position]")?.dataset.value;
      const now = all.indexOf(chosen);
      return [now < 0 ? all.length - 1 : now, all];
    };
    const range = () => [...form.querySelectorAll(":scope > .live-settings input[type=range]")].find(({ name, disabled }) => !settings.includes(name) && !disabled);
    const ask = (act, value = "1") => act && htmx.trigger(form, "act", { act, value });

    // After the last comes the first again.
    const around = (now, all) => (now + all) % all;
    const move = (to) => {
      const { min, max, value } = range();
      range().value = Math.max(min, Math.min(max, to(Number(value), Number(min), Number(max))));
      if (range().value !== value) range().dispatchEvent(new Event("input", { bubbles: true }));
    };
    const slide = (way) => {
      const { min, max, step } = range();
      const whole = step === "1";
      const far = Math.max(step, Number(((max - min) / 60).toPrecision(1)));
      move((value) => whole && far <= 1 ? Number(min) + around(value - min + way, max - min + 1) : value + way * far);
    };

    if (positions().length > 1) {
      return {
        by(way) { const [now, all] = position(); ask("position", all[around(now + way, all.length)]); },
        end(way) { const [, all] = position(); ask("position", all.at(way < 0 ? 0 : -1)); },
        count() { const [now, all] = position(); return [now + 1, all.length]; },
        other: range() && slide,
      };
    }
    if (range()) {
      return {
        by: slide,
        end(way) { move((_, min, max) => way < 0 ? min : max); },
        count() {
          const { min, max, step, value } = range();
          return step === "1" ? [value - min + 1, max - min + 1] : [range().nextElementSibling.textContent, 0];
        },
      };
    }
    if (form.querySelector(":scope > .live-prompt, [data-act=grow], [data-act=add]")) {
      const written = () => form.elements.written?.value.split(".").length ?? 0;
      return {
        by(way) { ask(way > 0 ? "add" : written() && "back"); },
        end(way) { ask(way < 0 && written() && "restart"); },
        count() { return ["+" + written(), 0]; },
      };
    }
    return null;
  }

  // One step is answered before the next is asked for.
  function inTurn(form, made) {
    if (!made) return null;
    let asking = false;
    const waiting = [];
    const go = () => { if (!asking) waiting.shift()?.(); };
    form.addEventListener("htmx:beforeRequest", () => { asking = true; });
    form.addEventListener("htmx:afterRequest", () => { asking = false; setTimeout(go); });
    const turn = (act) => (way) => { waiting.push(() => { act(way); go(); }); go(); };
    return { by: turn(made.by), end: turn(made.end), count: made.count, other: made.other && turn(made.other) };
  }

  // ---- Keys, the clicker, fingers

  const TURNS = {
    PageDown: forward, ArrowRight: forward, ArrowDown: forward, " ": forward,
    PageUp: backward, ArrowLeft: backward, ArrowUp: backward, Backspace: backward,
    Home: () => kind === "panel" ? step?.end(-1) : show(0), End: () => kind === "panel" ? step?.end(1) : show(slides.length - 1),
    Escape: leave, b: blank, B: blank, ".": blank,
  };
  const CLICKER = ["PageDown", "PageUp"]; // has no field to type in

  function blank() { root.toggleAttribute("data-blank"); }

  // The keys that belong to what has the focus.
  function owns(target, key) {
    if (CLICKER.includes(key)) return false;
    if (target.matches("textarea, select, [contenteditable], input:not([type=range], [type=radio], [type=checkbox], [type=button], [type=submit])")) return true;
    if (key === " ") return target.matches("button, summary, a[href], input");
    const along = key.startsWith("Arrow") || key === "Home" || key === "End";
    if (along && target.closest("input, [role=listbox], [role=slider], [role=radiogroup], [role=grid], [role=tablist]")) return true;
    return /Arrow(Left|Right)/.test(key) && target !== stage && target !== document.body && target.scrollWidth > target.clientWidth + 1 && getComputedStyle(target).overflowX !== "visible";
  }

  // To the left and to the right the lab and a panel go by tokens and positions, up and down a panel by its first slider.
  const WAYS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 };

  function turned(key, event) {
    const way = WAYS[key], across = key === "ArrowRight" || key === "ArrowLeft";
    if (kind === "lab" && across) return document.getElementById(way > 0 ? "add" : "back")?.click();
    if (kind === "panel" && across && step) return step.by(way);
    if (kind === "panel" && way && step?.other) return step.other(way);
    (key === " " && event.shiftKey ? backward : TURNS[key])();
  }

  function onKey(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || !(target instanceof Element)) return;
    if (root.hasAttribute("data-blank")) { event.preventDefault(); event.stopImmediatePropagation(); return blank(); }
    if (key === "Escape" && target.matches("input, textarea, select")) { event.stopImmediatePropagation(); return target.blur(); }
    if (owns(target, key)) return;
    if (TURNS[key]) event.preventDefault();
    // A page has letters that lead elsewhere: to the search, to the next page.
    if (TURNS[key] || key.length === 1) event.stopImmediatePropagation();
    if (TURNS[key]) turned(key, event);
  }

  function onTouch() {
    let begun = null;
    stage.addEventListener("touchstart", ({ touches, target }) => {
      const held = target.closest("input, textarea, select, .sideways, .highlight, [role=slider]");
      begun = touches.length === 1 && !held ? touches[0] : null;
    }, { passive: true });
    stage.addEventListener("touchend", ({ changedTouches: [ended] }) => {
      if (!begun) return;
      const across = ended.clientX - begun.clientX, down = ended.clientY - begun.clientY;
      if (Math.abs(across) > SWIPE && Math.abs(across) > 2 * Math.abs(down)) (across < 0 ? forward : backward)();
    }, { passive: true });
  }

  // What is offered to the hand is seen while the hand moves.
  let asleep = 0;
  function wake() {
    root.setAttribute("data-awake", "");
    clearTimeout(asleep);
    asleep = setTimeout(() => root.removeAttribute("data-awake"), AWAKE);
  }

  // Within the course of slides a link leads to slides.
  function follow(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || link.hasAttribute("download")) return;
    const to = new URL(link.href, location);
    if (!to.href.startsWith(SITE) || !/^(?:(?:fr|en|panels)\/|labo?$)/.test(to.href.slice(SITE.length).split(/[?#]/)[0])) return;
    if (link.matches("[data-other]")) { to.search = location.search; to.hash = location.hash; }
    if (to.pathname === location.pathname && to.hash && !link.matches("[data-other]")) {
      event.preventDefault();
      history.replaceState(history.state, "", to.hash);
      return show(asked());
    }
    to.searchParams.set("projector", "1");
    link.href = to;
  }

  function listen() {
    addEventListener("keydown", onKey, true);
    addEventListener("click", follow);
    addEventListener("mousemove", wake, { passive: true });
    addEventListener("click", (event) => {
      if (!root.hasAttribute("data-blank")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      blank();
    }, true);
    addEventListener("hashchange", () => { if (kind !== "panel") show(asked()); });
    stage.addEventListener("scroll", mark, { passive: true });
    const GO = { next: forward, previous: backward, leave };
    nav.addEventListener("click", ({ target }) => GO[target.closest("[data-go]")?.dataset.go]?.());
    onTouch();
    // A drawing that has grown is made smaller; one that has shrunk stays as it is, so as not to jump.
    const grown = () => requestAnimationFrame(() => { if (tall() || wide()) fit(); else mark(); });
    new ResizeObserver(grown).observe(scaled);
    if (kind === "lab") new MutationObserver(grown).observe(scaled, { childList: true, subtree: true });
    document.addEventListener("toggle", () => fit(), true);
    document.addEventListener("htmx:afterSwap", () => { if (kind === "panel") tell(); });
    document.addEventListener("input", () => { if (kind === "panel") tell(); });
    let size = [innerWidth, innerHeight];
    addEventListener("resize", () => {
      const typing = document.activeElement?.matches("textarea, input:not([type=range])") && size[0] === innerWidth;
      if (typing) return; // it is the keyboard of a phone that came
      size = [innerWidth, innerHeight];
      const first = slides[at].units[0];
      if (kind === "page") slides = divided(scaled);
      const again = slides.findIndex(({ units }) => units.includes(first));
      show(again < 0 ? at : again);
    });
  }

  // ---- The beginning

  function begin(what, place, content) {
    [kind, stage, scaled] = [what, place, content];
    nav = document.querySelector("nav.slides");
    count = nav.querySelector(".slides-count");
    stage.setAttribute("data-stage", "");
    scaled.setAttribute("data-scaled", "");
    root.dataset.slides = "shown";
    root.dataset.what = kind;
    nav.hidden = false;
    const head = (number) => ({ kind: kind === "lab" ? "step" : "panel", head: null, id: kind === "lab" ? "step-" + number : "", part: 1 });
    if (kind === "page") slides = divided(scaled);
    else if (kind === "panel") slides = [{ ...head(1), units: [content] }];
    else slides = [...scaled.querySelectorAll(":scope > .step")].map((each, number) => ({ ...head(number + 1), units: [each] }));
    show(asked());
    if (kind === "panel") {
      step = inTurn(content, steps(content));
      tell();
    }
    listen();
  }

  function lab() {
    const way = document.getElementById("way"), bar = document.getElementById("bar");
    if (!bar || way?.querySelectorAll(":scope > .step").length !== LAB_STEPS) return false;
    new ResizeObserver(() => root.style.setProperty("--bar", bar.getBoundingClientRect().height + "px")).observe(bar);
    begin("lab", way.parentElement, way);
    return true;
  }

  addEventListener("load", () => document.fonts.ready.then(() => {
    const article = document.querySelector("article.md-content__inner");
    const form = document.querySelector("body.alone form.live");
    if (article) begin("page", article.parentElement, article);
    else if (form) begin("panel", form.parentElement, form);
    else if (!lab()) new MutationObserver((_, seen) => { if (lab()) seen.disconnect(); }).observe(document.body, { childList: true, subtree: true });
  }));
})();
