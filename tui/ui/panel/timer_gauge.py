"""The dead-man gauge: the seconds that are certain, and the timer's state in a word."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from textual import events
from textual.content import Content
from textual.message import Message

from tui.core.clocks import Clock, Instant
from tui.core.deadman.view import TimerView
from tui.ui.alarms.model import Alarm
from tui.ui.app.scheduling import call_after
from tui.ui.panel.timer_gauge_lines import (
    bar_line,
    fast_below_s,
    figure_text,
    gauge_line,
    left_ink,
    state_line,
)
from tui.ui.panel.timer_gauge_notes import (
    GaugeView,
    beat_line,
    covers_line,
    faulty,
    fitted,
    guard_line,
    urgent,
)
from tui.ui.widgets.big_digits import big, big_height, big_width
from tui.ui.widgets.status import HOLDING, TIMER
from tui.ui.widgets.value_widget import Drawing, ValueWidget, badge, lines, row, styled
from tui.venues import timer_label

_FAST_S = 0.1
_LEAST_NOTE = 12
"""Cells from which a note beside a line can be read."""
_LEAST_COVERS = 24
"""Cells from which what a timer covers can be read."""
_LEAST_NOTES = 3
"""Rows that a figure leaves for words before it is drawn at twice the size."""


def next_repaint_s(timer: TimerView, certain_s: float) -> float | None:
    """When the gauge must next be drawn besides every second; None while there is no need to."""
    if timer.state not in HOLDING or certain_s <= 0:
        return None
    if certain_s <= fast_below_s(timer):
        return min(_FAST_S, certain_s + 0.001)
    return certain_s - fast_below_s(timer) + 0.001


class Gauge(ValueWidget[GaugeView]):
    """Counts down by the clock, with the seconds of the screen; near the end by itself, faster.

    What is drawn is what is certain still at the next second, when it is drawn again.

    Of several timers the one in the worst state is drawn large, every other one in a line.
    """

    class Seen(Message):
        """A gauge that shows an alarm was clicked."""

        def __init__(self, gauge: Gauge) -> None:
            self.gauge = gauge
            super().__init__()

        @property
        def control(self) -> Gauge:
            return self.gauge

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._wake: asyncio.TimerHandle | None = None

    def show(self, *timers: TimerView, alarms: tuple[Alarm, ...] = ()) -> None:
        """Shows the timers, and keeps showing what is left of them."""
        value = GaugeView(timers, alarms)
        changed = value != self.value
        self.put(value)
        if changed:
            self._sleep()

    def _sleep(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        if self.value is None or not self.is_running:
            return
        now = self._clock()
        waits = (next_repaint_s(timer, timer.certain_s(now)) for timer in self.value.timers)
        soonest_s = min((wait_s for wait_s in waits if wait_s is not None), default=None)
        if soonest_s is not None:
            self._wake = call_after(soonest_s, self, self._tick)

    def on_mount(self) -> None:
        self._sleep()

    def tick(self) -> None:
        """A second has passed."""
        if self.ticking:
            self.repaint()

    def _tick(self) -> None:
        self.repaint()
        self._sleep()

    def on_click(self, event: events.Click) -> None:
        if self.value is not None and self.value.alarms:
            self.post_message(self.Seen(self))

    @property
    def ticking(self) -> bool:
        """Whether it counts down."""
        return self._wake is not None

    def paint(self, value: GaugeView, width: int, height: int) -> Drawing:
        now = self._clock()
        timers = tuple(replace(timer, state=timer.state_at(now)) for timer in value.timers)
        worst_first = tuple(sorted(timers, key=lambda timer: timer.state.alarm, reverse=True))
        value = GaugeView(worst_first, value.alarms)
        until = self._drawn_until(now)
        if height < big_height() + len(timers):
            return _small(value, until, width, height)
        return _large(value, until, width, height)

    def _drawn_until(self, now: Instant) -> Instant:
        """When it will be drawn again."""
        timers = self.value.timers if self.value is not None else ()
        fast = any(0 < timer.certain_s(now) <= fast_below_s(timer) for timer in timers)
        return now if fast else now.later(1.0 - now.wall_s % 1.0)


def _small(value: GaugeView, now: Instant, width: int, height: int) -> Drawing:
    """A line for each timer, and for what must be read; side by side where there is one line."""
    if height >= len(value.timers):
        if height == 1:
            return _one_row(value, now, width)
        drawn = [_line_of(value, timer, now, width) for timer in value.timers]
        notes = list(urgent(value, now, width))
        drawn += fitted(notes, height - len(drawn), width)
        covers = [covers_line(timer, width, named=True) for timer in value.timers]
        return lines(*drawn, *covers[: height - len(drawn) if width >= _LEAST_COVERS else 0])
    share = (width - 2 * (len(value.timers) - 1)) // len(value.timers)
    return row(*(_line_of(value, timer, now, share) for timer in value.timers))


def _one_row(value: GaugeView, now: Instant, width: int) -> Content:
    """The timer; what must be read takes the place of the bar."""
    (timer,) = value.timers
    alarm = value.alarm(timer)
    head = gauge_line(timer, timer.certain_s(now), width, alarm=alarm, bar=False)
    room = width - head.cell_length - 2
    shown_names = () if alarm is not None else urgent(value, now, max(0, room))
    notes = fitted(list(shown_names), 1, room) if room >= _LEAST_NOTE else []
    return row(head, *notes) if notes else _line_of(value, timer, now, width)


def _line_of(value: GaugeView, timer: TimerView, now: Instant, width: int) -> Content:
    name = timer_label(timer.id) if len(value.timers) > 1 else ""
    return gauge_line(timer, timer.certain_s(now), width, name=name, alarm=value.alarm(timer))


def _large(value: GaugeView, now: Instant, width: int, height: int) -> Drawing:
    worst, *others = value.timers
    left_s = worst.certain_s(now)
    figure = figure_text(worst, left_s)
    tall = height >= big_height(2) + _LEAST_NOTES + len(others)
    scale = 2 if tall and big_width(figure, 2) <= width else 1
    spare = height - big_height(scale)
    drawing = _figure(figure, scale, left_ink(worst, left_s), width)
    name = timer_label(worst.id) if others else ""
    state = state_line(worst, name, value.alarm(worst), width)
    if spare == 1:
        return lines(*drawing, _state_row(value, state, now, width))
    # What gives way first comes last; what is left is shown in the order of the screen.
    notes = list(urgent(value, now, width))
    beside = [_line_of(value, timer, now, width) for timer in others]
    text = bool(worst.message) and worst.state not in HOLDING
    bar = [] if text else [bar_line(worst, left_s, width)]
    rest = list(_rest(value, worst, width, beat=not text))
    room = spare - 1 - len(beside)
    if faulty(value) or len(notes) >= room:
        bar = []
    notes = fitted(notes, room - len(bar), width)
    rest = rest[: max(0, room - len(notes) - len(bar))]
    return lines(*drawing, state, *bar, *beside, *notes, *rest)


@lru_cache(maxsize=256)
def _figure(text: str, scale: int, style: str, width: int) -> tuple[Content, ...]:
    return tuple(styled(line, style).truncate(width) for line in big(text, scale))


def _state_row(value: GaugeView, state: Content, now: Instant, width: int) -> Content:
    """The state where it has one row for all: what must be read before the bar."""
    (timer,) = value.timers
    sign = TIMER[timer.state]
    alarm = value.alarm(timer)
    for word in (badge(sign), styled(sign.glyph, sign.ink)):
        room = width - word.cell_length - 1
        if room >= _LEAST_NOTE and (alarm is None or not alarm.present):
            notes = fitted(list(urgent(value, now, room)), 1, room)
            if notes:
                return row(word, *notes, gap=" ")
    room = width - state.cell_length - 2
    return row(state, bar_line(timer, timer.certain_s(now), room)) if room >= 6 else state


def _rest(value: GaugeView, worst: TimerView, width: int, *, beat: bool) -> Iterator[Content]:
    """What is worth a line where there is room, the first before the others."""
    several = len(value.timers) > 1
    shown_names = width >= _LEAST_COVERS or several
    covers = [covers_line(timer, width, named=several) for timer in value.timers if shown_names]
    last = beat_line(worst, width) if beat and not worst.message else None
    guards = guard_line(value.timers, width)
    held = [line for line in (last, guards) if line is not None]
    yield from (*covers, *held) if several else (*held, *covers)
