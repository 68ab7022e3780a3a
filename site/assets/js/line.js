// How long the line before the model is, said when an answer takes more than a moment.
(() => {
  const MOMENT = 1000;
  const LINE = new URL("../../line", document.currentScript.src);
  const say = new Intl.NumberFormat(document.documentElement.lang || "en");

  // Says in `place`, from a moment from now, how many wait; until what is returned is called.
  window.waitInLine = (place) => {
    let asking = setTimeout(ask, MOMENT);

    async function ask() {
      try {
        const { waiting, seconds } = await (await fetch(LINE)).json();
        if (asking && waiting) {
          const blanks = { waiting: say.format(waiting), seconds: say.format(Math.max(1, Math.ceil(seconds))) };
          place.textContent = place.dataset.said.replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
          place.hidden = false;
        }
      } catch { /* the server sleeps, which is said elsewhere */ }
      if (asking) asking = setTimeout(ask, MOMENT);
    }

    return () => {
      clearTimeout(asking);
      asking = null;
      place.hidden = true;
    };
  };
})();
