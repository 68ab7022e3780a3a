"""An exercise drawn: its question and its form, and what is said of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from panels.exercises.answers import Given, Said
from panels.exercises.catalogue import EXERCISES, LEVELS, PAGES, on
from panels.exercises.desk import Task
from panels.exercises.numbers import Written, written
from panels.exercises.texts import texts_of
from panels.screen.drawing import draw_page_part, readable
from panels.screen.models import for_template
from panels.screen.state import MODEL, Note
from panels.screen.words import words_of

Asked = Mapping[str, Any]
"""What a question shows, as `search.asked` gives it."""


def exercise(
    name: str,
    language: str,
    asked: Asked,
    *,
    alone: bool = False,
    given: Given | None = None,
    model: str = MODEL,
    asking: str = MODEL,
    answered: str = "",
) -> str:
    """An exercise with its form: folded on a page, open where it is alone.

    `given` is what was typed, and `answered` what is said of it, where no script puts it there;
    `model` was asked for, and `asking` is the one that the question is about.
    """
    return draw_page_part(
        "exercise.html",
        language,
        {
            **question(name, language, asked),
            "alone": alone,
            "given": given or {},
            "model": "" if model == MODEL else model,
            "asking": asking,
            "answered": Markup(answered),
        },
    )


def question(name: str, language: str, asked: Asked) -> dict[str, Any]:
    """What the templates show of a question."""
    texts, one, values = texts_of(language), EXERCISES[name], asked["values"]
    form = dict(asked["form"])
    if "options" in form:
        form["options"] = [_option(name, language, each, values) for each in form["options"]]
    return {
        "name": name,
        "page": one.page,
        "level": one.level,
        "predict": one.predict,
        "title": texts.found(name, "title"),
        "question": texts.said(name, "question", values),
        "hints": texts.hints(name, values),
        "explain": texts.said(name, "explain", values) if one.predict else "",
        "form": form,
        "shown": _table(asked["shown"], language),
    }


def answer(
    name: str, language: str, said: Said, task: Task | None, model: str, notes: Sequence[Note]
) -> str:
    """What is said of an answer; the measure and the solution where it is over."""
    texts = texts_of(language)
    values = {**(task.values if task else {}), **said.values}
    own = said.key.startswith(".")
    sentence = texts.said(name, said.key[1:], values) if own else _of_all(language, said)
    over = task is not None and (said.over or said.verdict == "right")
    return draw_page_part(
        "answer.html",
        language,
        {
            "verdict": said.verdict,
            "sentence": readable(sentence),
            "model": model,
            "notes": for_template(notes),
            "over": over,
            **(solution(name, language, task) if over and task else {}),
        },
    )


def solution(name: str, language: str, task: Task) -> dict[str, Any]:
    """The worked solution, what was measured, and the panel that shows it."""
    texts = texts_of(language)
    known = task.answer.right is not None
    values = {**task.values, **task.solved}
    panel, query = task.see or ("", {})
    return {
        "solution": texts.said(name, "solution", values) if known else "",
        "measured": _table(task.measured.drawn if task.measured else None, language),
        "panel": panel,
        "query": query,
    }


def right(name: str, language: str, task: Task) -> list[dict[str, Any]]:
    """The right answer, for the key: a text, or the options in their order."""
    key = task.answer.key
    if isinstance(key, list) and key[0] in ("option", "options"):
        return [_option(name, language, each, task.values) for each in key[1:]]
    if isinstance(key, list) and key[0] == "texts":
        return [{"token": None, "said": text} for text in key[1:]]
    return [{"token": None, "said": written(words_of(language), key)}]


def traps(name: str, language: str, task: Task) -> list[dict[str, Any]]:
    """The wrong numbers that a misconception gives, and what is said of each."""
    texts, found = texts_of(language), getattr(task.answer, "traps", {})
    share = getattr(task.answer, "share", False)
    told = []
    for trap, value in found.items():
        if abs(value - task.answer.value) > task.answer.tolerance:  # type: ignore[attr-defined]
            kind: Written = ["percent", value] if share and value <= 1 else ["number", value, 2]
            said = texts.said(name, f"traps.{trap}", task.values)
            told.append({"value": written(words_of(language), kind), "said": said})
    return told


def all_of_them(language: str, asked: Mapping[str, Asked], titles: Mapping[str, str]) -> str:
    """Every exercise, by level, and a list of them by page; `titles` are those of the pages."""
    drawn = {name: Markup(exercise(name, language, asked[name])) for name in EXERCISES}
    called = {name: texts_of(language).found(name, "title") for name in EXERCISES}
    return draw_page_part(
        "exercises.html",
        language,
        {
            "levels": [
                (level, [drawn[name] for name, each in EXERCISES.items() if each.level == level])
                for level in LEVELS
            ],
            "pages": [
                (page, titles[page], [(name, called[name]) for name in on(page)]) for page in PAGES
            ],
            "count": len(EXERCISES),
        },
    )  # fmt: skip


def some(page: str, names: Sequence[str], language: str, asked: Mapping[str, Asked]) -> str:
    """The exercises at the end of a page, and where its sheet and its key are."""
    drawn = [Markup(exercise(name, language, asked[name])) for name in names]
    return draw_page_part("exercises_of.html", language, {"page": page, "drawn": drawn})


def _of_all(language: str, said: Said) -> str:
    return texts_of(language).filled(words_of(language)(said.key), said.values)


def _option(
    name: str, language: str, option: Mapping[str, Any], values: Mapping[str, Written]
) -> dict[str, Any]:
    """An option with its label: `said`, or a token to be drawn."""
    if option["token"]:
        return {"value": option["value"], "token": option["token"], "said": ""}
    texts = texts_of(language)
    if option["text"]:
        said = _named(language, option)
    else:
        said = texts.said(name, f"options.{option['value']}", {**values, **option["values"]})
    return {"value": option["value"], "token": None, "said": said}


def _named(language: str, cell: Mapping[str, Any]) -> str:
    """A head or a feed-forward by its name, a text as it is."""
    words, values = words_of(language), cell["values"]
    if cell["text"] == "head":
        return words("exercises.head", **values)
    if cell["text"] == "feed_forward":
        return words("exercises.feed_forward", block=values["block"])
    return str(values["prompt"])


def _table(table: Mapping[str, Any] | None, language: str) -> dict[str, Any] | None:
    if table is None:
        return None
    rows = [[_cell(cell, language) for cell in row] for row in table["rows"]]
    return {"head": table["head"], "rows": rows}


def _cell(cell: Any, language: str) -> dict[str, Any]:
    """A cell as it is drawn: a token, or what is said, to the right where it is a number."""
    words = words_of(language)
    if not isinstance(cell, dict):
        return {"token": None, "said": written(words, cell), "number": not isinstance(cell, str)}
    if "position" in cell:
        said = f"{words.integer(cell['position'])} · {cell['token']}"
        return {"token": None, "said": said, "number": False}
    if "words" in cell:
        return {"token": None, "said": words(cell["words"]), "number": False}
    if "text" in cell:
        return {"token": None, "said": _named(language, cell), "number": False}
    return {"token": cell["token"], "said": "", "number": False}
