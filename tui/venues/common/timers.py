"""Dead-man timers of venues that tell when they fire: OKX's and HTX's."""

from __future__ import annotations

from tui.core.actions import Ack, Verdict
from tui.core.clocks import LAST_MS
from tui.venues.base.errors import VenueError
from tui.venues.base.specs import TimerSpec

SECONDS_BELOW = 100_000_000_000
"""A time that is smaller is meant in seconds: OKX's examples have seconds, its other times have
milliseconds."""
OFF_BY_MS = 1_500
"""How far a venue's times may be from what was asked: some of them are whole seconds."""


def check_countdown(spec: TimerSpec, countdown_s: int) -> None:
    """Raises VenueError, before anything is sent, for a countdown that the venue does not have."""
    if countdown_s != 0 and not spec.min_s <= countdown_s <= spec.max_s:
        text = f"the countdown is {spec.min_s} to {spec.max_s} s, or 0 for off"
        raise VenueError(Verdict.REFUSED, "", text)


def timer_ack_from(countdown_s: int, server_time: int | None, trigger_time: int | None) -> Ack:
    """An accepted request, in the light of the times in its answer.

    Armed means that the answer names the moment asked for: a venue that took seconds for
    milliseconds would say "success" too. Anything else is UNKNOWN.
    """
    server_ms, trigger_ms = _in_ms(server_time), _in_ms(trigger_time)
    if countdown_s == 0:
        if trigger_time:
            return _unknown("switched off, and yet the answer names a time to fire", server_ms)
        return Ack(Verdict.ACCEPTED, server_ms=server_ms)
    if not trigger_ms or server_ms is None:
        return _unknown("accepted, but the answer does not say when it fires", server_ms)
    told_ms = trigger_ms - server_ms
    if abs(told_ms - countdown_s * 1000) > OFF_BY_MS:
        return _unknown(
            f"asked for {countdown_s} s, and it fires in {told_ms / 1000:g} s", server_ms
        )
    return Ack(Verdict.ACCEPTED, server_ms=server_ms, trigger_ms=trigger_ms)


def _in_ms(time: int | None) -> int | None:
    """None for a time that no clock shows."""
    if time is None or not 0 <= time <= LAST_MS:
        return None
    return time * 1000 if time < SECONDS_BELOW else time


def _unknown(text: str, server_ms: int | None) -> Ack:
    return Ack(Verdict.UNKNOWN, "", text, server_ms=server_ms)
