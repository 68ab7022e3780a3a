"""Names kept: the quick look finds what a look at every candidate finds."""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch

import gpt
from gpt.training.exams.names import Return, Story, candidates, kept, returns
from gpt.training.exams.score import Score
from gpt.training.kits.form import read_kit
from gpt.training.kits.telling import Telling, tell
from tests.gpt.conftest import randomise
from tests.gpt.training.exams.parrots import told, words_of

BALL = """le-ballon
hero: girl
thing: [m] ballon = ball | [f] balle = marble | [m] cerceau = red ball
--- fr
{hero} a {thing:un~une} {thing}.

« {hero}, dit le chat, {thing:le~la} {thing} ! » Puis {hero} rit.
--- en
{hero} has a {thing}. The {thing} rolls. "{hero}, look!"

{thing} and {hero}.
"""


def test_every_return_is_found_with_the_capital_that_it_has() -> None:
    kit = read_kit(BALL)
    text = 'Will has a red ball. The red ball rolls. "Will, look!"\n\nRed ball and Will. A balloon.'
    found = list(returns(kit, Telling(text, {"hero": "Will", "thing": "red ball"})))
    assert [(each.word, each.is_name) for each in found] == [
        ("red ball", False),
        ("Will", True),
        ("Red ball", False),
        ("Will", True),
    ]
    assert all(text[each.start :].startswith(each.word) for each in found)


def test_all_names_and_fillings_might_stand_there() -> None:
    might = candidates(read_kit(BALL), "fr")
    assert {"Zoé", "Léo", "ballon", "balle", "cerceau"} <= set(might)
    assert len(might) == len(set(might)) >= 100


def by_full_texts(model: gpt.Model, text: str, place: Return, rivals: Sequence[str]) -> bool:
    """The same question, answered by reading the whole text anew with each candidate in place."""
    before, after = text[: place.start], text[place.start + len(place.word) :]
    spellings = model.tokenizer.spellings
    ends = torch.tensor(
        [not spelling[:1].isalpha() and spelling[:1] != b"\xc3" for spelling in spellings]
    )

    def chance(word: str) -> float:
        ids = model.tokenizer.encode(before + word + after)
        rows = model.read_ids(ids).logits.double().log_softmax(-1)
        found, end, stop = 0.0, 0, len((before + word).encode())
        start = len(before.removesuffix(" ").encode())
        for number, id in enumerate(ids):
            begin, end = end, end + len(spellings[id])
            if begin >= start and end <= stop:
                found += float(rows[number, id])  # the start token shifts rows by one
            if end == stop:
                found += float(rows[number + 1][ends].logsumexp(0))
        return found

    return all(chance(rival) <= chance(place.word) for rival in rivals if rival != place.word)


def test_the_quick_look_is_the_long_one(tokenizer: gpt.Tokenizer) -> None:
    config = gpt.Config(vocabulary=tokenizer.size, context=128, layers=2, heads=2, channels=16)
    seen = set()
    rivals = ("Lou", "Louise", "Louison", "Zoé", "Zo", "Tom", "petit chat", "petit chien")
    for seed in range(12):
        network = gpt.GPT(config)
        randomise(network, seed)
        model = gpt.Model("tiny", network.eval().requires_grad_(False), tokenizer)
        for word in ("Louise", "Zoé", "petit chat", "Lou"):
            text = f"Ah, {word} ! «\u202f{word}, dit-il. — {word} ?\n\n{word}… et {word}"
            story = Story(model, text)
            for start in [n for n in range(1, len(text)) if text.startswith(word, n)]:
                before = text[:start]
                if not before.endswith((" ", "\u202f", "\n")):
                    continue
                place = Return(start, word, True)
                some = random.Random(seed + start).sample(rivals, 3)
                capital = [rival.capitalize() if word[0].isupper() else rival for rival in some]
                expected = by_full_texts(model, text, place, capital)
                assert story.comes_first(place, some) == expected, (seed, word, start, some)
                seen.add((word, expected))
    assert {("Louise", True), ("Louise", False)} <= seen
    assert {word for word, _ in seen} == {"Louise", "Zoé", "petit chat", "Lou"}


def test_a_name_can_win_against_its_own_beginning() -> None:
    tokenizer = words_of("said Lou said Lou said Lou ise bise mise", size=290)
    said, lou, *rest = tokenizer.encode(" said Louise.")
    (comma,) = tokenizer.encode(",")
    assert rest, "the name is cut into pieces"
    follows = {said: [lou]}
    for id, after in zip([lou, *rest], [*rest, comma], strict=False):
        follows[id] = [after]
    model = told(tokenizer, follows)
    assert Story(model, " said Louise.").comes_first(Return(6, "Louise", True), ["Lou", "Louise"])
    assert Story(model, "said Lou.").comes_first(Return(5, "Lou", True), ["Louise"]) is False


def test_names_and_fillings_are_counted_apart() -> None:
    text = 'Rose has a ball. The ball rolls. "Rose, look!"\n\nBall and Rose.'
    tokenizer = words_of(text, "Tom, Rose, marble, ball, Ball and Marble")
    kit = read_kit(BALL)
    telling = Telling(text, {"hero": "Rose", "thing": "ball"})

    def id(word: str) -> int:
        (only,) = tokenizer.encode(word)
        return only

    model = told(
        tokenizer,
        {
            id(" The"): [id(" ball"), id(" marble")],
            id(' "'): [id("Rose")],
            id("\n"): [id("Marble"), id("Ball")],
            id(" and"): [id(" Rose")],
            id(" ball"): [id(".")],
            id("Marble"): [id(".")],
            id("Rose"): [id(",")],
            id(" Rose"): [id(".")],
        },
    )
    found = kept(model, "en", [(kit, telling)])
    assert found.names == Score(2, 2)
    assert found.fillings == Score(1, 2)
    assert found.all == Score(3, 4)


def test_what_lies_beyond_the_context_is_not_asked(model: gpt.Model) -> None:
    kit = read_kit(BALL)
    telling = tell(kit, "fr", random.Random(1))
    far = Telling("Ah ! " * 30 + telling.text, telling.filled)
    assert kept(model, "fr", [(kit, far)]).all == Score(0, 0)
    near = kept(
        model, "fr", [(kit, Telling(f"{telling.filled['hero']} rit. " * 2, telling.filled))]
    )
    assert near.all.asked <= 1
