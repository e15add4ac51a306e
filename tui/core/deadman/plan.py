"""How a dead-man timer is to be held, and whether that can work: the arithmetic of the beat."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tui.core.formatting import seconds

_ROUNDING_S = 1e-9
"""Sums of floating-point seconds are not told apart more finely."""


class PlanRefused(ValueError):
    """The timer cannot be held like this; the message is one sentence with the arithmetic."""


@dataclass(frozen=True, slots=True)
class TimerPlan:
    """How one timer is to be held. All times are seconds.

    A beat is due `beat_s` after the one before. If it goes wrong it is given up after
    `request_timeout_s` and tried again `spacing_s` later. Before the countdown runs out, with a
    tenth of it to spare, there must be room for the wait, the beat and its retries:

        beat + (retries + 1) x timeout + retries x spacing <= countdown - margin
    """

    countdown_s: int = 30
    beat_s: float = 5.0
    request_timeout_s: float = 2.0
    spacing_s: float = 1.05
    """The least time between two requests that the venue bears."""
    min_s: int = 5
    max_s: int = 60
    """The venue's range of countdowns; 0 is no countdown, it switches the timer off."""

    @classmethod
    def of(
        cls, countdown_s: int, beat_s: float, spacing_s: float, min_s: int, max_s: int
    ) -> TimerPlan:
        """A plan whose request timeout suits the countdown: an eighth of it, 0.8 to 2 s."""
        timeout_s = min(2.0, max(0.8, countdown_s / 8))
        return cls(countdown_s, beat_s, timeout_s, spacing_s, min_s, max_s)

    @property
    def margin_s(self) -> float:
        """What is kept free for the way to the venue and its clock."""
        return self.countdown_s / 10

    @property
    def retries(self) -> int:
        """How many retries fit after a beat that went wrong; -1 when not even the beat fits."""
        room_s = self.countdown_s - self.margin_s - self.beat_s - self.request_timeout_s
        if not room_s >= -_ROUNDING_S:
            return -1
        return math.floor(room_s / (self.request_timeout_s + self.spacing_s) + _ROUNDING_S)

    def check(self) -> tuple[str, ...]:
        """What a trader should know before relying on it, one line each; empty when all is well.

        Raises PlanRefused for a plan that cannot hold.
        """
        if not self.min_s <= self.countdown_s <= self.max_s:
            raise PlanRefused(
                f"a countdown of {seconds(self.countdown_s)} is outside the venue's range,"
                f" {self.min_s} to {seconds(self.max_s)}"
            )
        if self.beat_s < self.spacing_s:
            raise PlanRefused(
                f"a beat every {seconds(self.beat_s)} is faster than the venue bears,"
                f" one request every {seconds(self.spacing_s)}"
            )
        if self.retries < 0:
            longest_s = self.countdown_s - self.margin_s - self.request_timeout_s
            raise PlanRefused(
                f"a beat every {seconds(self.beat_s)} cannot hold a countdown of"
                f" {seconds(self.countdown_s)}: {self._sum(0)};"
                f" the beat must be {seconds(longest_s)} at most"
            )
        warnings: list[str] = []
        if self.retries < 2:
            left = "no retry" if self.retries == 0 else "one retry at best"
            warnings.append(
                f"a lost beat leaves {left}: {self._sum(self.retries)},"
                f" but {self._sum(self.retries + 1)}"
            )
        if self.countdown_s == self.min_s:
            warnings.append(
                f"{seconds(self.countdown_s)} is the shortest countdown of the venue: the timer"
                f" fires after {seconds(self.countdown_s - self.beat_s)} of trouble or less"
            )
        return tuple(warnings)

    def _sum(self, retries: int) -> str:
        """The inequality with its figures, and whether it holds."""
        need_s = self.beat_s + (retries + 1) * self.request_timeout_s + retries * self.spacing_s
        have_s = self.countdown_s - self.margin_s
        return (
            f"{self.beat_s:g} + {retries + 1} x {self.request_timeout_s:g}"
            f" + {retries} x {self.spacing_s:g} = {seconds(need_s)} is"
            f" {'within' if need_s <= have_s + _ROUNDING_S else 'more than'}"
            f" {self.countdown_s} - {self.margin_s:g} = {seconds(have_s)}"
        )
