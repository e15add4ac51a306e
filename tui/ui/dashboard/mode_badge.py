"""What the desk is: live, paper, demo; watched only; locked. No two of them look alike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from textual import events
from textual.content import Content
from textual.geometry import Size

from tui.core.desk import DeskView
from tui.ui.widgets.value_widget import Drawing, ValueWidget, first_fitting, lines, row, styled

_NARROW = 60
"""Width of the screen below which there is room for the short words only."""


class DeskMode(StrEnum):
    """Whose orders a press would cancel; also the name of the screen's style class."""

    LIVE = "-live"
    DEMO = "-demo"
    PAPER = "-paper"
    """Every account is on its venue's own paper trading."""
    MIXED = "-mixed"
    """Some accounts are, some are not."""


def mode_of(view: DeskView, *, demo: bool) -> DeskMode:
    """What the desk is; live as long as nothing else is known."""
    paper = sum(account.paper for account in view.accounts)
    if demo:
        return DeskMode.DEMO
    if not paper:
        return DeskMode.LIVE
    return DeskMode.PAPER if paper == len(view.accounts) else DeskMode.MIXED


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands at the beginning of the header."""

    mode: DeskMode
    view_only: bool = False
    locked: bool = False

    def __str__(self) -> str:
        """`DEMO LOCKED`, for the terminal's title; empty for a live desk that is open."""
        mode = "" if self.mode is DeskMode.LIVE else self.mode.removeprefix("-").upper()
        marks = ("VIEW ONLY" if self.view_only else "", "LOCKED" if self.locked else "")
        return " ".join(word for word in (mode, *marks) if word)


class Mode(ValueWidget[Marks]):
    """Each mode has a word, a shape and a colour of its own; the marks stand beside it.

    LIVE is a solid block, DEMO is hatched, PAPER is dotted; VIEW ONLY and LOCKED are inverted.
    """

    DEFAULT_CSS = "Mode { width: auto; height: 100%; }"

    async def on_click(self, event: events.Click) -> None:
        """Locks or unlocks, as the key does."""
        event.stop()
        await self.app.run_action("app.lock")

    def put(self, value: Marks) -> None:
        """Shows `value`, on as many cells as it needs."""
        if value != self.value:
            super().put(value)
            self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        if self.value is None:
            return 0
        return _words(self.value, narrow=viewport.width < _NARROW).cell_length

    def paint(self, value: Marks, width: int, height: int) -> Drawing:
        words = first_fitting(width, _words(value, narrow=False), _words(value, narrow=True))
        if height < 3:
            return words
        ground = _ground(value.mode, words.cell_length)
        return lines(ground, words, ground)


def _words(value: Marks, *, narrow: bool) -> Content:
    marks = (("VIEW", "◇ VIEW ONLY", value.view_only), ("LOCK", "■ LOCKED", value.locked))
    return row(
        _mode(value.mode, narrow=narrow),
        *(
            styled(f" {short if narrow else long} ", ".ink--mark")
            for short, long, on in marks
            if on
        ),
        gap="" if narrow else " ",
    )


def _mode(mode: DeskMode, *, narrow: bool) -> Content:
    match mode:
        case DeskMode.LIVE:
            return styled("  LIVE  " if narrow else "   LIVE   ", ".ink--live")
        case DeskMode.DEMO:
            return styled("▞▞ DEMO " if narrow else "▞▞ DEMO ▞▞", ".ink--demo")
        case DeskMode.PAPER:
            return styled("░ PAPER" if narrow else "░░ PAPER ░░", ".ink--paper")
        case DeskMode.MIXED:
            live = styled(" LIVE+" if narrow else "  LIVE + ", ".ink--live")
            return Content.assemble(live, styled("PAPER" if narrow else " PAPER ░░", ".ink--paper"))


def _ground(mode: DeskMode, width: int) -> Content:
    """The row above and the row below the words, where the header is tall."""
    match mode:
        case DeskMode.LIVE | DeskMode.MIXED:
            cells = _mode(mode, narrow=False).cell_length if mode is DeskMode.LIVE else 9
            return styled(" " * min(cells, width), ".ink--live")
        case DeskMode.DEMO:
            return styled("▞" * min(10, width), ".ink--demo")
        case DeskMode.PAPER:
            return styled("░" * min(11, width), ".ink--paper")
