"""A venue's dead-man timer: what can be known of it from our own clock and the venue's replies."""

from __future__ import annotations

from dataclasses import dataclass

from tui.core.clocks import Instant
from tui.core.deadman.plan import TimerPlan
from tui.core.deadman.view import TimerState, TimerView

SLACK_S = 2.0
"""What a venue may take to notice that a countdown is over and to cancel."""
STRAY_S = 31.0
"""A request without an answer may still be carried out for so long: venues take a signature that is
up to 30 s old."""
NAP_S = 2.0
"""The longest sleep of who drives the machine, because a sleep does not count a suspend."""
TICK_S = 0.001
"""The shortest sleep: less may not move a clock at all."""


@dataclass(frozen=True, slots=True)
class _Flight:
    """The one request that is on its way."""

    countdown_s: int
    sent_at: Instant
    off_before: bool
    latest_before: Instant | None
    """What was known of the timer without this request."""


class DeadmanMachine:
    """Holds one timer of a venue that cannot be read back. Pure: it is told the time and the news.

        OFF --arm--> ARMING --ack--> ARMED <--ack-- LATE       a beat failed, is overdue
         ^              |              |  --miss-->   |        or is withheld (`stop`)
         |            lost             +------+-------+
         |              v                     | a countdown since the acknowledged send
         |           UNKNOWN --ack--> ARMED   v
         |              |   a countdown   AMBIGUOUS --run out for certain--> FIRED
         |              +---------------------^
         |                                    |
         |   (an ack that comes a countdown after the send before it leads here too;
         |    such a timer surely runs again, and its beats go on)
         |
         +--ack-- UNKNOWN <--"0" is sent-- any state, after `disarm`

        any state --refused--> BLOCKED --the countdown passes--> AMBIGUOUS
        AMBIGUOUS, FIRED, BLOCKED --arm--> ARMING

    Three rules carry it. Time left is counted from the *send* of the last acknowledged request,
    the latest firing from its *acknowledgement*. A request without an answer widens what may be
    and never narrows it. And a timer that may have fired is never refreshed: the venue would say
    "success" and guard an empty book, so only the trader's `arm` starts it again.

    Whoever drives it calls `next_request`, and, if that gives a countdown, `sent` just before the
    bytes leave and exactly one of `acked`, `refused`, `busy`, `lost` when it is over and its
    connection can deliver nothing more. Then `wait_s` tells how long to sleep.
    """

    def __init__(self, plan: TimerPlan) -> None:
        self.plan = plan
        self._state = TimerState.OFF
        self._since: Instant | None = None
        """When it came to this state."""
        # the wishes
        self._wanted = False
        self._held = ""
        self._blocked = False
        # the requests
        self._offer: int | None = None
        self._flight: _Flight | None = None
        self._last_send: Instant | None = None
        self._not_before: Instant | None = None
        self._urgent = False
        # the venue's timer, as far as it is known
        self._off = True
        """No timer of ours can be running."""
        self._anchor: Instant | None = None
        """It cannot fire sooner than a countdown after this send."""
        self._acked = False
        """The anchor was acknowledged, so the timer surely ran."""
        self._latest: Instant | None = None
        self._expired = False
        """It may have fired since the anchor."""
        self._clock_doubt = False
        """It may have fired since the anchor if the wall clock, which alone says so, is right."""
        self._fired = False
        """It has."""
        self._gap: tuple[Instant, Instant] | None = None
        """It may have fired before the last acknowledgement, between these two moments."""
        self._stray_beat: Instant | None = None
        self._stray_off: Instant | None = None
        """The last send of each sort that brought no answer and may yet be carried out."""
        # for the gauge
        self._server_ms: int | None = None
        self._trigger_ms: int | None = None
        self._beat_ms: int | None = None
        self._latency_ms: float | None = None
        self._misses = 0
        self._note = ""

    @property
    def state(self) -> TimerState:
        """The state as of the last call that was told the time."""
        return self._state

    @property
    def in_flight(self) -> bool:
        return self._flight is not None

    @property
    def wanted(self) -> bool:
        """The trader wants it held, whatever stands in the way."""
        return self._wanted

    @property
    def running_since(self) -> Instant | None:
        """When the request left from which the time left is counted; None without one."""
        return self._anchor

    @property
    def disarming(self) -> bool:
        """A disarm is under way: wished for, not settled, not refused."""
        return not (self._wanted or self._off or self._blocked)

    # --- the trader's wishes -------------------------------------------------------------------

    def arm(self, now: Instant) -> None:
        """Start the timer and hold it; after AMBIGUOUS, FIRED or BLOCKED, start it anew."""
        self._expire(now)
        if self._expired:
            self._forget()
        if not self._wanted or self._blocked or self._anchor is None:
            self._urgent = True
        self._wanted, self._blocked, self._gap = True, False, None
        self._note = ""
        self.tick(now)

    def disarm(self, now: Instant) -> None:
        """Stop the beats and switch the timer off; "0" is repeated until it is acknowledged.

        Nothing when the timer is OFF: a timer that others armed is theirs.
        """
        self._wanted, self._blocked, self._urgent = False, False, True
        self._note = "" if self._off else "switching off"
        self.tick(now)

    def stop(self, reason: str) -> None:
        """Withhold the beats and leave the timer to fire. Does not hold back a disarm."""
        self._held = reason

    def resume(self) -> None:
        """Beat again, at once if one is due; not if the timer may have fired."""
        self._held = ""

    # --- what to send, and when ----------------------------------------------------------------

    def next_request(self, now: Instant) -> int | None:
        """The countdown to send now in seconds, 0 to switch off; None while there is nothing."""
        self.tick(now)
        due = self._due(now)
        self._offer = due[0] if due is not None and due[1] <= 0 else None
        return self._offer

    def wait_s(self, now: Instant) -> float | None:
        """Seconds to sleep before `next_request` or `tick` may have news; None: nothing planned."""
        due = self._due(now)
        waits = [] if due is None else [due[1]]
        if self._anchor is not None and self._state is not TimerState.FIRED:
            countdown_s, age_s = self.plan.countdown_s, now.since(self._anchor)
            steady_s = now.steady_since(self._anchor)
            waits += [self._late_after_s - age_s, countdown_s - age_s, countdown_s - steady_s]
            if self._latest is not None and self._flight is None:
                waits.append(-now.steady_since(self._latest))
        ahead = [wait for wait in waits if wait > 0]
        if due is not None and due[1] <= 0:
            return 0.0
        return max(TICK_S, min(NAP_S, *ahead)) if ahead else None

    def sent(self, now: Instant) -> None:
        """What `next_request` gave is leaving now."""
        assert self._offer is not None and self._flight is None
        self._flight = _Flight(self._offer, now, self._off, self._latest)
        if self._offer:
            self._off = False
            self._latest = now.later(self.plan.request_timeout_s + self.plan.countdown_s + SLACK_S)
        self._offer = None
        self._last_send = now
        self._not_before = now.later(self.plan.spacing_s)
        self._urgent = False
        self.tick(now)

    # --- what became of it ---------------------------------------------------------------------

    def acked(
        self, now: Instant, server_ms: int | None = None, trigger_ms: int | None = None
    ) -> None:
        """The venue carried it out.

        `server_ms` is the venue's clock in the reply, `trigger_ms` when it says that the timer
        fires, both epoch ms.
        """
        flight = self._land()
        if flight is None:
            return
        self._misses = 0
        gap = self._gap_before(now, server_ms)
        if flight.countdown_s == 0:
            self._switched_off(flight, gap is not None)
        else:
            self._anchor, self._acked = flight.sent_at, True
            self._expired = self._clock_doubt = False
            self._latest = now.later(self.plan.countdown_s + SLACK_S)
            self._server_ms, self._trigger_ms = server_ms, trigger_ms
            self._beat_ms = flight.sent_at.wall_ms
            self._latency_ms = max(0.0, now.mono_s - flight.sent_at.mono_s) * 1000
            self._gap = gap or self._gap
            self._urgent = self._urgent and not self._wanted
            self._note = (
                "it may have fired before the last beat: check the book" if self._gap else ""
            )
        self.tick(now)

    def refused(self, now: Instant, code: str, text: str) -> None:
        """The venue will not have it, now or later: nothing more is sent until the trader acts."""
        if self._not_done(f"{code} {text}".strip()):
            self._blocked = True
        self.tick(now)

    def busy(self, now: Instant, retry_after_s: float, code: str, text: str) -> None:
        """Certainly not carried out (or never left), and worth another try after a while."""
        if self._not_done(f"{code} {text}".strip()):
            # a venue that asks for more than a beat of patience is asked again after a beat
            pause_s = min(retry_after_s, self.plan.beat_s)
            self._not_before = _later_of(self._not_before, now.later(pause_s))
        self.tick(now)

    def lost(self, now: Instant, reason: str) -> None:
        """No answer: it may have been carried out, and may yet be."""
        flight = self._land()
        if flight is not None:
            self._misses += 1
            self._urgent = True
            self._note = reason
            if flight.countdown_s == 0:
                self._stray_off = flight.sent_at
            else:
                self._stray_beat = flight.sent_at
                self._anchor = self._anchor or flight.sent_at
                self._latest = now.later(self.plan.countdown_s + SLACK_S)
        self.tick(now)

    # --- time passes ---------------------------------------------------------------------------

    def tick(self, now: Instant) -> None:
        """Looks at the clock."""
        self._expire(now)
        state = self._judged(now)
        if state is not self._state:
            self._state, self._since = state, self._began(state, now)

    def view(self, now: Instant, id: str, covers: str) -> TimerView:  # noqa: A002 (the view's word)
        """The picture for the gauge, true at `now`."""
        self.tick(now)
        fired_from, fired_until = self._fired_between()
        return TimerView(
            id=id,
            covers=covers,
            state=self._state,
            countdown_s=self.plan.countdown_s,
            beat_s=self.plan.beat_s,
            sent_at=self._anchor if self._certain else None,
            latest_fire_at=None if self._off else self._latest,
            last_beat_ms=self._beat_ms,
            latency_ms=self._latency_ms,
            misses=self._misses,
            message=self._held or self._note or self._doubt,
            trigger_ms=self._trigger_ms,
            fired_from=fired_from,
            fired_until=fired_until,
            since=self._since,
            stray_until=self._stray_until(now),
        )

    # --- within --------------------------------------------------------------------------------

    @property
    def _late_after_s(self) -> float:
        """Age of the acknowledged send at which the next beat should have been answered."""
        return self.plan.beat_s + self.plan.request_timeout_s

    @property
    def _switching_off(self) -> bool:
        return self._flight is not None and self._flight.countdown_s == 0

    @property
    def _off_in_doubt(self) -> bool:
        """A "0" without an answer may have come, or may yet come, after the anchor."""
        return (
            self._stray_off is not None
            and self._anchor is not None
            and self._anchor.steady_since(self._stray_off) < STRAY_S
        )

    @property
    def _certainly_ran(self) -> bool:
        return self._acked and not self._off_in_doubt

    @property
    def _certain(self) -> bool:
        """The anchor protects."""
        over = self._expired or self._clock_doubt
        return self._certainly_ran and not over and not self._switching_off

    @property
    def _doubt(self) -> str:
        if self._clock_doubt and not self._expired:
            return "the system clock jumped ahead: a suspend, or a clock that was set"
        acked_in_doubt = self._wanted and self._acked and self._off_in_doubt
        return "a switch-off without an answer may still arrive" * acked_in_doubt

    def _stray_until(self, now: Instant) -> Instant | None:
        strays = [one for one in (self._stray_beat, self._stray_off) if one is not None]
        latest = max(strays, key=lambda one: one.mono_s, default=None)
        if latest is None or now.steady_since(latest) >= STRAY_S:
            return None
        return latest.later(STRAY_S)

    def _due(self, now: Instant) -> tuple[int, float] | None:
        """What is to be sent next, and in how many seconds."""
        if self._flight is not None or self._blocked:
            return None
        wait_s = 0.0
        if self._wanted:
            if self._held or self._expired:
                return None
            if not self._urgent and self._last_send is not None:
                wait_s = self.plan.beat_s - now.since(self._last_send)
        else:
            if self._off:
                return None
            if not self._urgent and self._stray_beat is not None:
                wait_s = STRAY_S - now.steady_since(self._stray_beat)
        if self._not_before is not None:
            wait_s = max(wait_s, -now.steady_since(self._not_before))
        return (self.plan.countdown_s if self._wanted else 0), max(0.0, wait_s)

    def _judged(self, now: Instant) -> TimerState:
        if self._blocked and not self._expired:
            return TimerState.BLOCKED
        if self._off:
            return TimerState.ARMING if self._wanted and not self._held else TimerState.OFF
        if self._switching_off or (not self._wanted and not self._certainly_ran):
            return TimerState.UNKNOWN
        if self._anchor is None:
            withheld = self._held and self._flight is None
            return TimerState.UNKNOWN if withheld else TimerState.ARMING
        if self._expired:
            return TimerState.FIRED if self._fired else TimerState.AMBIGUOUS
        if self._clock_doubt:
            return TimerState.AMBIGUOUS
        if not self._certain:
            return TimerState.UNKNOWN
        if self._gap:
            return TimerState.AMBIGUOUS
        late = now.since(self._anchor) >= self._late_after_s
        return TimerState.LATE if late or self._held or self._misses else TimerState.ARMED

    def _began(self, state: TimerState, now: Instant) -> Instant:
        """When it came to a state that it has `now`. What time alone brings about may be looked at
        late: the process was stopped, or the machine slept."""
        due = {
            TimerState.LATE: self._anchor and self._anchor.later(self._late_after_s),
            TimerState.AMBIGUOUS: self._anchor and self._anchor.later(self.plan.countdown_s),
            TimerState.FIRED: self._latest,
        }.get(state)
        return now if due is None else now.later(-max(0.0, now.steady_since(due)))

    def _expire(self, now: Instant) -> None:
        """Latches that the timer may have fired, and that it has, whatever a clock says later."""
        if self._anchor is not None:
            if now.steady_since(self._anchor) >= self.plan.countdown_s:
                self._expired = True
            elif now.since(self._anchor) >= self.plan.countdown_s:
                self._clock_doubt = True
        over = self._latest is not None and now.steady_since(self._latest) >= 0
        if self._expired and over and self._certainly_ran and self._flight is None:
            self._fired = True

    def _fired_between(self) -> tuple[Instant | None, Instant | None]:
        """Between which moments it has fired, or may have; None for what is not known."""
        if self._expired and self._anchor is not None:
            return self._anchor.later(self.plan.countdown_s), self._latest if self._fired else None
        return self._gap or (None, None)

    def _gap_before(self, now: Instant, server_ms: int | None) -> tuple[Instant, Instant] | None:
        """Between which moments it may have fired before the acknowledgement that is here now.

        A countdown has passed since the anchor by our clocks or by the venue's own; where the venue
        tells no time, a doubt of ours is enough.
        """
        if self._anchor is None:
            return None
        countdown_s = self.plan.countdown_s
        passed = now.steady_since(self._anchor) >= countdown_s
        if server_ms is not None and self._server_ms is not None:
            passed = passed or server_ms - self._server_ms >= countdown_s * 1000
        else:
            passed = passed or self._clock_doubt or now.since(self._anchor) >= countdown_s
        return (self._anchor.later(countdown_s), now) if passed else None

    def _land(self) -> _Flight | None:
        """The request in flight is over. None for an answer to a request that was given up."""
        flight, self._flight = self._flight, None
        return flight

    def _not_done(self, note: str) -> bool:
        """The request in flight changed nothing at the venue; what was known stands again."""
        flight = self._land()
        if flight is None:
            return False
        self._off, self._latest = flight.off_before, flight.latest_before
        self._misses += 1
        self._urgent = True
        self._note = note
        return True

    def _switched_off(self, flight: _Flight, gap: bool) -> None:
        """A "0" was acknowledged. A beat without an answer may still arrive after it."""
        stray = self._stray_beat
        self._forget()
        self._latest = None
        self._note = "it may have fired before it was switched off: check the book" * gap
        if stray is not None and flight.sent_at.steady_since(stray) < STRAY_S:
            self._anchor = flight.sent_at
            self._latest = stray.later(STRAY_S + self.plan.countdown_s + SLACK_S)
            self._note = "switched off; again soon, as an unanswered beat may still arrive"
        else:
            self._off = True

    def _forget(self) -> None:
        """The timer that was is over."""
        self._anchor = self._server_ms = self._trigger_ms = None
        self._acked = self._expired = self._clock_doubt = self._fired = False
        self._gap = None


def _later_of(one: Instant | None, other: Instant) -> Instant:
    return other if one is None or other.steady_since(one) > 0 else one
