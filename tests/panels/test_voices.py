"""Three writers from one prompt: what is counted, what the GPT writes, what is drawn."""

from __future__ import annotations

from typing import Any

import pytest

from engine.engine import Engine
from gpt import Settings, distribution, draw
from panels import voices
from panels.screen.drawing import draw as drawing
from panels.screen.state import State
from panels.screen.view import look
from panels.screen.words import LANGUAGES, words_of
from tests.panels.reading_html import said

PROMPT = "Il était une fois"


def shown(engine: Engine, length: float = 16, **state: Any) -> dict[str, Any]:
    return voices.data(look(engine, State(**{"prompt": PROMPT} | state)), length)


def ids(writer: dict[str, Any]) -> list[int]:
    return [each["token"]["id"] for each in writer["tokens"]]


def test_the_gpt_writes_what_it_writes_elsewhere(conteur: Engine) -> None:
    settings = Settings("sampling", 0.9, None, 0.8, 5)
    drawn = shown(conteur, temperature=0.9, top_p=0.8, seed=5)
    steps = list(conteur.model.write(PROMPT, settings, 16))
    assert ids(drawn["writers"][2]) == [step.token.id for step in steps]
    bits = [-float(step.distribution.plain[step.token.id].log2()) for step in steps]
    assert drawn["writers"][2]["surprise"] == pytest.approx(sum(bits) / len(bits), rel=1e-3)


def test_the_counted_ones_write_by_their_counts_with_the_same_draws(conteur: Engine) -> None:
    drawn = shown(conteur, seed=3)
    settings = State(seed=3).settings
    text = list(conteur.model.read(PROMPT).ids)
    for writer, memory in zip(drawn["writers"], voices.MEMORIES, strict=False):
        read = [*text]
        for step, each in enumerate(writer["tokens"]):
            here = voices.counts().after(read, memory)
            chosen = distribution(here.scores, settings).choose(draw(3, step)).token_id
            assert (each["token"]["id"], each["met"]) == (chosen, here.length)
            read.append(chosen)
        assert writer["whole"] == sum(each["met"] == memory for each in writer["tokens"])


def test_what_is_seen_bounds_what_is_expected(conteur: Engine) -> None:
    """Another beginning changes nothing for who remembers one token, or four."""
    one, other = (shown(conteur, 1, prompt=f"{name} dit : il y a") for name in ("Léa", "Le roi"))
    for n in (0, 1):
        assert one["writers"][n]["guesses"] == other["writers"][n]["guesses"]
        assert len(one["writers"][n]["sees"]) == voices.MEMORIES[n]
    assert one["writers"][2]["guesses"] != other["writers"][2]["guesses"]


def test_the_gpt_is_least_surprised_by_itself(conteur: Engine) -> None:
    drawn = [shown(conteur, 40, seed=seed)["writers"] for seed in range(3)]
    bigram, _, model = (sum(writers[n]["surprise"] for writers in drawn) for n in range(3))
    assert model < bigram


def test_another_draw_writes_anew(conteur: Engine) -> None:
    texts = [[ids(writer) for writer in shown(conteur, draw=draw)["writers"]] for draw in (0, 1)]
    assert all(first != second for first, second in zip(*texts, strict=True))


def test_nothing_is_written_after_the_end(conteur: Engine) -> None:
    end = conteur.model.tokenizer.end_of_text
    drawn = shown(conteur, written=(end,))
    assert drawn["writers"] == []
    assert words_of("fr")("choice.finished") in said(drawing("voices", "fr", drawn))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("prompt", ["", PROMPT, "zqx wvk 9731 ☂"])
def test_every_count_is_told(conteur: Engine, language: str, prompt: str) -> None:
    drawn = shown(conteur, prompt=prompt)
    html = said(drawing("voices", language, drawn))
    words = words_of(language)
    for writer, memory in zip(drawn["writers"], voices.MEMORIES, strict=False):
        met = writer["met"]
        if met["tokens"] == memory:
            assert words("voices.times", count=met["times"]) in html
        elif met["tokens"]:
            blanks = {"count": met["tokens"], "times": words.integer(met["times"])}
            assert words("voices.fell_back", **blanks) in html
        else:
            assert words("voices.never") in html
    assert words("voices.total", count=drawn["counted"]) in html


def test_beside_another_model_nobody_has_counted(tiny: Engine) -> None:
    drawn = voices.data(look(tiny, State(prompt="Il")), 3)
    assert [writer["counts"] for writer in drawn["writers"]] == [False]
    assert words_of("en")("voices.alone") in said(drawing("voices", "en", drawn))
