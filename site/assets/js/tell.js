// One message an act, for who listens to the page: of what the screen tells, what it did not tell before.
(() => {
  const PAUSE = 500; // what follows at once, a slider's way or a word being typed, is told as one
  const place = document.createElement("p");
  place.id = "told";
  place.setAttribute("role", "status");
  if (document.body) document.body.append(place);
  else document.addEventListener("DOMContentLoaded", () => document.body.append(place));

  // A sentence is new by its text; what is said again and again while something is awaited, once.
  function sentences(elements) {
    return [...elements].map((element) => {
      const text = element.textContent.trim().replace(/[ \n\t]+/g, " ");
      const again = element.closest("[data-again]");
      return { text, sign: again ? "again " + again.dataset.again : text, rest: "rest" in element.dataset };
    });
  }

  // `look` finds what is told now, `busy` says that more of it is on its way. What is returned is
  // called when the screen was drawn anew: `aloud`, or only to know it.
  window.teller = (look, busy) => {
    let known = sentences(look());
    let soon = 0, wanted = false;
    function tell() {
      if (busy()) return wait();
      const now = sentences(look());
      const before = new Set(known.map(({ sign }) => sign));
      const fresh = now.filter(({ sign, rest }) => !before.has(sign) && !(rest && !known.length));
      known = now;
      if (wanted && fresh.length) place.textContent = fresh.map(({ text }) => text).join(" ");
      wanted = false;
    }
    function wait() {
      clearTimeout(soon);
      soon = setTimeout(tell, PAUSE);
    }
    return (aloud) => {
      wanted ||= aloud;
      wait();
    };
  };
})();
