"""GPT-2 small's shape with random weights: what the benchmarks of speed compare on.

Speed does not depend on what the weights are. The same numbers are opened twice: by us, and by
`transformers`, which is the peer.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.utils import logging

from engine.engine import Engine

END = "<|endoftext|>"


@dataclass(frozen=True)
class Both:
    """The same weights behind our engine and in `transformers`."""

    engine: Engine
    peer: Any

    def ids(self, count: int, seed: int = 1) -> list[int]:
        """Random ids, a text of this many tokens."""
        generator = torch.Generator().manual_seed(seed)
        size = self.engine.model.network.config.vocabulary
        return torch.randint(1, size, (count,), generator=generator).tolist()

    def on_all_cores(self, work: Callable[[], object]) -> Callable[[], object]:
        """The same work in the thread in which our engine computes: nobody has more cores, and the
        helpers of two threads do not get in each other's way."""
        return lambda: self.engine._hand.submit(work).result()

    def generate(self, prompts: list[list[int]], tokens: int) -> None:
        """The peer's own way to write: greedy, with its cache, prompts of one length in a batch."""
        batch = torch.tensor(prompts)
        with torch.no_grad():
            self.peer.generate(
                batch,
                attention_mask=torch.ones_like(batch),
                do_sample=False,
                min_new_tokens=tokens,
                max_new_tokens=tokens,
            )


@contextmanager
def gpt2_small() -> Iterator[Both]:
    """124 million random numbers in the layout of the Hub, opened by both."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    cores = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(5)
    folder = Path(tempfile.mkdtemp())
    try:
        made = GPT2LMHeadModel(GPT2Config(bos_token_id=0, eos_token_id=0, pad_token_id=0))
        made.save_pretrained(folder)
        numbered(made.config.vocab_size).save(str(folder / "tokenizer.json"))
        del made
        peer = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32).eval()  # type: ignore[no-untyped-call]
        engine = Engine(str(folder))
        _ = engine.model
        yield Both(engine, peer)
    finally:
        torch.set_num_threads(cores)
        shutil.rmtree(folder)


def numbered(size: int) -> Tokenizer:
    """A byte-level vocabulary of `size` tokens that knows no merge: the rest are made-up words."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    entries = [END, *alphabet, *(f"Ġ{number}" for number in range(size - len(alphabet) - 1))]
    tokenizer = Tokenizer(models.BPE({entry: id for id, entry in enumerate(entries)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.add_special_tokens([END])
    return tokenizer


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, once."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turn(times: int, *works: Callable[[], object]) -> list[float]:
    """The median seconds of each, all of them in turn: what the machine does meanwhile, it does
    to all alike."""
    for work in works:
        work()
    taken = [[seconds(work) for work in works] for _ in range(times)]
    return [median(each) for each in zip(*taken, strict=True)]
