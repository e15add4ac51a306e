"""What was measured lately, in stretches of equal length: bounded, and cheap to show."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from tui.core.clocks import Instant

MOST_KEPT = 64
"""Measurements that one stretch keeps; of more it keeps every second one, every fourth ..."""

RECENT_S = 60.0
SLOW_MS = 250.0
SLOW_TIMES = 3.0
SLOW_ANYWAY_MS = 1000.0
_LEAST_RECENT, _LEAST_IN_ALL = 2, 6
"""Stretches with a measurement that a verdict needs: one late answer proves nothing."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one stretch of time has shown. Without anything it is a gap, not a zero."""

    low: float | None = None
    median: float | None = None
    high: float | None = None
    lost: int = 0
    """Times that something was asked and no answer came."""


@dataclass(frozen=True, slots=True)
class Past:
    """The stretches that are over, the oldest first; it begins with the first measurement."""

    each_s: float = 0.0
    stretches: tuple[Stretch, ...] = ()
    ended_ms: int = 0
    """Wall clock at the end of the last stretch, epoch ms."""
    p50: float | None = None
    p95: float | None = None
    """Of all measurements in it, not of the stretches."""
    lost: int = 0

    @property
    def high(self) -> float | None:
        """The largest measurement."""
        return max((s.high for s in self.stretches if s.high is not None), default=None)


NO_PAST = Past()


@dataclass(frozen=True, slots=True)
class OpenPast:
    """How many orders were open; what was lost are reads that failed."""

    total: Past = NO_PAST
    """Of what the buttons reach."""
    kinds: tuple[tuple[str, Past], ...] = ()
    """By kind, those that no button reaches too."""


NO_OPEN_PAST = OpenPast()


def slowed(past: Past) -> bool:
    """Whether the round trips of a route (in ms) have clearly become slow.

    The median of the last minute is above 250 ms and more than three times what the quicker
    stretches of the past took, a quarter of them being quicker still. So a route that slows down is
    told for minutes, and one that is far away but steady is not. Above one second it is slow
    whatever it was before: an answer that late meets the time limits of a cancel.
    """
    if past.each_s <= 0:
        return False
    all_ms = [s.median for s in past.stretches if s.median is not None]
    last = past.stretches[-max(1, round(RECENT_S / past.each_s)) :]
    recent_ms = [s.median for s in last if s.median is not None]
    if len(recent_ms) < _LEAST_RECENT:
        return False
    now_ms = median(recent_ms)
    if now_ms > SLOW_ANYWAY_MS:
        return True
    if len(all_ms) < _LEAST_IN_ALL:
        return False
    usual_ms = sorted(all_ms)[len(all_ms) // 4]
    return now_ms > SLOW_MS and now_ms > SLOW_TIMES * usual_ms


class Series:
    """Takes measurements and keeps the last `kept` stretches of `each_s` seconds.

    Its memory has a bound, whatever comes in. Stretches are told apart by the clock that goes on
    while a machine sleeps, so that a sleep is a gap.
    """

    def __init__(self, each_s: float, kept: int) -> None:
        self._each_s = each_s
        self._kept = kept
        self._gathered: deque[_Gathered] = deque(maxlen=kept + 1)
        """The last one may still be going on. Stretches without anything are not among them."""
        self._past = Past(each_s)
        self._past_at: int | None = None

    def add(self, now: Instant, value: float) -> None:
        """Takes one measurement."""
        self._at(now).add(value)

    def lose(self, now: Instant) -> None:
        """Takes note that no answer came."""
        self._at(now).lost += 1

    def past(self, now: Instant) -> Past:
        """The stretches that are over: the same object until the next one is."""
        number = self._number(now)
        if number != self._past_at:
            self._past_at = number
            self._past = self._tell(number, now)
        return self._past

    def _number(self, now: Instant) -> int:
        return int(now.boot_s // self._each_s)

    def _at(self, now: Instant) -> _Gathered:
        number = self._number(now)
        if not self._gathered or self._gathered[-1].number < number:
            self._gathered.append(_Gathered(number))
        return self._gathered[-1]

    def _tell(self, number: int, now: Instant) -> Past:
        while self._gathered and self._gathered[0].number < number - self._kept:
            self._gathered.popleft()
        over = {one.number: one for one in self._gathered if one.number < number}
        if not over:
            return Past(self._each_s)
        gap = Stretch()
        weighed = [(value, one.every) for one in over.values() for value in one.values]
        weighed.sort()
        return Past(
            self._each_s,
            tuple(over[n].told() if n in over else gap for n in range(min(over), number)),
            now.wall_ms - round(now.boot_s % self._each_s * 1000),
            _at_share(weighed, 0.5),
            _at_share(weighed, 0.95),
            sum(one.lost for one in over.values()),
        )


def round_trips() -> Series:
    """The last ten minutes of a route, in stretches that see two reads of the book each."""
    return Series(10.0, 60)


def open_orders() -> Series:
    """The last hour of a book."""
    return Series(60.0, 60)


class _Gathered:
    """One stretch while it gathers."""

    __slots__ = ("every", "high", "lost", "low", "number", "seen", "values")

    def __init__(self, number: int) -> None:
        self.number = number
        self.values = array("d")
        self.every = 1
        """Every so-manieth measurement is kept."""
        self.seen = 0
        self.low = self.high = 0.0
        self.lost = 0

    def add(self, value: float) -> None:
        self.low = min(self.low, value) if self.seen else value
        self.high = max(self.high, value) if self.seen else value
        if self.seen % self.every == 0:
            if len(self.values) == MOST_KEPT:
                self.values = self.values[::2]
                self.every *= 2
            if self.seen % self.every == 0:
                self.values.append(value)
        self.seen += 1

    def told(self) -> Stretch:
        if not self.seen:
            return Stretch(lost=self.lost)
        return Stretch(self.low, median(self.values), self.high, self.lost)


def _at_share(weighed: Iterable[tuple[float, int]], share: float) -> float | None:
    """The least value that at least so much of the weight does not exceed. The values ascend."""
    pairs = list(weighed)
    wanted = share * sum(weight for _, weight in pairs)
    passed = 0
    for value, weight in pairs:
        passed += weight
        if passed >= wanted:
            return value
    return None
