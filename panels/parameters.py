"""Where the parameters are: every number the training has set, counted by part."""

from __future__ import annotations

from typing import Any

from panels.screen.view import View


def data(view: View) -> dict[str, Any]:
    """The parts of the network with their counts; of the blocks, one and all of them.

    A tied output matrix is not there: it is the table of token embeddings, used a second time.
    """
    network = view.model.network
    config = network.config
    sizes = {name: each.numel() for name, each in network.named_parameters()}
    total = sum(sizes.values())

    def counted(part: str) -> int:
        return sum(size for name, size in sizes.items() if name.startswith(part))

    parts = {
        "tied_embedding" if config.tied else "token_embedding": counted("token_embedding."),
        "position_embedding": counted("position_embedding."),
        "attention": sum(counted(f"blocks.{n}.attention.") for n in range(config.layers)),
        "feed_forward": sum(counted(f"blocks.{n}.feed_forward.") for n in range(config.layers)),
        "norms": counted("norm.") + sum(
            counted(f"blocks.{n}.norm_") for n in range(config.layers)
        ),
    }  # fmt: skip
    if not config.tied:
        parts["output"] = counted("output.")
    block = counted("blocks.0.")
    forward = counted("blocks.0.feed_forward.")
    return {
        "layers": config.layers,
        "channels": config.channels,
        "wide": config.wide,
        "vocabulary": config.vocabulary,
        "context": config.context,
        "parts": [
            {"name": name, "count": count, "share": count / total} for name, count in parts.items()
        ],
        "total": total,
        "expand": sizes["blocks.0.feed_forward.expand.weight"],
        "expand_bias": sizes["blocks.0.feed_forward.expand.bias"],
        "contract": sizes["blocks.0.feed_forward.contract.weight"],
        "contract_bias": sizes["blocks.0.feed_forward.contract.bias"],
        "feed_forward": forward,
        "block": block,
        "share_of_block": forward / block,
    }
