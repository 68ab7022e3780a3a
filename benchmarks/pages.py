"""`python -m benchmarks.pages`: a page in Chromium: its weight, its first text, a panel redrawn."""

from __future__ import annotations

from statistics import median

from playwright.sync_api import Page, Request, sync_playwright

from benchmarks.running import app, show
from tests.browser.finding import ARGUMENTS, find_browser

TIMES = 15
PANEL = "/en/logits/"
MOVED = {
    "next": "/en/",
    "attention": "/en/attention/",
    "rows": "/en/logits/",
    "choice": "/en/choosing/",
    "whole": "/en/whole-picture/",
}

# Milliseconds from a typed prompt to the drawing that answers it, measured inside the page.
REDRAWN = """([name, text]) => new Promise((done) => {
  const form = document.querySelector(`form[data-panel="${name}"]`);
  const area = form.elements.prompt;
  const started = performance.now();
  form.addEventListener("htmx:afterSwap", () => done(performance.now() - started), { once: true });
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
})"""

PAINTED = """() => performance.getEntriesByName("first-contentful-paint")[0].startTime"""
DRAWN = """(() => {
  const ask = () => {
    const panel = document.querySelector(".drawing .panel");
    const painted = performance.getEntriesByName("first-contentful-paint").length;
    if (painted && panel?.getBoundingClientRect().height) window.drawn = performance.now();
    else requestAnimationFrame(ask);
  };
  requestAnimationFrame(ask);
})()"""


def main() -> None:
    with app() as running, sync_playwright() as playwright:
        running.wait(lambda health: health["model"] is True)
        browser = playwright.chromium.launch(
            executable_path=find_browser(playwright.chromium.executable_path), args=list(ARGUMENTS)
        )
        text, drawn, weights = [], [], []
        for _ in range(TIMES):
            context = browser.new_context()
            context.add_init_script(DRAWN)
            page = context.new_page()
            weights.append(_weighed(page, running.address + PANEL))
            text.append(float(page.evaluate(PAINTED)))
            drawn.append(float(page.evaluate("window.drawn")))
            context.close()
        rows = [
            ("weight of a page with one panel", f"{median(weights) / 1000:.0f} kB"),
            ("navigation → first text", f"{median(text):.0f} ms"),
            ("navigation → recorded drawing, at the latest", f"{median(drawn):.0f} ms"),
        ]
        for name, address in MOVED.items():
            page = browser.new_page()
            page.goto(running.address + address, wait_until="networkidle")
            page.evaluate(REDRAWN, [name, "Once upon"])
            taken = [
                float(page.evaluate(REDRAWN, [name, f"Once upon a time, number {n}"]))
                for n in range(TIMES)
            ]
            rows.append((f"typed → redrawn, {name}", f"{median(taken):.0f} ms"))
            page.close()
        browser.close()
    show(f"Pages, medians of {TIMES}", rows)


def _weighed(page: Page, address: str) -> int:
    sizes: list[int] = []

    def on_finished(request: Request) -> None:
        sizes.append(request.sizes()["responseBodySize"])

    page.on("requestfinished", on_finished)
    page.goto(address, wait_until="networkidle")
    return sum(sizes)


if __name__ == "__main__":
    main()
