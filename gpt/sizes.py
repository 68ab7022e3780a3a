"""How large models of this shape are: the ones that were published, and how to count any of them.

GPT-2's blocks and channels: Radford et al. (2019), table 2; its heads: the files published with its
weights. GPT-3's: Brown et al. (2020), table 2.1; both read with the same vocabulary.
"""

from __future__ import annotations

from gpt.model import Config

VOCABULARY = 50_257

PUBLISHED = {
    "GPT-2 small": Config(VOCABULARY, context=1024, layers=12, heads=12, channels=768),
    "GPT-2 medium": Config(VOCABULARY, context=1024, layers=24, heads=16, channels=1024),
    "GPT-2 large": Config(VOCABULARY, context=1024, layers=36, heads=20, channels=1280),
    "GPT-2 XL": Config(VOCABULARY, context=1024, layers=48, heads=25, channels=1600),
    "GPT-3 175B": Config(VOCABULARY, context=2048, layers=96, heads=96, channels=12_288),
}


def parameters(config: Config) -> int:
    """How many numbers such a model has learnt.

    A block: 4C² for attention, 8C² for a feed-forward of 4C neurons, 13C for biases and two norms.
    """
    channels = config.channels
    tables = (config.vocabulary + config.context) * channels
    block = (4 * channels + 2 * config.wide + 9) * channels + config.wide
    output = 0 if config.tied else config.vocabulary * channels
    return tables + config.layers * block + 2 * channels + output
