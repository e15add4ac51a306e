"""What a gauge says beside its seconds: alarms, guards, rivals, beats, and what it covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import floor

from textual.content import Content

from tui.core.clocks import Instant
from tui.core.deadman.view import GuardView, TimerState, TimerView
from tui.core.desk import AccountView
from tui.core.formatting import clock, duration, time_of_day
from tui.ui.alarms.model import Alarm
from tui.ui.keys.keymap import shown
from tui.ui.widgets.status import HOLDING
from tui.ui.widgets.value_widget import ends, first_fitting, row, styled
from tui.venues import timer_label

ASK_WITHIN_S = 120.0
"""So long before presence runs out the gauge asks for it."""
PRESENCE = "presence"

SEEN_KEY = "k"
PRESENCE_KEY = "K"


@dataclass(frozen=True, slots=True)
class GaugeView:
    """What a gauge shows: every timer of an account, and its alarms."""

    timers: tuple[TimerView, ...]
    alarms: tuple[Alarm, ...] = ()

    def alarm(self, timer: TimerView) -> Alarm | None:
        """The alarm of one timer."""
        return next((alarm for alarm in self.alarms if alarm.source == timer.id), None)


def asks_presence(accounts: Iterable[AccountView]) -> bool:
    """Whether anything on the desk wants to hear that somebody is there."""
    return any(
        guard.words == PRESENCE
        for account in accounts
        for timer in account.timers
        for guard in timer.guards
    )


def urgent(value: GaugeView, now: Instant, width: int) -> Iterator[Content]:
    """What must be read, the first before the others; nothing while all is well.

    What others said may be longer than a line: `fitted` gives it the lines that there are.
    """
    for alarm in value.alarms:
        if not alarm.present or not any(alarm.source == timer.id for timer in value.timers):
            yield alarm_line(alarm, width)
    text: dict[str, None] = {}
    several = len(value.timers) > 1
    for timer in value.timers:
        if timer.message and timer.message not in text:
            text[timer.message] = None
            name = f"{timer_label(timer.id)}: " if several else ""
            withheld = next((one for one in timer.guards if _told(one, timer.message)), None)
            yield _fault(f"{name}{timer.message}", withheld)
    for guard in _guards(value.timers):
        if guard.fault and not any(_told(guard, message) for message in text):
            yield _fault(guard.fault, guard)
    asked = ask_line(value.timers, now, width)
    if asked is not None:
        yield asked
    for rival in dict.fromkeys(timer.rival for timer in value.timers if timer.rival):
        yield styled(f"▲ {rival}", ".ink--careful")


def faulty(value: GaugeView) -> bool:
    """A guard does not hold: the beats are withheld, and why comes before all else."""
    return any(guard.fault for timer in value.timers for guard in timer.guards)


def fitted(notes: Sequence[Content], rows: int, width: int) -> list[Content]:
    """A row for each note; those that need more take what is left over, the first ones first."""
    wrapped = [note.wrap(max(1, width)) for note in notes[: max(0, rows)]]
    spare = rows - len(wrapped)
    drawn: list[Content] = []
    for parts in wrapped:
        more = min(spare, len(parts) - 1)
        spare -= more
        drawn += parts[:more]
        rest = Content(" ").join([part.rstrip() for part in parts[more:]])
        drawn.append(rest.truncate(width, ellipsis=True))
    return drawn


def _told(guard: GuardView, message: str) -> bool:
    return bool(guard.fault) and guard.fault in message


def _fault(said: str, guard: GuardView | None) -> Content:
    """A message; loud where it is a guard that withholds the beats."""
    if guard is None:
        return styled(said, ".ink--careful")
    key = shown(PRESENCE_KEY) if guard.words == PRESENCE else ""
    return row(styled(key, ".ink--strong"), styled(f"▲ {said}", ".ink--bad"), gap=" ")


def alarm_line(alarm: Alarm, width: int) -> Content:
    """`▲ was LATE at 12:03:22  k`."""
    key = styled(shown(SEEN_KEY), ".ink--strong")
    glyph, which = alarm.sign.glyph, f"{alarm.what} " if alarm.what else ""
    return first_fitting(
        width,
        row(styled(f" {glyph} {which}{alarm.told} ", ".ink--caution"), key, gap=" "),
        row(styled(f" {which}{alarm.told} ", ".ink--caution"), key, gap=" "),
        row(styled(f" {alarm.short} {alarm.brief} ", ".ink--caution"), key, gap=" "),
        row(styled(f"{alarm.short}", ".ink--caution"), key, gap=" "),
        row(styled(alarm.sign.word, ".ink--caution"), key, gap=" "),
    )


def ask_line(timers: Iterable[TimerView], now: Instant, width: int) -> Content | None:
    """`confirm presence within 1:40  K`, for the one that runs out first."""
    left = [
        -now.since(guard.until)
        for timer in timers
        if timer.state in HOLDING
        for guard in timer.guards
        if guard.until is not None and not guard.fault
    ]
    soonest_s = max(0, floor(min(left, default=ASK_WITHIN_S + 1)))
    if soonest_s > ASK_WITHIN_S:
        return None
    text = clock(soonest_s)
    key = styled(shown(PRESENCE_KEY), ".ink--strong")
    return first_fitting(
        width,
        row(styled(f"confirm presence within {text}", ".ink--careful"), key),
        row(styled(f"confirm presence {text}", ".ink--careful"), key, gap=" "),
        row(styled(f"presence {text}", ".ink--careful"), key, gap=" "),
        row(key, styled(text, ".ink--careful"), gap=" "),
    )


def guard_line(timers: Iterable[TimerView], width: int) -> Content | None:
    """`while process 4711, file bot.beat`: what must hold, while all of it does."""
    guards = _guards(timers)
    if not guards or any(guard.fault for guard in guards):
        return None
    full = ", ".join(guard.words for guard in guards)
    short = ", ".join(_last_part(guard.words) for guard in guards)
    cut = ends(styled(f"while {short}", ".ink--quiet"), Content(), width)
    return first_fitting(
        width, styled(f"while {full}", ".ink--quiet"), styled(f"while {short}", ".ink--quiet"), cut
    )


def covers_line(timer: TimerView, width: int, *, named: bool) -> Content:
    """What the venue cancels when it fires."""
    name = f"{timer_label(timer.id)}: " if named else ""
    return _covers(f"{name}{timer.covers}", width)


@lru_cache(maxsize=64)
def _covers(said: str, width: int) -> Content:
    return ends(styled(said, ".ink--faint"), Content(), width)


def beat_line(timer: TimerView, width: int) -> Content | None:
    """`beat 12:03:20  92 ms`."""
    if timer.last_beat_ms is None or timer.state is TimerState.OFF:
        return None
    when = styled(f"beat {time_of_day(timer.last_beat_ms)}", ".ink--faint")
    took = styled(duration(timer.latency_ms), ".ink--quiet") if timer.latency_ms else Content()
    missed = styled(f"{timer.misses} missed" if timer.misses else "", ".ink--careful")
    return first_fitting(width, row(when, took, missed), row(missed, took), missed)


def _guards(timers: Iterable[TimerView]) -> tuple[GuardView, ...]:
    """Each one once: the timers of an account have the same."""
    unique: dict[str, GuardView] = {}
    for timer in timers:
        for guard in timer.guards:
            if guard.fault or guard.words not in unique:
                unique[guard.words] = guard
    return tuple(unique.values())


def _last_part(words: str) -> str:
    """`file bot.beat` for `file /run/bot.beat`."""
    kind, _, place = words.partition(" ")
    return f"{kind} {place.rpartition('/')[2]}" if "/" in place else words
