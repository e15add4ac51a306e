"""The line at the top: is this live, is every account ready, what time is it; and panic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message

from tui.core.clocks import Clock, Instant
from tui.core.desk import DeskView, Health
from tui.core.formatting import clock_offset, time_of_day
from tui.ui.alarms.model import Alarm
from tui.ui.dashboard.mode_badge import DeskMode, Marks, Mode, mode_of
from tui.ui.drill.controller import DrillNote
from tui.ui.keys.keymap import shown
from tui.ui.panel.cancel_buttons import PanicButton, tip
from tui.ui.panel.remainder import CLEAR, Remainder, cautious, remainder_of, together
from tui.ui.panel.timer_gauge_notes import SEEN_KEY
from tui.ui.settings.controller import Configure
from tui.ui.widgets.big_digits import big, big_height
from tui.ui.widgets.status import HEALTH, StatusLabel
from tui.ui.widgets.value_widget import (
    Drawing,
    ValueWidget,
    badge,
    ends,
    first_fitting,
    lines,
    row,
    styled,
)

_WORST = (Health.DOWN, Health.CONNECTING, Health.DEGRADED)
_OFFSET_CAREFUL_MS = 500.0
_LEAST_BESIDE = 30
"""Cells of words beside a large figure; with fewer there is no figure."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What the header says of all accounts together; the picture of the desk changes more often."""

    ready: int
    total: int
    worst: str
    health: Health
    """Of the worst one."""
    bad: int
    offset_ms: int | None
    """The worst one that is known."""
    alarms: tuple[Alarm, ...] = ()
    """Those not acknowledged, the worst first."""
    drill: DrillNote | None = None
    clear: bool = True
    """Whether nothing is known to rest beyond what a panic reaches."""
    remainder: Remainder = CLEAR
    """What does, on the accounts whose orders have been read."""


def readiness(
    view: DeskView, alarms: tuple[Alarm, ...] = (), drill: DrillNote | None = None
) -> Readiness:
    """How many accounts are ready, and which is the worst."""
    bad = [account for state in _WORST for account in view.accounts if account.health is state]
    known = [
        round(account.clock_offset_ms)
        for account in view.accounts
        if account.clock_offset_ms is not None
    ]
    return Readiness(
        view.ready,
        len(view.accounts),
        bad[0].name if bad else "",
        bad[0].health if bad else Health.READY,
        len(bad),
        max(known, key=abs) if known else None,
        alarms,
        drill,
        all(account.coverage.clear for account in view.accounts),
        together(
            remainder_of(account.coverage) for account in view.accounts if account.book is not None
        ),
    )


class DeskState(ValueWidget[Readiness]):
    """How many accounts are ready, the worst one by name, and the worst clock offset.

    An alarm stands before the rest until it is acknowledged; a click on it does that. Else a click
    opens the accounts.
    """

    class Seen(Message):
        """The alarm was clicked."""

    def on_click(self, event: events.Click) -> None:
        event.stop()
        alarms = self.value is not None and self.value.alarms
        self.post_message(self.Seen() if alarms else Configure("accounts"))

    def paint(self, value: Readiness, width: int, height: int) -> Drawing:
        sign = _sign(value)
        short = badge(replace(sign, word=f"{value.ready}/{value.total}"))
        ready = badge(replace(sign, word=f"{value.ready} of {value.total} ready"))
        worst = Content()
        if value.bad:
            more = f" and {value.bad - 1} more" if value.bad > 1 else ""
            worst = row(
                styled(f"{value.worst} {sign.word.lower()}", ".ink--strong"),
                styled(more, ".ink--quiet"),
                gap="",
            )
        clock = _offset(value.offset_ms)
        drill = _drill(value.drill)
        if height >= big_height():
            return _tall(value, ready, worst, (row(clock, drill, gap="   "), clock), width)
        apart, least_apart = value.remainder.variants[0], value.remainder.variants[-1]
        if value.alarms:
            loud, less, brief, least = _alarm(value.alarms)
            return first_fitting(
                width,
                row(loud, ready, worst, apart, clock, gap="   "),
                row(loud, ready, worst, apart),
                row(loud, ready, worst, least_apart),
                row(loud, ready, worst),
                row(less, ready, worst),
                row(loud, ready),
                row(loud, short),
                row(less, short),
                row(brief, short, gap=" "),
                row(least, short, gap=" "),
                least,
            )
        return first_fitting(
            width,
            row(ready, worst, apart, clock, drill, gap="   "),
            row(ready, worst, apart, clock, gap="   "),
            row(ready, worst, apart),
            row(ready, worst, least_apart),
            row(short, worst, least_apart),
            row(short, worst),
            row(short, least_apart),
            row(ready, clock),
            short,
        )


def _tall(
    value: Readiness, ready: Content, worst: Content, clocks: Iterable[Content], width: int
) -> Drawing:
    """How many are ready in large figures; beside them the alarm, the state, the clock."""
    sign = _sign(value)
    style = ".ink--bad" if value.health is Health.DOWN else sign.ink
    figure = [styled(line, style) for line in big(f"{value.ready}/{value.total}", low=True)]
    room = width - figure[0].cell_length - 2
    if room < _LEAST_BESIDE:
        figure, room = [Content()] * len(figure), width
        named = ready
    else:
        named = badge(sign)
    apart = [row(named, worst, one) for one in value.remainder.variants]
    state = first_fitting(room, *apart, row(named, worst), named)
    alarm = first_fitting(room, *_alarm(value.alarms)) if value.alarms else Content()
    parts = (alarm, state, first_fitting(room, *clocks, Content()))
    return lines(*(row(drawn, words) for drawn, words in zip(figure, parts, strict=True)))


def _sign(value: Readiness) -> StatusLabel:
    return cautious(HEALTH[value.health], clear=value.clear)


def _alarm(alarms: tuple[Alarm, ...]) -> tuple[Content, Content, Content, Content]:
    """`✕ FIRED since 12:03:22 bitget-mm and 1 more  k`, shorter, and shorter still."""
    worst, *others = alarms
    style = ".ink--alarm" if worst.present else ".ink--caution"
    glyph, key = worst.sign.glyph, styled(shown(SEEN_KEY), ".ink--strong")
    more = f" and {len(others)} more" if others else ""
    count = f" +{len(others)}" if others else ""
    return (
        row(styled(f" {glyph} {worst.told} {worst.where}{more} ", style), key, gap=" "),
        row(styled(f" {glyph} {worst.short} {worst.where}{count} ", style), key, gap=" "),
        row(styled(f" {glyph} {worst.short} {worst.account}{count} ", style), key, gap=" "),
        row(styled(f" {glyph} {worst.short}{count} ", style), key, gap=" "),
    )


def _drill(note: DrillNote | None) -> Content:
    return (
        styled(note.words, ".ink--careful" if note.careful else ".ink--quiet")
        if note
        else Content()
    )


def _offset(offset_ms: int | None) -> Content:
    if offset_ms is None:
        return Content()
    ink_ = ".ink--careful" if abs(offset_ms) >= _OFFSET_CAREFUL_MS else ".ink--text"
    return row(styled("clock", ".ink--quiet"), styled(clock_offset(offset_ms), ink_), gap=" ")


class UtcClock(ValueWidget[int]):
    """The time, of which only these few cells are redrawn each second.

    A click opens the history.
    """

    def on_mount(self) -> None:
        self.tooltip = Content("A click opens the history of alarms and outcomes, as h does.")

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        await self.app.run_action("app.history")

    def tick(self, now: Instant) -> None:
        self.put(int(now.wall_s))

    def paint(self, epoch_s: int, width: int, height: int) -> Content:
        time = styled(time_of_day(epoch_s * 1000), ".ink--strong")
        return row(time, styled("UTC", ".ink--quiet"), gap=" ")


class Notice(ValueWidget[str]):
    """A warning that concerns the whole desk; takes no room when there is none."""

    DEFAULT_CSS = """
    Notice {
        display: none;
        padding: 0 2;
        color: $killdesk-careful;
        background: $killdesk-bar;
        &.-shown { display: block; }
    }
    """

    def __init__(self, *, demo: bool) -> None:
        super().__init__()
        self._demo = demo

    def paint(self, notice: str, width: int, height: int) -> Content:
        parts = (
            styled(notice, ".ink--demo") if self._demo else styled(f"▲ {notice}", ".ink--careful")
        )
        return ends(parts, Content(), width)


_LIVE = "These accounts are real: a press cancels orders at the venues. A click locks or unlocks."
_DEMO = "Simulated venues on this machine: nothing here is real. A click locks or unlocks."
_STATE = (
    "How many accounts are ready for a press, the worst of them, how far the venues' clocks are "
    "from this one, and when the last drill was. A click says that the alarms are seen."
)


class Header(Horizontal):
    """The desk in one line."""

    def __init__(self, clock: Clock, *, demo: bool) -> None:
        super().__init__()
        self._clock = clock
        self._demo = demo
        self.marks = Marks(DeskMode.DEMO if demo else DeskMode.LIVE)
        self.mode = Mode(id="mode")
        self.mode.tooltip = Content(_DEMO if demo else _LIVE)
        self.state = DeskState(id="desk-state")
        self.state.tooltip = tip(_STATE, SEEN_KEY)
        self.clock = UtcClock(id="utc")
        self.clock.tooltip = Content("The time in UTC, by the clock of this machine.")

    def compose(self) -> ComposeResult:
        yield self.mode
        yield self.state
        yield self.clock
        yield PanicButton(id="panic")

    def on_mount(self) -> None:
        self._show_marks(self.marks)
        self.tick()

    def show(
        self, view: DeskView, alarms: tuple[Alarm, ...], drill: DrillNote | None = None
    ) -> None:
        """Shows the desk's state, and when the last drill was."""
        self.state.put(readiness(view, alarms, drill))
        self._show_marks(replace(self.marks, mode=mode_of(view, demo=self._demo)))

    def mark(self, *, view_only: bool, locked: bool) -> None:
        """Shows that nothing can be sent from this screen, or that only panic can."""
        self._show_marks(replace(self.marks, view_only=view_only, locked=locked))

    def _show_marks(self, marks: Marks) -> None:
        """The screen takes the classes too: grounds and buttons tell the same as the words."""
        known, self.marks = self.marks, marks
        if not self.is_mounted or (marks == known and self.mode.value is not None):
            return
        self.mode.put(marks)
        classes = {mode.value: mode is marks.mode for mode in DeskMode}
        classes |= {"-view-only": marks.view_only, "-locked": marks.locked}
        self.screen.update_classes(classes)

    def tick(self) -> None:
        """A second has passed."""
        self.clock.tick(self._clock())
