"""The dead-man gauge: the seconds that are certain, and the timer's state in a word."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from math import floor

from textual import events
from textual.content import Content
from textual.message import Message

from tui.core.clocks import Clock, Instant
from tui.core.deadman_view import TimerState, TimerView
from tui.ui.after import after
from tui.ui.alarms import Alarm
from tui.ui.bignum import big, big_height, big_width
from tui.ui.gauge_notes import (
    SEEN_KEY,
    GaugeView,
    beat_line,
    covers_line,
    faulty,
    fitted,
    guard_line,
    urgent,
)
from tui.ui.keymap import shown
from tui.ui.painted import Drawing, Painted, badge, first_fitting, ink, lines, row
from tui.ui.words import HOLDING, TIMER, seconds, timer_name, utc

_FAST_S = 0.1
_LEAST_NOTE = 12
"""Cells from which a note beside a line can be read."""
_LEAST_COVERS = 24
"""Cells from which what a timer covers can be read."""
_LEAST_NOTES = 3
"""Rows that a figure leaves for words before it is drawn at twice the size."""


def fast_below_s(timer: TimerView) -> float:
    """Below so many seconds left the gauge shows tenths, ten times a second."""
    return min(10.0, timer.countdown_s / 3)


def next_repaint_s(timer: TimerView, certain_s: float) -> float | None:
    """When the gauge must next be drawn besides every second; None while there is no need to."""
    if timer.state not in HOLDING or certain_s <= 0:
        return None
    if certain_s <= fast_below_s(timer):
        return min(_FAST_S, certain_s + 0.001)
    return certain_s - fast_below_s(timer) + 0.001


class Gauge(Painted[GaugeView]):
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
            self._wake = after(soonest_s, self, self._tick)

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
    told = () if alarm is not None else urgent(value, now, max(0, room))
    notes = fitted(list(told), 1, room) if room >= _LEAST_NOTE else []
    return row(head, *notes) if notes else _line_of(value, timer, now, width)


def _line_of(value: GaugeView, timer: TimerView, now: Instant, width: int) -> Content:
    name = timer_name(timer) if len(value.timers) > 1 else ""
    return gauge_line(timer, timer.certain_s(now), width, name=name, alarm=value.alarm(timer))


def _large(value: GaugeView, now: Instant, width: int, height: int) -> Drawing:
    worst, *others = value.timers
    left_s = worst.certain_s(now)
    figure = figure_text(worst, left_s)
    tall = height >= big_height(2) + _LEAST_NOTES + len(others)
    scale = 2 if tall and big_width(figure, 2) <= width else 1
    spare = height - big_height(scale)
    drawing = _figure(figure, scale, _ink(worst, left_s), width)
    name = timer_name(worst) if others else ""
    state = _state(worst, name, value.alarm(worst), width)
    if spare == 1:
        return lines(*drawing, _state_row(value, state, now, width))
    # What gives way first comes last; what is left is shown in the order of the screen.
    notes = list(urgent(value, now, width))
    beside = [_line_of(value, timer, now, width) for timer in others]
    said = bool(worst.message) and worst.state not in HOLDING
    bar = [] if said else [_bar(worst, left_s, width)]
    rest = list(_rest(value, worst, width, beat=not said))
    room = spare - 1 - len(beside)
    if faulty(value) or len(notes) >= room:
        bar = []
    notes = fitted(notes, room - len(bar), width)
    rest = rest[: max(0, room - len(notes) - len(bar))]
    return lines(*drawing, state, *bar, *beside, *notes, *rest)


@lru_cache(maxsize=256)
def _figure(text: str, scale: int, style: str, width: int) -> tuple[Content, ...]:
    return tuple(ink(line, style).truncate(width) for line in big(text, scale))


def _state_row(value: GaugeView, state: Content, now: Instant, width: int) -> Content:
    """The state where it has one row for all: what must be read before the bar."""
    (timer,) = value.timers
    sign = TIMER[timer.state]
    alarm = value.alarm(timer)
    for word in (badge(sign), ink(sign.glyph, sign.ink)):
        room = width - word.cell_length - 1
        if room >= _LEAST_NOTE and (alarm is None or not alarm.present):
            notes = fitted(list(urgent(value, now, room)), 1, room)
            if notes:
                return row(word, *notes, gap=" ")
    room = width - state.cell_length - 2
    return row(state, _bar(timer, timer.certain_s(now), room)) if room >= 6 else state


def _rest(value: GaugeView, worst: TimerView, width: int, *, beat: bool) -> Iterator[Content]:
    """What is worth a line where there is room, the first before the others."""
    several = len(value.timers) > 1
    told = width >= _LEAST_COVERS or several
    covers = [covers_line(timer, width, named=several) for timer in value.timers if told]
    last = beat_line(worst, width) if beat and not worst.message else None
    guards = guard_line(value.timers, width)
    held = [line for line in (last, guards) if line is not None]
    yield from (*covers, *held) if several else (*held, *covers)


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


def _state(timer: TimerView, name: str, alarm: Alarm | None, width: int) -> Content:
    if timer.state is TimerState.OFF or alarm is None or not alarm.present:
        return _plain_state(timer.state, timer.countdown_s, timer.beat_s, name, width)
    head, named, word = _heads(timer.state, name)
    key = ink(shown(SEEN_KEY), ".ink--strong")
    since = ink(f"since {utc(alarm.at_ms)}", ".ink--text")
    return first_fitting(
        width, row(head, since, key), row(named, since, key), row(named, key), row(word, key)
    )


@lru_cache(maxsize=64)
def _plain_state(
    state: TimerState, countdown_s: float, beat_s: float, name: str, width: int
) -> Content:
    """Where there is no alarm; it stays the same for hours."""
    head, named, word = _heads(state, name)
    if state is TimerState.OFF:
        bare = ink("not protected", ".ink--faint")
        called = ink(f"○ {name or 'DEAD-MAN'} OFF", TIMER[state].ink)
        return first_fitting(width, row(called, bare), row(word, bare), word)
    if state not in HOLDING:
        return first_fitting(width, head, named, word)
    pace = f"{seconds(countdown_s)}, beat {seconds(beat_s)}"
    return first_fitting(
        width,
        row(head, ink(pace, ".ink--quiet")),
        row(named, ink(pace, ".ink--quiet")),
        row(named, ink(seconds(countdown_s), ".ink--quiet")),
        named,
        word,
    )


def _heads(state: TimerState, name: str) -> tuple[Content, Content, Content]:
    """The state's word, and before it the timer's name: always, if it has one, and never."""
    word = badge(TIMER[state])
    head = row(ink(name or "DEAD-MAN", ".ink--quiet"), word)
    return head, row(ink(name, ".ink--quiet"), word), word


def _bar(timer: TimerView, left_s: float, width: int) -> Content:
    share = min(1.0, left_s / timer.countdown_s) if timer.countdown_s > 0 else 0.0
    halves = floor(share * width * 2)
    return _bar_of(halves, width, _ink(timer, left_s))


@lru_cache(maxsize=256)
def _bar_of(halves: int, width: int, style: str) -> Content:
    full, half = divmod(halves, 2)
    body = ink("━" * full + ("╸" if half else ""), style)
    return Content.assemble(body, ink("─" * max(0, width - full - half), ".ink--track"))


def gauge_line(
    timer: TimerView,
    left_s: float,
    width: int,
    *,
    name: str = "",
    alarm: Alarm | None = None,
    bar: bool = True,
) -> Content:
    """The gauge in one line: `quotes 27 s ● ARMED ━━━━──`."""
    sign = TIMER[timer.state]
    word = ink(str(sign), sign.ink)
    called = ink(name, ".ink--quiet")
    key = ink(shown(SEEN_KEY) if alarm is not None else "", ".ink--strong")
    was = ink(f" {alarm.short} " if alarm and not alarm.present else "", ".ink--caution")
    if timer.state is TimerState.OFF:
        off = (ink(f"○ {name or 'dead-man'} off", sign.ink), ink("○ off", sign.ink))
        return first_fitting(width, *(row(each, was, key, gap=" ") for each in off), *off)
    text = figure_text(timer, left_s)
    left = ink(f"{text} s" if text != "--" else "", _ink(timer, left_s))
    head = row(called, left, word, was, key, gap=" ")
    room = width - head.cell_length - 1
    if bar and room >= 5:
        return row(head, _bar(timer, left_s, min(room, 24)), gap=" ")
    loud = was if was.plain else word
    brief = ink(sign.glyph, sign.ink) if timer.state is TimerState.ARMED else word
    glyph = ink(sign.glyph, sign.ink)
    shorter = (row(called, left, brief, gap=" "), row(called, brief, gap=" "))
    named = (*shorter, row(called, left, glyph, gap=" ")) if name else ()
    return first_fitting(
        width,
        head,
        row(called, left, loud, key, gap=" "),
        *(row(each, key, gap=" ") for each in named if alarm is not None and not was.plain),
        *(named if alarm is None else ()),
        row(left, loud, key, gap=" "),
        row(loud, key, gap=" ") if alarm is not None else row(left, word, gap=" "),
        left if left.plain and alarm is None else loud,
        loud,
    )
