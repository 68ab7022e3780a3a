"""The project as it is installed, and its command; here, where it lies: its folders, its addresses.

In a checkout `site/`, `docs/` and `app.py` stand beside the packages. An installed copy has them
inside this package: a folder named `site` has no place where Python looks for modules.
"""

import re
from functools import cache
from pathlib import Path

from livre_ouvert import settings

CODE = Path(__file__).parent.parent
"""Where the packages stand."""

HOUSE = Path(__file__).parent if Path(__file__).with_name("site").is_dir() else CODE
"""Where `site/`, `docs/` and `app.py` stand."""


def root() -> str:
    """What comes before every address: `/gpt` where OPENBOOK_ROOT says so, nothing without it."""
    return settings.ROOT.of()


def rooted(markup: str) -> str:
    """Markup of our own, each of its addresses below the root; one that is there stays."""
    return _addresses(root()).sub(rf"\g<0>{root()}", markup) if root() else markup


@cache
def _addresses(root: str) -> re.Pattern[str]:
    """What stands before an address of ours, in an attribute or told as code."""
    attribute = r'\s(?:href|src|action|hx-post|data-(?:lab|answer|script))="'
    told = r"<code>(?:GET |POST )?(?=/(?:api|panels|labo?)\b)"
    return re.compile(rf"(?:{attribute}|{told})(?=/(?!/))(?!{re.escape(root)}/)")
