"""The panels that look inside: their numbers are the model's, and those of `transformers`."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from engine.engine import Engine
from gpt.model import Block
from panels import (
    attention,
    blocks,
    cost,
    feed_forward,
    logit_curve,
    parameters,
    scores,
    training,
    twenty_lines,
    two_parts,
    vectors,
    whole,
)
from panels.screen.state import State
from panels.screen.view import View, look

PROMPT = "Once upon a time, there was a little"


@pytest.fixture
def view(conteur: Engine) -> View:
    return look(conteur, State(prompt=PROMPT))


@pytest.fixture(scope="module")
def reference(conteur: Engine) -> Any:
    """What `transformers` makes of the same ids with the same weights."""
    from transformers import GPT2LMHeadModel

    from gpt.weights import BUNDLED

    model = GPT2LMHeadModel.from_pretrained(
        BUNDLED["conteur"], dtype=torch.float32, attn_implementation="eager"
    )
    model.train(False)
    ids = look(conteur, State(prompt=PROMPT)).reading.ids
    with torch.no_grad():
        return model(torch.tensor([ids]), output_attentions=True, output_hidden_states=True)


def test_a_map_is_that_of_transformers(view: View, reference: Any) -> None:
    drawn = attention.data(view, 3, 2)
    expected = reference.attentions[2][0, 1]
    for t, row in enumerate(drawn["rows"]):
        weights = [weight for weight in row["weights"] if weight is not None]
        assert len(weights) == t + 1
        assert weights == pytest.approx(expected[t, : t + 1].tolist(), abs=1e-4)
        assert sum(weights) == pytest.approx(1)
    assert [each["weight"] for each in drawn["gathered"]] == pytest.approx(
        drawn["rows"][-1]["weights"]
    )


def test_a_long_map_says_what_it_leaves_out(conteur: Engine) -> None:
    drawn = attention.data(look(conteur, State(prompt="la petite fille " * 30)), 1, 1)
    assert len(drawn["columns"]) == attention.SHOWN
    assert drawn["earlier"] > 0
    gathered = sum(each["weight"] for each in drawn["gathered"])
    assert gathered + drawn["elsewhere"] == pytest.approx(1)


def test_the_streams_after_the_blocks_are_those_of_transformers(view: View, reference: Any) -> None:
    drawn = blocks.data(view)
    assert len(drawn["stages"]) == drawn["layers"] + 1
    for stage, hidden in zip(drawn["stages"][:-1], reference.hidden_states[:-1], strict=True):
        assert stage["length"] == pytest.approx(float(hidden[0, -1].norm()), rel=1e-4)
    last = reference.logits[0, -1].double().softmax(0).topk(3)
    guesses = drawn["stages"][-1]["guesses"]
    assert [each["probability"] for each in guesses] == pytest.approx(
        last.values.tolist(), abs=1e-4
    )


def test_the_lens_follows_the_answer_through_all_blocks(view: View, reference: Any) -> None:
    network, drawn = view.model.network, blocks.data(view)
    answer = int(reference.logits[0, -1].argmax())
    assert drawn["final"]["id"] == answer
    stages = [*reference.hidden_states[:-1]]  # the last of them is normed already
    for stage, hidden in zip(drawn["stages"], stages, strict=False):
        scores = network.unembed(network.norm(hidden[0, -1]))
        assert stage["final"]["rank"] == 1 + int((scores > scores[answer]).sum())
        share = float(scores.softmax(0)[answer])
        assert stage["final"]["probability"] == pytest.approx(share, abs=1e-4)
    assert drawn["stages"][-1]["final"]["rank"] == 1


def test_what_a_neuron_adds_is_what_the_logits_lose_without_it(view: View) -> None:
    """In the last block, where nothing comes after it, at the scale that the norm has."""
    network = view.model.network
    drawn = feed_forward.data(view, network.config.layers, 0)
    stream = view.trace().residual[-1, -1].double()
    last = network.blocks[-1]
    assert isinstance(last, Block)
    vector = last.feed_forward.contract.weight[:, drawn["neuron"] - 1].double()
    less = stream - drawn["activation"] * vector
    norm, table = network.norm, network.token_embedding.weight.double()
    spread = (stream.var(correction=0) + norm.eps).sqrt()
    logits = [(x - x.mean()) / spread * norm.weight @ table.T for x in (stream, less)]
    lost = (logits[0] - logits[1]) / drawn["activation"]
    for each in (*drawn["adds"], *drawn["takes"]):
        assert each["points"] == pytest.approx(float(lost[each["token"]["id"]]), abs=1e-4)
    assert drawn["adds"][0]["points"] == pytest.approx(float(lost.max()), abs=1e-4)
    assert drawn["takes"][0]["points"] == pytest.approx(float(lost.min()), abs=1e-4)


def test_a_neuron_is_followed_and_zero_is_the_highest(view: View) -> None:
    drawn = feed_forward.data(view, 2, 0)
    activations = view.trace(1).feed_forward_in(1)
    assert drawn["neuron"] - 1 == int(activations[view.selected].argmax())
    seventh = feed_forward.data(view, 2, 7)
    assert [each["activation"] for each in seventh["positions"]] == pytest.approx(
        activations[:, 6].tolist()
    )
    assert drawn["awake"] == int((activations[view.selected] > 0).sum())


def test_vectors_add_up_and_neighbours_are_others(view: View) -> None:
    token, position, both = (
        [number["value"] for number in each["numbers"]] for each in vectors.data(view)["vectors"]
    )
    assert both == pytest.approx([a + b for a, b in zip(token, position, strict=True)], abs=1e-6)
    first = view.trace().embeddings[view.selected, : vectors.NUMBERS]
    assert both == pytest.approx(first.tolist(), abs=1e-6)
    near = vectors.data(view)["nearest"]
    assert view.reading.ids[view.selected] not in [each["token"]["id"] for each in near]
    assert near[0]["cosine"] == max(each["cosine"] for each in near) < 1


def test_parameters_are_all_counted_once(view: View) -> None:
    drawn = parameters.data(view)
    assert sum(part["count"] for part in drawn["parts"]) == drawn["total"]
    assert drawn["total"] == sum(each.numel() for each in view.model.network.parameters())
    c = drawn["channels"]
    assert drawn["feed_forward"] == 8 * c * c + 5 * c
    assert drawn["share_of_block"] == pytest.approx(2 / 3, abs=0.01)


def test_the_example_of_half_and_a_fifth(view: View) -> None:
    starts = {control.name: control.start for control in scores.CONTROLS}
    first, second, crowd = scores.data(view, **starts)["bars"]
    assert first["probability"] == pytest.approx(0.5, abs=0.005)
    assert second["probability"] == pytest.approx(0.2, abs=0.005)
    assert crowd["probability"] / crowd["kept"] < 0.01
    alone = scores.data(view, **{**starts, "k": 1})["bars"]
    assert [bar["kept"] for bar in alone] == [1, 0, 0]
    crossing = scores.data(view, **{**starts, "p": 0.6})["bars"]
    assert [bar["kept"] for bar in crossing] == [1, 1, 0]
    assert crossing[0]["probability"] == pytest.approx(
        math.exp(4.2) / (math.exp(4.2) + math.exp(3.28))
    )


def test_many_draws_are_counted(conteur: Engine) -> None:
    starts = {control.name: control.start for control in scores.CONTROLS}
    drawn = scores.data(look(conteur, State(prompt="a", repeat=1000)), **starts)
    assert sum(bar["observed"] for bar in drawn["bars"]) == 1000
    for bar in drawn["bars"]:
        assert bar["observed"] / 1000 == pytest.approx(bar["probability"], abs=0.06)


@pytest.mark.parametrize(("percent", "odds", "logit"), [(80, 4, math.log(4)), (50, 1, 0)])
def test_odds_and_logits_by_hand(view: View, percent: float, odds: float, logit: float) -> None:
    drawn = logit_curve.data(view, percent)
    assert drawn["odds"] == pytest.approx(odds)
    assert drawn["logit"] == pytest.approx(logit)
    assert drawn["back"] == pytest.approx(percent / 100)
    for row in drawn["rows"]:
        assert logit_curve.sigmoid(row["strict"]) == pytest.approx(row["probability"])


def test_the_same_scores_are_chosen_from_in_several_ways(view: View) -> None:
    drawn = two_parts.data(view)
    assert drawn["greedy"]["token"]["id"] == drawn["scores"][0]["id"] == int(view.last.order[0])
    assert drawn["draws"][0]["token"]["id"] == view.choice.token_id
    assert len({each["u"] for each in drawn["draws"]}) == two_parts.DRAWS


def test_the_run_goes_by_the_lines_of_the_function(view: View) -> None:
    lines = twenty_lines.data(view)["lines"]
    assert [line["name"] for line in lines] == [
        "reading", "logits", "last", "probabilities", "choice", "return",
    ]  # fmt: skip
    assert lines[2]["code"] == "last = logits[-1]"
    assert lines[-1]["gave"]["token"]["id"] == view.choice.token_id


def test_a_moment_of_the_training_is_the_recorded_one(view: View) -> None:
    first, last = training.data(view, 1, 1), training.data(view, len(training.RUN["snapshots"]), 1)
    assert first["step"] == 0
    assert first["losses"]["fr"] == pytest.approx(math.log(8192), abs=0.1)
    assert last["losses"]["fr"] < first["losses"]["fr"] / 2
    for language, said in last["said"].items():
        prompts = [each for each in training.RUN["prompts"] if each["language"] == language]
        assert said["prompt"] == prompts[0]["text"]
        assert len(said["next"]) == training.NEXT


def test_a_sentence_costs_what_the_tokenizer_says(view: View) -> None:
    drawn = cost.data(view, 2)
    for each in drawn["texts"]:
        assert each["count"] == len(view.tokenizer.encode(each["text"])) == len(each["tokens"])
        assert each["text"] == cost.PAIRS[1][each["language"]]


@pytest.mark.parametrize("prompt", [PROMPT, "", "é" * 900])
@pytest.mark.parametrize("strategy", ["greedy", "sampling"])
def test_the_whole_picture_carries_the_readers_values(
    conteur: Engine, prompt: str, strategy: str
) -> None:
    view = look(conteur, State(prompt=prompt, strategy=strategy))
    drawn = whole.data(view)
    assert [each["id"] for each in drawn["tokens"]] == list(view.reading.ids[-whole.TOKENS :])
    assert drawn["length"] == len(view.reading.ids) == drawn["earlier"] + len(drawn["tokens"])
    assert drawn["vector"] == view.trace().embeddings[-1, : whole.NUMBERS].tolist()
    assert drawn["top"][0]["logit"] == pytest.approx(float(view.last.logits.max()))
    assert drawn["chosen"]["id"] == view.choice.token_id
    assert drawn["u"] == view.choice.u
    low, high = drawn["chosen"]["interval"]
    assert high - low == pytest.approx(drawn["chosen"]["probability"])
    if drawn["looks"]:
        weights = view.trace(*range(view.model.network.config.layers)).attention
        assert drawn["looks"]["weight"] == pytest.approx(float(weights[:, :, -1, 1:-1].max()))
