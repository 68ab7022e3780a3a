"""The probabilities as a Plotly figure, from the same data as the light drawing.

The colours are those of `site/assets/css/lab.css`, which repaints the figure for the dark: a figure
is made once for both.
"""

from __future__ import annotations

import html
import math
from typing import Any
from unicodedata import east_asian_width

import plotly.graph_objects as go

from panels.screen.words import Words

NAME = 20
CELL = 7.3
"""Pixels that a sign takes in the labels' type, 12 pixels high."""

TICKS = 6
"""At the most, along the axis of the shares."""

PALE, SOLID, CHOSEN, OBSERVED = "#E9C4B4", "#B4380B", "#A3123F", "#1D1B16"


def probabilities_figure(data: dict[str, Any], words: Words) -> go.Figure:
    """The figure as Plotly's own object, every property checked."""
    return go.Figure(probabilities_plot(data, words))


def probabilities_plot(data: dict[str, Any], words: Words) -> dict[str, Any]:
    """Bars before (pale) and after (solid) the settings; observed shares with their band."""
    bars = data["bars"]
    places = list(range(len(bars)))
    names = [_name(bar, words) for bar in bars]
    hover = "%{customdata}<extra></extra>"
    after = words("probabilities.after_greedy" if data["greedy"] else "logits.probability")
    traces: list[Any] = [
        _bars(
            places,
            [100 * bar["plain"] for bar in bars],
            [PALE] * len(bars),
            [f"{words('logits.plain')} → {words.percent(bar['plain'])}" for bar in bars],
            width=0.8,
        ),
        _bars(
            places,
            [100 * bar["probability"] for bar in bars],
            [CHOSEN if bar["chosen"] else SOLID for bar in bars],
            [f"{after} → {words.percent(bar['probability'])}" for bar in bars],
            width=0.42,
        ),
    ]
    if data["repeat"]:
        kept = [place for place in places if bars[place]["rule"] == "kept"]
        traces += _repeated(kept, [bars[place] for place in kept], data["repeat"], words)
    for trace in traces:
        trace["hovertemplate"] = hover
    traces.append(_said(places, bars, words))
    layout = {
        "barmode": "overlay",
        "height": 31 * len(bars) + 44,
        "margin": {"l": _width(names) + 12, "r": 56, "t": 4, "b": 34, "autoexpand": False},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "Inter, sans-serif", "size": 13},
        "showlegend": False,
        "separators": ",\u202f" if words.language == "fr" else ".,",
        "xaxis": {
            "tickformat": f".{_decimals(100 * data['most'] / TICKS)}f",
            "ticksuffix": "\u202f%" if words.language == "fr" else "%",
            "range": [0, 100 * data["most"]],
            "nticks": TICKS,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "range": [len(bars) - 0.5, -0.5],
            "tickmode": "array",
            "tickvals": places,
            "ticktext": [html.escape(name, quote=False) for name in names],
            "zeroline": False,
            "ticks": "outside",
            "ticklen": 6,
            "tickcolor": "rgba(0,0,0,0)",
            "fixedrange": True,
            "showgrid": False,
            "tickfont": {"family": "JetBrains Mono, monospace", "size": 12},
        },
        "dragmode": False,
    }
    return {"data": traces, "layout": layout}


def _bars(
    places: list[int], shares: list[float], colours: list[str], labels: list[str], width: float
) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "x": shares,
        "y": places,
        "width": width,
        "marker": {"color": colours, "line": {"width": 0}},
        "customdata": labels,
    }


def _decimals(step: float) -> int:
    """How many a number needs for two that are a step apart to read differently."""
    return max(0, math.ceil(-math.log10(step)))


def _said(places: list[int], bars: list[dict[str, Any]], words: Words) -> dict[str, Any]:
    """The probability after the settings in figures, to the right of everything in its line."""
    ends = [
        max(bar["plain"], bar["probability"], bar["observed"] or 0, *(bar["band"] or ()))
        for bar in bars
    ]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [100 * end for end in ends],
        "y": places,
        "text": [
            "  " + (words.percent(bar["probability"]) if bar["rule"] == "kept" else "—")
            for bar in bars
        ],
        "textposition": "middle right",
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _repeated(
    places: list[int], bars: list[dict[str, Any]], draws: int, words: Words
) -> list[dict[str, Any]]:
    """The band around each expected share, then a diamond at the observed one."""
    expected = [100 * bar["probability"] for bar in bars]
    observed = [100 * bar["observed"] for bar in bars]
    band = {
        "type": "scatter",
        "mode": "markers",
        "x": expected,
        "y": places,
        "marker": {"size": 1, "color": OBSERVED},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [100 * (bar["band"][1] - bar["probability"]) for bar in bars],
            "arrayminus": [100 * (bar["probability"] - bar["band"][0]) for bar in bars],
            "color": OBSERVED,
            "thickness": 1.5,
            "width": 6,
        },
        "customdata": [words("probabilities.band")] * len(bars),
    }
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": observed,
        "y": places,
        "marker": {"symbol": "diamond", "size": 9, "color": OBSERVED},
        "customdata": [
            f"{words('probabilities.observed', count=draws)} {words.percent(bar['observed'])}"
            for bar in bars
        ],
    }
    return [band, points]


def _name(bar: dict[str, Any], words: Words) -> str:
    """A token as an axis label, its signs written out; a very long one is cut."""
    token = bar["token"]
    if token["end"]:
        return words("tokens.end_name")
    name = "".join(text for text, _ in token["parts"])
    return name if len(name) <= NAME else name[: NAME - 1] + "…"


def _width(names: list[str]) -> int:
    """The width of the longest label in pixels; measured here, Plotly need not draw twice."""
    cells = (sum(2 if east_asian_width(sign) in "WF" else 1 for sign in name) for name in names)
    return round(CELL * max(cells))
