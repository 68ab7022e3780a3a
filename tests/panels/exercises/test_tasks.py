"""Every exercise in both languages: its own right answer is accepted, others get a sentence."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from engine.engine import Engine
from panels import probabilities
from panels.exercises import routes
from panels.exercises.answers import Choice, Number, Prompts
from panels.exercises.catalogue import EXERCISES, PAGES, on
from panels.exercises.desk import Desk, Task
from panels.exercises.search import asked, computed, record
from panels.exercises.search import recorded as then
from panels.exercises.texts import texts_of
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, SITE, words_of
from tests.conftest import ROOT
from tests.panels.lab.test_record import assert_alike

CASES = [(language, name) for language in LANGUAGES for name in EXERCISES]
BLANK = re.compile(r"\{(\w+)\}")
HTML = "<script>alert(1)</script>"


@cache
def task_of(engine: Engine, language: str, name: str) -> Task:
    return computed(Desk(engine, language, "conteur"), name)


def said(engine: Engine, language: str, name: str, **given: str) -> str:
    drawn = routes.answered(engine, language, name, given)
    assert drawn is not None
    return drawn


def verdict(drawn: str) -> str:
    found = re.search(r'data-verdict="(\w+)"', drawn)
    assert found is not None
    return found[1]


def test_there_are_enough_of_each_level_and_one_to_three_a_page() -> None:
    assert len(EXERCISES) >= 24
    levels = [each.level for each in EXERCISES.values()]
    assert min(levels.count(level) for level in (1, 2, 3)) >= 5
    assert all(1 <= len(on(page)) <= 3 for page in PAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_exercise_stands_on_its_page_and_all_on_their_own(language: str) -> None:
    for file in sorted((ROOT / "docs" / language).glob("*.md")):
        fences = re.findall(r"^```exercise\n(.+?)\n```$", file.read_text("utf-8"), re.M | re.S)
        wanted = {"exercises": ["all"]}.get(file.stem, on(file.stem))
        assert [name for fence in fences for name in fence.split()] == wanted, file


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_found_is_what_the_search_finds_today_and_it_still_suits_the_model(
    conteur: Engine, language: str
) -> None:
    now = json.loads(json.dumps(record(conteur, language)))
    assert now["found"] == then(language)["found"], "run make pages"
    assert_alike(now["asked"], then(language)["asked"])
    unfit = [name for name in EXERCISES if not task_of(conteur, language, name).fits]
    assert unfit == []


@pytest.mark.parametrize(("language", "name"), CASES)
def test_its_own_right_answer_is_accepted_with_its_solution(
    conteur: Engine, language: str, name: str
) -> None:
    right = task_of(conteur, language, name).answer.right
    assert right is not None
    drawn = said(conteur, language, name, **right)
    assert verdict(drawn) == "right"
    assert "data-over" in drawn
    assert words_of(language)("exercises.worked") in drawn
    assert not re.search(r"\{\w+\}", drawn)


@pytest.mark.parametrize(("language", "name"), CASES)
def test_wrong_answers_are_refused_with_a_sentence(
    conteur: Engine, language: str, name: str
) -> None:
    answer, texts = task_of(conteur, language, name).answer, texts_of(language)
    for given in wrong(task_of(conteur, language, name), language):
        drawn = said(conteur, language, name, **given)
        assert verdict(drawn) == "wrong", given
        sentence = re.search(r"<p data-sentence>.*?</span> (.+?)</p>", drawn, re.S)
        assert sentence is not None
        assert len(sentence[1]) > 10
    if isinstance(answer, Number):
        apart = [each for each in answer.traps.values() if abs(each - answer.value) > 1e-9]
        assert apart
        assert answer.traps.keys() == texts.found(name, "traps").keys()


def wrong(task: Task, language: str) -> Iterator[dict[str, str]]:
    """What is typically answered instead."""
    answer = task.answer
    if isinstance(answer, Number):
        for value in answer.traps.values():
            if abs(value - answer.value) > answer.tolerance and value >= -1:
                yield {"answer": f"{100 * value:.8f}%" if answer.share else f"{value:.8f}"}
        yield {"answer": f"{answer.value + 1000:.3f}" + "%" * answer.share}
    elif isinstance(answer, Choice):
        for option in answer.options:
            if option.value != answer.value:
                yield {"answer": option.value}
    elif isinstance(answer, Prompts):
        common = texts_of(language).list("beginnings")[0]
        yield {f"answer_{n + 1}": common for n in range(answer.count)}
    elif task.answer.form["kind"] == "order":
        right = task.answer.right
        assert right is not None
        places = list(right.values())
        yield dict(zip(right, places[1:] + places[:1], strict=True))
    else:
        yield {"answer": "zzz", "confidence": "75"}


@pytest.mark.parametrize(("language", "name"), CASES)
def test_nothing_and_odd_things_are_told_not_judged(
    conteur: Engine, language: str, name: str
) -> None:
    for given in (
        {}, {"answer": "", "answer_1": "", "answer_2": ""},
        {"place_a": "9"} if "place" in str(task_of(conteur, language, name).answer.right) else {},
    ):  # fmt: skip
        assert verdict(said(conteur, language, name, **given)) == "told"
    odd = said(conteur, language, name, answer=HTML, answer_1=HTML, answer_2=HTML + " ")
    assert verdict(odd) in ("told", "wrong", "right")
    assert HTML not in odd
    page = routes.page(conteur, language, name, {"answer": HTML, "answer_1": HTML, "check": "1"})
    assert page is not None
    assert HTML not in page


@pytest.mark.parametrize(("language", "name"), CASES)
def test_a_question_never_holds_its_answer(conteur: Engine, language: str, name: str) -> None:
    task = task_of(conteur, language, name)
    shown = json.dumps(asked(task), ensure_ascii=False)
    assert "right" not in asked(task)["form"]
    if isinstance(task.answer, Number):
        solution = texts_of(language).said(name, "solution", {**task.values, **task.solved})
        page = routes.page(conteur, language, name, {})
        assert page is not None
        assert solution not in page
    if isinstance(task.answer, Prompts):
        assert all(f'"{example}"' not in shown for example in task.answer.example)


def test_the_key_agrees_with_the_panels(conteur: Engine) -> None:
    for language in LANGUAGES:
        task = task_of(conteur, language, "temperature_two")
        assert task.see is not None
        query = task.see[1]
        view = look(
            conteur, State(prompt=query["prompt"], temperature=2.0, top_p=None)
        )  # fmt: skip
        bar = probabilities.data(view)["bars"][0]
        words = words_of(language)
        key = routes.key(conteur, language, "probabilities", {})
        assert key is not None
        assert words.percent(bar["plain"]) in key
        assert words.percent(bar["probability"]) in key
        draws = task_of(conteur, language, "give_or_take")
        assert draws.see is not None
        assert draws.see[1]["repeat"] == "1000"
        view = look(
            conteur,
            State(prompt=draws.see[1]["prompt"], temperature=1.0, top_p=None, seed=7, repeat=1000),
        )
        assert probabilities.data(view)["bars"][0]["count"] == draws.solved["came"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_a_sheet_asks_and_a_key_answers(conteur: Engine, page: str, language: str) -> None:
    sheet = routes.sheet(conteur, language, page, {})
    key = routes.key(conteur, language, page, {})
    assert sheet is not None
    assert key is not None
    words = words_of(language)
    for name in on(page):
        title = texts_of(language).found(name, "title")
        assert title in sheet.replace("&#39;", "'")
        assert f'<li id="{name}">' in key
    assert "paper-right" not in sheet
    assert words("exercises.key_note", name="conteur") in key
    assert key.count("paper-right") == len(on(page))


def test_without_a_model_the_question_stands_and_the_answer_waits() -> None:
    nobody = Engine("./there is no such model")
    for language in LANGUAGES:
        words = words_of(language)
        drawn = said(nobody, language, "softmax_by_hand", answer="38")
        assert verdict(drawn) == "told"
        assert words("exercises.no_model") in drawn
        page = routes.page(nobody, language, "softmax_by_hand", {"answer": "38", "check": "1"})
        assert page is not None
        assert 'value="38"' in page
        assert words("exercises.no_model") in page
        key = routes.key(nobody, language, "probabilities", {})
        assert key is not None
        assert "paper-right" not in key
        assert words("notes.model") in key


def test_an_answer_to_another_models_question_is_not_judged(conteur: Engine) -> None:
    drawn = said(conteur, "en", "softmax_by_hand", answer="38", asked="gpt2")
    assert verdict(drawn) == "told"
    assert "gpt2" in drawn


def test_another_model_asks_and_answers_every_exercise(tiny: Engine) -> None:
    """A vocabulary of 320, random numbers: nothing of the bundled model is taken for granted."""
    for language, name in CASES:
        task = task_of(tiny, language, name)
        page = routes.page(tiny, language, name, {"show": "solution"})
        assert page is not None
        if task.answer.right is not None:
            assert task.answer.judge(task.answer.right).verdict == "right", name
    for page_name in PAGES:
        assert routes.key(tiny, "fr", page_name, {}) is not None


def test_who_does_not_exist_is_not_drawn(conteur: Engine) -> None:
    for language, name in [("de", "mask"), ("fr", "nobody"), ("fr", "../mask")]:
        for draw in (routes.page, routes.answered, routes.sheet, routes.key):
            assert draw(conteur, language, name, {}) is None


# The words


def leaves(table: dict[str, Any], prefix: str = "") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= leaves(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value if isinstance(value, list) else [value]
    return found


def words(language: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in sorted((SITE / "words" / language / "exercises").glob("*.toml")):
        found |= leaves(tomllib.loads(file.read_text("utf-8")))
    return {key: forms for key, forms in found.items() if not key.startswith("texts.")}


def test_both_languages_say_the_same_things_with_the_same_blanks() -> None:
    french, english = words("fr"), words("en")
    assert french.keys() == english.keys()
    assert {key.split(".")[0] for key in french} == EXERCISES.keys()
    for key, forms in french.items():
        assert len(forms) == len(english[key]), key
        for one, other in zip(forms, english[key], strict=True):
            assert set(BLANK.findall(one)) == set(BLANK.findall(other)), key


def test_every_option_and_every_misconception_has_its_words(conteur: Engine) -> None:
    for language, name in CASES:
        task, texts = task_of(conteur, language, name), texts_of(language)
        own = [
            option.value
            for option in getattr(task.answer, "options", ())
            if option.token is None and not option.text
        ]
        if own:
            assert sorted(own) == sorted(texts.found(name, "options")), name
        if isinstance(task.answer, Choice) and own:
            said = texts.found(name, "traps")
            assert set(own) - {task.answer.value} <= said.keys(), name
        assert ("explain" in texts.table[name]) == EXERCISES[name].predict


def test_french_keeps_to_its_typography() -> None:
    for key, forms in words("fr").items():
        for text in forms:
            assert not re.search(r"[^\s\u202f\u00a0?.…] ?[;!](?=\s|$)", text), (key, text)
            assert not re.search(r" [;:!?%»]|« |\w'\w", text), (key, text)
            assert not re.search(r"\} (?:tokens?|bits?|nats?|positions?)\b", text), (key, text)
            assert not re.search(r"\b[Pp]resse[rz]\b", text), (key, text)
