"""Many texts written side by side, each until there is enough of it: what `Model.write` writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch

from gpt.cache import Cache
from gpt.generate import Model
from gpt.sampling import Settings, distribution, draw
from gpt.training.exams.part import Part, hidden_of

AT_ONCE = 32


@dataclass(frozen=True)
class Start:
    """What a text begins with, and how it goes on."""

    prompt: str
    settings: Settings


@dataclass(frozen=True)
class Written:
    """What was written after a prompt; `ended` when the model itself said that the text is over."""

    text: str
    ended: bool


@dataclass
class _Text:
    number: int
    start: Start
    ids: list[int]
    cache: Cache
    read: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)


def write_together(
    model: Model,
    starts: Sequence[Start],
    tokens: int,
    enough: Callable[[int, str], bool] = lambda _number, _text: False,
) -> list[Written]:
    """Go on from every start for up to `tokens` tokens, or until `<|endoftext|>`.

    `enough` is asked after every token, with the number of the start and the text written so far,
    whether no more is needed.
    """
    waiting = list(enumerate(starts))[::-1]
    active: list[_Text] = []
    done: dict[int, Written] = {}
    while waiting or active:
        while waiting and len(active) < AT_ONCE:
            number, start = waiting.pop()
            ids = model.prompt_ids(start.prompt)
            active.append(_Text(number, start, ids, model.network.empty_cache()))
        _write_one_token_each(model, active)
        going_on = []
        for text in active:
            ended = text.written[-1] == model.tokenizer.end_of_text
            said = model.tokenizer.decode(text.written)
            if ended or len(text.written) == tokens or enough(text.number, said):
                done[text.number] = Written(said, ended)
            else:
                going_on.append(text)
        active = going_on
    return [done[number] for number in range(len(starts))]


@torch.no_grad()
def _write_one_token_each(model: Model, texts: list[_Text]) -> None:
    parts = [_unread(model, text) for text in texts]
    hidden = hidden_of(model.network, parts)
    rows = model.network.unembed(torch.stack([states[-1] for states in hidden]))  # (texts, V)
    for text, row in zip(texts, rows, strict=True):
        u = draw(text.start.settings.seed, len(text.written))
        chosen = distribution(row, text.start.settings).choose(u).token_id
        text.ids.append(chosen)
        text.written.append(chosen)


def _unread(model: Model, text: _Text) -> Part:
    """What the text's cache lacks; the text is read anew where its beginning no longer fits."""
    wanted, _ = model.fit(text.ids)
    if text.read != wanted[: len(text.read)]:
        text.read, text.cache = [], model.network.empty_cache()
    new = wanted[len(text.read) :]
    text.read = wanted
    return Part(new, text.cache)
