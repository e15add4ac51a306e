"""What a gauge says of one timer: its figure, its state in a word, its bar, or all in a line."""

from __future__ import annotations

from functools import lru_cache
from math import floor

from textual.content import Content

from tui.core.deadman.view import TimerState, TimerView
from tui.core.formatting import seconds
from tui.ui.alarms.model import Alarm
from tui.ui.keys.keymap import shown
from tui.ui.panel.timer_gauge_notes import SEEN_KEY
from tui.ui.widgets.status import HOLDING, TIMER
from tui.ui.widgets.value_widget import badge, first_fitting, row, styled


def fast_below_s(timer: TimerView) -> float:
    """Below so many seconds left the gauge shows tenths, ten times a second."""
    return min(10.0, timer.countdown_s / 3)


def figure_text(timer: TimerView, left_s: float) -> str:
    """The certain seconds, never rounded up; `--` where nothing protects."""
    if timer.sent_at is None or timer.state in {TimerState.OFF, TimerState.BLOCKED}:
        return "--"
    if left_s <= fast_below_s(timer):
        return f"{floor(left_s * 10) / 10:.1f}"
    return str(floor(left_s))


def left_ink(timer: TimerView, left_s: float) -> str:
    """The ink of what is left."""
    match timer.state:
        case TimerState.ARMED:
            return ".ink--good" if left_s > fast_below_s(timer) else ".ink--careful"
        case TimerState.OFF:
            return ".ink--faint"
        case TimerState.FIRED | TimerState.BLOCKED:
            return ".ink--bad"
        case _:
            return ".ink--careful"


def state_line(timer: TimerView, name: str, alarm: Alarm | None, width: int) -> Content:
    """The state in a word; with it the pace of the beats, or since when it is an alarm."""
    if timer.state is TimerState.OFF or alarm is None or not alarm.present:
        return _plain_state(timer.state, timer.countdown_s, timer.beat_s, name, width)
    head, named, word = _heads(timer.state, name)
    key = styled(shown(SEEN_KEY), ".ink--strong")
    when, brief = styled(alarm.when, ".ink--text"), styled(alarm.brief, ".ink--text")
    return first_fitting(
        width,
        row(head, when, key),
        row(named, when, key),
        row(named, brief, key),
        row(named, key),
        row(word, key),
    )


@lru_cache(maxsize=64)
def _plain_state(
    state: TimerState, countdown_s: float, beat_s: float, name: str, width: int
) -> Content:
    """Where there is no alarm; it stays the same for hours."""
    head, named, word = _heads(state, name)
    if state is TimerState.OFF:
        bare = styled("not protected", ".ink--faint")
        called = styled(f"○ {name or 'DEAD-MAN'} OFF", TIMER[state].ink)
        return first_fitting(width, row(called, bare), row(word, bare), word)
    if state not in HOLDING:
        return first_fitting(width, head, named, word)
    pace = f"{seconds(countdown_s)}, beat {seconds(beat_s)}"
    return first_fitting(
        width,
        row(head, styled(pace, ".ink--quiet")),
        row(named, styled(pace, ".ink--quiet")),
        row(named, styled(seconds(countdown_s), ".ink--quiet")),
        named,
        word,
    )


def _heads(state: TimerState, name: str) -> tuple[Content, Content, Content]:
    """The state's word, and before it the timer's name: always, if it has one, and never."""
    word = badge(TIMER[state])
    head = row(styled(name or "DEAD-MAN", ".ink--quiet"), word)
    return head, row(styled(name, ".ink--quiet"), word), word


def bar_line(timer: TimerView, left_s: float, width: int) -> Content:
    """The share of the countdown that is left, in half cells."""
    share = min(1.0, left_s / timer.countdown_s) if timer.countdown_s > 0 else 0.0
    halves = floor(share * width * 2)
    return _bar_of(halves, width, left_ink(timer, left_s))


@lru_cache(maxsize=256)
def _bar_of(halves: int, width: int, style: str) -> Content:
    full, half = divmod(halves, 2)
    body = styled("━" * full + ("╸" if half else ""), style)
    return Content.assemble(body, styled("─" * max(0, width - full - half), ".ink--track"))


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
    word = styled(str(sign), sign.ink)
    called = styled(name, ".ink--quiet")
    key = styled(shown(SEEN_KEY) if alarm is not None else "", ".ink--strong")
    was = styled(f" {alarm.short} " if alarm and not alarm.present else "", ".ink--caution")
    if timer.state is TimerState.OFF:
        off = (styled(f"○ {name or 'dead-man'} off", sign.ink), styled("○ off", sign.ink))
        return first_fitting(width, *(row(each, was, key, gap=" ") for each in off), *off)
    text = figure_text(timer, left_s)
    left = styled(f"{text} s" if text != "--" else "", left_ink(timer, left_s))
    head = row(called, left, word, was, key, gap=" ")
    room = width - head.cell_length - 1
    if bar and room >= 5:
        return row(head, bar_line(timer, left_s, min(room, 24)), gap=" ")
    loud = was if was.plain else word
    brief = styled(sign.glyph, sign.ink) if timer.state is TimerState.ARMED else word
    glyph = styled(sign.glyph, sign.ink)
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
