"""One step of the lab, timed inside the browser: from the click on "add" to the last change."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

STEP = """written => new Promise((resolve, reject) => {
  const QUIET = 250, PATIENCE = 30000;
  const start = performance.now();
  let text = null, last = start;
  const done = () => document.querySelector("#panel-text [data-written]")?.dataset.written;
  const observer = new MutationObserver(() => {
    last = performance.now();
    if (text === null && done() === String(written)) text = last;
  });
  observer.observe(document.body, {
    subtree: true, childList: true, attributes: true, characterData: true,
  });
  document.querySelector("button#add, #add button").click();
  const look = () => {
    const now = performance.now();
    if (now - start > PATIENCE) {
      observer.disconnect();
      reject(new Error(`step ${written} did not arrive`));
    } else if (text !== null && now - last > QUIET) {
      observer.disconnect();
      resolve([text - start, last - start]);
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""


@dataclass(frozen=True)
class Timing:
    """Milliseconds from the click until the text had grown, and until nothing changed any more."""

    text: float
    everything: float


def add(page: Page, step: int) -> Timing:
    """Click "add", and wait until `step` tokens are written and the page has been still a while."""
    text, everything = page.evaluate(STEP, step)
    return Timing(text, everything)
