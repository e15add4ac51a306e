"""What one killdesk leaves in doubt of a timer, for the next one that holds it."""

from __future__ import annotations

from dataclasses import dataclass

from tui.core.clocks import LAST_MS, Instant
from tui.core.deadman import STRAY_S, Deadman
from tui.core.deadman_view import TimerState

MOST_BYTES = 40
LONGEST_S = 300.0
"""No timer runs for so long: a file or a clock that says so is not believed."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A switch-off without an answer: it may not have come, and may yet. Epoch ms."""

    arrives_ms: int
    """Until then it may still arrive, and end a timer that was armed since."""
    fires_ms: int
    """Until then the timer may still fire."""

    @classmethod
    def of(cls, sent: Instant, latest_fire: Instant | None) -> Doubt:
        """Of a switch-off that left at `sent`."""
        arrives_ms = sent.later(STRAY_S).wall_ms
        return cls(arrives_ms, latest_fire.wall_ms if latest_fire is not None else 0)

    @classmethod
    def read(cls, kept: bytes) -> Doubt | None:
        """From a file; None for anything else than what `kept` gives."""
        parts = kept.rstrip(b"\0 \n").split(b" ")
        if len(parts) != 2 or not all(part.isdigit() and len(part) <= 15 for part in parts):
            return None
        arrives_ms, fires_ms = map(int, parts)
        return cls(arrives_ms, fires_ms) if max(arrives_ms, fires_ms) <= LAST_MS else None

    @property
    def kept(self) -> bytes:
        """For a file."""
        return b"%d %d" % (self.arrives_ms, self.fires_ms)

    def words(self, now: Instant) -> str:
        """For a timer that nobody holds now; empty once it is over."""
        left_s = (self.fires_ms - now.wall_ms) / 1000
        if not 0 < left_s <= LONGEST_S:
            return ""
        return (
            "the switch-off before this start had no answer: the timer may fire within"
            f" {left_s:.0f} s"
        )


def recall(machine: Deadman, doubt: Doubt, now: Instant) -> Instant | None:
    """Tells a machine that is OFF what its predecessor did, so that it doubts as that one would:
    a timer, and a switch-off that had no answer. Nothing is sent. To be armed at once after it.

    When the switch-off left; None if it cannot arrive any more.
    """
    left_s = (doubt.arrives_ms - now.wall_ms) / 1000
    if left_s <= 0 or machine.state is not TimerState.OFF:
        return None
    # A clock that was set meanwhile makes the doubt last longer at most.
    sent = now.later(min(left_s, STRAY_S) - STRAY_S)
    begun = sent.later(-machine.plan.countdown_s - machine.plan.spacing_s - 1)
    machine.resume()
    machine.arm(begun)
    if machine.next_request(begun):
        machine.sent(begun)
        machine.lost(begun, "")
    machine.disarm(sent)
    if machine.next_request(sent) is not None:
        machine.sent(sent)
        machine.lost(sent, "")
    return sent
