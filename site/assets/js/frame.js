// A panel or an exercise in somebody else's page tells that page how high it is, each time that changes. Where a sandbox
// lets no form be sent, what would send a panel's asks for the drawing all the same.
(() => {
  // Alone, it follows the reader's system, or `?theme=` of its address.
  const asked = new URLSearchParams(location.search).get("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dress = () => document.documentElement.classList.toggle("dark", asked ? asked === "dark" : system.matches);
  system.addEventListener("change", dress);
  dress();

  const form = document.querySelector("form.live");
  const ask = (event) => {
    event.preventDefault();
    htmx.trigger(form, "act", {});
  };
  if (form && self.origin === "null") {
    form.addEventListener("click", (event) => { if (event.target.closest("button[type=submit]:not([data-act])")) ask(event); });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches("textarea, input")) return;
      event.stopImmediatePropagation();
      ask(event);
    }, true);
  }
  if (parent === self) return;
  const whole = document.querySelector("main");
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(whole.getBoundingClientRect().height + 2);
    if (height === told) return;
    told = height;
    parent.postMessage({ openBookHeight: height }, "*"); // a height is no secret
  }).observe(whole);
})();
