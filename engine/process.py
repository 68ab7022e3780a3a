"""What this process serves with: its models, and its helpers once the app has started them."""

from __future__ import annotations

from engine.crew import Crew, helpers
from engine.memory import settle
from engine.shelf import ALWAYS, Models, from_environment

settle()
models: Models = from_environment()

crew = Crew(helpers(), lambda: models.named(ALWAYS))
"""Those who do what the events ask for, once the app has started them."""


def start_loading() -> None:
    """Open the bundled model in the background: the helpers' where there are any."""
    if crew.there:
        crew.begin()
    else:
        models.start()


def ready() -> bool:
    """Whether the model is in memory, here or a helper's."""
    return models.ready or crew.ready
