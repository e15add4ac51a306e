"""What was measured lately, in stretches of equal length: bounded, and cheap to show."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.core.clocks import Instant

MOST_KEPT = 32
"""Measurements that one stretch keeps; of more it keeps every second one, every fourth ..."""

RECENT_S = 60.0
SLOW_MS = 250.0
SLOW_TIMES = 3.0
SLOW_ANYWAY_MS = 1000.0
_LEAST_RECENT, _LEAST_IN_ALL = 2, 6
"""Stretches with a measurement that a verdict needs: one late answer proves nothing."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """What one stretch of time has shown. Without anything it is a gap, not a zero."""

    low: float | None = None
    median: float | None = None
    high: float | None = None
    lost: int = 0
    """Times that something was asked and no answer came."""
    values: tuple[float, ...] = ()
    """The measurements, or every so-manieth of them."""
    every: int = 1
    """How many measurements each of the values stands for."""


@dataclass(frozen=True, slots=True)
class SeriesView:
    """The stretches that are over, the oldest first; it begins with the first measurement."""

    each_s: float = 0.0
    stretches: tuple[Bucket, ...] = ()
    ended_ms: int = 0
    """Wall clock at the end of the last stretch, epoch ms."""
    most: int = 60
    """How many stretches it has when it is whole."""
    number: int = 0
    """Of the last stretch, as a clock that nobody can set counts them."""

    @property
    def high(self) -> float | None:
        """The largest measurement."""
        return max((s.high for s in self.stretches if s.high is not None), default=None)

    @property
    def lost(self) -> int:
        """How many answers did not come."""
        return sum(stretch.lost for stretch in self.stretches)

    def at_share(self, share: float) -> float | None:
        """The least measurement that so much of them does not exceed: 0.95 for the p95."""
        weighed = sorted((value, s.every) for s in self.stretches for value in s.values)
        wanted = share * sum(weight for _, weight in weighed)
        passed = 0
        for value, weight in weighed:
            passed += weight
            if passed >= wanted:
                return value
        return None


NO_PAST = SeriesView()


def up_to_now(past: SeriesView, value: float | None) -> SeriesView:
    """`past` with the newest value as the stretch that has just begun; as it is without one.

    What is drawn beside a current figure must end with that figure.
    """
    if value is None or past.each_s <= 0:
        return past
    now = Bucket(value, value, value, values=(value,))
    stretches = (*past.stretches, now)[-past.most :]
    ends_ms = past.ended_ms + round(past.each_s * 1000)
    return replace(past, stretches=stretches, number=past.number + 1, ended_ms=ends_ms)


@dataclass(frozen=True, slots=True)
class OpenPast:
    """How many orders were open; what was lost are reads that failed."""

    total: SeriesView = NO_PAST
    """Of what the buttons reach."""
    kinds: tuple[tuple[str, SeriesView], ...] = ()
    """By kind, those that no button reaches too."""


NO_OPEN_PAST = OpenPast()


def slow_above_ms(past: SeriesView) -> float:
    """Round trips longer than this are slow for the route that `past` (in ms) is of.

    That is three times what the quickest quarter of its stretches took at most, yet never less than
    250 ms nor more than 1 s: an answer so late meets the time limits of a cancel. Of a route that
    is hardly known only that second is.
    """
    all_ms = sorted(s.median for s in past.stretches if s.median is not None)
    if len(all_ms) < _LEAST_IN_ALL:
        return SLOW_ANYWAY_MS
    return min(SLOW_ANYWAY_MS, max(SLOW_MS, SLOW_TIMES * all_ms[len(all_ms) // 4]))


def slowed(past: SeriesView) -> bool:
    """Whether a route has clearly become slow: the median of its last minute is.

    So a route that slows down is told for minutes, until slow is what is usual there, and one that
    is far away but steady is not told. A single late answer says nothing.
    """
    if past.each_s <= 0:
        return False
    last = past.stretches[-max(1, round(RECENT_S / past.each_s)) :]
    recent_ms = [s.median for s in last if s.median is not None]
    return len(recent_ms) >= _LEAST_RECENT and _median(recent_ms) > slow_above_ms(past)


def downsample(past: SeriesView, most: int) -> list[tuple[Bucket, ...]]:
    """The stretches in groups of equal length, so long that the whole past has at most `most`.

    `most` is 2 or more. The borders stay where they are when a stretch is added, so that a drawing
    moves by whole cells.
    """
    if not past.stretches or past.each_s <= 0:
        return []
    size = 1
    while -(-past.most // size) + (size > 1) > max(2, most):
        size += 1
    ends_at = len(past.stretches)
    taken = (past.number + 1) % size or size
    groups: list[tuple[Bucket, ...]] = []
    while ends_at > 0:
        begins_at = max(0, ends_at - taken)
        groups.append(past.stretches[begins_at:ends_at])
        ends_at, taken = begins_at, size
    return groups[::-1]


class Series:
    """Takes measurements and keeps the last `kept` stretches of `each_s` seconds.

    Its memory has a bound, whatever comes in, and what is over is worked out once. Stretches are
    told apart by the clock that goes on while a machine sleeps, so that a sleep is a gap.
    """

    def __init__(self, each_s: float, kept: int) -> None:
        self._each_s = each_s
        self._kept = kept
        self._over: deque[tuple[int, Bucket]] = deque(maxlen=kept)
        """With their numbers; those without anything are not among them."""
        self._now: _OpenBucket | None = None
        self._past = SeriesView(each_s, most=kept)
        self._past_at: int | None = None

    def add(self, now: Instant, value: float) -> None:
        """Takes one measurement."""
        self._at(self._number(now)).add(value)

    def lose(self, now: Instant) -> None:
        """Takes note that no answer came."""
        self._at(self._number(now)).lost += 1

    def past(self, now: Instant) -> SeriesView:
        """The stretches that are over: the same object until the next one is."""
        number = self._number(now)
        if number != self._past_at:
            self._past_at = number
            self._past = self._tell(number, now)
        return self._past

    def _number(self, now: Instant) -> int:
        return int(now.boot_s // self._each_s)

    def _at(self, number: int) -> _OpenBucket:
        self._close_before(number)
        if self._now is None:
            self._now = _OpenBucket(number)
        return self._now

    def _close_before(self, number: int) -> None:
        if self._now is not None and self._now.number < number:
            self._over.append((self._now.number, self._now.told()))
            self._now = None

    def _tell(self, number: int, now: Instant) -> SeriesView:
        self._close_before(number)
        while self._over and self._over[0][0] < number - self._kept:
            self._over.popleft()
        if not self._over:
            return SeriesView(self._each_s, most=self._kept)
        over = dict(self._over)
        stretches = tuple(over.get(n, _GAP) for n in range(self._over[0][0], number))
        ended_ms = now.wall_ms - round(now.boot_s % self._each_s * 1000)
        return SeriesView(self._each_s, stretches, ended_ms, self._kept, number - 1)


def round_trips() -> Series:
    """The last ten minutes of a route, in stretches that see two reads of the book each."""
    return Series(10.0, 60)


def open_orders() -> Series:
    """The last hour of a book."""
    return Series(60.0, 60)


_GAP = Bucket()


class _OpenBucket:
    """The stretch that is going on."""

    __slots__ = ("every", "high", "lost", "low", "number", "seen", "values")

    def __init__(self, number: int) -> None:
        self.number = number
        self.values: list[float] = []
        self.every = 1
        self.seen = 0
        self.low = self.high = 0.0
        self.lost = 0

    def add(self, value: float) -> None:
        self.low = min(self.low, value) if self.seen else value
        self.high = max(self.high, value) if self.seen else value
        if len(self.values) == MOST_KEPT and self.seen % self.every == 0:
            del self.values[1::2]
            self.every *= 2
        if self.seen % self.every == 0:
            self.values.append(value)
        self.seen += 1

    def told(self) -> Bucket:
        if not self.seen:
            return Bucket(lost=self.lost)
        values = tuple(self.values)
        return Bucket(self.low, _median(values), self.high, self.lost, values, self.every)


def _median(values: Sequence[float]) -> float:
    """Of at least one. The standard library's is slow to load, too slow for the first paint, and a
    stretch may be over in the middle of a cancel: nothing may be read from a disk then."""
    ordered, middle = sorted(values), len(values) // 2
    if len(values) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
