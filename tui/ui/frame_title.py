"""The line above the frames: which ones they are, and whether they move."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class Part:
    """A few words of the line, and what a click on them asks for."""

    text: str
    ink: str = "quiet"
    action: str = ""


class FrameTitle(Widget):
    """One line of parts on a rule. Its text is drawn as it is: nothing in it is markup."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "title--name",
        "title--quiet",
        "title--good",
        "title--careful",
        "title--rule",
    }
    DEFAULT_CSS = """
    FrameTitle {
        height: 1;
        background: $background;
        & > .title--name { color: $foreground; text-style: bold; }
        & > .title--quiet { color: $killdesk-quiet; }
        & > .title--good { color: $killdesk-good; }
        & > .title--careful { color: $killdesk-careful; text-style: bold; }
        & > .title--rule { color: $foreground 22%; }
    }
    """
    ALLOW_SELECT = False

    class Asked(Message):
        """A part was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self) -> None:
        super().__init__()
        self._parts: tuple[Part, ...] = ()

    @property
    def text(self) -> str:
        """The line in words."""
        return "  ".join(part.text for part in self._parts)

    def show(self, parts: Iterable[Part]) -> None:
        """Says something else; the same again costs nothing."""
        new = tuple(parts)
        if new != self._parts:
            self._parts = new
            self.refresh()

    def render_line(self, y: int) -> Strip:
        rule = self.get_component_rich_style("title--rule")
        segments = [Segment("─", rule)]
        for part in self._parts:
            segments.append(Segment(part.text, self.get_component_rich_style(f"title--{part.ink}")))
            segments.append(Segment("  ", rule))
        if self._parts:
            segments[-1] = Segment(" ", rule)
        strip = Strip(segments)
        width = self.size.width
        if strip.cell_length > width:
            return strip.crop(0, width)
        return Strip([*segments, Segment("─" * (width - strip.cell_length), rule)], width)

    def on_click(self, event: events.Click) -> None:
        at = 1
        for part in self._parts:
            width = cell_len(part.text)
            if at <= event.x < at + width and part.action:
                self.post_message(self.Asked(part.action))
                return
            at += width + 2
