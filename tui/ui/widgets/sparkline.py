"""A line of the recent past: a block for each while, gaps as gaps, what was lost as a mark."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from textual.content import Content

from tui.core.timeseries import Bucket, SeriesView, downsample, slow_above_ms
from tui.ui.widgets.value_widget import styled

BLOCKS = "▁▂▃▄▅▆▇█"
LOST = "✕"
GAP = "·"
MOST_CELLS = 31
"""A longer line shows single stretches, and some routes are measured more rarely than that."""
_USUAL = 0.2
"""How high what is usual stands, so that there is room above it for what is not."""
_FULL = 0.7
"""How high most orders of the hour stand."""


def trips_line(past: SeriesView, width: int) -> Content:
    """The round trips of a route; the slow ones stand out, and so do those that were lost."""
    groups = downsample(past, min(width, MOST_CELLS))
    values = [_most(group) for group in groups]
    known = sorted(value for value in values if value is not None)
    if not known and not past.lost:
        return Content()
    top = max(known[-1], known[len(known) // 2] / _USUAL) if known else 1.0
    slow_ms = slow_above_ms(past)
    return _drawn(
        (LOST, ".ink--bad")
        if any(stretch.lost for stretch in group)
        else _block(value, top, ".ink--careful" if (value or 0.0) > slow_ms else ".ink--figure")
        for group, value in zip(groups, values, strict=True)
    )


def orders_line(past: SeriesView, width: int) -> Content:
    """How many orders were open; none at all lies on the ground."""
    top = (past.high or 1.0) / _FULL
    groups = downsample(past, min(width, MOST_CELLS))
    return _drawn(_block(_last(group), top, ".ink--faint") for group in groups)


_Cell = tuple[str, str]
"""A glyph and its ink."""


def _drawn(cells: Iterable[_Cell]) -> Content:
    """Cells of one ink in one piece: each piece has its price when it is painted."""
    pieces = groupby(cells, key=itemgetter(1))
    return Content.assemble(
        *(styled("".join(glyph for glyph, _ in piece), style) for style, piece in pieces)
    )


def _block(value: float | None, top: float, style: str) -> _Cell:
    if value is None:
        return GAP, ".ink--faint"
    if value <= 0:
        return BLOCKS[0], style
    # Whatever is more than nothing stands above the ground.
    level = 1 + round(min(1.0, value / top) * (len(BLOCKS) - 2))
    return BLOCKS[max(1, level)], style


def _most(group: Iterable[Bucket]) -> float | None:
    return max((s.median for s in group if s.median is not None), default=None)


def _last(group: Iterable[Bucket]) -> float | None:
    known = [s.median for s in group if s.median is not None]
    return known[-1] if known else None
