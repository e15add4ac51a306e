"""What a screen is told of a venue's dead-man timer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui.core.clocks import Instant
from tui.core.formatting import time_of_day


class TimerState(StrEnum):
    """What can be said of the venue's timer."""

    OFF = "off"
    """Not armed by us."""
    ARMING = "arming"
    """The first request is on its way."""
    ARMED = "armed"
    """Acknowledged, and not run out."""
    LATE = "late"
    """Acknowledged, and not run out, but the next beat failed, is overdue or is withheld."""
    AMBIGUOUS = "ambiguous"
    """It may have fired."""
    FIRED = "fired"
    """It has run out; only the trader arms it again."""
    UNKNOWN = "unknown"
    """It may be armed: the request that would have settled it brought no answer."""
    BLOCKED = "blocked"
    """The venue refuses for good."""

    @property
    def protects(self) -> bool:
        """Acknowledged, and not run out."""
        return self in (TimerState.ARMED, TimerState.LATE)

    @property
    def gone(self) -> bool:
        """Nothing runs at the venue that would have to be switched off."""
        return self in (TimerState.OFF, TimerState.FIRED)

    @property
    def alarm(self) -> int:
        """How much a trader must look at it; 0 when all is well."""
        return _ALARM.index(self)


_ALARM = (
    TimerState.ARMED,
    TimerState.OFF,
    TimerState.ARMING,
    TimerState.LATE,
    TimerState.UNKNOWN,
    TimerState.AMBIGUOUS,
    TimerState.BLOCKED,
    TimerState.FIRED,
)
"""From the one that asks for nothing to the one that must be seen first."""


@dataclass(frozen=True, slots=True)
class GuardView:
    """Something that must hold for the beats to go on."""

    words: str
    """What is looked at: `process 4711`, `file /run/bot.beat`, `presence`."""
    fault: str = ""
    """Why it does not hold, in one line; empty while it does."""
    until: Instant | None = None
    """When it ceases to hold if nobody does anything; None where that cannot be known."""


@dataclass(frozen=True, slots=True)
class TimerView:
    """The gauge's picture of one timer. Everything it shows is a lower bound."""

    id: str
    """`bitget`, `okx-sprd`, `okx-rfq`, `okx-trade`, `htx`."""
    covers: str
    """What the venue cancels when it fires, and what not, in one line."""
    state: TimerState
    countdown_s: float
    beat_s: float
    sent_at: Instant | None
    """When the last acknowledged request left; None when none protects."""
    latest_fire_at: Instant | None
    """After this the timer has certainly run out, as far as it is known."""
    last_beat_ms: int | None
    """Wall clock of the last acknowledged beat, epoch ms."""
    latency_ms: float | None
    misses: int
    """Requests in a row that brought no acknowledgement."""
    message: str
    """The venue's refusal, or why the state is what it is; made safe."""
    guards: tuple[GuardView, ...] = ()
    rival: str = ""
    """Why another program seems to hold the same timer, in one line; empty when none seems to."""
    trigger_ms: int | None = None
    """When it fires by the venue's own word and clock, epoch ms; None where it does not say."""
    fired_from: Instant | None = None
    """The earliest moment at which it may have fired; None unless it has or may have."""
    fired_until: Instant | None = None
    """The latest one; None where it may yet fire."""
    left_behind: bool = False
    """A killdesk that has ended armed it; nobody here holds it, and `arm` takes it over."""
    since: Instant | None = None
    """When it came to `state`; None where that is not known."""
    stray_until: Instant | None = None
    """Until then a request that brought no answer may still be carried out, whatever the state;
    who begins anew would not know of it. None when there is none."""

    @property
    def fired_words(self) -> str:
        """`between 12:02:50 and 12:03:22`, in UTC; empty unless it has fired or may have."""
        if self.fired_from is None:
            return ""
        earliest = time_of_day(self.fired_from.wall_ms)
        if self.fired_until is None:
            return f"since {earliest}"
        return f"between {earliest} and {time_of_day(self.fired_until.wall_ms)}"

    @property
    def armable(self) -> bool:
        """Nobody here holds it: the key and the button arm it, else they disarm it."""
        return self.state.gone or self.left_behind

    def certain_s(self, now: Instant) -> float:
        """Seconds that the timer certainly still holds, never more than the truth; 0 when none."""
        if self.sent_at is None:
            return 0.0
        return max(0.0, self.countdown_s - now.since(self.sent_at))

    def state_at(self, now: Instant) -> TimerState:
        """The state as it may be shown now, for a picture that has grown old.

        A protection that has run out is not shown, even if nobody has said so since.
        """
        over = self.state.protects and not self.certain_s(now)
        return TimerState.AMBIGUOUS if over else self.state


def repaint_every_s(view: TimerView, now: Instant) -> float:
    """How often the gauge is worth repainting, in seconds: faster when the end is near."""
    near_s = min(10.0, view.countdown_s / 3)
    return 0.1 if 0.0 < view.certain_s(now) < near_s else 1.0
