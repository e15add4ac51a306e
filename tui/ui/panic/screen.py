"""The panic summary: it opens by itself, fills in as outcomes come, and shows the worst first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.content import Content
from textual.timer import Timer

from tui.core.actions import Outcome
from tui.core.clocks import Clock
from tui.core.desk import DeskView
from tui.core.formatting import counting_seconds, time_of_day
from tui.ui.dialogs.dialog import DeskDialog
from tui.ui.panel.remainder import INK, cautious
from tui.ui.panic.lines import panic_lines
from tui.ui.panic.model import PanicPress, Tally, left_of, rows, tally
from tui.ui.widgets.big_digits import big, big_height
from tui.ui.widgets.status import OUTCOME, StatusLabel
from tui.ui.widgets.value_widget import Drawing, ValueWidget, badge, ends, lines, row, styled

_GAP = 4
_FIGURES_FROM = 18
"""Rows of the screen from which the figures are drawn large."""

_WALL_FROM = 50
"""And twice as large."""


@dataclass(frozen=True, slots=True)
class State:
    """What the heading shows."""

    tally: Tally
    at_ms: int
    lasted_ms: int
    """Since the press: so far, or until the last outcome."""


class PanicTitle(ValueWidget[State]):
    """`PANIC 12:03:22   7 of 9 confirmed, 1 UNRESOLVED          1.3 s`."""

    def paint(self, value: State, width: int, height: int) -> Content:
        name = styled(" PANIC ", ".ink--alarm")
        at = styled(f"{time_of_day(value.at_ms)} UTC", ".ink--quiet")
        text = styled(headline(value.tally), ".ink--strong")
        took = styled(counting_seconds(value.lasted_ms / 1000), ".ink--strong")
        more = styled("so far" if value.tally.running else "all told", ".ink--quiet")
        for left, right in (
            (row(name, at, text), row(took, more)),
            (row(name, text), row(took, more)),
        ):
            if left.cell_length + right.cell_length < width:
                return ends(left, right, width)
        return ends(row(name, text), took, width)


class PanicFigures(ValueWidget[State]):
    """The same in figures that can be read from across the room."""

    def paint(self, value: State, width: int, height: int) -> Drawing:
        columns = []
        for count, sign, label in figures(value.tally):
            style = ".ink--careful" if sign.ink == ".ink--caution" else sign.ink
            style = ".ink--bad" if style == ".ink--alarm" else style
            words = row(badge(sign), styled(label, ".ink--quiet"), gap=" ")
            picture = [
                styled(line, style) for line in big(count, 2 if height > big_height(2) else 1)
            ]
            cells = max(words.cell_length, *(line.cell_length for line in picture))
            columns.append(
                [Content.assemble(p, " " * (cells - p.cell_length)) for p in (*picture, words)]
            )
        for cells in range(_GAP, 0, -1):
            if _wide(columns, cells) <= width:
                break
        while len(columns) > 1 and _wide(columns, cells) > width:
            columns.pop()  # a figure that is cut off would be another figure
        gap = Content(" " * cells)
        return lines(*(gap.join(parts) for parts in zip(*columns, strict=True)))


def _wide(columns: list[list[Content]], gap: int) -> int:
    return sum(column[0].cell_length + gap for column in columns) - gap


def headline(found: Tally) -> str:
    """`7 of 9 confirmed, 1 UNRESOLVED, 1 running, not covered: 6`."""
    parts = [f"{found.confirmed} of {found.total} confirmed"]
    parts += [f"{count} {OUTCOME[outcome].word}" for outcome, count in found.ended]
    if found.running:
        parts.append(f"{found.running} running")
    if found.new_since:
        parts.append(f"{found.new_since} new since")
    if not found.remainder.clear:
        parts.append(found.remainder.words[0])
    return ", ".join(parts)


def figures(found: Tally) -> list[tuple[str, StatusLabel, str]]:
    """Each figure with its sign, and what it counts."""
    confirmed = OUTCOME[Outcome.CONFIRMED]
    confirmed = cautious(confirmed, clear=found.remainder.clear)
    if not found.confirmed:
        confirmed = replace(confirmed, ink=".ink--quiet")
    shown = [(str(found.confirmed), confirmed, f"of {found.total}")]
    shown += [(str(count), OUTCOME[outcome], "") for outcome, count in found.ended]
    if found.running:
        shown.append((str(found.running), StatusLabel("▶", "running", ".ink--careful", ""), ""))
    if found.new_since:
        shown.append((str(found.new_since), StatusLabel("▲", "new since", ".ink--careful", ""), ""))
    if found.remainder.resting:
        shown.append((str(found.remainder.resting), StatusLabel("▲", "not covered", INK, ""), ""))
    if found.remainder.unknown:
        what = StatusLabel("?", "kinds of order", INK, "")
        shown.append((str(found.remainder.unknown), what, "not known"))
    return shown


class PanicScreen(DeskDialog):
    """What became of a panic. X twice panics again; nothing else here sends anything."""

    KEYS: ClassVar[str] = "{X} {X} panic again   ↑ ↓ scroll   esc close"

    def __init__(self, view: DeskView, press: PanicPress, clock: Clock) -> None:
        super().__init__(view)
        self._press = press
        self._clock = clock
        self._begun = clock()
        self._ticks: Timer | None = None
        self._title = PanicTitle(id="title")
        self._figures = PanicFigures(id="figures")

    def heading(self) -> ComposeResult:
        yield self._title
        yield self._figures

    def on_mount(self) -> None:
        self._ticks = self.set_interval(0.1, self.paint, name="panic", pause=True)
        super().on_mount()

    def on_resize(self) -> None:
        self._figures.display = self.size.height >= _FIGURES_FROM
        self._figures.styles.height = big_height(2 if self.size.height >= _WALL_FROM else 1) + 1
        super().on_resize()

    def again(self, press: PanicPress) -> None:
        """Another panic: the summary is about that one now."""
        self._press = press
        self._begun = self._clock()
        self.lines.scroll_home(animate=False)
        self.paint()

    def anew(self) -> PanicScreen:
        """The same summary on a screen of its own."""
        fresh = PanicScreen(self.view, self._press, self._clock)
        fresh._begun = self._begun
        return fresh

    def paint(self) -> None:
        found, left = rows(self.view, self._press), left_of(self.view, self._press)
        counted = tally(found, left)
        lasted_ms = counted.last_end_ms - self._press.at_ms
        if counted.running or lasted_ms < 0:
            lasted_ms = round(self._clock().since(self._begun) * 10) * 100
        state = State(counted, self._press.at_ms, lasted_ms)
        self._title.put(state)
        self._figures.put(replace(state, lasted_ms=0))
        self.lines.put(lambda width: panic_lines(found, left, width))
        self.set_class(bool(counted.running), "-running")
        bad = bool(counted.ended)
        self.set_class(bad, "-bad")
        ended = not bad and not counted.running
        clear = not counted.new_since and not left
        self.set_class(ended and clear, "-good")
        self.set_class(ended and not clear, "-careful")
        if self._ticks is not None:
            if counted.running:
                self._ticks.resume()
            else:
                self._ticks.pause()


def summarise(app: App[None], view: DeskView, press: PanicPress, clock: Clock) -> None:
    """The summary stands above all else: one for all panics, about the last one."""
    if not any(isinstance(screen, PanicScreen) for screen in app.screen_stack):
        app.push_screen(PanicScreen(view, press, clock))
        return
    while not isinstance(app.screen, PanicScreen):
        app.pop_screen()
    app.screen.again(press)
