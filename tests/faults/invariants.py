"""What must hold of a desk whatever goes wrong. Pure: told what was said and what was so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from tui.core.actions import Outcome, Report, Scope
from tui.core.clocks import Instant
from tui.core.deadman.view import TimerState, TimerView
from tui.core.orders import OpenOrder

ROUNDING_MS = 2
"""The desk and the simulator read the same clock, and each rounds to whole milliseconds."""
HAND_OVER_MS = 10_000
"""From a press to the beginning of its run, on a busy machine."""
SPACING_S = 1.0
"""Less than the time that lies between two requests of one timer."""
REMEMBERED_MS = 300_000
"""How long an outcome is remembered, to notice that it is told again."""


def wrongly_confirmed(
    report: Report, kinds: Collection[str], resting: Iterable[OpenOrder]
) -> list[str]:
    """Ids of the orders that make a `confirmed` untrue: within its scope, there when its run
    began, and in `resting`, which the venue was asked for after the outcome was told."""
    if report.outcome is not Outcome.CONFIRMED:
        return []
    return [
        order.order_id
        for order in resting
        if order.kind in kinds
        and report.scope.covers(order)
        and (order.created_ms or 0) < report.started_ms - ROUNDING_MS
    ]


# --- timers ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TimerSample:
    """Two pictures of a timer, one from before the venue was asked, one drawn after it answered."""

    before: TimerView
    asked: Instant
    armed: bool
    left_s: float
    """By the venue; 0 when not armed."""
    after: TimerView
    now: Instant
    """Later than all of it, which is in favour of the desk: its pictures only count down."""

    @property
    def raced(self) -> bool:
        """A beat was acknowledged meanwhile: the venue may have answered before it came."""
        return self.after.sent_at not in (None, self.before.sent_at)

    @property
    def withdrawn(self) -> bool:
        """A switch-off left, or a countdown ran out, while the venue was asked."""
        return self.before.sent_at is not None and self.after.sent_at is None

    @property
    def slow(self) -> bool:
        """It took so long that a timer may have been switched off and armed again meanwhile."""
        return self.now.steady_since(self.asked) >= SPACING_S


def overstated(sample: TimerSample) -> str:
    """How a picture claims more than the venue holds, in one line; empty if none does.

    The only slack is the millisecond that the venue's figure is rounded to. A picture that cannot
    be held against the answer is left out: the next sample has it, if it still stands, before.
    """
    pictures = [] if sample.raced or sample.slow else [sample.after]
    if not (sample.withdrawn or sample.slow):
        pictures.append(sample.before)
    for picture in pictures:
        state, claimed_s = picture.state_at(sample.now), picture.certain_s(sample.now)
        venue = f"venue {sample.left_s:.3f} s" if sample.armed else "venue not armed"
        said = f"{picture.id}: {state} {claimed_s:.3f} s ({picture.message}), {venue}"
        if claimed_s > sample.left_s + ROUNDING_MS / 1000:
            return f"claims too much: {said}"
        if state is TimerState.ARMED and not sample.armed:
            return f"armed, and is not: {said}"
    return ""


# --- presses and outcomes -------------------------------------------------------------------------

Key = tuple[str, str, int]
"""Account, action, and the hash of the scope: a scope may hold hundreds of orders."""


def key_of(account: str, action: str, scope: Scope) -> Key:
    return account, action, hash(scope)


class PressArming:
    """Each press must end in an outcome of its own within `limit_s`, and no outcome comes without
    a press."""

    def __init__(self, limit_s: float) -> None:
        self._limit_ms = limit_s * 1000
        self._waiting: dict[Key, list[float]] = defaultdict(list)
        self._told: dict[tuple[Key, int], Outcome] = {}

    @property
    def waiting(self) -> int:
        return sum(map(len, self._waiting.values()))

    def pressed(self, key: Key, at_ms: float) -> None:
        self._waiting[key].append(at_ms)

    def ended(self, key: Key, report: Report) -> str:
        """Takes one telling of an outcome; why it is wrong, empty if it is not."""
        said = f"{report.account} {report.action} of {report.started_ms}: {report.outcome}"
        before = self._told.get((key, report.started_ms))
        self._told[key, report.started_ms] = report.outcome
        if before is not None:
            settled = before is Outcome.UNRESOLVED and report.outcome is not Outcome.UNRESOLVED
            return "" if settled else f"told twice: {said}, after {before}"
        begins = range(report.started_ms - HAND_OVER_MS, report.started_ms + ROUNDING_MS + 1)
        # The latest press that it can be of: an earlier one may be that of an earlier run.
        mine = max((ms for ms in self._waiting[key] if round(ms) in begins), default=None)
        if mine is None:
            return f"nobody pressed: {said}"
        self._waiting[key].remove(mine)
        if not self._waiting[key]:
            del self._waiting[key]
        return ""

    def overdue(self, now_ms: float) -> list[str]:
        """The presses that have waited too long; each is told once."""
        late: list[str] = []
        for key, presses in list(self._waiting.items()):
            old = [at_ms for at_ms in presses if now_ms - at_ms > self._limit_ms]
            late += [f"no outcome: {key[0]} {key[1]}, pressed at {at_ms:.0f}" for at_ms in old]
            self._waiting[key] = [at_ms for at_ms in presses if at_ms not in old]
        self._forget(now_ms)
        return late

    def _forget(self, now_ms: float) -> None:
        for (key, started_ms), outcome in list(self._told.items()):
            if now_ms - started_ms > REMEMBERED_MS and outcome is not Outcome.UNRESOLVED:
                del self._told[key, started_ms]


# --- what is held ---------------------------------------------------------------------------------


def grown(begin: Mapping[str, int], end: Mapping[str, int], spare: int = 0) -> list[str]:
    """What there is more of at the end than at the beginning, by more than `spare`."""
    return [
        f"{what}: {begin.get(what, 0)} became {count}"
        for what, count in sorted(end.items())
        if count > begin.get(what, 0) + spare
    ]
