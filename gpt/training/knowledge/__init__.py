"""What every child knows, told in many ways, in French and in English.

The folder `data` holds what is so (tables) and how it is said (patterns); README.md says how to add
a fact. A pass tells everything once; another pass tells it in other words.
"""

from __future__ import annotations

from gpt.training.knowledge.clozes import Cloze, cloze
from gpt.training.knowledge.passes import one_pass

__all__ = ["Cloze", "cloze", "documents"]


def documents(language: str, number: int) -> list[str]:
    """Everything told once: pass `number` of as many as one likes, shuffled, in other words than
    the passes before it.

    `language` is en or fr. The same number gives the same documents on any machine.
    """
    return [document.text for document in one_pass(language, number)]
