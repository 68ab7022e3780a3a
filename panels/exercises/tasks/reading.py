"""Texts and tokens: what is read, what it costs, what the model expects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from panels.exercises.answers import Bet, Prompts, Said
from panels.exercises.desk import Desk, Found, Task, pieces, spelt
from panels.exercises.numbers import Written, number, percent, whole
from panels.screen.view import View

SURE = 0.95
COSTS = 4
SHORT = 4
"""Tokens of an example that is easily read."""

GOES_ON = 12
"""Tokens of greedy after a prompt: enough to hear which language it speaks."""


def texts_to_guess(desk: Desk) -> Iterable[Found]:
    for text in desk.list("to_guess"):
        beginning, rest = text.split("|")
        yield {"prompt": beginning, "rest": rest}


def guess_next(desk: Desk, found: Found) -> Task:
    """A text of ours, its next token hidden; the pupil's bits beside the model's."""
    view = desk.look(found["prompt"])
    whole = view.engine.prompt_ids(found["prompt"] + found["rest"])
    known = view.engine.prompt_ids(found["prompt"])
    came = whole[min(len(known), len(whole) - 1)]
    share = float(view.last.plain[came])
    first = int(view.last.order[0])
    answer = Bet(view.token(came).text, found["rest"], share, view.tokenizer.size)
    solved: dict[str, Written] = {
        "token": spelt(view, came),
        "share": percent(share),
        "bits": number(_bits(view, came)),
        "first": spelt(view, first),
        "first_share": percent(float(view.last.plain[first])),
    }
    fits = whole[: len(known)] == known and 0.05 < share < 0.6
    return Task(answer, {"prompt": found["prompt"]}, solved, fits=fits)


def _bits(view: View, id: int) -> float:
    return float(-view.last.plain[id].log2())


def sure_beginnings(desk: Desk) -> Iterable[Found]:
    return ({"example": example} for example in desk.list("sure"))


def sure_prompt(desk: Desk, found: Found) -> Task:
    """A prompt after which the first guess has 95% or more."""

    def first(prompt: str) -> tuple[View, int, float]:
        view = desk.look(prompt)
        id = int(view.last.order[0])
        return view, id, float(view.last.plain[id])

    def check(typed: Sequence[str]) -> Said:
        view, id, share = first(typed[0])
        told: dict[str, Written] = {"first": spelt(view, id), "share": percent(share)}
        right = share >= SURE
        return Said("right" if right else "wrong", ".enough" if right else ".less", told)

    view, id, share = first(found["example"])
    holds = share >= SURE
    solved: dict[str, Written] = {
        "example": found["example"], "first": spelt(view, id), "share": percent(share),
    }  # fmt: skip
    answer = Prompts(check, [found["example"]] if holds else [])
    see = ("next", {"prompt": found["example"]}) if holds else None
    return Task(answer, {"sure": whole(SURE)}, solved, see=see, fits=holds)


def space(desk: Desk, found: Found) -> Task:
    """Two prompts that differ by one space, and their ids."""

    def check(typed: Sequence[str]) -> Said:
        one, other = typed
        if one == other:
            return Said("wrong", ".same")
        if one.replace(" ", "") != other.replace(" ", ""):
            return Said("wrong", ".more")
        if abs(len(one) - len(other)) != 1:
            return Said("wrong", ".many")
        view = desk.look(one)
        ids = [view.engine.prompt_ids(text) for text in (one, other)]
        told: dict[str, Written] = {
            "one": pieces(view, ids[0]),
            "other": pieces(view, ids[1]),
            "ids_one": " ".join(map(str, ids[0])),
            "ids_other": " ".join(map(str, ids[1])),
        }
        return Said("wrong", ".equal", told) if ids[0] == ids[1] else Said("right", ".differ", told)

    prompt = found["prompt"]
    example = [prompt, " " + prompt]
    said = check(example)
    holds = said.verdict == "right"
    see = ("tokens", {"prompt": example[1]}) if holds else None
    brief = holds and len(str(said.values["one"]).split("|")) <= SHORT
    answer = Prompts(check, example if holds else [], count=2)
    return Task(answer, {}, {"prompt": prompt, **said.values}, see=see, fits=brief)


def words_to_cut(desk: Desk) -> Iterable[Found]:
    return ({"example": word} for word in desk.list("long_words"))


def four_tokens(desk: Desk, found: Found) -> Task:
    """A word that costs four tokens, at the beginning of a text."""

    def check(typed: Sequence[str]) -> Said:
        word = typed[0].strip()
        if not word or any(each.isspace() for each in word):
            return Said("wrong", ".no_word")
        view = desk.look(word)
        ids = view.engine.prompt_ids(word)
        told: dict[str, Written] = {"pieces": pieces(view, ids), "cost": len(ids)}
        if len(ids) == COSTS:
            return Said("right", ".four", told)
        return Said("wrong", ".fewer" if len(ids) < COSTS else ".more", told)

    said = check([found["example"]])
    holds = said.verdict == "right"
    solved: dict[str, Written] = {"example": found["example"], **said.values}
    see = ("tokens", {"prompt": found["example"]}) if holds else None
    answer = Prompts(check, [found["example"]] if holds else [])
    return Task(answer, {"tokens": COSTS}, solved, see=see, fits=holds)


def beginnings_elsewhere(desk: Desk) -> Iterable[Found]:
    (other,) = {"fr", "en"} - {desk.language}
    there = Desk(desk.models, other, desk.model)
    return ({"example": each["prompt"]} for each in there.beginnings())


def other_language(desk: Desk, found: Found) -> Task:
    """A prompt after which the text goes on in the other language, by its small words."""

    def spoken(prompt: str) -> tuple[str, int, int]:
        view = desk.look(prompt, strategy="greedy")
        written: list[int] = []
        for _ in range(GOES_ON):
            view = desk.see(view, written)
            if view.finished:
                break
            written.append(view.choice.token_id)
        text = view.tokenizer.decode(written)
        words = text.replace("’", "’ ").replace("'", "’ ").casefold().split()
        heard = [word.strip('.,;:!?«»“”"') for word in words]
        ours, theirs = (
            sum(word in small for word in heard)
            for small in (desk.list("small_words"), desk.list("small_words_elsewhere"))
        )
        return text.strip(), ours, theirs

    def check(typed: Sequence[str]) -> Said:
        text, ours, theirs = spoken(typed[0])
        told: dict[str, Written] = {"text": text, "ours": ours, "theirs": theirs}
        right = theirs > ours
        return Said("right" if right else "wrong", ".there" if right else ".here", told)

    said = check([found["example"]])
    holds = said.verdict == "right" and int(str(said.values["theirs"])) >= 3
    solved: dict[str, Written] = {"example": found["example"], **said.values}
    answer = Prompts(check, [found["example"]] if holds else [])
    see = ("next", {"prompt": found["example"]}) if holds else None
    return Task(answer, {"tokens": GOES_ON}, solved, see=see, fits=holds)
