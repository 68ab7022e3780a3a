"""`python -m benchmarks.pages`: a page in Chromium: its weight, its first text, a panel redrawn.

A panel is live when its script is there; on the slow line each answer also waits 60 ms.
"""

from __future__ import annotations

from statistics import median

from playwright.sync_api import Browser, Page, Request, sync_playwright

from benchmarks.running import Line, app, show
from tests.browser.finding import ARGUMENTS, find_browser

TIMES, SLOW_TIMES = 9, 3
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

PAINTED = """() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime"""
LIVE = """() => performance.getEntriesByName(
  [...document.scripts].find((each) => each.src.includes("/js/live.js")).src
)[0].responseEnd"""
SLOW = {
    "offline": False,
    "latency": 60,
    "downloadThroughput": 10e6 / 8,
    "uploadThroughput": 10e6 / 8,
}
DRAWN = """(() => {
  const ask = () => {
    const panel = document.querySelector(".drawing .panel");
    const painted = performance.getEntriesByName("first-contentful-paint").length;
    if (painted && panel?.getBoundingClientRect().height) window.drawn = performance.now();
    else requestAnimationFrame(ask);
  };
  requestAnimationFrame(ask);
})()"""


def lines() -> list[Line]:
    """A page with one panel, and the lab: on loopback, and on a slow line; panels redrawn."""
    with app() as running, sync_playwright() as playwright:
        running.wait(lambda health: health["model"] is True)
        browser = playwright.chromium.launch(
            executable_path=find_browser(playwright.chromium.executable_path), args=list(ARGUMENTS)
        )
        found = [*opened(browser, running.address), *opened(browser, running.address, slow=True)]
        for name, address in MOVED.items():
            page = browser.new_page()
            page.goto(running.address + address, wait_until="networkidle")
            page.evaluate(REDRAWN, [name, "Once upon"])
            taken = [
                float(page.evaluate(REDRAWN, [name, f"Once upon a time, number {n}"]))
                for n in range(TIMES)
            ]
            found.append(Line(f"a prompt typed → redrawn: {name}", "", median(taken), aim=100))
            page.close()
        browser.close()
    return found


def opened(browser: Browser, address: str, slow: bool = False) -> list[Line]:
    """Weight, first text and recorded drawing of a page, when its panel is live; the lab too."""
    seen: list[tuple[float, ...]] = []
    for _ in range(SLOW_TIMES if slow else TIMES):
        context = browser.new_context()
        context.add_init_script(DRAWN)
        page, lab = context.new_page(), context.new_page()
        if slow:
            for each in (page, lab):
                session = context.new_cdp_session(each)
                session.send("Network.emulateNetworkConditions", SLOW)
        weight = _weighed(page, address + PANEL)
        told = [_told(page, each) for each in (PAINTED, "() => window.drawn", LIVE)]
        lab_weight = _weighed(lab, address + "/lab")
        seen.append((weight, *told, lab_weight, _told(lab, PAINTED)))
        context.close()
    weight, text, drawn, live, lab_weight, lab_text = map(median, zip(*seen, strict=True))
    on = "10 Mbit/s, 60 ms" if slow else "loopback"
    timed = [
        Line(f"a page, {on}: first text", "", text),
        Line(f"a page, {on}: recorded drawing", "", drawn, aim=None if slow else 1000),
        Line(f"a page, {on}: live", "", live),
        Line(f"the lab, {on}: first text", "", lab_text),
    ]
    if slow:
        return timed
    return [
        Line("a page with one panel, on the wire", "", weight / 1000, unit="kB", aim=400),
        Line("the lab, on the wire", "", lab_weight / 1000, unit="kB"),
        *timed,
    ]


def _told(page: Page, asked: str) -> float:
    """The number that the page tells, once it knows it."""
    return float(page.wait_for_function(asked).json_value())


def _weighed(page: Page, address: str) -> int:
    sizes: list[int] = []

    def on_finished(request: Request) -> None:
        sizes.append(request.sizes()["responseBodySize"])

    page.on("requestfinished", on_finished)
    page.goto(address, wait_until="networkidle")
    return sum(sizes)


if __name__ == "__main__":
    show(lines())
