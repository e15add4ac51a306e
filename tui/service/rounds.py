"""When an idle service wakes: once a second, for all that can wait so long.

A process that has slept is several times slower at first, and pays for each time it wakes. What
keeps an idle desk going is done together, shortly before the second in which the screen looks.
"""

from __future__ import annotations

import time
from math import floor

ROUND_S = 1.0
LEAD_S = 0.05
"""Before the second of the wall clock."""
_EARLY_S = 0.003
"""A timer may come so much before its round, and must not sleep for the rest of it."""


def until_round(wait_s: float = ROUND_S, *, every_s: float = ROUND_S, late_s: float = 0.0) -> float:
    """Seconds to the last round within the next `wait_s`; less than a round is waited as it is.

    With `every_s` to the last of the rounds that are so far apart, for whoever has them; with
    `late_s` the rounds are that much later, for those who are too many for one.
    """
    if wait_s < ROUND_S:
        return wait_s
    now_s = time.time() + LEAD_S - late_s
    return max(0.0, floor((now_s + wait_s + _EARLY_S) / every_s) * every_s - now_s)
