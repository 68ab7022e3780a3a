"""`python -m benchmarks.first_answer`: a long prompt read and judged, on GPT-2 small's shape."""

from __future__ import annotations

import torch

from benchmarks.running import Line, show
from benchmarks.small import Both, gpt2_small, in_turn
from gpt import Settings, distribution

PROMPT, TIMES = 512, 5


def lines() -> list[Line]:
    """Guesses, rank and surprise of every row and the whole last one, against a forward alone."""
    with gpt2_small() as both:
        prompt, rounds = both.ids(PROMPT), iter(range(100))
        ours, theirs = in_turn(
            TIMES,
            lambda: answer(both, both.ids(PROMPT, seed=next(rounds))),
            both.on_all_cores(lambda: forward(both, prompt)),
        )
        reading = both.engine.read(prompt)
        reading.rows()
        kept = (reading.own_bytes + reading.cache.memory[1]) / 1e6
        logits = 4 * PROMPT * both.engine.model.network.config.vocabulary / 1e6
    of = f"first answer to {PROMPT} tokens"
    return [
        Line(of, "transformers, forward alone", 1000 * ours, 1000 * theirs, "ms", 1.1),
        Line("kept of it in memory", "all its logits", kept, logits, "MB"),
    ]


def answer(both: Both, prompt: list[int]) -> None:
    """A text that nobody has read yet: nothing may come from what the engine keeps."""
    reading = both.engine.read(prompt)
    both.engine.rows(reading)
    distribution(reading.row_logits(-1), Settings(temperature=0.8, top_p=0.9)).choose(0.5)


def forward(both: Both, prompt: list[int]) -> None:
    with torch.no_grad():
        both.peer(torch.tensor([prompt]))


if __name__ == "__main__":
    show(lines())
