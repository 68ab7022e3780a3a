"""The whole of writing: read, choose, append, read again.

`Model` is what `gpt.load` returns: a network and its tokenizer, with the two things one does with
them, `read` and `write`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch

from gpt.model import GPT
from gpt.reading import Reading, window
from gpt.sampling import PLAIN, Choice, Distribution, Settings, distribution, draw
from gpt.tokenizer import Token, Tokenizer
from gpt.trace import Trace


@dataclass(frozen=True)
class Step:
    """One token written: the token, the distribution it was chosen from, and the choice."""

    token: Token
    distribution: Distribution
    choice: Choice


@dataclass(frozen=True)
class Model:
    """A network with its tokenizer, under the name it was opened by.

    `fingerprint` is the SHA-256 of its weights as they are stored; "" of one that was made here.
    """

    name: str
    network: GPT
    tokenizer: Tokenizer
    fingerprint: str = ""

    def __repr__(self) -> str:
        shape = self.network.config
        return (
            f"<Model {self.name!r}: {self.parameters:,} parameters; {shape.layers} blocks, "
            f"{shape.heads} heads, {shape.channels} channels; {shape.vocabulary:,} tokens, "
            f"context {shape.context:,}>"
        )

    @cached_property
    def parameters(self) -> int:
        """How many numbers it has learnt."""
        return sum(each.numel() for each in self.network.parameters())

    def read(self, text: str, trace: bool | Trace = False) -> Reading:
        """Read a text of any length; what does not fit goes from its start.

        `trace` keeps what it leaves inside the model; an empty Trace says how
        much of that.
        """
        return self.read_ids(self.prompt_ids(text), trace=trace)

    def read_ids(
        self, ids: Sequence[int], before: Reading | None = None, trace: bool | Trace = False
    ) -> Reading:
        """Read token ids; the positions that `before` has read already are not computed again."""
        wanted, dropped = self.fit(ids)
        if trace is not False:
            return self._traced(wanted, dropped, Trace() if trace is True else trace)
        if before is None or before.ids != tuple(wanted[: len(before.ids)]):
            before = self.nothing_read()
        new = wanted[len(before.ids) :]
        if not new:
            return replace(before, dropped=dropped)
        cache = before.cache.copy()
        with torch.no_grad():
            hidden = self.network.hidden(torch.tensor([new]), cache)[0]
            last = self.network.unembed(hidden[-1])
        return before.extended(new, hidden, cache, dropped, last)

    def nothing_read(self) -> Reading:
        """What a reading begins with: no token, an empty cache."""
        network = self.network
        nothing = torch.empty(0, network.config.channels)
        return Reading(network, self.tokenizer, (), [nothing], network.empty_cache())

    def _traced(self, wanted: list[int], dropped: int, trace: Trace) -> Reading:
        cache = self.network.empty_cache()
        with torch.no_grad():
            hidden = self.network.hidden(torch.tensor([wanted]), cache, trace)[0]
        return Reading(self.network, self.tokenizer, tuple(wanted), [hidden], cache, dropped, trace)

    def prompt_ids(self, text: str) -> list[int]:
        """The ids of a prompt; an empty one is a single `<|endoftext|>`, where none is read anyway.

        A text that is written after an empty prompt goes on from that token.
        """
        ids = self.tokenizer.encode(text)
        return ids if ids or self.tokenizer.reads_start else [self.tokenizer.start]

    def fit(self, ids: Sequence[int]) -> tuple[list[int], int]:
        """The ids that are read, start token included where there is one, and how many were not."""
        start = [self.tokenizer.start] if self.tokenizer.reads_start or not ids else []
        dropped = window(len(ids), self.network.config.context - len(start))
        return start + list(ids[dropped:]), dropped

    def write(
        self,
        text: str,
        settings: Settings = PLAIN,
        tokens: int = 40,
    ) -> Iterator[Step]:
        """Write up to `tokens` tokens after `text`.

        `<|endoftext|>` is the last one written.
        """
        ids = self.prompt_ids(text)
        reading: Reading | None = None
        for step in range(tokens):
            reading = self.read_ids(ids, reading)
            here = distribution(reading.row_logits(-1), settings)
            choice = here.choose(draw(settings.seed, step))
            ids = [*ids, choice.token_id]
            yield Step(self.tokenizer.tokens(ids[-4:])[-1], here, choice)
            if choice.token_id == self.tokenizer.end_of_text:
                return


def generate_next_token(
    model: Model,
    text: str,
    settings: Settings,
    u: float,
) -> Token:
    """One turn of the wheel, in the open: the whole lesson in six lines."""
    reading = model.read(text)
    # (T, V): a row of scores after every token.
    logits = reading.logits
    # (V,): only the last row speaks of the token to come.
    last = logits[-1]
    # Temperature, top-k, softmax, top-p.
    probabilities = distribution(last, settings)
    # The most probable, or a draw.
    choice = probabilities.choose(u)
    return model.tokenizer.token(choice.token_id)
