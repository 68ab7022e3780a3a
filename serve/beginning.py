"""The first import of the app: what must be settled before Gradio is imported.

Gradio reads its environment while it is imported; a stop that arrives meanwhile must still be a
clean one. What is imported stays: to look through it for what could be thrown away, again and again
while it grows, would be a fifth of the time until the port answers.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from types import FrameType

from livre_ouvert import settings
from serve import zero_gpu

QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}
SPACE_MARK = "SYSTEM"
"""Where this says "spaces", Gradio watches its own source, and its page fetches fonts and asks a
foreign host about the Space. None of it is needed to run there."""
ABSENT = ("matplotlib", "IPython")
LOOPBACK = "localhost,127.0.0.1"


def settle() -> None:
    """Nobody is told that the app runs, no proxy stands before it, a stop signal ends it with 0;
    nothing is looked through for garbage until it is `over`. Nothing is drawn with Matplotlib, and
    this is no notebook: Gradio, which looks for the one on the disk before and after each event,
    and Plotly, which would load the other where it is installed, are told so at once. What the host
    sets is read, too: what cannot be ends the process with a sentence and 1."""
    try:
        settings.check()
    except settings.SettingError as sentence:
        sys.exit(str(sentence))
    os.environ.update(QUIET)
    os.environ.pop(SPACE_MARK, None)
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), LOOPBACK]))
    for name in ABSENT:
        sys.modules[name] = None  # type: ignore[assignment]
    gc.disable()
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    zero_gpu.offer()


def over() -> None:
    """What is there now stays; from here on, what nobody uses any more is thrown away."""
    gc.freeze()
    gc.enable()


def wait() -> None:
    """Wait for Ctrl-C or SIGTERM, which raise SystemExit(0) here."""
    threading.Event().wait()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


settle()
