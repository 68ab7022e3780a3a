"""engine/kept.py: what is kept is bounded in bytes, whatever it is."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

import gpt
from engine.kept import Kept, Lately, bytes_of


@dataclass
class Pair:
    name: str
    rows: list[Tensor]


def test_the_memory_of_a_value_is_that_of_what_it_holds() -> None:
    whole = torch.zeros(1000)
    assert bytes_of(whole) == bytes_of(whole[:3]) == 4000  # a part keeps the whole
    assert bytes_of(Pair("é" * 100, [whole, whole])) > 8000 + 100
    assert bytes_of({"rows": (whole, 1, None)}) > 4000


def test_what_was_given_lately_is_not_computed_again_and_goes_when_there_is_too_much() -> None:
    lately, asked = Lately(10_000), list[int]()

    def row(number: int) -> Tensor:
        asked.append(number)
        return torch.full((500,), number)  # 4,000 bytes

    def text(number: int) -> str:
        return number * "a"

    remembered = lately.remembered(row)
    long = lately.remembered(text)
    assert remembered(1) is remembered(1)
    remembered(2)
    remembered(1)
    remembered(3)  # 2 was asked for longest ago
    assert asked == [1, 2, 3]
    assert [int(remembered(number)[0]) for number in (1, 3, 2)] == [1, 3, 2]
    assert asked == [1, 2, 3, 2]
    assert long(20_000) is long(20_000)  # what was given last stays, however large
    remembered(2)
    assert asked == [1, 2, 3, 2, 2]


def test_rows_that_are_judged_later_count(model: gpt.Model) -> None:
    kept = Kept()
    readings = [model.read_ids([1 + n, 2, 3, 4]) for n in range(20)]
    for reading in readings:
        kept.keep(reading)
    before = kept._bytes
    for reading in readings:
        reading.rows()
        assert kept.asked_for(reading.ids) is reading
    assert kept._bytes - before == 20 * 5 * 1_100
    kept.most = kept._bytes // 2
    kept.keep(model.read_ids([9, 9]))
    assert 0 < len(kept._readings) <= 11
    assert kept._bytes <= kept.most
