"""What one killdesk leaves of a timer for the next one: on disk, whatever ends the process.

A beat waits for no disk. So what is written looks ahead: it bounds the firing also of the beat that
leaves next, and the next write, which comes with that beat, moves the bound on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tui.core.clocks import LAST_MS, Instant
from tui.core.deadman.machine import SLACK_S, STRAY_S, DeadmanMachine
from tui.core.deadman.view import TimerState
from tui.core.formatting import time_of_day

MOST_BYTES = 80
BOOT_CHARS = 8
"""Of the name of a boot: enough to tell one from the next."""
LONGEST_S = 300.0
"""No timer runs for so long: a file or a clock that says so is not believed."""
_RAN_OUT_S = 24 * 3600.0
"""How long after it a timer that ran out with nobody there is still reported."""


@dataclass(frozen=True, slots=True)
class TimerPast:
    """A timer that was not switched off for certain. All epoch ms, 0 for none."""

    beat_ms: int
    """When the last acknowledged beat left, or the first one was about to."""
    fires_ms: int
    """The latest moment at which the timer may fire."""
    off_arrives_ms: int = 0
    """Until then a switch-off without an answer may still arrive, and end a timer armed since."""
    booted_ms: int = field(default=0, compare=False)
    """The wall clock minus the boot-time clock, by which the other times go; 0 where no clock
    counts sleep."""
    boot: str = field(default="", compare=False)
    """Which boot of the machine that is; empty where it is not known."""

    @classmethod
    def of(
        cls,
        machine: DeadmanMachine,
        now: Instant,
        off_lost: Instant | None = None,
        *,
        arming: bool = False,
    ) -> TimerPast | None:
        """What the next killdesk must know of `machine`; None while no timer of ours may run.

        `off_lost` is when the last switch-off left that had no answer; `arming`: the first beat is
        about to leave.
        """
        plan, view = machine.plan, machine.view(now, "", "")
        arrives_ms = _wall_ms(off_lost.later(STRAY_S), now) if off_lost is not None else 0
        booted_ms = _booted_ms(now)
        if view.state is TimerState.OFF and not arming:
            return cls(0, 0, arrives_ms, booted_ms) if arrives_ms else None
        beat, latest = machine.running_since or now, view.latest_fire_at or now
        if (machine.wanted or arming) and view.state is not TimerState.FIRED:
            # One more beat may leave before this is written again.
            sent = now.later(plan.beat_s)
            latest = sent.later(plan.request_timeout_s + plan.countdown_s + SLACK_S)
        return cls(_wall_ms(beat, now), _wall_ms(latest, now), arrives_ms, booted_ms)

    @classmethod
    def read(cls, kept: bytes) -> TimerPast | None:
        """From a file; None for anything else than what `kept` gives."""
        *times, boot = kept.rstrip(b"\0 \n").split(b" ")
        if len(times) == 2:
            times, boot = [*times, boot, b"0"], b""
        if len(times) != 4 or not all(part.isdigit() and len(part) <= 15 for part in times):
            return None
        if not all(char in b"0123456789abcdef" for char in boot) or len(boot) > BOOT_CHARS:
            return None
        beat_ms, fires_ms, off_arrives_ms, booted_ms = map(int, times)
        if max(beat_ms, fires_ms, off_arrives_ms, booted_ms) > LAST_MS:
            return None
        return cls(beat_ms, fires_ms, off_arrives_ms, booted_ms, boot.decode())

    @property
    def kept(self) -> bytes:
        """For a file."""
        times = b"%d %d %d" % (self.beat_ms, self.fires_ms, self.off_arrives_ms)
        if not self.boot or self.booted_ms <= 0:
            return times
        return b"%s %d %s" % (times, self.booted_ms, self.boot.encode())

    def by_clock_of(self, now: Instant, boot: str) -> TimerPast:
        """The same moments by the wall clock of `now`, which may have been set since they were
        written. Only within one `boot` is that known; else they stay as they are."""
        booted_ms = _booted_ms(now)
        if not self.boot or self.boot != boot or booted_ms <= 0:
            return self

        def moved(at_ms: int) -> int:
            return min(max(1, at_ms + booted_ms - self.booted_ms), LAST_MS) if at_ms else 0

        beat_ms, fires_ms = moved(self.beat_ms), moved(self.fires_ms)
        off_arrives_ms = moved(self.off_arrives_ms)
        return replace(
            self,
            beat_ms=beat_ms,
            fires_ms=fires_ms,
            off_arrives_ms=off_arrives_ms,
            booted_ms=booted_ms,
        )

    def may_fire(self, now: Instant) -> bool:
        """Whether the timer may still fire."""
        return 0 < (self.fires_ms - now.wall_ms) / 1000 <= LONGEST_S

    def message(self, now: Instant, countdown_s: float) -> str:
        """For a timer that nobody holds now; empty once it is of no interest."""
        if not self.fires_ms:
            return ""
        earliest_ms = min(self.beat_ms + round(countdown_s * 1000), self.fires_ms)
        span = f"between {time_of_day(earliest_ms)} and {time_of_day(self.fires_ms)} UTC"
        why = f"an earlier killdesk ended with its last beat at {time_of_day(self.beat_ms)}"
        if self.off_arrives_ms:
            why = "an earlier killdesk ended while its switch-off had no answer"
        if self.may_fire(now):
            return f"may fire {span}: {why}; arm it to hold it"
        if 0 <= (now.wall_ms - self.fires_ms) / 1000 <= _RAN_OUT_S:
            certain = "may have fired" if self.off_arrives_ms else "fired"
            return f"{certain} {span}: {why}"
        return ""

    def restore(self, machine: DeadmanMachine, now: Instant) -> None:
        """Brings a new machine to what is known: a beat that may have been carried out. UNKNOWN
        until a countdown has passed, AMBIGUOUS from then on. To be held back with `stop` at once:
        only the trader takes such a timer over."""
        plan = machine.plan
        left_s = min((self.fires_ms - now.wall_ms) / 1000, LONGEST_S)
        known = now.later(left_s - plan.countdown_s - SLACK_S)
        ago_s = max(0.0, min((now.wall_ms - self.beat_ms) / 1000, LONGEST_S))
        sent = now.later(-ago_s)
        _lose_one(machine, sent, max(sent, known, key=lambda at: at.steady_since(sent)))

    def restore_switch_off(self, machine: DeadmanMachine, now: Instant) -> Instant | None:
        """Brings a new machine to the doubt that a switch-off without an answer leaves. To be armed
        at once after it; nothing is sent.

        When the switch-off left; None if it cannot arrive any more.
        """
        left_s = (self.off_arrives_ms - now.wall_ms) / 1000
        if left_s <= 0:
            return None
        # A clock that was set meanwhile makes the doubt last longer at most.
        sent = now.later(min(left_s, STRAY_S) - STRAY_S)
        begun = sent.later(-machine.plan.countdown_s - machine.plan.spacing_s - 1)
        _lose_one(machine, begun, begun)
        machine.disarm(sent)
        if machine.next_request(sent) is not None:
            machine.sent(sent)
            machine.lost(sent, "")
        return sent


def _booted_ms(now: Instant) -> int:
    return round((now.wall_s - now.boot_s) * 1000) if now.counts_sleep else 0


def _wall_ms(at: Instant, now: Instant) -> int:
    """`at` by the wall clock of `now`: that may have been set between the two."""
    if not (at.counts_sleep and now.counts_sleep):
        return at.wall_ms
    return round((now.wall_s + at.boot_s - now.boot_s) * 1000)


def _lose_one(machine: DeadmanMachine, sent: Instant, lost: Instant) -> None:
    """A beat of that moment without an answer."""
    machine.arm(sent)
    if machine.next_request(sent):
        machine.sent(sent)
        machine.lost(lost, "")
