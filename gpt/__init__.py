"""A GPT base model, open: tokens, logits after every token, probabilities, the choice.

import gpt
model = gpt.load("conteur")
reading = model.read("Il était une fois")
distribution = gpt.distribution(reading.logits[-1], gpt.Settings(temperature=0.8, top_p=0.9))
choice = distribution.choose(gpt.draw(seed=7, step=0))
"""

from gpt.errors import CheckpointError
from gpt.generate import Model, Step, generate_next_token
from gpt.model import GPT, Config
from gpt.reading import Guess, Outcome, Reading, Row
from gpt.sampling import Choice, Distribution, Settings, distribution, draw
from gpt.tokenizer import Piece, Token, Tokenizer
from gpt.trace import Trace
from gpt.weights import load

__all__ = [
    "GPT",
    "CheckpointError",
    "Choice",
    "Config",
    "Distribution",
    "Guess",
    "Model",
    "Outcome",
    "Piece",
    "Reading",
    "Row",
    "Settings",
    "Step",
    "Token",
    "Tokenizer",
    "Trace",
    "distribution",
    "draw",
    "generate_next_token",
    "load",
]
