"""The line at the top: is this live, is every account ready, what time is it; and panic."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message

from tui.core.clocks import Clock, Instant
from tui.core.desk import DeskView, Health
from tui.ui.alarms import Alarm
from tui.ui.gauge_notes import SEEN_KEY
from tui.ui.painted import Painted, badge, ends, first_fitting, ink, row
from tui.ui.words import HEALTH, utc

_WORST = (Health.DOWN, Health.CONNECTING, Health.DEGRADED)
_OFFSET_CAREFUL_MS = 500.0
_MODE = 10


@dataclass(frozen=True, slots=True)
class Marks:
    """What sort of desk this is, and what can be done on it."""

    demo: bool
    view_only: bool = False
    locked: bool = False

    @property
    def words(self) -> str:
        """`DEMO LOCKED`; empty for a live desk that is open."""
        marks = ((self.demo, "DEMO"), (self.view_only, "VIEW ONLY"), (self.locked, "LOCKED"))
        return " ".join(word for so, word in marks if so)


class Mode(Painted[Marks]):
    """DEMO or LIVE: another word, another colour, another shape. What is barred stands beside.

    A click locks or unlocks.
    """

    def on_mount(self) -> None:
        self.tooltip = Content("What desk this is. A click locks or unlocks it, as l does.")

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        await self.app.run_action("app.lock")

    def paint(self, value: Marks, width: int, height: int) -> Content:
        barred = replace(value, demo=False).words
        mark = ink(f"▐ {barred} ▌", ".ink--strong") if barred else Content()
        room = width - mark.cell_length - bool(barred)
        if value.demo:
            return row(ink("▞▞ DEMO ▞▞"[: room if room >= 10 else 8], ".ink--demo"), mark, gap=" ")
        return row(ink("LIVE".center(room), ".ink--live"), mark, gap=" ")


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


def readiness(view: DeskView, alarms: tuple[Alarm, ...] = ()) -> Readiness:
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
    )


class DeskState(Painted[Readiness]):
    """How many accounts are ready, the worst one by name, and the worst clock offset.

    An alarm stands before the rest until it is acknowledged; a click on it does that.
    """

    class Seen(Message):
        """The alarm was clicked."""

    def on_click(self, event: events.Click) -> None:
        if self.value is not None and self.value.alarms:
            event.stop()
            self.post_message(self.Seen())

    def paint(self, value: Readiness, width: int, height: int) -> Content:
        sign = HEALTH[value.health]
        short = badge(replace(sign, word=f"{value.ready}/{value.total}"))
        ready = badge(replace(sign, word=f"{value.ready} of {value.total} ready"))
        worst = Content()
        if value.bad:
            more = f" and {value.bad - 1} more" if value.bad > 1 else ""
            worst = row(
                ink(f"{value.worst} {sign.word.lower()}", ".ink--strong"),
                ink(more, ".ink--quiet"),
                gap="",
            )
        clock = _offset(value.offset_ms)
        if value.alarms:
            loud, less, brief, least = _alarm(value.alarms)
            return first_fitting(
                width,
                row(loud, ready, worst, clock, gap="   "),
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
            row(ready, worst, clock, gap="   "),
            row(ready, worst),
            row(short, worst),
            row(ready, clock),
            short,
        )


def _alarm(alarms: tuple[Alarm, ...]) -> tuple[Content, Content, Content, Content]:
    """`✕ FIRED since 12:03:22 bitget-mm and 1 more  k`, shorter, and shorter still."""
    worst, *others = alarms
    style = ".ink--alarm" if worst.present else ".ink--caution"
    glyph, key = worst.sign.glyph, ink(SEEN_KEY, ".ink--strong")
    more = f" and {len(others)} more" if others else ""
    count = f" +{len(others)}" if others else ""
    return (
        row(ink(f" {glyph} {worst.told} {worst.where}{more} ", style), key, gap=" "),
        row(ink(f" {glyph} {worst.short} {worst.where}{count} ", style), key, gap=" "),
        row(ink(f" {glyph} {worst.short} {worst.account}{count} ", style), key, gap=" "),
        row(ink(f" {glyph} {worst.short}{count} ", style), key, gap=" "),
    )


def _offset(offset_ms: int | None) -> Content:
    if offset_ms is None:
        return Content()
    ink_ = ".ink--careful" if abs(offset_ms) >= _OFFSET_CAREFUL_MS else ".ink--text"
    return row(ink("clock", ".ink--quiet"), ink(f"{offset_ms:+d} ms", ink_), gap=" ")


class UtcClock(Painted[int]):
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
        time = ink(utc(epoch_s * 1000), ".ink--strong")
        return row(time, ink("UTC", ".ink--quiet"), gap=" ")


class Notice(Painted[str]):
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
        said = ink(notice, ".ink--demo") if self._demo else ink(f"▲ {notice}", ".ink--careful")
        return ends(said, Content(), width)


class Header(Horizontal):
    """The desk in one line."""

    def __init__(self, clock: Clock, *, demo: bool) -> None:
        super().__init__(classes="-demo" if demo else "-live")
        self._clock = clock
        self.marks = Marks(demo)
        self.mode = Mode(id="mode")
        self.state = DeskState(id="desk-state")
        self.clock = UtcClock(id="utc")

    def compose(self) -> ComposeResult:
        from tui.ui.buttons import PanicButton

        yield self.mode
        yield self.state
        yield self.clock
        yield PanicButton(id="panic")

    def on_mount(self) -> None:
        self.mode.put(self.marks)
        self.tick()

    def mark(self, *, view_only: bool, locked: bool) -> None:
        """Shows that nothing can be sent, or nothing but a panic."""
        self.marks = replace(self.marks, view_only=view_only, locked=locked)
        barred = replace(self.marks, demo=False).words
        self.mode.styles.min_width = _MODE + len(barred) + 5 if barred else None
        self.mode.put(self.marks)

    def show(self, view: DeskView, alarms: tuple[Alarm, ...]) -> None:
        """Shows the desk's state."""
        self.state.put(readiness(view, alarms))

    def tick(self) -> None:
        """A second has passed."""
        self.clock.tick(self._clock())
