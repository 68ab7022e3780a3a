"""The commands of the training: `python -m gpt.training --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from tokenizers import Tokenizer

from gpt.model import GPT, Config
from gpt.training.corpus import SOURCES
from gpt.training.evaluate import bits_per_byte, read_text
from gpt.training.export import export
from gpt.training.figures import Figure, baselines, note, put_in_card, table
from gpt.training.loop import train
from gpt.training.plan import Plan
from gpt.training.prepare import PASSES, VOCABULARY, prepare, tokens_seen
from gpt.training.record import record, write_record
from gpt.training.state import read_log, saved_weights
from gpt.weights import BUNDLED, CheckpointError, load

CONTEUR = BUNDLED["conteur"]

Parser = argparse.ArgumentParser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it is done, 1 when it was stopped or cannot be done."""
    options = parser().parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        done: bool = options.run(options)
    except (CheckpointError, OSError, ValueError) as reason:
        print(f"{options.command}: {reason}", file=sys.stderr)
        return 1
    return 0 if done else 1


def run_prepare(options: argparse.Namespace) -> bool:
    prepare(options.corpus, options.state, options.vocabulary, options.passes)
    return True


def run_train(options: argparse.Namespace) -> bool:
    plan, start, seen, tokenizer = chosen_plan(options), None, 0, None
    if options.from_weights and not (options.state / "state.pt").exists():
        start = load(options.from_weights).network
        plan = replace(plan, **shape_of(start))
        seen = tokens_seen(options.from_weights)
        tokenizer = options.from_weights / "tokenizer.json"
    prepare(options.corpus, options.state, options.vocabulary, options.passes, tokenizer)
    plan.write(options.state / "plan.json")
    return train(options.state, plan, options.watch_every, options.save_every, start, seen)


def run_export(options: argparse.Namespace) -> bool:
    plan = stored_plan(options.state)
    tokenizer = Tokenizer.from_file(str(options.state / "tokenizer.json"))
    network = GPT(
        Config(tokenizer.get_vocab_size(), plan.context, plan.layers, plan.heads, plan.channels)
    )
    network.load_state_dict(saved_weights(options.state))
    export(network, tokenizer, options.out)
    print(f"the weights and the tokenizer are in {options.out}")
    return options.weights_only or run_record(options)


def run_record(options: argparse.Namespace) -> bool:
    path = options.out / "training.json"
    write_record(record(options.state, stored_plan(options.state)), path)
    print(f"the run is recorded in {path}")
    return True


def run_evaluate(options: argparse.Namespace) -> bool:
    model = load(options.model or "conteur")
    context = options.context or model.network.config.context
    chosen = [source for source in SOURCES if not options.only or source.name in options.only]
    texts = [read_text(model, options.corpus, source) for source in chosen]
    figures = []
    for text in texts:
        print(f"reading {text.source.name}: {text.tokens:,} tokens", file=sys.stderr, flush=True)
        figures.append(Figure(text, bits_per_byte(model, text, context)))
    if options.baselines:
        lines = baselines(options.corpus, model.tokenizer, texts)
        figures = [
            replace(figure, baseline=line) for figure, line in zip(figures, lines, strict=True)
        ]
    print(table(figures, options.markdown))
    if options.card:
        put_in_card(options.card, f"{table(figures, markdown=True)}\n\n{note(model, context)}")
    return True


def run_all(options: argparse.Namespace) -> bool:
    if not (run_train(options) and run_export(options)):
        return False
    options.model = options.model or options.out
    return run_evaluate(options)


def chosen_plan(options: argparse.Namespace) -> Plan:
    """The plan of the run in the folder, else the usual one, with what the options change."""
    stored = options.state / "plan.json"
    plan = Plan.read(stored) if stored.exists() else Plan()
    names = ("tokens", "layers", "heads", "channels", "context", "rows", "seed", "warm_up_steps")
    given = {name: getattr(options, name) for name in names}
    return replace(plan, **{name: value for name, value in given.items() if value is not None})


def stored_plan(state: Path) -> Plan:
    """The plan of the run in the folder; of one that left none, the usual one as far as it went."""
    path = state / "plan.json"
    if path.exists():
        return Plan.read(path)
    return replace(Plan(), tokens=int(read_log(state)[-1]["tokens"]))


def shape_of(network: GPT) -> dict[str, int]:
    config = network.config
    return {
        "layers": config.layers,
        "heads": config.heads,
        "channels": config.channels,
        "context": config.context,
    }


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(
        prog="python -m gpt.training",
        description="Make the bundled model: corpus, vocabulary, training, evaluation, export.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="command")

    everywhere, corpus, state = _threads(), _corpus(), _state()
    preparation, training, out, evaluation = _preparation(), _training(), _out(), _evaluation()

    def command(
        name: str, run: Callable[[argparse.Namespace], bool], text: str, *options: Parser
    ) -> Parser:
        made = commands.add_parser(
            name, help=text, description=text, parents=[*options, everywhere]
        )
        made.set_defaults(run=run)
        return made

    command(
        "prepare",
        run_prepare,
        "Learn the vocabulary and write the token files, as far as they are missing.",
        corpus,
        state,
        preparation,
    )
    command(
        "train",
        run_train,
        "Train from where the run in the state folder stands; Ctrl-C or SIGTERM saves and stops.",
        corpus,
        state,
        preparation,
        training,
    )
    command(
        "export",
        run_export,
        "Write the run's weights in the Hub's layout, and training.json beside them.",
        state,
        out,
    )
    command(
        "record",
        run_record,
        "Write training.json alone: the losses, and what the model said on the way.",
        state,
        out,
    )
    command(
        "evaluate",
        run_evaluate,
        "Print the bits per byte of a checkpoint on the held-out texts, file by file.",
        corpus,
        evaluation,
    ).add_argument("--context", type=int, help="tokens read at once (the model's own)")
    command(
        "all",
        run_all,
        "Prepare, train, export, record and evaluate: the model from the corpus, in one go.",
        corpus,
        state,
        preparation,
        training,
        out,
        evaluation,
    )
    return top


def _options() -> Parser:
    return argparse.ArgumentParser(add_help=False)


def _threads() -> Parser:
    options = _options()
    options.add_argument("--threads", type=int, help="threads for torch (its own choice)")
    return options


def _corpus() -> Parser:
    options = _options()
    options.add_argument("--corpus", type=Path, required=True, help="folder of the *.xz files")
    return options


def _state() -> Parser:
    options = _options()
    options.add_argument(
        "--state", type=Path, default=Path(".training"), help="folder of the run (.training)"
    )
    return options


def _preparation() -> Parser:
    options = _options()
    options.add_argument(
        "--vocabulary", type=int, default=VOCABULARY, help=f"tokens to learn ({VOCABULARY:,})"
    )
    options.add_argument(
        "--passes", type=int, default=PASSES, help=f"typographic variants to write ({PASSES})"
    )
    return options


def _training() -> Parser:
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
    options.add_argument(
        "--from-weights",
        type=Path,
        metavar="FOLDER",
        help="a checkpoint to go on from if the state is lost; the optimizers start afresh",
    )
    return options


def _out() -> Parser:
    options = _options()
    options.add_argument(
        "--out", type=Path, default=CONTEUR, help="folder of the checkpoint (gpt/conteur)"
    )
    options.add_argument(
        "--weights-only", action="store_true", help="export leaves training.json as it is"
    )
    return options


def _evaluation() -> Parser:
    options = _options()
    options.add_argument(
        "--model", help="a bundled name or a checkpoint's folder (conteur; all: what it exported)"
    )
    options.add_argument(
        "--only", nargs="+", choices=[source.name for source in SOURCES], help="these sources only"
    )
    options.add_argument(
        "--baselines",
        action="store_true",
        help="beside a 5-gram model and xz -9, counted if gpt/training/baselines.json does not fit",
    )
    options.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    options.add_argument("--card", type=Path, help="put the table into this model card as well")
    return options


def _usual(text: str, value: int) -> str:
    return f"{text} (the run's plan, else {value:,})"


def _count(text: str) -> int:
    """`60e6` and `60000000` are the same number."""
    return int(float(text))


if __name__ == "__main__":
    sys.exit(main())
