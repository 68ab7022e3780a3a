"""What all panels of one screen look at: one reading, the row selected, the choice to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from engine.engine import Engine
from engine.shelf import Models
from gpt import Choice, Distribution, Reading, Token, distribution, draw
from gpt.generate import Model
from gpt.habits import Glance
from gpt.reading import Row
from gpt.shares import Written
from gpt.switches import Switch
from gpt.tokenizer import Tokenizer
from gpt.trace import Trace
from panels.screen.glyphs import glyphs
from panels.screen.state import Note, State


@dataclass(frozen=True)
class View:
    """One screen, computed.

    `prompt_length` counts the positions of the reading that come from the prompt, start token
    included; `selected` is the position whose row is shown; `here` is that row's distribution and
    `last` the last row's, from which `choice` is made; `unread` are the ids of the text's beginning
    when all of it is longer than the context.
    """

    state: State
    models: Models
    engine: Engine
    model: Model
    tokenizer: Tokenizer
    reading: Reading
    prompt_length: int
    selected: int
    here: Distribution
    last: Distribution
    choice: Choice
    unread: tuple[int, ...]

    @property
    def on_last(self) -> bool:
        return self.selected == len(self.reading.ids) - 1

    @property
    def written(self) -> list[Token]:
        """The tokens written after the prompt that the reading still holds."""
        return self.reading.tokens[self.prompt_length :]

    @property
    def finished(self) -> bool:
        """The model has chosen `<|endoftext|>`: there is nothing to go on from."""
        return self.state.over(self.tokenizer.end_of_text)

    @property
    def loose_space(self) -> bool:
        """The text is a prompt that ends in a space, which is then a token by itself."""
        last = self.reading.tokens[-1].bytes
        return not self.state.written and last != b"" and last.strip(b" ") == b""

    @property
    def remarks(self) -> list[Note]:
        """What is to be said of a typed prompt before this model."""
        return [*([Note("loose_space", {})] if self.loose_space else []), *self.unread_pieces]

    @property
    def unread_pieces(self) -> list[Note]:
        """A note on what the vocabulary has for the prompt and the network has no row for."""
        beyond = self.tokenizer.without_row(self.state.prompt)
        if not beyond:
            return []
        pieces = ", ".join("".join(text for text, _ in glyphs(each)["parts"]) for each in beyond)
        told: dict[str, int | str] = {
            "name": self.state.model,
            "count": len(beyond),
            "pieces": pieces,
        }
        return [Note("no_row", told)]

    @property
    def rows(self) -> list[Row]:
        """Every position's first guesses and what it says of the token that came."""
        return self.engine.rows(self.reading)

    def trace(self, *blocks: int) -> Trace:
        """What the reading leaves inside the model; attention and activations of these blocks."""
        return self.engine.trace(self._ids, blocks)

    def glance(self, shown: int) -> Glance:
        """What all heads do with the text, and the last `shown` positions of their maps."""
        return self.engine.glance(self._ids, shown)

    def written_in(self, position: int) -> list[Written]:
        """What every part of the network wrote into the stream of one position."""
        return self.engine.written(self._ids, position)

    def without(self, switch: Switch) -> Tensor:
        """(V,): the last row's logits, had a part of the network been switched off."""
        return self.engine.without(self._ids, switch)

    @property
    def _ids(self) -> tuple[int, ...]:
        """The ids that were read, without the start token."""
        return self.reading.ids[int(self.tokenizer.reads_start) :]

    def token(self, token_id: int) -> Token:
        return self.tokenizer.token(token_id)


def look(models: Models, state: State) -> View:
    """Read the text of a screen and compute what its panels share.

    Raises CheckpointError when its model is not there.
    """
    engine = models.named(state.model)
    tokenizer = engine.model.tokenizer
    prompt = engine.prompt_ids(state.prompt)
    text = prompt + state.written
    reading = engine.read(text)
    length = len(reading.ids)
    kept_written = min(len(state.written), len(text) - reading.dropped)
    selected = length - 1 if state.position is None else min(state.position, length - 1)
    last = engine.distribution(reading.row_logits(-1), state.settings)
    here = last
    if selected != length - 1:
        here = distribution(reading.row_logits(selected), state.settings)
    return View(
        state=state,
        models=models,
        engine=engine,
        model=engine.model,
        tokenizer=tokenizer,
        reading=reading,
        prompt_length=length - kept_written,
        selected=selected,
        here=here,
        last=last,
        choice=last.choose(draw(state.seed, state.step, state.draw)),
        unread=text[: reading.dropped],
    )


def from_the_end(length: int, most: int, everything: bool, also: Sequence[int] = ()) -> list[int]:
    """The positions to draw: the last `most`, those in `also`, or every one."""
    if everything or length <= most:
        return list(range(length))
    return sorted({*range(length - most, length), *also})
