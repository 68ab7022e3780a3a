"""serve/beginning.py: what the app is told before Gradio is imported."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

from tests.conftest import ROOT


def test_what_the_app_does_not_need_is_not_loaded_where_it_is_installed() -> None:
    """IPython is installed here, for the notebooks' test; the app would carry it along."""
    assert find_spec("IPython") is not None
    program = (
        "import serve.beginning\n"
        "from plotly.io import _renderers\n"
        "print(_renderers.ipython, _renderers.ipython_display)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "None None\n"
