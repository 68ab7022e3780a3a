"""The lab: every panel on one Gradio screen, `/labo` in French and `/lab` in English.

Gradio places (`layout.py`) and wires (`events.py`); what an event draws is decided in `drawn.py`
and drawn by the templates in `site/panels`. The page keeps the whole state of its screen
(`memory`); the server keeps none.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from panels.lab.events import Lab
from panels.lab.layout import PAGES
from panels.screen.words import LANGUAGES

HEAD = (
    '<link rel="icon" href="data:,">'
    '<link rel="stylesheet" href="/dress/fonts/fonts.css">'
    '<link rel="stylesheet" href="/dress/css/colours.css">'
    '<link rel="stylesheet" href="/dress/css/panels.css">'
    '<link rel="stylesheet" href="/dress/css/machine.css">'
    '<link rel="stylesheet" href="/dress/css/lab.css">'
    '<link rel="stylesheet" href="/dress/css/take.css">'
    '<script src="/dress/js/theme.js" data-only="kept"></script>'
    '<script src="/dress/js/line.js"></script>'
    '<script src="/dress/js/tell.js"></script>'
    '<script src="/dress/js/lab.js"></script>'
    '<script src="/dress/js/take.js"></script>'
)

LAUNCH: dict[str, Any] = {"theme": gr.themes.Base(), "head": HEAD}


def blocks() -> gr.Blocks:
    """One Gradio application with a page in each language."""
    demo: gr.Blocks
    with gr.Blocks(title="GPT à livre ouvert · GPT, an Open Book") as demo:
        gr.Navbar(visible=False)  # type: ignore[attr-defined]
    for language in LANGUAGES:
        name, path = PAGES[language]
        with demo.route(name, path, show_in_navbar=False):
            gr.Navbar(visible=False)  # type: ignore[attr-defined]
            Lab(language, demo)
    return demo
