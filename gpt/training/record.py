"""The recorded run: how the losses fell, and what the model said on the way.

`training.json` is written from the folder of a run; a page can tell the story of the training from
it without a model.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tokenizers
import torch

from gpt.generate import Model
from gpt.model import GPT, Config
from gpt.sampling import Settings, distribution
from gpt.tokenizer import Tokenizer
from gpt.training import knowledge
from gpt.training.corpus import SOURCES
from gpt.training.exams import snapshot
from gpt.training.export import reading_start
from gpt.training.plan import Plan, snapshot_steps
from gpt.training.state import Record, read_log, saved_rows
from gpt.training.tokens import WATCHED
from gpt.training.watch import LANGUAGES, Watched


@dataclass(frozen=True)
class Prompt:
    """A beginning that every snapshot goes on from."""

    language: str
    kind: str
    text: str


PROMPTS = (
    Prompt("en", "story", "Once upon a time, there was a little girl who"),
    Prompt("en", "dialogue", 'The wolf knocked at the door and said, "'),
    Prompt("en", "everyday", "This morning I got up early and had some bread and"),
    Prompt("en", "question", "Why is the sky blue?"),
    Prompt("en", "calculation", "Two and two make"),
    Prompt("en", "fact", "The capital of France is"),
    Prompt("fr", "story", "Il était une fois une petite fille qui"),
    Prompt("fr", "dialogue", "Le loup frappa à la porte et dit :"),
    Prompt("fr", "everyday", "Ce matin, je me suis levé tôt et j'ai mangé du pain et"),
    Prompt("fr", "question", "Pourquoi le ciel est-il bleu ?"),
    Prompt("fr", "calculation", "Deux et deux font"),
    Prompt("fr", "fact", "La capitale de la France est"),
)

SAMPLING = Settings(temperature=0.8, top_p=0.9, seed=1)
SAMPLE_TOKENS = 40
GUESSES = 10
EVERY = 10
"""One cloze question of so many is put to each snapshot: enough for a curve, in minutes."""


def record(folder: Path, plan: Plan, prompts: Sequence[Prompt] = PROMPTS) -> dict[str, Any]:
    """What `training.json` holds, from the state, the log and the snapshots in a folder.

    - `records`: per logged step the tokens seen, the mean training loss since the record before,
      and the loss on a few fixed held-out rows, in nats a token, and the same over the bytes of
      these rows, in bits per byte: per source, and per language the mean of its sources but prose.
    - `snapshots`: per kept step and prompt the most probable next tokens (id, text, plain softmax
      probability; a piece of a character has no text) and a sample, drawn as `sampling` says; per
      entry of `openings` the first guess and whether it is right; the shares of a tenth of the
      cloze test.
    """
    encoder = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer = Tokenizer(reading_start(encoder))
    config = Config(tokenizer.size, plan.context, plan.layers, plan.heads, plan.channels)
    density = tokens_per_byte(folder, plan, tokenizer)
    lines = read_log(folder)
    questions = knowledge.cloze()[::EVERY]
    return {
        "model": asdict(config) | {"parameters": sum(p.numel() for p in GPT(config).parameters())},
        "plan": asdict(plan),
        "sources": sources(folder, plan),
        "records": [_record(line, density) for line in lines],
        "sampling": asdict(SAMPLING) | {"tokens": SAMPLE_TOKENS},
        "prompts": [asdict(prompt) for prompt in prompts],
        "openings": snapshot.asked(),
        "snapshots": [
            {
                "step": step,
                "tokens": step * plan.tokens_a_step,
                "said": say(model, prompts),
                **snapshot.answered(model, questions),
            }
            for step in kept_snapshots(folder, int(lines[-1]["step"]))
            for model in [open_snapshot(folder, step, config, tokenizer)]
        ],
    }


def write_record(values: dict[str, Any], path: Path) -> None:
    """One line a record and a snapshot's prompt: compact, and a change can still be read."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    for opening in ('{"step"', '{"next"', '{"language"', '{"name"', '"sampling"', '"answers"'):
        text = text.replace(opening, "\n" + opening)
    path.write_text(text + "\n", encoding="utf-8")


def sources(folder: Path, plan: Plan) -> list[dict[str, Any]]:
    """Per source its share of the training and the tokens of it that were seen."""
    rows = saved_rows(folder)
    return [
        {
            "name": source.name,
            "language": source.language,
            "share": source.share,
            "tokens": rows[source.name] * plan.context,
        }
        for source in SOURCES
    ]


def tokens_per_byte(folder: Path, plan: Plan, tokenizer: Tokenizer) -> dict[str, float]:
    """Of the watched held-out rows, per source; `<|endoftext|>` is a token without bytes."""
    watched = Watched(folder, plan.context)
    density = {}
    for source in WATCHED:
        tokens = tokenizer.tokens(watched.targets(source.name))
        density[source.name] = len(tokens) / sum(len(token.bytes) for token in tokens)
    return density


def _record(line: Record, density: dict[str, float]) -> dict[str, Any]:
    losses = {source.name: line[source.name] for source in WATCHED}
    bits = {name: loss / math.log(2) * density[name] for name, loss in losses.items()}
    return {
        "step": line["step"],
        "tokens": line["tokens"],
        "train": round(line["train"], 4) if "train" in line else None,
        "heldout": _by_language(losses),
        "bits_per_byte": _by_language(bits),
        "sources": {name: round(value, 4) for name, value in bits.items()},
    }


def _by_language(values: dict[str, float]) -> dict[str, float]:
    """Per language the mean over what is modern and simple: its sources, prose left out."""
    means = {}
    for language in LANGUAGES:
        some = [
            values[source.name]
            for source in WATCHED
            if source.language == language and not source.name.endswith("_prose")
        ]
        means[language] = round(sum(some) / len(some), 4)
    return means


def kept_snapshots(folder: Path, last: int) -> list[int]:
    """Of the steps kept, those nearest to an even spacing on a logarithmic scale.

    A run that went on under another plan has kept more than are needed.
    """
    kept = [int(path.stem) for path in (folder / "snapshots").glob("*.pt")]
    kept = [step for step in kept if step <= last]
    return sorted(
        {
            min(kept, key=lambda step: abs(math.log1p(step) - math.log1p(wanted)))
            for wanted in snapshot_steps(last)
        }
    )


def open_snapshot(folder: Path, step: int, config: Config, tokenizer: Tokenizer) -> Model:
    """The model as it was after a step, from the bfloat16 weights that were kept."""
    network = GPT(config)
    path = folder / "snapshots" / f"{step:07}.pt"
    network.load_state_dict(torch.load(path, weights_only=True))
    return Model(f"step {step}", network.eval().requires_grad_(False), tokenizer)


def say(model: Model, prompts: Sequence[Prompt]) -> list[dict[str, Any]]:
    """What a model makes of each prompt: its first guesses, and how it goes on."""
    return [
        {"next": guesses(model, prompt.text), "sample": sample(model, prompt.text)}
        for prompt in prompts
    ]


def guesses(model: Model, text: str) -> list[tuple[int, str, float]]:
    """The most probable next tokens: id, text, plain softmax probability."""
    here = distribution(model.read(text).row_logits(-1), Settings())
    return [
        (id, model.tokenizer.token(id).text, float(f"{float(here.plain[id]):.4g}"))
        for id in here.order[:GUESSES].tolist()
    ]


def sample(model: Model, text: str) -> str:
    """The text of up to 40 drawn tokens, `<|endoftext|>` included where it ends the text."""
    return "".join(step.token.text for step in model.write(text, SAMPLING, SAMPLE_TOKENS))
