"""`python -m benchmarks.streams`: many texts written at once, on GPT-2 small's shape."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from benchmarks.running import Line, show
from benchmarks.small import Both, gpt2_small, in_turn
from gpt import Settings, distribution

PROMPT, TOKENS, TIMES = 64, 32, 3
AIMS = {8: 3.5, 32: 6.0}
"""How many at once → how many times the speed of one after the other."""

ALONE = 4
"""Texts that are enough to tell the speed of one after the other."""

GREEDY = Settings("greedy")


def lines() -> list[Line]:
    """Tokens per second of all together: against `transformers` one by one, and in a batch."""
    found = []
    with gpt2_small() as both:
        for streams, aim in AIMS.items():
            ours, alone, batched = measured(both, streams)
            of = f"{streams} streams, {PROMPT} + {TOKENS} tokens each"
            a_second = streams * TOKENS / ours
            for peer, theirs, bound in (
                ("transformers, one by one", ALONE * TOKENS / alone, aim),
                ("transformers, one batch", streams * TOKENS / batched, 1.0),
            ):
                found.append(Line(of, peer, a_second, theirs, "tokens/s", bound, least=True))
    return found


def measured(both: Both, streams: int) -> list[float]:
    """Seconds: all of them together by us, a few one by one, all in a batch."""
    rounds = iter(range(100))
    few, many = texts(both, ALONE, 0), texts(both, streams, 0)
    return in_turn(
        TIMES,
        lambda: write(both, texts(both, streams, next(rounds))),
        both.on_all_cores(lambda: one_by_one(both, few)),
        both.on_all_cores(lambda: both.generate(many, TOKENS)),
    )


def texts(both: Both, streams: int, turn: int) -> list[list[int]]:
    """Texts that nobody has read yet: nothing may come from what the engine keeps."""
    return [both.ids(PROMPT, seed=1000 * turn + stream) for stream in range(streams)]


def write(both: Both, prompts: list[list[int]]) -> None:
    """A thread a visitor, as in the app: each asks the one engine for its text, step by step."""

    def one(ids: list[int]) -> None:
        for _ in range(TOKENS):
            row = both.engine.read(ids).row_logits(-1)
            ids.append(distribution(row, GREEDY).choose().token_id)

    with ThreadPoolExecutor(len(prompts)) as visitors:
        list(visitors.map(one, prompts))


def one_by_one(both: Both, prompts: list[list[int]]) -> None:
    for prompt in prompts:
        both.generate([prompt], TOKENS)


if __name__ == "__main__":
    show(lines())
