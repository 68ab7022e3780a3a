from __future__ import annotations

import random
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from gpt.training import knowledge, prepare
from gpt.training.kits import all_kits, held_out, telling
from tests.gpt.training.tiny_corpus import story


@pytest.fixture(scope="session", autouse=True)
def _small_vocabulary_sample() -> Iterator[None]:
    """A tiny corpus is learnt from as it is, not over and over until there are 40 megabytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepare, "SAMPLE_MEGABYTES", 0.2)
        yield


@pytest.fixture(scope="module")
def small_tellers() -> Iterator[None]:
    """Twenty kits, two of them held out, and a few invented documents instead of knowledge."""
    out = [kit for kit in all_kits() if held_out(kit)][:2]
    kits = [*[kit for kit in all_kits() if not held_out(kit)][:18], *out]

    def one_pass(language: str, number: int) -> list[SimpleNamespace]:
        rng = random.Random(f"{language} {number}")
        return [SimpleNamespace(text=story(language, rng)) for _ in range(12)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(telling, "all_kits", lambda: kits)
        patch.setattr(knowledge, "one_pass", one_pass)
        yield
