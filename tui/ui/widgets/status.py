"""How each state is told: a glyph, a word and an ink, so that none of the three is needed alone."""

from __future__ import annotations

from dataclasses import dataclass

from tui.core.actions import Outcome
from tui.core.deadman.view import TimerState
from tui.core.desk import Health


@dataclass(frozen=True, slots=True)
class StatusLabel:
    """One state as the screen tells it, and what it means as the help tells it."""

    glyph: str
    word: str
    ink: str
    """The component class of `ValueWidget` that colours it."""
    meaning: str

    def __str__(self) -> str:
        return f"{self.glyph} {self.word}"


HEALTH: dict[Health, StatusLabel] = {
    Health.CONNECTING: StatusLabel(
        "◌", "CONNECTING", ".ink--careful", "not known yet; a press goes out"
    ),
    Health.READY: StatusLabel("●", "READY", ".ink--good", "a press would work now"),
    Health.DEGRADED: StatusLabel(
        "▲",
        "DEGRADED",
        ".ink--careful",
        "a press works, but something is wrong: the line says what",
    ),
    Health.DOWN: StatusLabel(
        "✕", "DOWN", ".ink--alarm", "a press would not arrive; it is tried anyway"
    ),
}

OUTCOME: dict[Outcome, StatusLabel] = {
    Outcome.CONFIRMED: StatusLabel(
        "✓", "confirmed", ".ink--good", "the venue's own read shows nothing open"
    ),
    Outcome.DENIED: StatusLabel("⊖", "denied", ".ink--careful", "never sent, for a local reason"),
    Outcome.REJECTED: StatusLabel(
        "✕", "rejected", ".ink--bad", "the venue refused; its code and text are shown"
    ),
    Outcome.REMAINING: StatusLabel(
        "▲", "remaining", ".ink--bad", "acknowledged, yet orders were still open at the end"
    ),
    Outcome.UNRESOLVED: StatusLabel(
        "?", "UNRESOLVED", ".ink--alarm", "no evidence either way; stays until a read settles it"
    ),
}

TIMER: dict[TimerState, StatusLabel] = {
    TimerState.OFF: StatusLabel("○", "OFF", ".ink--quiet", "no timer protects the book"),
    TimerState.ARMING: StatusLabel(
        "◌", "ARMING", ".ink--careful", "asked for, not acknowledged yet"
    ),
    TimerState.ARMED: StatusLabel("●", "ARMED", ".ink--good", "acknowledged, beats are on time"),
    TimerState.LATE: StatusLabel(
        "▲", "LATE", ".ink--caution", "a beat is missing; the seconds shown are still certain"
    ),
    TimerState.AMBIGUOUS: StatusLabel(
        "?", "AMBIGUOUS", ".ink--caution", "it may have fired between two beats; read the book"
    ),
    TimerState.FIRED: StatusLabel(
        "✕", "FIRED", ".ink--alarm", "it ran out and the venue cancelled; arm it again yourself"
    ),
    TimerState.UNKNOWN: StatusLabel(
        "?", "UNKNOWN", ".ink--caution", "nothing is known of the timer; count on no protection"
    ),
    TimerState.BLOCKED: StatusLabel(
        "■", "BLOCKED", ".ink--alarm", "the venue refuses the beats; the line says why"
    ),
}

SLOW = StatusLabel(
    "▲", "slow", ".ink--careful", "this route's round trips have clearly risen in the last minute"
)

HOLDING = frozenset(
    {TimerState.ARMING, TimerState.ARMED, TimerState.LATE, TimerState.AMBIGUOUS, TimerState.UNKNOWN}
)
"""States in which seconds may still run at the venue."""
