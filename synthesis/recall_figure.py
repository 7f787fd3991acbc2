"""The recall curves of simulated screenings, drawn as SVG: one mean line per ranking, thin lines per seed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from corpus.screening_metrics import recall_curve

_LEFT, _TOP, _SIDE, _LINE = 44, 40, 256, 17
# told apart by dashes too, and dark enough on white
_STYLES = (("#0b4f8a", "none"), ("#a1340b", "7 3"), ("#1d6b3a", "2 3"), ("#6a3d9a", "9 3 2 3"))
_WORDS = {
    "en": (
        "Records found while screening", "records read", "relevant found", "random order",
        "after {0} %: {1} %",
    ),
    "da": (
        "Fundne poster under screening", "læste poster", "relevante fundet", "tilfældig orden",
        "efter {0} %: {1} %",
    ),
}  # fmt: skip


def recall_figure(found: Mapping[str, Sequence[Sequence[int]]], *, language: str = "en") -> str:
    """Draw recall against the share of the records read.

    Parameters
    ----------
    found : mapping
        Name of a ranking -> for each simulated screening, 1 where the record read at that place is relevant.
    language : {"en", "da"}

    Returns
    -------
    str
        One SVG element, 320 units wide, with its title and what it shows in words.

    Examples
    --------
    >>> svg = recall_figure({"default": [[1, 0, 1, 0]]})
    >>> svg.startswith("<svg"), "after 50 %: 50 %" in svg
    (True, True)
    """
    title, across, upwards, at_random, after = _WORDS[language]
    curves = {name: [recall_curve(run) for run in runs] for name, runs in found.items()}
    means = {name: np.mean(runs, axis=0) for name, runs in curves.items()}
    texts = {}
    for name, mean in means.items():
        points = [after.format(share, math.floor(100 * mean[2 * share] + 1e-9)) for share in (10, 25, 50)]
        texts[name] = f"{name}: {', '.join(points)}"
    bottom = _TOP + _SIDE
    height = bottom + 44 + 2 * _LINE * len(means) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="recall" viewBox="0 0 320 {height}" width="320" '
        f'height="{height}" role="img" aria-labelledby="recall-title recall-desc" lang="{language}" '
        "font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif\" "
        'font-size="13" fill="#1a1d21">',
        f'<title id="recall-title">{title}</title>',
        f'<desc id="recall-desc">{escape("; ".join(texts.values()))}.</desc>',
        f'<rect width="320" height="{height}" fill="#ffffff"/>',
        f'<text x="8" y="18" font-weight="650">{title}</text>',
        f'<text x="{_LEFT}" y="{_TOP - 6}" font-size="12">% {upwards}</text>',
        f'<text x="{_LEFT + _SIDE}" y="{bottom + 34}" font-size="12" text-anchor="end">% {across}</text>',
    ]
    for share in range(0, 101, 25):
        x, y = _LEFT + _SIDE * share / 100, bottom - _SIDE * share / 100
        parts += [
            f'<path d="M{x:.1f} {_TOP}V{bottom}M{_LEFT} {y:.1f}H{_LEFT + _SIDE}" stroke="#d9dde1"/>',
            f'<text x="{x:.1f}" y="{bottom + 17}" font-size="12" text-anchor="middle">{share}</text>',
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" font-size="12" text-anchor="end">{share}</text>',
        ]
    parts.append(
        f'<path d="M{_LEFT} {bottom}L{_LEFT + _SIDE} {_TOP}" stroke="#5b636c" stroke-dasharray="1 4">'
        f"<title>{at_random}</title></path>"
    )
    for place, (name, mean) in enumerate(means.items()):
        colour, dashes = _STYLES[place % len(_STYLES)]
        pen = f'fill="none" stroke="{colour}" stroke-linejoin="round"'
        if len(curves[name]) > 1:
            parts += [
                f'<path d="{_line(run)}" {pen} stroke-width="0.6" opacity="0.5"/>' for run in curves[name]
            ]
        parts.append(f'<path d="{_line(mean)}" {pen} stroke-width="2.2" stroke-dasharray="{dashes}"/>')
        y = bottom + 52 + 2 * _LINE * place
        parts += [
            f'<path d="M8 {y - 4}H34" {pen} stroke-width="2.2" stroke-dasharray="{dashes}"/>',
            f'<text x="{_LEFT}" y="{y}">{escape(name if len(name) <= 40 else name[:39] + "…")}</text>',
            f'<text x="{_LEFT}" y="{y + _LINE - 2}" font-size="11">'
            f"{escape(texts[name].removeprefix(f'{name}: '))}</text>",
        ]
    return "\n".join([*parts, "</svg>", ""])


def _line(curve: np.ndarray) -> str:
    """A path through the curve's points; those that a straight line passes anyway are left out."""
    x = _LEFT + _SIDE * np.linspace(0, 1, len(curve))
    y = _TOP + _SIDE * (1 - curve)
    turns = np.flatnonzero(np.abs(np.diff(curve, 2)) > 1e-12) + 1
    kept = [0, *turns.tolist(), len(curve) - 1]
    return "M" + "L".join(f"{x[i]:.1f} {y[i]:.1f}" for i in kept)
