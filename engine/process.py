"""What this process serves with: its models, and its helpers once the app has started them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.cluster import Cluster
from engine.crew import Crew, Work, helpers
from engine.memory import held_by, memory_of, settle
from engine.shelf import ALWAYS, Shelf, from_environment
from engine.tally import tally
from livre_ouvert import settings

settle()

models: Shelf = from_environment()


def _begin() -> None:
    """Of a helper: open its model."""
    engine = models.named(ALWAYS)
    tally.put("model", memory_of(engine.model.network.config))


def _begin_elsewhere() -> Sequence[Work]:
    """Of a replica: open its model too, and tell what it can be asked for."""
    _begin()
    return crew.works


_cluster = settings.ENGINE.of()
crew = (
    Cluster(_cluster, settings.HELPERS.of(), _begin_elsewhere)
    if _cluster
    else Crew(helpers(), _begin)
)
"""Those who do what the events ask for, once the app has started them."""


def start_loading() -> None:
    """Open the bundled model in the background: the helpers' where there are any."""
    crew.begin()
    if not crew.there:
        models.start()


def ready() -> bool:
    """Whether the model is in memory, here or a helper's."""
    return models.ready or crew.ready


@dataclass(frozen=True)
class Figures:
    """What this process and its helpers have done, and hold; memory in bytes."""

    passes: int
    texts: int
    tokens: int
    seconds: float
    helpers: int
    processes: list[int]
    """The memory of each, of this one first."""
    models: dict[str, int]
    """What each takes, in all processes, by its name; 0 for one that is not in memory."""


def figures() -> Figures:
    """As they are now."""
    sizes = models.held
    sizes[ALWAYS] += int(tally.total("model"))
    return Figures(
        passes=int(tally.total("passes")),
        texts=int(tally.total("texts")),
        tokens=int(tally.total("tokens")),
        seconds=tally.total("seconds"),
        helpers=crew.count,
        processes=[held for each in tally.processes if (held := held_by(each))],
        models=sizes,
    )
