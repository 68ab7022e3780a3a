"""`python -m benchmarks.classroom`: a class on one server, through its real addresses.

Half of the visitors step in the lab, half in the panel of a page. The peer is a plain Gradio app
that calls `transformers` with the same weights for every event.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.running import ROOT, App, Line, app, serving, show
from benchmarks.visitors import Class, InTheLab, OfThePlainApp, OnAPage, Visitor, visit
from tests.ports import free_port

PACE = 2.0
SATURATED, PACED = 50, (1, 10, 50, 200)
LASTING = 8.0
WEIGHTS = ROOT / "gpt" / "conteur"


def lines() -> list[Line]:
    """Steps a second when all step as fast as they can; how long a step takes at a human pace."""
    with plain_app() as plain:
        peer = visit(plain.address, [OfThePlainApp], SATURATED, 0, LASTING)
    of = f"a class of {SATURATED}, as fast as answers come"
    found = []
    with app() as running:
        running.wait(lambda health: health["model"] is True)
        kinds: dict[str, list[type[Visitor]]] = {
            "on a page": [OnAPage],
            "in the lab": [InTheLab],
            "half and half": [OnAPage, InTheLab],
        }
        for where, visitors in kinds.items():
            ours = visit(running.address, visitors, SATURATED, 0, LASTING)
            known = "a plain Gradio app"
            rate, theirs = ours.a_second, peer.a_second
            found.append(Line(f"{of}, {where}", known, rate, theirs, "steps/s", 5.0, least=True))
            found += wrong(ours, f"{of}, {where}")
        for count in PACED:
            ours = visit(running.address, [OnAPage, InTheLab], count, PACE, LASTING)
            of = f"{count} visitors, a step every {PACE:.0f} s"
            aim = 500 if count == SATURATED else None
            found += [
                Line(f"{of}: half of the steps within", "", ours.quantile(0.5)),
                Line(f"{of}: 95 of 100 within", "", ours.quantile(0.95), aim=aim),
                Line(f"{of}: errors", "", len(ours.errors), unit="", aim=0),
            ]
    return [*found, *wrong(peer, "the plain app")]


def wrong(seen: Class, what: str) -> list[Line]:
    """A line that tells of errors, if there were any."""
    return [Line(f"{what}: errors", "", len(seen.errors), unit="", aim=0)] if seen.errors else []


@contextmanager
def plain_app() -> Iterator[App]:
    """The peer, once it answers."""
    port = free_port()
    command = ["benchmarks/plain_app.py", str(WEIGHTS), str(port)]
    with serving(command, port, stderr=subprocess.DEVNULL) as running:
        running.until("/", lambda answer: answer.is_success)
        yield running


if __name__ == "__main__":
    show(lines())
