"""The options of the commands, in the groups that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path

from gpt.training.plan import Plan
from gpt.training.prepare import VOCABULARY
from gpt.training.tokens import WATCHED
from gpt.weights import BUNDLED

Parser = argparse.ArgumentParser


def _options() -> Parser:
    return argparse.ArgumentParser(add_help=False)


def threads() -> Parser:
    """How many threads torch may use."""
    options = _options()
    options.add_argument("--threads", type=int, help="threads for torch (its own choice)")
    return options


def corpus() -> Parser:
    """Where the corpus is."""
    options = _options()
    options.add_argument("--corpus", type=Path, required=True, help="folder of the *.xz files")
    return options


def state() -> Parser:
    """Where the run is."""
    options = _options()
    options.add_argument(
        "--state", type=Path, default=Path(".training"), help="folder of the run (.training)"
    )
    return options


def preparation() -> Parser:
    """What the token files are to hold."""
    options = _options()
    options.add_argument(
        "--vocabulary", type=int, default=VOCABULARY, help=f"tokens to learn ({VOCABULARY:,})"
    )
    return options


def training() -> Parser:
    """What the run is to be, and how it is watched."""
    options, usual = _options(), Plan()
    options.add_argument("--tokens", type=_count, help=_usual("tokens to see", usual.tokens))
    options.add_argument("--layers", type=int, help=_usual("blocks", usual.layers))
    options.add_argument("--heads", type=int, help=_usual("attention heads a block", usual.heads))
    options.add_argument("--channels", type=int, help=_usual("width", usual.channels))
    options.add_argument("--context", type=int, help=_usual("tokens a row", usual.context))
    options.add_argument("--rows", type=int, help=_usual("rows a step", usual.rows))
    options.add_argument("--seed", type=int, help=_usual("of the first weights", usual.seed))
    options.add_argument(
        "--warm-up-steps", type=int, help=_usual("steps to the full rate", usual.warm_up_steps)
    )
    options.add_argument(
        "--watch-every", type=int, default=200, help="steps between two records (200)"
    )
    options.add_argument(
        "--save-every", type=int, default=100, help="steps between two savings (100)"
    )
    options.add_argument("--device", default="cpu", help="where to compute: cpu, cuda (cpu)")
    options.add_argument(
        "--hands", type=int, help="processes beside each other, one core each (all cores)"
    )
    options.add_argument(
        "--uncompiled", action="store_true", help="without torch.compile: slower, begins at once"
    )
    options.add_argument(
        "--from-weights",
        type=Path,
        metavar="FOLDER",
        help="a checkpoint to go on from if the state is lost; the optimizers start afresh",
    )
    return options


def out() -> Parser:
    """Where the checkpoint goes."""
    options = _options()
    options.add_argument(
        "--out",
        type=Path,
        default=BUNDLED["conteur"],
        help="folder of the checkpoint (gpt/conteur)",
    )
    options.add_argument(
        "--weights-only", action="store_true", help="export leaves training.json as it is"
    )
    return options


def model() -> Parser:
    """Who is asked."""
    options = _options()
    options.add_argument(
        "--model", help="a bundled name or a checkpoint's folder (conteur; all: what it exported)"
    )
    return options


def sheet() -> Parser:
    """Where the stories go."""
    options = model()
    options.add_argument("--out", type=Path, required=True, help="the Markdown file to write")
    return options


def evaluation() -> Parser:
    """What is measured, and how it is shown."""
    options = model()
    options.add_argument(
        "--quick", action="store_true", help="without the exams for which the model must write"
    )
    options.add_argument(
        "--only",
        nargs="+",
        choices=[source.name for source in WATCHED],
        help="these sources only, and no exams",
    )
    options.add_argument(
        "--baselines",
        action="store_true",
        help="beside a 5-gram model and xz -9, counted if gpt/training/baselines.json does not fit",
    )
    options.add_argument("--markdown", action="store_true", help="print the tables in Markdown")
    options.add_argument("--card", type=Path, help="put the tables into this model card")
    return options


def _usual(text: str, value: int) -> str:
    return f"{text} (the run's plan, else {value:,})"


def _count(text: str) -> int:
    """`60e6` and `60000000` are the same number."""
    return int(float(text))
