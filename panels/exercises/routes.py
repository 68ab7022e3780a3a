"""Exercises over the web: one alone, what is said of an answer, a page's sheet and its key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from markupsafe import Markup

from engine.shelf import Models
from engine.turns import turns
from gpt import CheckpointError
from panels.exercises.answers import Given, Said
from panels.exercises.catalogue import EXERCISES, PAGES, on
from panels.exercises.desk import Desk, Task
from panels.exercises.drawing import answer, exercise, question, right, solution, traps
from panels.exercises.search import asked, computed, recorded
from panels.exercises.titles import titles
from panels.screen.drawing import draw_page_part
from panels.screen.models import answerable, for_template
from panels.screen.state import MODEL, Note, from_query
from panels.screen.words import LANGUAGES


@turns.at_work()
def page(models: Models, language: str, name: str, query: Mapping[str, str]) -> str | None:
    """An exercise as a light complete page; with an answer in the address, what is said of it.

    None when there is no exercise, or no language, of that name. Without a model the question that
    was recorded is asked.
    """
    if language not in LANGUAGES or name not in EXERCISES:
        return None
    task, model, notes = _task(models, language, name, query)
    shown = asked(task) if task else recorded(language)["asked"][name]
    told = ""
    if "check" in query or "show" in query:
        said = _judged(task, model, query)
        told = answer(name, language, said, task, model, notes)
    drawn = exercise(
        name, language, shown, alone=True, given=query, model=query.get("model", MODEL),
        asking=model, answered=told,
    )  # fmt: skip
    return draw_page_part(
        "exercise_alone.html",
        language,
        {"drawn": Markup(drawn), "title": question(name, language, shown)["title"]},
    )


@turns.at_work()
def answered(models: Models, language: str, name: str, query: Mapping[str, str]) -> str | None:
    """What is said of an answer, for the page that asked; None as with `page`."""
    if language not in LANGUAGES or name not in EXERCISES:
        return None
    task, model, notes = _task(models, language, name, query)
    return answer(name, language, _judged(task, model, query), task, model, notes)


@turns.at_work()
def sheet(models: Models, language: str, name: str, query: Mapping[str, str]) -> str | None:
    """The questions of a page, to be printed; None when the page has none."""
    return _paper(models, language, name, query, key=False)


@turns.at_work()
def key(models: Models, language: str, name: str, query: Mapping[str, str]) -> str | None:
    """The same with the answers, computed now by the model that is asked for."""
    return _paper(models, language, name, query, key=True)


def _paper(
    models: Models, language: str, name: str, query: Mapping[str, str], key: bool
) -> str | None:
    if language not in LANGUAGES or name not in PAGES:
        return None
    questions: list[dict[str, Any]] = []
    answering, told = MODEL, list[Note]()
    for each in on(name):
        task, answering, told = _task(models, language, each, query)
        shown = asked(task) if task else recorded(language)["asked"][each]
        questions.append(question(each, language, shown))
        if key and task:
            questions[-1] |= {
                "right": right(each, language, task),
                "open": shown["form"]["kind"] == "prompts",
                "traps": traps(each, language, task),
                **solution(each, language, task),
            }
    return draw_page_part(
        "paper.html",
        language,
        {
            "key": key,
            "page": name,
            "title": titles(language)[name],
            "questions": questions,
            "model": answering,
            "asked": "" if query.get("model", MODEL) == MODEL else query["model"],
            "notes": for_template(told),
        },
    )


def _task(
    models: Models, language: str, name: str, query: Mapping[str, str]
) -> tuple[Task | None, str, list[Note]]:
    """The exercise, who answers, and what there is to say about that; None without any model."""
    wanted = {"model": query["model"]} if "model" in query else {}
    try:
        state, notes = answerable(models, partial(from_query, wanted))
        return computed(Desk(models, language, state.model), name), state.model, notes
    except CheckpointError:
        return None, MODEL, [Note("model", {})]


def _judged(task: Task | None, model: str, given: Given) -> Said:
    if task is None:
        return Said("told", "exercises.no_model")
    if given.get("asked", model) != model:
        told: Any = {"name": model, "asked": given["asked"][:80]}
        return Said("told", "exercises.other_model", told)
    if given.get("show") == "solution":
        return Said("told", "exercises.here_it_is", over=True)
    said = task.answer.judge(given)
    if said.verdict == "wrong" and task.measured is not None and not said.over:
        return Said(said.verdict, said.key, said.values, over=True)
    return said
