"""The dead-man gauge: the seconds that are certain, and the timer's state in a word."""

from __future__ import annotations

from dataclasses import replace
from math import floor

from textual.content import Content
from textual.timer import Timer

from tui.core.clocks import Clock
from tui.core.deadman import TimerState, TimerView
from tui.ui.bignum import big, big_height
from tui.ui.painted import Painted, badge, ends, first_fitting, ink, lines, row
from tui.ui.words import HOLDING, TIMER, duration, seconds, utc

_FAST_S = 0.1


def fast_below_s(timer: TimerView) -> float:
    """Below so many seconds left the gauge shows tenths, ten times a second."""
    return min(10.0, timer.countdown_s / 3)


def next_repaint_s(timer: TimerView, certain_s: float) -> float | None:
    """When the gauge next shows something else; None while it stands still."""
    if timer.state not in HOLDING or certain_s <= 0:
        return None
    if certain_s <= fast_below_s(timer):
        return min(_FAST_S, certain_s + 0.001)
    return max(_FAST_S, certain_s - floor(certain_s) + 0.001)


class Gauge(Painted[TimerView]):
    """Counts down by the clock; it sleeps between two figures, and for good without a timer."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._wake: Timer | None = None

    def show(self, timer: TimerView) -> None:
        """Shows the timer, and keeps showing what is left of it."""
        changed = timer != self.value
        self.put(timer)
        if changed:
            self._sleep()

    def _sleep(self) -> None:
        if self._wake is not None:
            self._wake.stop()
            self._wake = None
        if self.value is None or not self.is_mounted:
            return
        wait_s = next_repaint_s(self.value, self.value.certain_s(self._clock()))
        if wait_s is not None:
            self._wake = self.set_timer(wait_s, self._tick, name="gauge")

    def on_mount(self) -> None:
        self._sleep()

    def _tick(self) -> None:
        self.refresh()
        self._sleep()

    @property
    def ticking(self) -> bool:
        """Whether it will redraw itself."""
        return self._wake is not None

    def paint(self, timer: TimerView, width: int, height: int) -> Content:
        now = self._clock()
        left_s, timer = timer.certain_s(now), replace(timer, state=timer.state_at(now))
        if height < big_height() + 1:
            return gauge_line(timer, left_s, width)
        scale = 2 if height > big_height(2) + 1 else 1
        style = _ink(timer, left_s)
        drawing = [ink(line, style) for line in big(figure_text(timer, left_s), scale)]
        spare = height - big_height(scale)
        state = _state(timer, width)
        bar = _bar(timer, left_s, width)
        if spare == 1:
            room = width - state.cell_length - 2
            return lines(*drawing, row(state, _bar(timer, left_s, room)) if room >= 6 else state)
        if timer.message and timer.state not in HOLDING:
            said = ink(timer.message, ".ink--careful").wrap(width)
            return lines(*drawing, state, *said[: spare - 1])
        return lines(*drawing, state, bar, *([_beat(timer, width)] if spare > 2 else []))


def figure_text(timer: TimerView, left_s: float) -> str:
    """The certain seconds, never rounded up; `--` where nothing protects."""
    if timer.sent_at is None or timer.state in {TimerState.OFF, TimerState.BLOCKED}:
        return "--"
    if left_s <= fast_below_s(timer):
        return f"{floor(left_s * 10) / 10:.1f}"
    return str(floor(left_s))


def _ink(timer: TimerView, left_s: float) -> str:
    match timer.state:
        case TimerState.ARMED:
            return ".ink--good" if left_s > fast_below_s(timer) else ".ink--careful"
        case TimerState.OFF:
            return ".ink--faint"
        case TimerState.FIRED | TimerState.BLOCKED:
            return ".ink--bad"
        case _:
            return ".ink--careful"


def _state(timer: TimerView, width: int) -> Content:
    sign = TIMER[timer.state]
    word = badge(sign)
    if timer.state is TimerState.OFF:
        return first_fitting(
            width,
            row(ink("○ DEAD-MAN OFF", sign.ink), ink("not protected", ".ink--faint")),
            row(word, ink("not protected", ".ink--faint")),
            word,
        )
    if timer.state not in HOLDING:
        return first_fitting(width, row(ink("DEAD-MAN", ".ink--quiet"), word), word)
    pace = f"{seconds(timer.countdown_s)}, beat {seconds(timer.beat_s)}"
    return first_fitting(
        width,
        row(ink("DEAD-MAN", ".ink--quiet"), word, ink(pace, ".ink--quiet")),
        row(word, ink(pace, ".ink--quiet")),
        row(word, ink(seconds(timer.countdown_s), ".ink--quiet")),
        word,
    )


def _bar(timer: TimerView, left_s: float, width: int) -> Content:
    share = min(1.0, left_s / timer.countdown_s) if timer.countdown_s > 0 else 0.0
    halves = floor(share * width * 2)
    full, half = divmod(halves, 2)
    style = _ink(timer, left_s)
    body = ink("━" * full + ("╸" if half else ""), style)
    return Content.assemble(body, ink("─" * max(0, width - full - half), ".ink--track"))


def _beat(timer: TimerView, width: int) -> Content:
    if timer.message:
        return ends(ink(timer.message, ".ink--careful"), Content(), width)
    if timer.last_beat_ms is None:
        return ink("")
    when = ink(f"beat {utc(timer.last_beat_ms)}", ".ink--faint")
    took = ink(duration(timer.latency_ms), ".ink--quiet") if timer.latency_ms else Content()
    missed = ink(f"{timer.misses} missed" if timer.misses else "", ".ink--careful")
    return first_fitting(width, row(when, took, missed), row(missed, took), missed)


def gauge_line(timer: TimerView, left_s: float, width: int) -> Content:
    """The gauge in one line: `27 s ● ARMED ━━━━──`."""
    sign = TIMER[timer.state]
    word = ink(str(sign), sign.ink)
    if timer.state is TimerState.OFF:
        return first_fitting(width, ink("○ dead-man off", sign.ink), ink("○ off", sign.ink))
    text = figure_text(timer, left_s)
    left = ink(f"{text} s" if text != "--" else "", _ink(timer, left_s))
    head = row(left, word, gap=" ")
    room = width - head.cell_length - 1
    if room >= 5:
        return row(head, _bar(timer, left_s, min(room, 24)), gap=" ")
    return first_fitting(width, head, left if left.plain else word, word)
