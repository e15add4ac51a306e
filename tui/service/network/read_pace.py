"""How often one account may read: the venue's documented limits, kept by this process.

A limiter stands in front of reads alone, never in front of a cancel. Other processes share the
venue's limit; what they use shows only when the venue refuses, and the next try then comes at a
random moment, so that several processes do not collide for ever.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from tui.venues.base.messages import Call, RateLimit

PAUSE = (0.25, 0.75)
"""After a refusal, in parts of the limit's interval: the next read waits so long at least."""
CROWDED = (4.0, 8.0)
"""After a refusal, in parts of the interval, too: other programs read as well, and a poll leaves
the limit to the presses of all of them for so long."""
KEPT_FREE = 4
"""One place in so many is kept free of polls, and one at least: a press finds it."""


@dataclass(eq=False, slots=True)
class _Place:
    """One request that the venue counts, from when it left."""

    sent_s: float
    answered_s: float | None = None

    def free_s(self, limit: RateLimit) -> float:
        """The venue counts it somewhere between its departure and its answer; one that is not
        answered is taken for answered after a whole interval."""
        counted_s = self.sent_s + limit.per_s if self.answered_s is None else self.answered_s
        return counted_s + limit.per_s


@dataclass(eq=False, slots=True)
class _Waiter:
    """A read that waits for room."""

    urgent: Callable[[], bool]
    woken: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Bucket:
    limit: RateLimit
    places: list[_Place] = field(default_factory=list)
    waiters: list[_Waiter] = field(default_factory=list)
    """In the order in which they came."""
    refused_until_s: float = 0.0
    crowded_until_s: float = 0.0

    def wait_s(self, now_s: float, *, urgent: bool, ahead: int = 0) -> float:
        """How long until there is room for one more than those `ahead`; 0 when there is."""
        if now_s < self.refused_until_s:
            return self.refused_until_s - now_s
        self.places = [one for one in self.places if one.free_s(self.limit) > now_s]
        most = self.limit.calls
        if not urgent and most > 1:
            most -= max(1, most // KEPT_FREE)
        taken = len(self.places) + ahead
        if taken < most:
            return 0.0
        free_s = sorted(one.free_s(self.limit) for one in self.places)
        if taken - most < len(free_s):
            return free_s[taken - most] - now_s
        return self.limit.per_s  # those ahead have not left yet, and wake it when they do

    def ahead_of(self, waiter: _Waiter) -> int:
        """How many go first: what is urgent, then whoever came first, so that no list starves."""
        before = self.waiters[: self.waiters.index(waiter)]
        if waiter.urgent():
            return sum(one.urgent() for one in before)
        return sum(one in before or one.urgent() for one in self.waiters if one is not waiter)

    def wake(self) -> None:
        """Lets every waiter look again."""
        for one in self.waiters:
            one.woken.set()


class ReadPace:
    """The limits of one account's reads; `limit_of` gives the one that a call is counted by."""

    def __init__(self, limit_of: Callable[[Call], RateLimit | None]) -> None:
        self._limit_of = limit_of
        self._buckets: dict[str, _Bucket] = {}

    async def room(self, call: Call, urgent: Callable[[], bool]) -> bool:
        """Returns when the venue has room for this read. What is not urgent, a poll, leaves some
        for what is; `urgent` is asked again after `look_again`. False for a poll that must not be
        sent now, because other programs use up the limit."""
        bucket = self._bucket(call)
        if bucket is None:
            return True
        waiter = _Waiter(urgent)
        bucket.waiters.append(waiter)
        try:
            while True:
                if not urgent() and _now_s() < bucket.crowded_until_s:
                    return False
                ahead = bucket.ahead_of(waiter)
                if (wait_s := bucket.wait_s(_now_s(), urgent=urgent(), ahead=ahead)) <= 0:
                    return True
                waiter.woken.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await waiter.woken.wait()
        finally:
            bucket.waiters.remove(waiter)
            bucket.wake()

    def look_again(self) -> None:
        """A read that waits may have become urgent."""
        for bucket in self._buckets.values():
            bucket.wake()

    def left(self, call: Call) -> Callable[[bool, float], None]:
        """A request leaves now. Gives what is to be called when it is answered, or will not be:
        whether the venue refused it because it was asked too often, and for how many seconds the
        answer itself asks to wait."""
        bucket = self._bucket(call)
        place = _Place(_now_s())
        if bucket is not None:
            bucket.places.append(place)

        def answered(refused: bool, asked_s: float) -> None:
            if bucket is None:
                return
            place.answered_s = _now_s()
            if refused:
                self._refused(bucket, place)
                if asked_s:  # the answer says when
                    bucket.refused_until_s = bucket.crowded_until_s = _now_s() + asked_s
            bucket.wake()  # its place is free sooner than one without an answer

        return answered

    def pause_s(self, call: Call) -> float:
        """How long a read like this has to wait after a refusal, from now on."""
        bucket = self._bucket(call)
        return max(0.0, bucket.refused_until_s - _now_s()) if bucket is not None else 0.0

    def _refused(self, bucket: _Bucket, place: _Place) -> None:
        if place in bucket.places:
            bucket.places.remove(place)  # it was not carried out, and not counted
        if _now_s() < bucket.refused_until_s:
            return  # it left together with the one that was refused before
        per_s = bucket.limit.per_s
        bucket.refused_until_s = _now_s() + per_s * random.uniform(*PAUSE)  # noqa: S311  no secret
        bucket.crowded_until_s = _now_s() + per_s * random.uniform(*CROWDED)  # noqa: S311  no secret

    def _bucket(self, call: Call) -> _Bucket | None:
        limit = self._limit_of(call)
        return self._buckets.setdefault(limit.name, _Bucket(limit)) if limit else None


def _now_s() -> float:
    return asyncio.get_running_loop().time()
