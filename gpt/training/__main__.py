"""The commands of the training: `python -m gpt.training --help`."""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from tokenizers import Tokenizer

from gpt.counts import FILE
from gpt.errors import CheckpointError
from gpt.model import GPT, Config
from gpt.training import knowledge, options
from gpt.training.counting import count_texts
from gpt.training.evaluate import bits_per_byte, read_text
from gpt.training.exams.report import exam_note, exam_table, examine
from gpt.training.exams.stories import LANGUAGES, median_sentences, sheet, stories
from gpt.training.export import export
from gpt.training.figures import Figure, baselines, note, put_in_card, table
from gpt.training.kits import all_kits, tell
from gpt.training.kits.faults import faults
from gpt.training.loop import Beginning, Means, train
from gpt.training.plan import Plan
from gpt.training.prepare import prepare, tokens_seen
from gpt.training.record import record, write_record
from gpt.training.state import read_log, saved_weights
from gpt.training.tokens import WATCHED
from gpt.weights import load


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it is done, 1 when it was stopped or cannot be done."""
    chosen = parser().parse_args(arguments)
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    try:
        done: bool = chosen.run(chosen)
    except (CheckpointError, OSError, ValueError) as reason:
        print(f"{chosen.command}: {reason}", file=sys.stderr)
        return 1
    return 0 if done else 1


def run_prepare(chosen: argparse.Namespace) -> bool:
    prepare(chosen.corpus, chosen.state, chosen.vocabulary)
    return True


def run_train(chosen: argparse.Namespace) -> bool:
    plan, beginning, tokenizer = chosen_plan(chosen), None, None
    if chosen.from_weights and not (chosen.state / "state.pt").exists():
        network = load(chosen.from_weights).network
        beginning = Beginning(network, tokens_seen(chosen.from_weights))
        plan = replace(plan, **shape_of(network))
        tokenizer = chosen.from_weights / "tokenizer.json"
    prepare(chosen.corpus, chosen.state, chosen.vocabulary, tokenizer)
    plan.write(chosen.state / "plan.json")
    means = Means(chosen.device, chosen.hands, not chosen.uncompiled)
    return train(
        chosen.corpus, chosen.state, plan, means, chosen.watch_every, chosen.save_every, beginning
    )


def run_export(chosen: argparse.Namespace) -> bool:
    plan = stored_plan(chosen.state)
    tokenizer = Tokenizer.from_file(str(chosen.state / "tokenizer.json"))
    vocabulary = tokenizer.get_vocab_size()
    network = GPT(Config(vocabulary, plan.context, plan.layers, plan.heads, plan.channels))
    network.load_state_dict(saved_weights(chosen.state))
    export(network, tokenizer, chosen.out)
    print(f"the weights and the tokenizer are in {chosen.out}")
    return chosen.weights_only or run_record(chosen)


def run_record(chosen: argparse.Namespace) -> bool:
    path = chosen.out / "training.json"
    write_record(record(chosen.state, stored_plan(chosen.state)), path)
    print(f"the run is recorded in {path}")
    return True


def run_count(chosen: argparse.Namespace) -> bool:
    counted = count_texts(chosen.corpus, load(chosen.out).tokenizer)
    counted.save(chosen.out / FILE)
    print(f"{counted.total:,} tokens are counted in {chosen.out / FILE}")
    return True


def run_evaluate(chosen: argparse.Namespace) -> bool:
    model = load(chosen.model or "conteur")
    context = chosen.context or model.network.config.context
    sources = [s for s in WATCHED if not chosen.only or s.name in chosen.only]
    texts = [read_text(model, chosen.corpus, source) for source in sources]
    figures = []
    for text in texts:
        print(f"reading {text.source.name}: {text.tokens:,} tokens", file=sys.stderr, flush=True)
        figures.append(Figure(text, bits_per_byte(model, text, context)))
    if chosen.baselines:
        lines = baselines(chosen.corpus, model.tokenizer, texts)
        figures = [
            replace(figure, baseline=line) for figure, line in zip(figures, lines, strict=True)
        ]
    print(table(figures, chosen.markdown))
    card = [table(figures, markdown=True), note(model, context)]
    if not chosen.only:
        exams = examine(model, chosen.corpus, knowledge.cloze(), chosen.quick)
        print(f"\n{exam_table(exams, chosen.markdown)}")
        card += [exam_table(exams, markdown=True), exam_note(chosen.quick)]
    if chosen.card:
        put_in_card(chosen.card, "\n\n".join(card))
    return True


def run_read(chosen: argparse.Namespace) -> bool:
    model = load(chosen.model or "conteur")
    told = {language: stories(model, language) for language in LANGUAGES}
    chosen.out.write_text(sheet(model, told), encoding="utf-8")
    for language, some in told.items():
        print(f"{language}: {len(some)} stories, median {median_sentences(some):g} sentences")
    print(f"the stories are in {chosen.out}")
    return True


def run_kits(chosen: argparse.Namespace) -> bool:
    if chosen.name is None:
        found = [fault for kit in all_kits() for fault in faults(kit)]
        print(*found, f"{len(all_kits())} kits, {len(found)} faults", sep="\n")
        return not found
    for kit in all_kits():
        if kit.name == chosen.name:
            for language in LANGUAGES:
                for time in range(3):
                    print(f"{tell(kit, language, random.Random(time)).text}\n\n---\n")
            return True
    raise ValueError(f"there is no kit called {chosen.name}")


def run_all(chosen: argparse.Namespace) -> bool:
    if not (run_train(chosen) and run_export(chosen) and run_count(chosen)):
        return False
    chosen.model = chosen.model or chosen.out
    return run_evaluate(chosen)


def chosen_plan(chosen: argparse.Namespace) -> Plan:
    """The plan of the run in the folder, else the usual one, with what the options change."""
    stored = chosen.state / "plan.json"
    plan = Plan.read(stored) if stored.exists() else Plan()
    names = ("tokens", "layers", "heads", "channels", "context", "rows", "seed", "warm_up_steps")
    given = {name: getattr(chosen, name) for name in names}
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

    everywhere, corpus, state = options.threads(), options.corpus(), options.state()
    preparation, training = options.preparation(), options.training()
    out, evaluation = options.out(), options.evaluation()

    def command(
        name: str, run: Callable[[argparse.Namespace], bool], text: str, *groups: options.Parser
    ) -> options.Parser:
        made = commands.add_parser(name, help=text, description=text, parents=[*groups, everywhere])
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
        "count",
        run_count,
        "Count what follows what in the texts: for the writers that stand beside the model.",
        corpus,
        out,
    )
    command(
        "evaluate",
        run_evaluate,
        "Print a checkpoint's bits per byte on the held-out texts, file by file, and its exams.",
        corpus,
        evaluation,
    ).add_argument("--context", type=int, help="tokens read at once (the model's own)")
    command(
        "read",
        run_read,
        "Write twenty stories a language on a sheet, for people who mark where one breaks off.",
        options.sheet(),
    )
    command(
        "kits",
        run_kits,
        "Name the faults of all story kits, or tell one of them, three times in each language.",
    ).add_argument("name", nargs="?", help="a kit to tell")
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


if __name__ == "__main__":
    sys.exit(main())
