"""Rate limits as the venues count them: so many requests in so many seconds, per user."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

from tui.simulator.order_book import now_ms


@dataclass(frozen=True, slots=True)
class Rate:
    """`limit` requests in any `interval_s` seconds (the strictest reading of a limit)."""

    limit: int
    interval_s: float


class Limits:
    """The buckets of one user; a bucket is named by whatever shares it."""

    def __init__(self) -> None:
        self._taken: dict[str, deque[float]] = {}

    def take(self, bucket: str, rate: Rate) -> bool:
        """Count one request; False if it is over the limit (and then it is not counted)."""
        taken = self._recent(bucket, rate)
        if len(taken) >= rate.limit:
            return False
        taken.append(time.monotonic())
        return True

    def remaining(self, bucket: str, rate: Rate) -> int:
        return rate.limit - len(self._recent(bucket, rate))

    def reset_ms(self, bucket: str, rate: Rate) -> int:
        """Epoch milliseconds at which the oldest counted request is forgotten."""
        taken = self._recent(bucket, rate)
        wait_s = taken[0] + rate.interval_s - time.monotonic() if taken else 0.0
        return now_ms() + int(wait_s * 1000)

    def clear(self) -> None:
        self._taken.clear()

    def _recent(self, bucket: str, rate: Rate) -> deque[float]:
        taken = self._taken.setdefault(bucket, deque())
        horizon = time.monotonic() - rate.interval_s
        while taken and taken[0] <= horizon:
            taken.popleft()
        return taken
