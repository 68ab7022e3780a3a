"""What a panel opens on, where the example of all panels would show little: an address of its own.

They are found in what the model does, when the pages are recorded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from engine.engine import Engine
from panels.screen.acts import ANSWER_TOKENS, write
from panels.screen.example import first_state
from panels.screen.state import MODEL, State, from_query, written_out
from panels.screen.view import View, look
from panels.screen.words import SITE, words_of

Opening = Mapping[str, str]


def found(engine: Engine, language: str) -> dict[str, Opening]:
    """The openings of a language, by the panel's name: what the panel's address would hold."""
    return {"continues": _gone_on(engine, words_of(language).list("continues.questions")[0])}


def view_of(engine: Engine, language: str, opening: Opening) -> View:
    """The screen of an opening; of an empty one, the example's."""
    asked = {"prompt": first_state(language).prompt, **opening}
    return look(engine, from_query(asked, engine.model.tokenizer.size)[0])


@cache
def openings(language: str) -> dict[str, Opening]:
    """What was found when the pages were recorded; a panel without one opens on the example."""
    path = SITE / "recorded" / f"pages.{language}.json"
    recorded: dict[str, Opening] = json.loads(path.read_text("utf-8"))["openings"]
    return recorded


def opened(panel: str, language: str, query: Mapping[str, str]) -> dict[str, str]:
    """An address with all that it leaves open: without a prompt, it asks for what is opened on.

    What another model than ours would have written is not known beforehand.
    """
    if "prompt" in query:
        return dict(query)
    opening = {"prompt": first_state(language).prompt, **openings(language).get(panel, {})}
    if query.get("model", MODEL) != MODEL:
        opening.pop("written", None)
    return {**opening, **query}


def _gone_on(engine: Engine, question: str) -> Opening:
    """A question, and the tokens with which the model goes on."""
    written = write(engine, State(prompt=question), ANSWER_TOKENS).written
    return {"prompt": question, "written": written_out(written)}
