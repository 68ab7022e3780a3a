"""Writing: read, choose, append, read again."""

from __future__ import annotations

from itertools import islice

import pytest
import torch

import gpt
from gpt import Settings

TEXT = "Once upon"
SAMPLED = Settings(temperature=0.8, top_k=40, top_p=0.9, seed=7)
GREEDY = Settings(strategy="greedy")


def ending(model: gpt.Model) -> gpt.Model:
    """The same network, which now finds `<|endoftext|>` the most probable token everywhere."""
    network = gpt.GPT(model.network.config)
    network.load_state_dict(model.network.state_dict())
    with torch.no_grad():
        network.norm.weight.zero_()
        network.norm.bias.copy_(network.token_embedding.weight[model.tokenizer.end_of_text] * 99)
    return gpt.Model("ending", network, model.tokenizer)


@pytest.mark.parametrize("settings", [SAMPLED, GREEDY])
def test_the_same_seed_gives_the_same_text(model: gpt.Model, settings: Settings) -> None:
    first = [step.token for step in model.write(TEXT, settings, tokens=40)]
    assert len(first) == 40
    assert [step.token for step in model.write(TEXT, settings, tokens=40)] == first


def test_another_seed_gives_another_text(model: gpt.Model) -> None:
    texts = {
        tuple(step.token.id for step in model.write(TEXT, Settings(seed=seed), tokens=12))
        for seed in range(5)
    }
    assert len(texts) == 5


@pytest.mark.parametrize("settings", [SAMPLED, GREEDY, Settings(seed=3)])
@pytest.mark.parametrize("prompt", [TEXT, "", "forêt " * 30])
def test_writing_equals_doing_it_by_hand(model: gpt.Model, settings: Settings, prompt: str) -> None:
    ids = model.tokenizer.encode(prompt)
    for number, step in enumerate(model.write(prompt, settings, tokens=40)):
        row = model.read_ids(ids).logits[-1]
        u = gpt.draw(settings.seed, number)
        choice = gpt.distribution(row, settings).choose(u)
        assert step.choice.token_id == step.token.id == choice.token_id
        assert step.choice.u == (None if settings.strategy == "greedy" else u)
        torch.testing.assert_close(
            step.distribution.plain, row.double().softmax(0), atol=1e-5, rtol=0
        )
        ids.append(choice.token_id)


def test_a_character_written_in_pieces_comes_with_its_last_one(
    model: gpt.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = [*model.tokenizer.encode("a😀b"), model.tokenizer.end_of_text]
    prompt = model.read("Il").ids

    def dictated(reading: gpt.Reading, _position: int) -> torch.Tensor:
        row = torch.zeros(model.tokenizer.size)
        row[script[len(reading.ids) - len(prompt)]] = 99
        return row

    monkeypatch.setattr(gpt.Reading, "row_logits", dictated)
    tokens = [step.token for step in model.write("Il", Settings(), tokens=40)]
    assert [token.text for token in tokens] == ["a", "", "", "", "😀", "b", "<|endoftext|>"]
    assert [token.id for token in tokens] == script
    assert tokens[4].piece == gpt.Piece("😀", 4, 4)


def test_writing_stops_after_the_end_of_the_text(model: gpt.Model) -> None:
    steps = list(ending(model).write(TEXT, GREEDY, tokens=40))
    assert [step.token.text for step in steps] == ["<|endoftext|>"]


def test_nothing_is_written_before_it_is_asked_for(model: gpt.Model) -> None:
    assert list(model.write(TEXT, SAMPLED, tokens=0)) == []
    assert len(list(islice(model.write(TEXT, SAMPLED, tokens=10**12), 2))) == 2


def test_writing_goes_on_past_a_full_context(model: gpt.Model) -> None:
    steps = list(model.write(TEXT, Settings(temperature=0.5, seed=5), tokens=100))
    assert len(steps) == 100
    assert model.network.config.context == 32


def test_an_empty_prompt_stays_read_while_the_text_grows(
    model: gpt.Model, startless: gpt.Tokenizer
) -> None:
    gpt2 = gpt.Model("startless", model.network, startless)
    written = [step.token.id for step in gpt2.write("", SAMPLED, tokens=20)]
    assert written == [step.token.id for step in model.write("", SAMPLED, tokens=20)]
    assert len(set(written)) > 5


@pytest.mark.parametrize("settings", [SAMPLED, GREEDY])
def test_the_six_lines_of_the_lesson_agree(model: gpt.Model, settings: Settings) -> None:
    for step, u in zip(model.write(TEXT, settings, 1), [gpt.draw(settings.seed, 0)], strict=True):
        token = gpt.generate_next_token(model, TEXT, settings, u)
        assert token.id == step.token.id
