"""One line as cells, without the detours that text takes which may be wrapped or marked.

Textual 8.2.8 takes a line apart, wraps it, and looks for a selection, whatever it is; here that
costs more than all the rest of painting a clock.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.segment import Segment
from textual.content import Content
from textual.strip import Strip
from textual.style import Style


def line_strip(line: Content, width: int, ground: Style, inks: Mapping[str, Style]) -> Strip | None:
    """`line` on `width` cells; None if it is too long or has one style over another."""
    cells = line.cell_length
    if cells > width or "\t" in line.plain:
        return None
    segments: list[Segment] = []
    text, at = line.plain, 0
    for start, end, name in line.spans:
        if start < at:
            return None
        if start > at:
            segments.append(Segment(text[at:start], ground.rich_style))
        style = inks[name] if isinstance(name, str) else name
        if end > start:
            segments.append(Segment(text[start:end], (ground + style).rich_style))
        at = max(start, end)
    rest = text[at:] + " " * (width - cells)
    if rest:
        segments.append(Segment(rest, ground.rich_style))
    return Strip(segments, width)
