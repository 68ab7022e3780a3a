"""The project as it is installed, and its command; here, where its folders are.

In a checkout `site/`, `docs/` and `app.py` stand beside the packages. An installed copy has them
inside this package: a folder named `site` has no place where Python looks for modules.
"""

from pathlib import Path

CODE = Path(__file__).parent.parent
"""Where the packages stand."""

HOUSE = Path(__file__).parent if Path(__file__).with_name("site").is_dir() else CODE
"""Where `site/`, `docs/` and `app.py` stand."""
