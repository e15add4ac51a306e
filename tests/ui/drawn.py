"""What a part draws, in letters."""

from __future__ import annotations

from textual.content import Content

from tui.ui.widgets.value_widget import Drawing


def letters(drawing: Drawing) -> str:
    """Line by line, as they stand on the screen."""
    parts = (drawing,) if isinstance(drawing, Content) else drawing
    return "\n".join(part.plain for part in parts)
