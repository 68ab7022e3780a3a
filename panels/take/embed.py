"""The page on which a teacher makes a panel ready for a page of their own, and copies it there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import segno
from markupsafe import Markup

from engine.shelf import Models
from panels.catalogue import CHOICE, PANELS
from panels.pages.openings import opened
from panels.pages.permitted import FOOT, THEMES, Permitted, controls_of, permitted
from panels.screen.controls import asked
from panels.screen.drawing import draw_page_part
from panels.screen.models import ANY_ID
from panels.screen.state import (
    ADDRESS_CHARACTERS,
    SEED_MOST,
    TEMPERATURE,
    TOP_K_MOST,
    TOP_P_LEAST,
    from_query,
    written_out,
)
from panels.screen.words import LANGUAGES, SITE, words_of
from panels.take.addresses import documented

FIRST = "choice"
"""The panel that the page opens on, when it was not asked for another."""

HEIGHT, LEAST_HEIGHT, MOST_HEIGHT = 560, 120, 4000

SCANNED = 900
"""Characters of an address up to which a camera still reads its code from a screen."""

WAYS = ("free", "locked", "hidden")
MAY = "may."
"""Before the name of a control: what of WAYS it is to be."""


def embed(models: Models, language: str, site: str, query: Mapping[str, str]) -> str | None:
    """The page in one language, at the address of this `site`; None for any other language.

    Its address holds what the panel's will: a panel links to it with its own.
    """
    if language not in LANGUAGES:
        return None
    words = words_of(language)
    name = query.get("panel", FIRST)
    name = name if name in PANELS else FIRST
    spoken = query.get("language", language)
    spoken = spoken if spoken in LANGUAGES else language
    panel = PANELS[name]
    given = opened(name, spoken, _typed(query))
    state, notes = from_query(given, ANY_ID)
    may = _may(name, query, models)
    own = {
        each.name: written_out(value)
        for each, value in zip(panel.controls, asked(panel.controls, given).values(), strict=True)
        if each.name in given
    }
    fits = state.fits_address
    address = f"{site}/panels/{spoken}/{name}?" + "&".join(
        filter(None, [state.to_query(), urlencode(own), urlencode(may.carried)])
    )
    fits = fits and len(address) <= ADDRESS_CHARACTERS + len(site)
    title = f"{words_of(spoken)(f'titles.{name}')} · {words_of(spoken)('site.title')}"
    height = _height(query.get("height", ""))
    return draw_page_part(
        "embed.html",
        language,
        {
            "other": next(each for each in LANGUAGES if each != language),
            "panels": list(PANELS),
            "panel": name,
            "reads": panel.reads,
            "controls": panel.controls,
            "names": controls_of(panel, models.names),
            "foot": FOOT,
            "languages": LANGUAGES,
            "spoken": spoken,
            "models": models.names if panel.any_model else (),
            "state": state,
            "choice": CHOICE,
            "values": asked(panel.controls, given),
            "carried": {key: given[key] for key in ("written", "position") if key in given},
            "temperature": TEMPERATURE,
            "top_k_most": TOP_K_MOST,
            "top_p_least": TOP_P_LEAST,
            "seed_most": SEED_MOST,
            "ways": WAYS,
            "may": may,
            "themes": THEMES,
            "height": height,
            "heights": (LEAST_HEIGHT, MOST_HEIGHT),
            "fits": fits,
            "address": address,
            "notes": notes,
            "snippets": _snippets(language, address, title, height, words("embed.open")),
            "code": _code(address) if fits else None,
            "documented": documented(words),
        },
    )


def _typed(query: Mapping[str, str]) -> dict[str, str]:
    """What the page's form sends, as a panel's address says it; a form ends lines in its way."""
    typed = dict(query)
    for name, none in (("top_k", "0"), ("top_p", "1")):
        if typed.get(name) == none:
            typed[name] = "none"
    return {key: value for key, value in typed.items() if value or key == "prompt"}


def _may(name: str, query: Mapping[str, str], models: Models) -> Permitted:
    """What the reader may change: what the form chose, or what the address of a panel said."""
    panel = PANELS[name]
    chosen = {key.removeprefix(MAY): way for key, way in query.items() if key.startswith(MAY)}
    if not chosen:
        return permitted(panel, query, models.names)
    said = {
        parameter: ".".join(each for each, way in chosen.items() if way == wanted)
        for parameter, wanted in (("lock", "locked"), ("hide", "hidden"))
    }
    return permitted(panel, {**said, "theme": query.get("theme", "")}, models.names)


def _height(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else HEIGHT
    return min(max(number, LEAST_HEIGHT), MOST_HEIGHT)


def _snippets(
    language: str, address: str, title: str, height: int, open_it: str
) -> list[dict[str, Any]]:
    """What is copied, by what it is for; a template writes them, which escapes the address."""
    about = {"address": address, "title": title, "height": height, "open": open_it}
    markdown = "".join("\\" + sign if sign in "[]\\" else sign for sign in title)
    script = (SITE / "assets" / "js" / "embed.js").read_text("utf-8")
    kinds = {
        "frame": draw_page_part("embed_frame.html", language, about),
        "moodle": draw_page_part("embed_moodle.html", language, about),
        "markdown": f"[{markdown}]({address})",
        "link": address,
        "script": draw_page_part("embed_script.html", language, {"script": Markup(script)}),
    }
    return [{"kind": kind, "text": text.strip()} for kind, text in kinds.items()]


def _code(address: str) -> Markup | None:
    """The QR code of an address as SVG; None of one that is too long for a camera."""
    if len(address) > SCANNED:
        return None
    code = segno.make_qr(address, error="l")
    return Markup(
        code.svg_inline(scale=4, border=4, dark="#1d1b16", light="#ffffff", omitsize=True)
    )
