"""Stories of our own, told anew at every pass: see README.md for the form of a kit.

A kit is one story written in French and in English with slots; telling it fills each slot with one
name or thing from the first sentence to the last. A small model learns from that to keep hold of a
story. One kit in twenty is never told in training: the held-out kits show what was really learnt.
"""

from gpt.training.kits.form import Kit, all_kits, held_out
from gpt.training.kits.telling import Telling, documents, heldout_documents, tell

__all__ = [
    "Kit",
    "Telling",
    "all_kits",
    "documents",
    "held_out",
    "heldout_documents",
    "tell",
]
