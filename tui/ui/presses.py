"""Two presses: the first arms for a moment, the second fires."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_S = 2.0


@dataclass(frozen=True, slots=True)
class Target:
    """What a press is about."""

    account: str
    """Empty for the whole desk."""
    action: str
    """An action's id, `ALL` or `DISARM`."""


ALL = "*"
"""Every action of the account in one call."""
DISARM = "disarm!"
PANIC = Target("", ALL)


class Presses:
    """What is armed now, and until when. Time comes from a clock, never from counted ticks."""

    def __init__(self, *, once: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self.once = once
        self._clock = clock
        self._armed: frozenset[Target] = frozenset()
        self._until = 0.0

    def press(self, targets: frozenset[Target], *, always_twice: bool = False) -> bool:
        """Whether this press fires. One that does not fire arms `targets` and nothing else.

        A press fires when all that it names is armed already, so that after `c` any button of the
        panel fires its own part.
        """
        if self.once and not always_twice:
            self.clear()
            return True
        now = self._clock()
        if targets <= self._armed and now < self._until:
            self.clear()
            return True
        self._armed = targets
        self._until = now + WINDOW_S
        return False

    def left_s(self, target: Target) -> float:
        """Seconds for which `target` stays armed; 0 when it is not."""
        return max(0.0, self._until - self._clock()) if target in self._armed else 0.0

    @property
    def armed(self) -> frozenset[Target]:
        """What a second press would fire now."""
        return self._armed if self._clock() < self._until else frozenset()

    def clear(self) -> None:
        """Nothing is armed any more."""
        self._armed = frozenset()
        self._until = 0.0
