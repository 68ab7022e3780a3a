"""Our own byte-level BPE vocabulary, learnt from the corpus.

Byte-level: the 256 bytes are the alphabet, so any text can be written. The text is first cut into
words, as in GPT-2 (Radford et al., 2019), with one rule of our own: a French elision (l', qu', d’)
stays in one piece. Merges never cross a cut.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from gpt.training.corpus import END_OF_TEXT, SOURCES, training_documents
from gpt.training.typography import dress

WORDS = (
    r" ?(?:[Qq]u|[CcDdJjLlMmNnSsTt])['’](?=\p{L})"
    r"|['’](?:s|t|re|ve|m|ll|d)(?!\p{L})"
    r"| ?\p{L}+"
    r"| ?\p{N}"
    r"| ?[^\s\p{L}\p{N}]+"
    r"|\s+(?!\S)"
    r"|\s+"
)


def empty_tokenizer() -> Tokenizer:
    """A byte-level BPE tokenizer that knows no merge yet; it adds and removes nothing."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def learn(texts: Iterator[str], size: int) -> Tokenizer:
    """A vocabulary of `size` tokens; id 0 is `<|endoftext|>`."""
    tokenizer = empty_tokenizer()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def sample(folder: Path, megabytes: float, seed: int = 0) -> Iterator[str]:
    """Documents of every source, as many megabytes of each as its share of the training says.

    A source that is told comes in as many passes as that takes.
    """
    rng = random.Random(seed)
    for source in SOURCES:
        left = megabytes * 1e6 * source.share
        number = seed
        while left > 0:
            for document in training_documents(folder, source, number):
                text = dress(document, source.language, rng)
                yield text
                left -= len(text.encode())
                if left < 0:
                    break
            number += 1
