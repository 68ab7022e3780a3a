"""Every panel under the eye: on one page, in high contrast, and with a ruler at four widths."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from panels.catalogue import PANELS
from panels.screen.words import LANGUAGES
from tests.browser.screen import PATIENCE, Screen

expect.set_options(timeout=PATIENCE)

WORDS_ONLY = {
    "continues", "cost", "duel", "growing", "sentence", "softmax", "text", "twenty_lines",
}  # fmt: skip
"""Panels that say all they say in words, lines and borders."""

ASKED = {"probabilities": "repeat=1000", "scores": "repeat=100", "choice": "seed=3"}
"""What some panels show more when it is asked for."""

GATHER = """async ([language, asked]) => {
  const main = document.querySelector("main");
  const names = Object.keys(asked);
  const texts = await Promise.all(names.map(async (name) =>
    (await fetch(`/panels/${language}/${name}?${asked[name]}`)).text()));
  main.replaceChildren(...texts.map((text) =>
    document.adoptNode(new DOMParser().parseFromString(text, "text/html")
      .querySelector("form.live"))));
  await document.fonts.ready;
}"""

UNSEEN = """(within) => {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const painted = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const ground = (e) => {
    for (let up = e.parentElement; up; up = up.parentElement) {
      const colour = painted(getComputedStyle(up).backgroundColor);
      if (colour[3] > 128) return colour;
    }
    return painted("Canvas");
  };
  const marks = ":is(span, td)[style], .key, :is(tr, li, p):is(.chosen, .came, .here, .first, "
    + ".last), [aria-selected=true], [aria-pressed=true], .track:not(:has(*)):not(:empty), "
    + "svg :is(rect, path, circle, polyline, line)";
  const told = {}, unseen = [];
  for (const e of within.split(", ").flatMap((w) => [...document.querySelectorAll(
    marks.split(", ").map((m) => `${w} ${m}`).join(", "))])) {
    const { width, height } = e.getBoundingClientRect();
    if (!(width || height) || !e.checkVisibility() || e.closest(".hidden, #plot")) continue;
    const name = e.closest("[data-panel]")?.dataset.panel ?? "lab";
    told[name] = (told[name] ?? 0) + 1;
    const style = getComputedStyle(e), behind = ground(e);
    const differs = (colour) => {
      const mine = painted(colour);
      return mine[3] > 0 && mine.some((part, i) => i < 3 && Math.abs(part - behind[i]) > 8);
    };
    const edged = (side) => parseFloat(style[`${side}Width`]) > 0 && differs(style[`${side}Color`])
      && style[`${side}Style`] !== "none";
    const seen = e instanceof SVGElement
      ? differs(style.fill) || (style.stroke !== "none" && differs(style.stroke))
      : differs(style.backgroundColor) || style.backgroundImage !== "none"
        || style.boxShadow !== "none" || getComputedStyle(e, "::after").content !== "none"
        || ["borderTop", "borderRight", "borderBottom", "borderLeft", "outline"].some(edged);
    if (!seen) unseen.push(`${name}: ${e.outerHTML.slice(0, 120)}`);
  }
  return { told, unseen };
}"""

RULER = """() => {
  const wide = document.documentElement.clientWidth, faults = [];
  if (document.documentElement.scrollWidth > wide) faults.push("the page scrolls sideways");
  const inks = (e) => {
    const found = [], walk = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const by = node.parentElement;
      if (!node.data.trim() || by.closest(".hidden, title") || !by.checkVisibility()) continue;
      if (by.closest("table.scale thead, table.rows thead")
        && getComputedStyle(by.closest("thead")).clipPath !== "none") continue;
      const range = document.createRange();
      range.setStart(node, node.data.search(/\\S/));
      range.setEnd(node, node.data.trimEnd().length);
      for (const box of range.getClientRects()) if (box.width > 1) found.push({ node, by, box });
    }
    return found;
  };
  for (const drawing of document.querySelectorAll(".drawing")) {
    const name = drawing.closest("form").dataset.panel;
    const column = drawing.getBoundingClientRect();
    const say = (what, { by }) =>
      faults.push(`${name}: ${what}: ${by.outerHTML.slice(0, 90)}`);
    const frame = (e) => e.closest(".sideways, .map-frame, .glance-frame, .strip, svg");
    const found = inks(drawing);
    for (const ink of found) {
      if (frame(ink.by)) continue;
      const hangs = getComputedStyle(ink.by).whiteSpace === "pre-wrap" ? 8 : 1;
      if (ink.box.left < column.left - 1 || ink.box.right > column.right + hangs)
        say("outside the column", ink);
    }
    found.forEach((one, i) => found.slice(i + 1).forEach((two) => {
      if (one.node === two.node || two.by.closest(".slice")) return;
      const across = Math.min(one.box.right, two.box.right) - Math.max(one.box.left, two.box.left);
      const down = Math.min(one.box.bottom, two.box.bottom) - Math.max(one.box.top, two.box.top);
      if (across > 2 && down > 0.4 * Math.min(one.box.height, two.box.height))
        say("text over text", two);
    }));
    const lines = "tr > :first-child:not(.n), p, h3, dt, caption, .board-name, ul.options .name";
    const own = ".card, .part, .note, .map, .glance, .said, .matrix, .habit, .sides";
    for (const line of drawing.querySelectorAll(lines)) {
      if (line.closest(own)) continue;
      const first = inks(line)[0];
      if (!first) continue;
      const edge = (first.by.closest(".chip, .cut, .shape, .secondary, .entry, .loop, .place")
        ?? { getBoundingClientRect: () => first.box }).getBoundingClientRect();
      const off = edge.left - column.left;
      if (Math.abs(off) > 0.6 && Math.abs(off) <= 12) say(`off the line by ${off}`, first);
    }
  }
  return faults;
}"""


def gather(page: Page, language: str) -> None:
    """All panels below one another, each as it opens at its address."""
    page.goto(f"/panels/{language}/scale")
    page.evaluate(GATHER, [language, {name: ASKED.get(name, "") for name in PANELS}])
    expect(page.locator("form.live")).to_have_count(len(PANELS))


def unseen(page: Page, within: str) -> dict[str, Any]:
    """The marks that carry a value or a choice by their colour, and those one cannot see."""
    found: dict[str, Any] = page.evaluate(UNSEEN, within)
    return found


def test_high_contrast_hides_nothing_in_a_panel(page: Page) -> None:
    gather(page, "en")
    for scheme in ("light", "dark"):
        page.emulate_media(forced_colors="active", color_scheme=scheme)
        found = unseen(page, ".drawing")
        assert found["unseen"] == [], scheme
        assert set(PANELS) - set(found["told"]) == WORDS_ONLY
        for button in page.locator("button.primary").all():  # its word has no plate on its ground
            expect(button).to_have_css("forced-color-adjust", "none")


def test_high_contrast_hides_nothing_in_the_lab(page: Page) -> None:
    page.emulate_media(forced_colors="active", color_scheme="dark")
    Screen(page, "en").open()
    found = unseen(page, "#way, #bar")
    assert found["unseen"] == []
    assert found["told"]["lab"] > 30
    chosen = page.locator("#strategy label:has(input:checked)")
    other = page.locator("#strategy label:has(input:not(:checked))")
    ground = "e => getComputedStyle(e).backgroundColor"
    assert chosen.evaluate(ground) != other.evaluate(ground)
    for bar in page.locator("#plot .barlayer path").all():
        expect(bar).to_have_css("stroke", page.evaluate("getComputedStyle(document.body).color"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_panel_stands_in_its_column(page: Page, language: str) -> None:
    gather(page, language)
    for width in (1440, 768, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(RULER) == [], width
